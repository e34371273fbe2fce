package storage

import (
	"context"
	"database/sql"
	"fmt"
	"io/fs"
	"time"
)

// OpenOn opens as if the directory were on a drive of this kind.
func OpenOn(ctx context.Context, o Options, name string, network, foreign bool) (*Store, error) {
	o.drive = func(string) (drive, error) { return drive{name, network, foreign}, nil }
	return Open(ctx, o)
}

// OpenSchema opens with other migrations.
func OpenSchema(ctx context.Context, o Options, files fs.FS) (*Store, error) {
	o.schema = schema{files}
	return Open(ctx, o)
}

// Latest is the schema the program knows.
var Latest = embedded.latest()

// Fold is fold.
var Fold = fold

// Pools gives tests both pools.
func (s *Store) Pools() (writer, readers *sql.DB) { return s.writer, s.readers }

// Expendable tells which of the named copies retention lets go.
func Expendable(names ...string) []string {
	var files []copyOf
	for _, n := range names {
		daily := n[:len(dailyPrefix)] == dailyPrefix
		at, err := time.Parse(timeInName, n[len(n)-len(timeInName)-len(dbSuffix):len(n)-len(dbSuffix)])
		if err != nil {
			panic(fmt.Sprint(n, err))
		}
		files = append(files, copyOf{n, at, daily})
	}
	var out []string
	for _, f := range expendable(files) {
		out = append(out, f.name)
	}
	return out
}

// DailyName is dailyName.
var DailyName = dailyName

// PlanOf explains how a page of movements is found.
func PlanOf(s *Store, sqlText string, args ...any) ([]string, error) {
	return all(context.Background(), s.readers, func(r scanner) (string, error) {
		var id, parent, unused int
		var detail string
		err := r.Scan(&id, &parent, &unused, &detail)
		return detail, err
	}, "EXPLAIN QUERY PLAN "+sqlText, args...)
}

// DueOf and OwedReceivers are the queries of the deliverer.
const (
	DueOf         = dueOf
	OwedReceivers = owedReceivers
)
