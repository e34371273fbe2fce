package storage

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"fmt"
	"net/url"
	"path/filepath"
	"strings"

	"github.com/mattn/go-sqlite3"
)

// role is what a connection is for.
type role int

const (
	writing role = iota
	reading
	migrating  // writes, with foreign keys off
	inspecting // looks at a file before anything may be changed in it
	recovering // looks at a file after SQLite has undone an unfinished transaction
)

// pragma is a setting and the value it must be seen to have. Unknown names in a
// DSN are ignored without an error, so every one is read back.
type pragma struct {
	name string
	want string
}

// pragmas that the driver has no DSN name for are set by the hook; all are read back.
func (r role) pragmas(journal string) (set, want []pragma) {
	common := []pragma{
		{"fullfsync", "1"},            // macOS: fsync alone does not reach the disk
		{"checkpoint_fullfsync", "1"}, // the same for checkpoints
		{"wal_autocheckpoint", "1000"},
		{"journal_size_limit", "8388608"},
		{"trusted_schema", "0"}, // functions in a tampered schema stay harmless
		{"cell_size_check", "1"},
		{"temp_store", "2"}, // sorting never leaves rows in /tmp
	}
	queryOnly, foreignKeys := "0", "1"
	if r == reading {
		queryOnly = "1"
	}
	if r == migrating {
		foreignKeys = "0"
	}
	want = append([]pragma{
		{"journal_mode", journal},
		{"synchronous", "2"},
		{"foreign_keys", foreignKeys},
		{"busy_timeout", "5000"},
		{"query_only", queryOnly},
		{"secure_delete", "2"},
	}, common...)
	return common, want
}

// dsn names a file so that whatever its path holds is taken as the path.
func dsn(file string, r role, journal string) string {
	path := filepath.ToSlash(file)
	if !strings.HasPrefix(path, "/") {
		path = "/" + path // C:/… on Windows
	}
	u := url.URL{Scheme: "file", Path: path}
	q := url.Values{}
	q.Set("_busy_timeout", "5000")
	q.Set("_synchronous", "FULL")
	q.Set("_foreign_keys", "1")
	q.Set("_secure_delete", "fast")
	q.Set("_stmt_cache_size", "128")
	switch r {
	case writing:
		q.Set("mode", "rw")
		q.Set("_journal_mode", strings.ToUpper(journal))
		q.Set("_txlock", "immediate")
		q.Set("_cache_size", "-16000")
	case migrating:
		q.Set("mode", "rw")
		q.Set("_journal_mode", strings.ToUpper(journal))
		q.Set("_txlock", "immediate")
		q.Set("_foreign_keys", "0")
	case reading:
		q.Set("mode", "ro")
		q.Set("_query_only", "1")
		q.Set("_cache_size", "-8000")
		if journal != "wal" { // WAL is a property of the file, others of the connection
			q.Set("_journal_mode", strings.ToUpper(journal))
		}
	case inspecting:
		q.Set("mode", "ro")
		q.Set("_query_only", "1")
	case recovering:
		q.Set("mode", "rw")
		q.Set("_query_only", "1")
	}
	return u.String() + "?" + q.Encode()
}

// connector opens connections to one file without a name in the global registry
// of drivers, and lets none out whose settings are not what they must be.
type connector struct {
	dsn    string
	driver *sqlite3.SQLiteDriver
}

func (c *connector) Connect(context.Context) (driver.Conn, error) { return c.driver.Open(c.dsn) }
func (c *connector) Driver() driver.Driver                        { return c.driver }

func pool(file string, r role, journal string, size int) *sql.DB {
	set, want := r.pragmas(journal)
	hook := func(conn *sqlite3.SQLiteConn) error {
		if r == inspecting || r == recovering {
			return nil
		}
		for _, p := range set {
			if _, err := conn.Exec("PRAGMA "+p.name+" = "+p.want, nil); err != nil {
				return fmt.Errorf("set %s: %w", p.name, err)
			}
		}
		return readBack(conn, want)
	}
	db := sql.OpenDB(&connector{dsn: dsn(file, r, journal), driver: &sqlite3.SQLiteDriver{ConnectHook: hook}})
	db.SetMaxOpenConns(size)
	db.SetMaxIdleConns(size)
	return db
}

func readBack(conn *sqlite3.SQLiteConn, want []pragma) error {
	for _, p := range want {
		rows, err := conn.Query("PRAGMA "+p.name, nil)
		if err != nil {
			return fmt.Errorf("read back %s: %w", p.name, err)
		}
		got := make([]driver.Value, len(rows.Columns()))
		err = rows.Next(got)
		_ = rows.Close()
		if err != nil {
			return fmt.Errorf("read back %s: %w", p.name, err)
		}
		if have := fmt.Sprint(got[0]); have != p.want {
			return &problem{ErrUnusable, fmt.Sprintf("the database would not work safely here: %s is %s and not %s; the data directory may be on a drive that cannot hold a database", p.name, have, p.want), nil}
		}
	}
	return nil
}
