package storage

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"path/filepath"

	"github.com/mattn/go-sqlite3"
)

// applicationID is the number in the file's header that says it is ours; it is
// set by the first migration.
const applicationID = 0x52626b31

type inspected struct {
	empty   bool // no schema yet
	version int64
}

// inspect looks at a database without changing it: whose it is, which schema it
// has, and whether its structure is sound.
func inspect(ctx context.Context, file string) (inspected, error) {
	found, err := inspectAs(ctx, file, inspecting)
	var e sqlite3.Error
	if errors.As(err, &e) && (e.Code == sqlite3.ErrReadonly || e.Code == sqlite3.ErrCantOpen) {
		// A crash left a rollback journal, which must be played back first.
		found, err = inspectAs(ctx, file, recovering)
	}
	if errors.As(err, &e) {
		if e.Code == sqlite3.ErrCorrupt || e.Code == sqlite3.ErrNotADB {
			return found, &CorruptError{File: file, Reason: e.Error()}
		}
		return found, explain(err, filepath.Dir(file))
	}
	return found, err
}

func inspectAs(ctx context.Context, file string, r role) (inspected, error) {
	db := pool(file, r, "", 1)
	defer db.Close()
	return inspectDB(ctx, db, file)
}

func inspectDB(ctx context.Context, db *sql.DB, file string) (inspected, error) {
	var found inspected
	var app, tables int64
	if err := db.QueryRowContext(ctx, "PRAGMA application_id").Scan(&app); err != nil {
		return found, err
	}
	if err := db.QueryRowContext(ctx, "SELECT count(*) FROM sqlite_schema").Scan(&tables); err != nil {
		return found, err
	}
	version, err := schemaVersion(ctx, db)
	if err != nil {
		return found, err
	}
	// A first start that was cut short leaves no table but goose's own.
	found.version, found.empty = version, version == 0 && app == 0 && tables <= 2
	if app != applicationID && !found.empty {
		return found, &CorruptError{File: file, Reason: "it is not a database of Reconbanker"}
	}
	return found, check(ctx, db, file, "quick_check")
}

// schemaVersion is the newest migration applied; 0 when there is none.
func schemaVersion(ctx context.Context, q querier) (int64, error) {
	var known bool
	err := q.QueryRowContext(ctx, "SELECT EXISTS (SELECT 1 FROM sqlite_schema WHERE name = 'goose_db_version')").Scan(&known)
	if err != nil || !known {
		return 0, err
	}
	var version sql.NullInt64
	err = q.QueryRowContext(ctx, "SELECT max(version_id) FROM goose_db_version WHERE is_applied = 1").Scan(&version)
	return version.Int64, err
}

// check runs quick_check or integrity_check and reads what they report.
func check(ctx context.Context, q querier, file, which string) error {
	found, err := all(ctx, q, scanOne[string], "PRAGMA "+which+"(5)")
	if err != nil {
		return err
	}
	if len(found) == 1 && found[0] == "ok" {
		return nil
	}
	return &CorruptError{File: file, Reason: fmt.Sprintf("%s says %q", which, found)}
}
