package storage_test

import (
	"encoding/json"
	"errors"
	"reflect"
	"testing"
	"time"

	"reconbanker/core"
	"reconbanker/scrapers"
	"reconbanker/storage"
	"reconbanker/storage/storagetest"

	"github.com/google/go-cmp/cmp"
)

var (
	day = storagetest.Day
	by  = core.Audit{At: day, Actor: "ana", Action: "test", Detail: "why"}
)

func same(t *testing.T, want, got any) {
	t.Helper()
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("differs (-want +got):\n%s", diff)
	}
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func isErr(t *testing.T, err, want error) {
	t.Helper()
	if !errors.Is(err, want) {
		t.Errorf("got the error %v, want %v", err, want)
	}
}

func fullAccount() core.Account {
	at := func(n int) time.Time { return day.Add(time.Duration(n) * time.Hour) }
	return core.Account{
		ID: storagetest.ID(), Bank: "demobank", Name: "Caja de ahorro", Status: core.Paused, CreatedAt: day,
		Block:       &core.Block{At: at(1), Kind: scrapers.InvalidCredentials, Reason: "refused", Credentials: 4},
		Health:      core.Health{Kind: scrapers.Network, Since: at(2), Failures: 3, Unexplained: 1, CodeFailed: 2, NotBefore: at(3), Absent: true},
		RestartedAt: at(4), NextRunAt: at(5), LastReadAt: at(6),
	}
}

func TestAccountRoundTrip(t *testing.T) {
	s := storagetest.Open(t)
	a := fullAccount()
	must(t, s.CreateAccount(ctx, a, by))
	got, err := s.Account(ctx, a.ID)
	must(t, err)
	same(t, a, got)
	isErr(t, s.CreateAccount(ctx, a, by), core.ErrConflict)

	got, err = s.ChangeAccount(ctx, a.ID, func(a *core.Account) error {
		*a = core.Account{ID: "ignored", Bank: a.Bank, Name: "Otra", Status: core.Active, CreatedAt: a.CreatedAt}
		return nil
	}, by)
	must(t, err)
	want := core.Account{ID: a.ID, Bank: "demobank", Name: "Otra", Status: core.Active, CreatedAt: day}
	same(t, want, got)
	got, err = s.Account(ctx, a.ID)
	must(t, err)
	same(t, want, got)

	refuse := errors.New("no")
	_, err = s.ChangeAccount(ctx, a.ID, func(a *core.Account) error { a.Name = "x"; return refuse }, by)
	isErr(t, err, refuse)
	got, err = s.Account(ctx, a.ID)
	must(t, err)
	same(t, want, got)

	log, err := s.AuditLog(ctx, 10, 0)
	must(t, err)
	line := by
	line.AccountID = a.ID
	same(t, []core.Audit{line, line}, log)
	log, err = s.AuditLog(ctx, 10, 1)
	must(t, err)
	same(t, 1, len(log))
}

func TestAccountsByName(t *testing.T) {
	s := storagetest.Open(t)
	for _, n := range []string{"zeta", "Ávila", "beta", "Avila 2", "Ñandú"} {
		storagetest.MustCreateAccount(t, s, func(a *core.Account) { a.Name = n })
	}
	rows, err := s.Accounts(ctx)
	must(t, err)
	var names []string
	for _, a := range rows {
		names = append(names, a.Name)
	}
	same(t, []string{"Ávila", "Avila 2", "beta", "Ñandú", "zeta"}, names)
}

func TestWhatIsNotThere(t *testing.T) {
	s := storagetest.Open(t)
	id := storagetest.ID()
	keep := func(*core.Account) error { return nil }
	_, errAccount := s.Account(ctx, id)
	_, errChange := s.ChangeAccount(ctx, id, keep, by)
	_, errSettings := s.Settings(ctx, id)
	_, errSecret := s.Secret(ctx, id, core.SecretPassword)
	_, _, errEnqueue := s.EnqueueRun(ctx, core.Run{AccountID: id})
	_, errRestart := s.Restart(ctx, id, day, core.Run{}, by)
	_, errClaim := s.ClaimRun(ctx, day)
	_, errRun := s.Run(ctx, id)
	_, errStages := s.Stages(ctx, id)
	_, errEnd := s.EndRun(ctx, core.Run{ID: id, Status: core.Failed}, nil)
	_, errKeep := s.Keep(ctx, core.Keep{Run: core.Run{ID: id}})
	_, errMovement := s.Movement(ctx, id, id)
	_, errChangeMovement := s.ChangeMovement(ctx, id, id, func(*core.Movement) ([]core.Delivery, error) { return nil, nil }, by)
	_, errDelivery := s.Delivery(ctx, id)
	_, errTries := s.DeliveryAttempts(ctx, id)
	_, errChangeDelivery := s.ChangeDelivery(ctx, id, func(*core.Delivery) error { return nil }, by)
	_, _, _, errKey := s.LoadKey(ctx)
	for i, err := range []error{
		errAccount, errChange, errSettings, errSecret, errEnqueue, errRestart, errClaim, errRun, errStages, errEnd,
		errKeep, errMovement, errChangeMovement, errDelivery, errTries, errChangeDelivery, errKey,
		s.DeleteAccount(ctx, id, by), s.SaveSettings(ctx, core.Settings{AccountID: id}, nil, nil, by),
		s.EnqueueDue(ctx, id, day, core.Run{}), s.StageRun(ctx, id, core.StageLogin, day, ""),
		s.ResolveAttempt(ctx, id, core.AttemptRefused, day),
	} {
		if !errors.Is(err, core.ErrNotFound) {
			t.Errorf("call %d: %v", i, err)
		}
	}
	log, err := s.AuditLog(ctx, 10, 0)
	must(t, err)
	same(t, 0, len(log)) // what did not happen is not in the log
	must(t, s.FinishDeliveries(ctx, []core.DeliveryResult{{Delivery: core.Delivery{ID: id, Status: core.DeliveryDelivered}, Attempt: &core.DeliveryAttempt{N: 1}}}))
}

func TestOperationMode(t *testing.T) {
	s := storagetest.Open(t)
	mode, err := s.OperationMode(ctx)
	must(t, err)
	same(t, core.ModeUnset, mode)
	must(t, s.SetOperationMode(ctx, core.Passthrough, by))
	must(t, s.SetOperationMode(ctx, core.Passthrough, by))
	mode, err = s.OperationMode(ctx)
	must(t, err)
	same(t, core.Passthrough, mode)
	log, err := s.AuditLog(ctx, 10, 0)
	must(t, err)
	same(t, []core.Audit{by}, log)
	if err := s.SetOperationMode(ctx, "both", by); err == nil {
		t.Error("an unknown mode was stored")
	}
}

func TestSchedulePaused(t *testing.T) {
	s := storagetest.Open(t)
	for _, paused := range []bool{false, true, true, false} {
		must(t, s.SetSchedulePaused(ctx, paused, by))
		got, err := s.SchedulePaused(ctx)
		must(t, err)
		same(t, paused, got)
	}
	log, err := s.AuditLog(ctx, 10, 0)
	must(t, err)
	same(t, 2, len(log)) // only what changed
}

// fill sets every field of a struct to something that is not its zero value.
func fill(v reflect.Value) {
	for i := range v.NumField() {
		switch f := v.Field(i); f.Interface().(type) {
		case json.RawMessage:
			f.SetBytes([]byte(`{"a<b>&":"ñ ` + v.Type().Field(i).Name + `"}`))
		case time.Time:
			f.Set(reflect.ValueOf(day.Add(time.Duration(i) * time.Minute)))
		case []string:
			f.Set(reflect.ValueOf([]string{"x", "y"}))
		case map[string]string:
			f.Set(reflect.ValueOf(map[string]string{"k": "v"}))
		case map[string]bool:
			f.Set(reflect.ValueOf(map[string]bool{core.SecretPassword: true}))
		default:
			switch f.Kind() {
			case reflect.String:
				f.SetString(v.Type().Field(i).Name)
			case reflect.Int, reflect.Int64:
				f.SetInt(int64(i + 1))
			case reflect.Bool:
				f.SetBool(true)
			}
		}
	}
}

func TestEveryFieldOfSettingsIsKept(t *testing.T) {
	s := storagetest.Open(t)
	a := storagetest.MustCreateAccount(t, s)
	var st core.Settings
	fill(reflect.ValueOf(&st).Elem())
	st.AccountID = a.ID
	for i, v := 0, reflect.ValueOf(st); i < v.NumField(); i++ {
		if v.Field(i).IsZero() {
			t.Fatalf("the test does not fill %s", v.Type().Field(i).Name)
		}
	}
	must(t, s.SaveSettings(ctx, st, map[string][]byte{core.SecretPassword: {1, 2}}, nil, by))
	got, err := s.Settings(ctx, a.ID)
	must(t, err)
	same(t, st, got)

	// What is absent comes back absent, and the first id and time stay.
	bare := core.Settings{ID: "other", AccountID: a.ID, CreatedAt: day.Add(time.Hour), UpdatedAt: day.Add(time.Hour)}
	must(t, s.SaveSettings(ctx, bare, nil, []string{core.SecretPassword}, by))
	got, err = s.Settings(ctx, a.ID)
	must(t, err)
	bare.ID, bare.CreatedAt, bare.Stored = st.ID, st.CreatedAt, map[string]bool{}
	same(t, bare, got)
}

func TestSecrets(t *testing.T) {
	s := storagetest.Open(t)
	a := storagetest.MustCreateAccount(t, s)
	st := core.Settings{AccountID: a.ID, UpdatedAt: day}
	has, err := s.HasSecrets(ctx)
	must(t, err)
	same(t, false, has)
	put := map[string][]byte{core.SecretPassword: []byte("one"), core.SecretAuthToken: []byte("two")}
	must(t, s.SaveSettings(ctx, st, put, nil, by))
	must(t, s.SaveSettings(ctx, st, map[string][]byte{core.SecretPassword: []byte("three")}, []string{core.SecretAuthToken}, by))
	sealed, err := s.Secret(ctx, a.ID, core.SecretPassword)
	must(t, err)
	same(t, "three", string(sealed))
	_, err = s.Secret(ctx, a.ID, core.SecretAuthToken)
	isErr(t, err, core.ErrNotFound)
	has, err = s.HasSecrets(ctx)
	must(t, err)
	same(t, true, has)
	must(t, s.DeleteAccount(ctx, a.ID, by))
	has, err = s.HasSecrets(ctx)
	must(t, err)
	same(t, false, has)
}

func TestKeyRecord(t *testing.T) {
	s := storagetest.Open(t)
	load := func(wantID, wantKCV, wantWrapped string) {
		t.Helper()
		id, kcv, wrapped, err := s.LoadKey(ctx)
		must(t, err)
		same(t, []string{wantID, wantKCV, wantWrapped}, []string{id, string(kcv), string(wrapped)})
	}
	must(t, s.SaveKey(ctx, "k1", []byte("v1"), nil))
	load("k1", "v1", "")
	must(t, s.SaveKey(ctx, "k2", []byte("v2"), nil)) // nothing is sealed yet
	load("k2", "v2", "")
	a := storagetest.MustCreateAccount(t, s)
	must(t, s.SaveSettings(ctx, core.Settings{AccountID: a.ID}, map[string][]byte{core.SecretPassword: []byte("x")}, nil, by))
	must(t, s.SaveKey(ctx, "k2", []byte("v2"), []byte("wrapped")))
	isErr(t, s.SaveKey(ctx, "k3", []byte("v3"), nil), core.ErrConflict)
	isErr(t, s.SaveKey(ctx, "k2", []byte("other"), nil), core.ErrConflict)
	load("k2", "v2", "wrapped")
}

func TestOwedDeliveriesFollowTheWebhook(t *testing.T) {
	s := storagetest.Open(t)
	a := storagetest.MustCreateAccount(t, s)
	st := storagetest.MustSaveSettings(t, s, a.ID)
	storagetest.MustKeep(t, s, a.ID, hook, storagetest.Lines(0, 3))
	due, err := s.DueDeliveries(ctx, day, 10, 10, core.DeliverySkip{})
	must(t, err)
	must(t, s.FinishDeliveries(ctx, delivered(due[:1])))
	st.WebhookURL = "" // unfinished settings leave what is owed where it is
	must(t, s.SaveSettings(ctx, st, nil, nil, by))
	st.WebhookURL = "HTTP://Other.Example:8080/Path"
	must(t, s.SaveSettings(ctx, st, nil, nil, by))
	for i, d := range due {
		got, err := s.Delivery(ctx, d.ID)
		must(t, err)
		want := []string{st.WebhookURL, "http://other.example:8080"}
		if i == 0 {
			want = []string{hook, "https://receiver.example"}
		}
		same(t, want, []string{got.URL, got.Receiver})
	}
	// An attempt under way does not bring the old address back.
	must(t, s.FinishDeliveries(ctx, delivered(due[1:2])))
	got, err := s.Delivery(ctx, due[1].ID)
	must(t, err)
	same(t, st.WebhookURL, got.URL)
}

func TestDeletingAnAccountTakesAllItOwns(t *testing.T) {
	s := storagetest.Open(t)
	fillAccount := func() core.Account {
		a := storagetest.MustCreateAccount(t, s)
		st := storagetest.MustSaveSettings(t, s, a.ID)
		must(t, s.SaveSettings(ctx, st, map[string][]byte{core.SecretPassword: {1}}, nil, core.Audit{}))
		storagetest.MustKeep(t, s, a.ID, hook, storagetest.Lines(0, 3))
		r := storagetest.MustStartRun(t, s, a.ID)
		must(t, s.StageRun(ctx, r.ID, core.StageLogin, day, ""))
		must(t, s.BeginAttempt(ctx, core.Attempt{Bank: "demobank", BankUser: "u", AccountID: a.ID, At: time.Now()}, func([]core.Attempt) error { return nil }))
		return a
	}
	a, other := fillAccount(), fillAccount()
	due, err := s.DueDeliveries(ctx, day, 10, 10, core.DeliverySkip{})
	must(t, err)
	must(t, s.FinishDeliveries(ctx, delivered(due)))
	before := counts(t, s)
	must(t, s.DeleteAccount(ctx, a.ID, by))
	after := counts(t, s)
	for _, table := range []string{"account", "settings", "secret", "run", "run_stage", "movement", "delivery", "delivery_attempt"} {
		if after[table]*2 != before[table] || before[table] == 0 {
			t.Errorf("%s had %d rows and has %d", table, before[table], after[table])
		}
	}
	// One audit line stays, and the ledger of the bank's user.
	same(t, []int{1, 2}, []int{after["audit"], after["attempt"]})
	ledger, err := s.Attempts(ctx, "demobank", "u", day)
	must(t, err)
	same(t, []core.AttemptOutcome{core.AttemptOpen, core.AttemptUnresolved}, []core.AttemptOutcome{ledger[0].Outcome, ledger[1].Outcome})
	_, n, err := s.Movements(ctx, core.MovementFilter{Limit: 10})
	must(t, err)
	same(t, 3, n)
	_, err = s.Account(ctx, other.ID)
	must(t, err)
}

func counts(t *testing.T, s *storage.Store) map[string]int {
	t.Helper()
	_, readers := s.Pools()
	out := map[string]int{}
	for _, table := range []string{"account", "settings", "secret", "run", "run_stage", "movement", "delivery", "delivery_attempt", "audit", "attempt"} {
		var n int
		must(t, readers.QueryRow("SELECT count(*) FROM "+table).Scan(&n))
		out[table] = n
	}
	return out
}
