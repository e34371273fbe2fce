package core

import (
	"fmt"

	"reconbanker/scrapers"
)

// How much room the disk of the data must have, in bytes. Below spaceToRead no
// bank is read, so that what was read is never what cannot be written; webhooks
// still go out. Below spaceToWarn people are told.
const (
	spaceToRead = 100 << 20
	spaceToWarn = 500 << 20
)

// Space is the room left on the disk that holds the data.
type Space struct {
	Free  int64 // bytes
	Known bool
}

// Low tells whether a person should make room.
func (s Space) Low() bool { return s.Known && s.Free < spaceToWarn }

// Full tells whether so little is left that no bank is read.
func (s Space) Full() bool { return s.Known && s.Free < spaceToRead }

// Megabytes is the room in whole megabytes.
func (s Space) Megabytes() int { return int(s.Free >> 20) }

// Space asks how much room is left.
func (c *Core) Space() Space {
	if c.free == nil {
		return Space{}
	}
	n, err := c.free()
	if err != nil {
		c.log.Debug().Err(err).Msg("how much room the disk has")
		return Space{}
	}
	return Space{Free: n, Known: true}
}

// roomToRead is nil while there is room to store what a reading may bring.
func (c *Core) roomToRead() error {
	s := c.Space()
	if !s.Full() {
		return nil
	}
	return scrapers.Fail(StorageProblem, fmt.Sprintf(
		"only %d MB are free on the disk that holds the data: nothing is read from %d MB down", s.Megabytes(), spaceToRead>>20), nil)
}

// warnOfSpace writes into the log when room becomes short, once until there is
// enough again.
func (c *Core) warnOfSpace(warned bool) bool {
	s := c.Space()
	if s.Low() && !warned {
		c.log.Warn().Int("megabytes", s.Megabytes()).Msg("the disk that holds the data is nearly full")
	}
	return s.Low()
}
