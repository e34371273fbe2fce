package gui

import (
	"encoding/json"
	"os"
	"path/filepath"
)

// columnWidths are the widths that a person gave to the columns of tables, by
// table and column. They are kept beside the other preferences; losing them costs
// a pull or two.
type columnWidths map[string]map[string]float32

func columnsPath(dir string) string { return filepath.Join(dir, "columns.json") }

func loadColumns(dir string) columnWidths {
	widths := columnWidths{}
	raw, err := os.ReadFile(columnsPath(dir))
	if err != nil || json.Unmarshal(raw, &widths) != nil {
		return columnWidths{}
	}
	return widths
}

// columns returns the widths of a table's columns, nil when nobody changed them.
func (a *App) columns(table string) map[string]float32 { return loadColumns(a.cfg.Dir)[table] }

// keepColumns keeps the widths of a table's columns, whole or not at all.
func (a *App) keepColumns(table string, widths map[string]float32) {
	all := loadColumns(a.cfg.Dir)
	all[table] = widths
	raw, err := json.MarshalIndent(all, "", "  ")
	if err != nil {
		return
	}
	path := columnsPath(a.cfg.Dir)
	if os.WriteFile(path+".part", append(raw, '\n'), 0o600) != nil || os.Rename(path+".part", path) != nil {
		_ = os.Remove(path + ".part")
	}
}
