package core

import (
	"context"
	"fmt"
	"time"
)

// DayCount is what came in on one bank day.
type DayCount struct {
	Day       string // YYYY-MM-DD, the bank's
	Movements int    // credits booked that day
	Matched   int    // those of them that an order is matched with now
}

// dayStore counts by day, for charts.
type dayStore interface {
	// Days counts the credits booked since a moment by bank day, oldest first, of an
	// account or of all for "". Days without any are left out.
	Days(ctx context.Context, accountID string, since time.Time) ([]DayCount, error)
}

// longestDays bounds a chart, and what it costs.
const longestDays = 366

// Days counts what came in on the last n bank days (1 to 366), today included,
// oldest first; days without any are there with zeros.
func (c *Core) Days(ctx context.Context, accountID string, n int) ([]DayCount, error) {
	if n < 1 || n > longestDays {
		return nil, Invalid("days", "days must be from 1 to %d", longestDays)
	}
	today := c.now().Local()
	first := dayStart(today, time.Local).AddDate(0, 0, 1-n)
	// A bank's day may begin up to a day before or after ours.
	rows, err := c.store.Days(ctx, accountID, first.AddDate(0, 0, -1))
	if err != nil {
		return nil, fmt.Errorf("count movements by day: %w", err)
	}
	counts := make(map[string]DayCount, len(rows))
	for _, r := range rows {
		counts[r.Day] = r
	}
	out := make([]DayCount, n)
	for i := range out {
		day := first.AddDate(0, 0, i).Format(time.DateOnly)
		out[i] = counts[day]
		out[i].Day = day
	}
	return out, nil
}
