// Package storage keeps everything in one SQLite file, behind core.Store.
//
// The SQL is written by hand, one file per noun. There is one connection that
// writes and a few that can only read; every transaction that writes takes the
// write lock when it begins, so that none can fail half-way for want of it.
// What a method acknowledged is on the disk (WAL with synchronous FULL).
//
// Opening is careful: the file and its directory belong to the user alone, every
// pragma is read back on every connection, a damaged or a newer database is
// refused untouched, and a verified copy is made before the schema changes.
//
// It knows no rule of the program: what to do with a new movement, an account or
// a run is decided by functions of core that are called inside the transaction.
package storage
