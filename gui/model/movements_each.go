package model

import (
	"context"
	"iter"
	"time"

	"reconbanker/core"
)

const (
	eachPage   = 500          // the most that core hands out at once
	eachWindow = 4 * eachPage // more than this in a window makes it narrower
	firstSpan  = 30 * 24 * time.Hour
	leastSpan  = time.Minute
)

// EachMovement reads all that a filter selects, page by page, in its order.
//
// A page far into a long list costs the store the way to it, and every page the
// count of all: a million rows read that way cost a million times a million. So
// the time is cut into windows of at most about 2,000 movements, as wide as it is
// busy, and each is read for itself: what it costs in all grows with the rows.
// Windows do not overlap, so a movement that is stored meanwhile comes once or not.
func EachMovement(ctx context.Context, src MovementSource, f core.MovementFilter) iter.Seq2[[]MovementRow, error] {
	return func(yield func([]MovementRow, error) bool) {
		first, last, err := bounds(ctx, src, f)
		if err != nil {
			yield(nil, err)
			return
		}
		for span := firstSpan; first.Before(last); {
			g, n := f, 0
			g.Limit, g.Offset = eachPage, 0
			if f.Ascending {
				g.From, g.To = first, earlier(first.Add(span), last)
			} else {
				g.From, g.To = later(last.Add(-span), first), last
			}
			rows, total, err := ReadMovements(ctx, src, g)
			if err == nil && total > eachWindow && span > leastSpan {
				span = max(span/4, leastSpan)
				continue
			}
			for {
				if err != nil {
					yield(nil, err)
					return
				}
				if len(rows) > 0 && !yield(rows, nil) {
					return
				}
				if n += eachPage; n >= total {
					break
				}
				g.Offset = n
				rows, _, err = ReadMovements(ctx, src, g)
			}
			if total < eachPage {
				span *= 2
			}
			if f.Ascending {
				first = g.To
			} else {
				last = g.From
			}
		}
	}
}

// bounds returns the first moment of what a filter selects and one after the last.
func bounds(ctx context.Context, src MovementSource, f core.MovementFilter) (first, last time.Time, err error) {
	f.Limit, f.Offset = 1, 0
	for _, f.Ascending = range []bool{true, false} {
		rows, _, err := src.Movements(ctx, f)
		if err != nil || len(rows) == 0 {
			return time.Time{}, time.Time{}, err
		}
		if f.Ascending {
			first = rows[0].BookedAt.Truncate(time.Second)
		} else {
			last = rows[0].BookedAt.Truncate(time.Second).Add(time.Second)
		}
	}
	return first, last, nil
}

func earlier(a, b time.Time) time.Time {
	if a.Before(b) {
		return a
	}
	return b
}

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}
