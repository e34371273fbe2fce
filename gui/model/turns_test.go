package model

import (
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"reconbanker/core"
	"reconbanker/scrapers"
)

func waiting(id string, minutes int) Asking {
	at := noon.Add(time.Duration(minutes) * time.Minute)
	return Asking{
		Assistance: core.Assistance{
			ID: id, AccountID: "account " + id, Kind: scrapers.Numeric, Length: 6, Limit: 3, State: core.AssistancePending,
			CreatedAt: at, AskedAt: at, ExpiresAt: at.Add(5 * time.Minute),
		},
		Account: "Account " + id, Bank: "Demo Bank",
	}
}

func TestOverviewListsWhoWaits(t *testing.T) {
	late, early := waiting("2", 2).Assistance, waiting("1", 1).Assistance
	late.AccountID, early.AccountID = "a", "b"
	s := &shelf{
		accounts: []core.Account{{ID: "a", Name: "A", Bank: "demobank"}, {ID: "b", Name: "B", Bank: "demobank"}, {ID: "c", Name: "C"}},
		pending:  []core.Assistance{late, early},
	}
	over, err := NewOverseer(s).Read(t.Context(), Everything())
	if err != nil {
		t.Fatal(err)
	}
	if len(over.Asking) != 2 || over.Asking[0].ID != "1" || over.Asking[1].Account != "A" || over.Asking[1].Bank != "Demo Bank" {
		t.Errorf("waiting: %+v", over.Asking)
	}
	if a, _ := over.Find("a"); a.State != CodeNeeded || a.State.Light() != Amber || a.Asks.ID != "2" {
		t.Errorf("a is %+v", a)
	}
	if c, _ := over.Find("c"); c.Asks != nil {
		t.Errorf("c asks %+v", c.Asks)
	}
	s.pending[0].Submitted = true
	if over, _ = NewOverseer(s).Read(t.Context(), Everything()); over.Accounts[0].State == CodeNeeded {
		t.Error("an account whose code is being checked waits for one")
	}
}

func TestAsking(t *testing.T) {
	q := waiting("1", 0)
	if q.Left(noon) != 5*time.Minute || q.Left(noon.Add(time.Hour)) != 0 || q.Try() != 1 || !q.Typed() || !q.Digits() {
		t.Errorf("%+v", q)
	}
	q.Kind = scrapers.Alphanumeric
	if !q.Typed() || q.Digits() {
		t.Error("letters are not taken")
	}
	for _, kind := range []scrapers.QuestionKind{scrapers.Approve, scrapers.Finish} {
		if q.Kind = kind; q.Typed() {
			t.Errorf("%s is typed", kind)
		}
	}
}

func TestStand(t *testing.T) {
	for name, c := range map[string]struct {
		change func(*Turn)
		want   Stand
		other  bool // somebody else's doing
	}{
		"asked":                 {func(*Turn) {}, Waits, false},
		"given here":            {func(t *Turn) { t.Mine, t.Sent = true, true }, Checking, false},
		"with the bank":         {func(t *Turn) { t.Mine, t.Submitted = true, true }, Checking, false},
		"given elsewhere":       {func(t *Turn) { t.Submitted = true }, Checking, true},
		"accepted":              {func(t *Turn) { t.Mine, t.State = true, core.AssistanceFulfilled }, Accepted, false},
		"accepted elsewhere":    {func(t *Turn) { t.State = core.AssistanceFulfilled }, Accepted, true},
		"approved on the phone": {func(t *Turn) { t.Kind, t.State = scrapers.Approve, core.AssistanceFulfilled }, Accepted, false},
		"expired":               {func(t *Turn) { t.State = core.AssistanceExpired }, Late, false},
		"refused for good":      {func(t *Turn) { t.State, t.Reason = core.AssistanceCancelled, scrapers.OTPRejected }, Refused, false},
		"the bank gave up":      {func(t *Turn) { t.State, t.Reason = core.AssistanceCancelled, scrapers.OTPTimeout }, Late, false},
		"the browser went away": {func(t *Turn) { t.State, t.Reason = core.AssistanceCancelled, scrapers.BrowserCrashed }, Ended, false},
	} {
		turn := Turn{Asking: waiting("1", 0)}
		c.change(&turn)
		if got := turn.Stand(); got != c.want || turn.Elsewhere() != c.other || got.Over() != (got >= Accepted) {
			t.Errorf("%s: %v, elsewhere %v", name, got, turn.Elsewhere())
		}
	}
}

func TestTurns(t *testing.T) {
	var turns Turns
	if turns.Front() != nil || turns.Next() != nil {
		t.Error("nobody asks, and somebody is in front")
	}
	one, two := waiting("1", 1), waiting("2", 2)
	if fresh, gone := turns.Take([]Asking{two}); len(fresh) != 1 || len(gone) != 0 {
		t.Errorf("fresh %v, gone %v", fresh, gone)
	}
	if turns.Front().ID != "2" {
		t.Error("the only one is not in front")
	}
	if fresh, _ := turns.Take([]Asking{two, one}); len(fresh) != 1 || fresh[0].ID != "1" {
		t.Errorf("fresh %v", fresh)
	}
	if turns.Front().ID != "2" || turns.All()[0].ID != "1" || turns.Next().ID != "1" || turns.Of("account 1").ID != "1" || turns.Of("x") != nil {
		t.Error("a later request took the front, or the order is wrong")
	}
	turns.Give("2")
	if turns.Front().Stand() != Checking || !turns.Front().Mine {
		t.Errorf("given: %+v", turns.Front())
	}
	again := two
	again.Attempts, again.AskedAt = 1, two.AskedAt.Add(time.Minute)
	turns.Take([]Asking{again, one})
	if front := turns.Front(); front.Stand() != Waits || front.Try() != 2 || front.Mine {
		t.Errorf("refused: %+v", front)
	}
	turns.Give("2")
	turns.Failed("2")
	if turns.Front().Stand() != Waits {
		t.Error("an answer that did not arrive counts as given")
	}
	turns.Give("2")
	_, gone := turns.Take([]Asking{one})
	if !slices.Equal(gone, []string{"2"}) {
		t.Errorf("gone %v", gone)
	}
	again.State = core.AssistanceFulfilled
	turns.See(again.Assistance)
	if front := turns.Front(); front.ID != "2" || front.Stand() != Accepted || front.Elsewhere() {
		t.Errorf("accepted: %+v", front)
	}
	if _, gone = turns.Take([]Asking{one}); len(gone) != 0 {
		t.Errorf("an outcome is read twice: %v", gone)
	}
	turns.Clear()
	if turns.Front().ID != "1" || len(turns.All()) != 1 {
		t.Errorf("after the person left: %+v", turns.All())
	}
	turns.Drop("1")
	turns.See(one.Assistance) // nobody knows it any more
	if turns.Front() != nil {
		t.Error("a request that is gone is in front")
	}
}

// TestTurnsLoseNobody: whatever comes in which order, what is pending is listed,
// what was answered is not asked again, and the one in front is one of them.
func TestTurnsLoseNobody(t *testing.T) {
	ids := []string{"1", "2", "3", "4"}
	rapid.Check(t, func(rt *rapid.T) {
		var turns Turns
		rows := map[string]*Asking{}
		rt.Repeat(map[string]func(*rapid.T){
			"ask": func(t *rapid.T) {
				id := rapid.SampledFrom(ids).Draw(t, "id")
				if rows[id] == nil {
					q := waiting(id, rapid.IntRange(0, 9).Draw(t, "minute"))
					rows[id] = &q
				}
			},
			"end": func(t *rapid.T) {
				if q := rows[rapid.SampledFrom(ids).Draw(t, "id")]; q != nil && q.State == core.AssistancePending {
					q.State = rapid.SampledFrom([]core.AssistanceState{core.AssistanceFulfilled, core.AssistanceCancelled, core.AssistanceExpired}).Draw(t, "state")
				}
			},
			"give":   func(t *rapid.T) { turns.Give(rapid.SampledFrom(ids).Draw(t, "id")) },
			"choose": func(t *rapid.T) { turns.Choose(rapid.SampledFrom(ids).Draw(t, "id")) },
			"clear":  func(*rapid.T) { turns.Clear() },
			"read": func(t *rapid.T) {
				var pending []Asking
				for _, id := range ids {
					if q := rows[id]; q != nil && q.State == core.AssistancePending {
						pending = append(pending, *q)
					}
				}
				_, gone := turns.Take(pending)
				for _, id := range gone {
					turns.See(rows[id].Assistance)
				}
				for _, q := range pending {
					if turns.Find(q.ID) == nil || turns.Of(q.AccountID) == nil {
						t.Fatalf("%s waits and is not listed", q.ID)
					}
				}
				if n := len(turns.Open()); n != len(pending) {
					t.Fatalf("%d are open, %d wait", n, len(pending))
				}
			},
			"": func(t *rapid.T) {
				front := turns.Front()
				if front == nil && len(turns.Open()) > 0 {
					t.Fatal("somebody waits and nobody is in front")
				}
				if front != nil && turns.Find(front.ID) != front {
					t.Fatalf("%s is in front and not listed", front.ID)
				}
			},
		})
	})
}

func TestGuard(t *testing.T) {
	var g Guard
	if !g.Takes(noon) {
		t.Error("a guard nobody shut takes no keys")
	}
	at := noon
	g.Shut(at)
	for range 20 { // somebody types on, for another window
		at = at.Add(300 * time.Millisecond)
		if g.Takes(at) {
			t.Fatal("a key for another window got through")
		}
	}
	at = at.Add(time.Second)
	if !g.Takes(at) || !g.Takes(at.Add(time.Millisecond)) {
		t.Error("after a pause keys do not get through")
	}
	g.Shut(at)
	g.Open()
	if !g.Takes(at) {
		t.Error("the person turned to the window, and it takes no keys")
	}
}
