// Package widgets holds what Fyne lacks for an office program: a table that
// shows a million rows, soft badges and status lights, fields that keep a saved
// secret, boxes for a one-time code, banners, chips and toasts.
//
// Widgets offer OnX functions and take every text from their caller; they know no
// verb of the program and no language. All of them, the table's page cache
// included, are used on the UI goroutine only. What works elsewhere is handed in:
// a function that starts work, and a dispatcher that brings its result back.
package widgets
