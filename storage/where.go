package storage

import "strings"

// where collects the conditions of a query; conditions are constants of this
// package, values always go beside them.
type where struct {
	terms []string
	args  []any
}

func (w *where) add(wanted bool, term string, args ...any) {
	if wanted {
		w.terms = append(w.terms, term)
		w.args = append(w.args, args...)
	}
}

func (w *where) sql() string {
	if len(w.terms) == 0 {
		return ""
	}
	return " WHERE " + strings.Join(w.terms, " AND ")
}
