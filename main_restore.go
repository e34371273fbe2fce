package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"

	"fyne.io/fyne/v2/app"

	"reconbanker/core"
	"reconbanker/core/cli"
	"reconbanker/core/ipc"
	"reconbanker/gui"
	"reconbanker/storage"
)

// restore goes back to a backup of a data folder that is not open, "" for the newest
// good one. What the bank refused since is forgotten with everything else, so nothing
// logs in by itself until a person has looked: the schedule is paused.
func restore(ctx context.Context, dir, backup string) (used, kept string, err error) {
	if backup == "" {
		if backup, _ = storage.NewestBackup(ctx, dir); backup == "" {
			return "", "", fmt.Errorf("there is no good backup in %s: keep the damaged files and ask for help with salvaging them", dir)
		}
	}
	o := storage.Options{Dir: dir, Now: clock}
	if kept, err = storage.Restore(ctx, o, backup); err != nil {
		return "", "", err
	}
	s, err := storage.Open(ctx, o)
	if err != nil {
		return backup, kept, fmt.Errorf("open the restored data: %w", err)
	}
	by := core.Audit{At: clock(), Actor: cli.Actor(), Action: core.ActRestoreBackup, Detail: "the schedule is paused until a person has looked"}
	err = s.SetSchedulePaused(ctx, true, by)
	return backup, kept, errors.Join(err, s.Close())
}

// trouble shows why the window cannot start, to a person who may have no terminal,
// and offers what can be done. It runs on the main goroutine; afterwards the program
// ends, or begins anew without the lock.
func trouble(ctx context.Context, dir string, why error, lock *ipc.Lock) {
	app.SetMetadata(metadata())
	t := gui.Trouble{Kind: troubleKind(why), Detail: why.Error(), Dir: dir}
	var damaged *storage.CorruptError
	if errors.As(why, &damaged) && damaged.Backup != "" {
		_, t.Backup = storage.NewestBackup(ctx, dir)
		t.Restore = func() error {
			_, _, err := restore(ctx, dir, damaged.Backup)
			return err
		}
	}
	t.Abandon = func(again bool) {
		if again {
			startAgain(ctx, lock)
		}
		os.Exit(cli.ExitFailed)
	}
	if gui.ShowTrouble(ctx, app.NewWithID(appID), t) {
		startAgain(ctx, lock)
	}
}

// startAgain opens the restored data in another process, for Fyne runs once in one.
func startAgain(ctx context.Context, lock *ipc.Lock) {
	_ = lock.Release()
	program, err := os.Executable()
	if err == nil {
		again := exec.CommandContext(context.WithoutCancel(ctx), program, os.Args[1:]...)
		again.Stdin, again.Stdout, again.Stderr = os.Stdin, os.Stdout, os.Stderr
		err = again.Start()
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "reconbanker: start again: "+err.Error())
	}
}

func troubleKind(err error) string {
	var held *ipc.HeldError
	switch {
	case errors.Is(err, storage.ErrNewer):
		return gui.TroubleNewer
	case errors.Is(err, storage.ErrCorrupt):
		return gui.TroubleDamaged
	case errors.Is(err, storage.ErrFull):
		return gui.TroubleFull
	case errors.Is(err, storage.ErrUnusable), errors.Is(err, os.ErrPermission):
		return gui.TroubleFolder
	case errors.As(err, &held):
		return gui.TroubleHeld
	}
	return gui.TroubleOther
}
