package model

import (
	"context"
	"maps"
	"slices"

	"reconbanker/core"
)

// MovementDetailSource is what a movement's details are read from.
type MovementDetailSource interface {
	Movement(ctx context.Context, accountID, id string) (core.Movement, error)
	RunByID(ctx context.Context, id string) (core.Run, error)
	Deliveries(ctx context.Context, f core.DeliveryFilter) ([]core.Delivery, int, error)
	Delivery(ctx context.Context, id string) (core.Delivery, []core.DeliveryAttempt, error)
}

// MovementDetails is all there is to know of a movement.
type MovementDetails struct {
	MovementRow
	Run        *core.Run // nil when it is no longer kept
	Deliveries []DeliveryDetails
	Raw        [][2]string // the line as the bank shows it, by column
}

// DeliveryDetails is a webhook with its tries, newest first.
type DeliveryDetails struct {
	core.Delivery
	Tried []core.DeliveryAttempt
}

// mostDeliveries is how many webhooks about one movement are shown.
const mostDeliveries = 20

// ReadMovement reads a movement's details.
func ReadMovement(ctx context.Context, src MovementDetailSource, accountID, id string) (out MovementDetails, err error) {
	if out.Movement, err = src.Movement(ctx, accountID, id); err != nil {
		return out, err
	}
	run, err := src.RunByID(ctx, out.RunID)
	switch {
	case err == nil:
		out.Run = &run
	case !core.IsMissing(err):
		return out, err
	}
	owed, _, err := src.Deliveries(ctx, core.DeliveryFilter{SubjectID: id, Limit: mostDeliveries})
	if err != nil {
		return out, err
	}
	for _, d := range owed {
		whole, tried, err := src.Delivery(ctx, d.ID)
		if err != nil {
			return out, err
		}
		slices.Reverse(tried)
		out.Deliveries = append(out.Deliveries, DeliveryDetails{whole, tried})
	}
	if len(out.Deliveries) > 0 {
		out.Delivery = &out.Deliveries[0].Delivery
	}
	for _, k := range slices.Sorted(maps.Keys(out.Movement.Raw)) {
		out.Raw = append(out.Raw, [2]string{k, out.Movement.Raw[k]})
	}
	return out, nil
}
