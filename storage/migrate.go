package storage

import (
	"context"
	"fmt"
	"io/fs"
	"strings"

	"reconbanker/storage/migrations"

	"github.com/pressly/goose/v3"
)

// schema is a set of migrations.
type schema struct{ files fs.FS }

var embedded = schema{migrations.Files}

// latest is the number of the newest migration.
func (m schema) latest() int64 {
	names, _ := fs.Glob(m.files, "*.sql") // the pattern is sound
	var newest int64
	for _, name := range names {
		if v, err := goose.NumericComponent(name); err == nil {
			newest = max(newest, v)
		}
	}
	return newest
}

// migrate applies what is missing, each step in a transaction of its own, and
// checks that no row lost its parent. Foreign keys are off meanwhile: rebuilding
// a table drops the old one, which would take its children along.
func (m schema) migrate(ctx context.Context, file, journal string) error {
	db := pool(file, migrating, journal, 1)
	defer db.Close()
	p, err := goose.NewProvider(goose.DialectSQLite3, db, m.files,
		goose.WithDisableGlobalRegistry(true), goose.WithLogger(goose.NopLogger()))
	if err != nil {
		return fmt.Errorf("read the migrations: %w", err)
	}
	if _, err := p.Up(ctx); err != nil {
		return fmt.Errorf("bring the schema up to date: %w", err)
	}
	// The rows must be read: as a command the check reports nothing.
	lost, err := all(ctx, db, scanOne[string], `SELECT "table" || ' → ' || parent FROM pragma_foreign_key_check LIMIT 5`)
	if err != nil {
		return fmt.Errorf("check the foreign keys: %w", err)
	}
	if len(lost) > 0 {
		return fmt.Errorf("after the migration rows have lost their parents: %s", strings.Join(lost, ", "))
	}
	return nil
}
