package demobank

import (
	"context"

	"reconbanker/scrapers"
)

// outcome is one thing a wait can end with: a page to go on from, or a failure
// that the bank explains in its own words.
type outcome struct {
	scrapers.Sighting
	failure scrapers.Kind // "" to go on
	words   string        // where the bank says why, if it does
}

func good(name, selector string) outcome {
	return outcome{Sighting: scrapers.Seen(name, selector)}
}

func bad(kind scrapers.Kind, selector string) outcome {
	return outcome{scrapers.Seen(selector, selector), kind, selector}
}

func saying(kind scrapers.Kind, within, text string) outcome {
	return outcome{scrapers.Saying(within, within, text), kind, within}
}

// Failures that any page can show.
var (
	isClosed = saying(scrapers.BankUnavailable, outOfOrder, "mantenimiento|no disponible")
	isOut    = outcome{scrapers.Seen("out", signInForm), scrapers.SessionExpired, notice}
)

// isUnknown is any page at all, for the end of a list.
var isUnknown = outcome{scrapers.Seen("unknown", "body"), scrapers.LoginPageChanged, ""}

// await waits for the first of some outcomes and returns its name, or the
// failure it is.
func await(ctx context.Context, page scrapers.Page, doing string, outcomes ...outcome) (string, error) {
	sightings := make([]scrapers.Sighting, 0, len(outcomes))
	for _, o := range outcomes {
		sightings = append(sightings, o.Sighting)
	}
	seen, err := page.WaitAny(ctx, sightings...)
	if err != nil {
		return "", err
	}
	for _, o := range outcomes {
		if o.Name != seen || o.failure == "" {
			continue
		}
		said := ""
		if o.words != "" {
			said, _ = page.Text(ctx, o.words) // that it cannot be read changes no verdict
		}
		return "", scrapers.Said(o.failure, doing, said)
	}
	return seen, nil
}

// dismiss closes the announcement that may cover a page.
func dismiss(ctx context.Context, page scrapers.Page) error {
	covered, err := page.Seen(ctx, popUp)
	if err != nil || !covered {
		return err
	}
	if err := page.Click(ctx, closePopUp); err != nil {
		return err
	}
	_, err = page.WaitAny(ctx, scrapers.Gone("closed", popUp))
	return err
}
