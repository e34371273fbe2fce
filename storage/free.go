package storage

import "fmt"

// Free is how many bytes the disk that holds the data has left for this user.
func (s *Store) Free() (int64, error) {
	n, err := freeAt(s.dir)
	if err != nil {
		return 0, fmt.Errorf("ask how much room the disk has: %w", err)
	}
	return n, nil
}
