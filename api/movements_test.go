package api_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"reconbanker/core"
	"reconbanker/core/coretest"
	"reconbanker/scrapers"
)

var day = time.Date(2026, 5, 13, 10, 15, 0, 0, time.UTC)

// read makes an account whose bank shows n credits, and reads them.
func (d *desk) read(n int, change ...func(i int, l *scrapers.Line)) string {
	d.t.Helper()
	lines := make([]scrapers.Line, n)
	for i := range lines {
		lines[i] = coretest.Credit(i, day)
		lines[i].BankID = fmt.Sprintf("B-%03d", i)
		for _, c := range change {
			c(i, &lines[i])
		}
	}
	d.bank.OnRead(coretest.Shows(lines...))
	id := d.account()
	if run := d.scraped(d.ask("POST", "/accounts/"+id+"/scrape", nil).is(202).str("jobId")); run.Status != core.Succeeded || run.New != n {
		d.t.Fatalf("the run %+v", run)
	}
	d.must(d.WaitDelivered(d.t.Context(), id))
	return id
}

// movement is a row of the list.
type movement struct {
	ID     string  `json:"id"`
	Sender *string `json:"sender_name"`
	At     string  `json:"received_at"`
	Sent   *string `json:"notified_at"`
}

func (d *desk) movements(path string) (rows []movement) {
	d.t.Helper()
	d.ask("GET", path, nil).is(200).into(&rows)
	return rows
}

func TestMovementsAreListed(t *testing.T) {
	d := signedIn(t)
	id := d.read(7)
	path := "/accounts/" + id + "/movements"
	all := d.ask("GET", path, nil).is(200)
	rows := d.movements(path)
	if len(rows) != 7 || all.header.Get("X-Total-Count") != "7" || rows[0].At != "2026-05-13T10:21:00Z" || rows[6].At != "2026-05-13T10:15:00Z" {
		t.Fatalf("%d rows, total %s: %s", len(rows), all.header.Get("X-Total-Count"), all.body)
	}
	d.ask("GET", path+"?limit=1&offset=6", nil).is(200).says(`[{"id":"` + rows[6].ID + `","external_id":"B-000","amount":"100.00",` +
		`"currency":"UYU","sender_name":"ACME SA","received_at":"2026-05-13T10:15:00Z","notified_at":"` + *rows[6].Sent + `","excluded_at":null}]`)
	page := d.ask("GET", "/api"+path+"?limit=500&offset=3", nil).is(200)
	if page.header.Get("X-Total-Count") != "7" || !strings.HasPrefix(string(page.body), `[{"id":"`+rows[3].ID) {
		t.Errorf("a page: %s", page.body)
	}
	d.ask("GET", path+"?offset=7", nil).is(200).says(`[]`)
	d.ask("GET", path+"?offset=9223372036854775807", nil).is(200).says(`[]`)
	if got := d.movements(path + "?from=2026-05-13T10:17:00Z&to=2026-05-13T10:19:00Z"); len(got) != 2 {
		t.Errorf("%d rows of two minutes", len(got))
	}
	if got := d.movements(path + "?currency=usd"); len(got) != 0 {
		t.Errorf("%d rows in dollars", len(got))
	}
	if got := d.movements(path + "?search=B-004"); len(got) != 1 {
		t.Errorf("%d rows found", len(got))
	}
	for query, says := range map[string]string{
		"limit=0": "limit must be from 1 to 500", "limit=501": "limit must be from 1 to 500", "limit=-1": "limit must be from 1 to 500",
		"limit=": "limit must be a whole number", "limit=x": "limit must be a whole number", "limit=1.5": "limit must be a whole number",
		"limit=99999999999999999999": "limit must be a whole number", "offset=-1": "offset must be 0 or more",
		"offset=x": "offset must be a whole number", "from=yesterday": "from must be a time such as 2026-05-13T10:15:00Z",
		"delivery=x": "delivery must be one of pending, delivered, retrying, dead, silent, no_sender, before_start",
		"limit=%zz":  "the query is malformed: write it as name=value, with other characters escaped",
		"a;b":        "the query is malformed: write it as name=value, with other characters escaped",
	} {
		d.ask("GET", path+"?"+query, nil).refused(400, says)
	}
}

func TestMovementIsSentAgain(t *testing.T) {
	d := signedIn(t)
	id := d.read(2)
	rows := d.movements("/accounts/" + id + "/movements")
	notify := func(account, movement string) *answer {
		return d.ask("POST", "/accounts/"+account+"/movements/"+movement+"/notify", nil)
	}
	before := len(d.sender.Sent())
	notify(id, rows[0].ID).is(202).says(`{"queued":true}`)
	d.must(d.WaitDelivered(t.Context(), id))
	sent := d.sender.Sent()
	if len(sent) != before+1 || !strings.Contains(string(sent[before].Out.Body), rows[0].ID) {
		t.Fatalf("%d webhooks were sent", len(sent)-before)
	}
	other := d.account()
	notify(id, nobody).refused(404, "Movement not found for this account")
	notify(other, rows[0].ID).refused(404, "Movement not found for this account")
	notify(nobody, rows[0].ID).refused(404, "Account not found")
	d.ask("PUT", "/me/operation-mode", map[string]any{"mode": "reconcile"}).is(200)
	notify(id, rows[0].ID).refused(409, "movements are sent in passthrough mode only")
}

func TestMovementWithoutASender(t *testing.T) {
	d := signedIn(t)
	id := d.read(1, func(_ int, l *scrapers.Line) { l.Sender = "" })
	path := "/accounts/" + id + "/movements"
	row := d.movements(path)[0]
	if row.Sender != nil || row.Sent != nil || len(d.sender.Sent()) != 0 {
		t.Fatalf("row %+v, %d sent", row, len(d.sender.Sent()))
	}
	notify := path + "/" + row.ID + "/notify"
	d.ask("POST", notify, nil).refused(409, "the bank names no sender of this movement: to send it with name null, add ?anyway=true")
	d.ask("POST", notify+"?anyway=x", nil).refused(400, "anyway must be true or false")
	d.ask("POST", notify+"?anyway=true", nil).is(202)
	d.must(d.WaitDelivered(t.Context(), id))
	if sent := d.sender.Sent(); len(sent) != 1 || !strings.Contains(string(sent[0].Out.Body), `"name":null`) {
		t.Errorf("sent %v", sent)
	}
}

func TestMovementIsSetAside(t *testing.T) {
	d := signedIn(t)
	id := d.read(1)
	path := "/accounts/" + id + "/movements"
	row := d.movements(path)[0]
	if got := d.ask("POST", path+"/"+row.ID+"/exclude", nil).is(200); !strings.Contains(string(got.body), `"excluded_at":"2`) {
		t.Errorf("set aside: %s", got.body)
	}
	d.ask("POST", path+"/"+row.ID+"/restore", nil).is(200)
	if got := d.ask("GET", path, nil); !strings.Contains(string(got.body), `"excluded_at":null`) {
		t.Errorf("brought back: %s", got.body)
	}
	d.ask("POST", path+"/"+nobody+"/exclude", nil).refused(404, "Movement not found for this account")
}

func TestWorkIsListed(t *testing.T) {
	d := signedIn(t)
	d.sender.Answers(func(context.Context, core.Outgoing) (core.Answer, error) {
		return core.Answer{Status: 410, Body: "gone"}, nil
	})
	id := d.read(3)
	d.ask("GET", "/runs?account_id="+id, nil).is(200)
	var runs []struct {
		JobID string `json:"jobId"`
	}
	got := d.ask("GET", "/runs?status=ok", nil).is(200)
	got.into(&runs)
	if len(runs) != 1 || got.header.Get("X-Total-Count") != "1" {
		t.Fatalf("runs %s", got.body)
	}
	if one := d.ask("GET", "/runs/"+runs[0].JobID, nil).is(200); !strings.Contains(string(one.body), `"stage":"login"`) {
		t.Errorf("the run %s", one.body)
	}
	d.ask("GET", "/runs/"+nobody, nil).refused(404, "Run not found")
	d.ask("POST", "/runs/"+runs[0].JobID+"/cancel", nil).refused(409, "the run has ended already")
	d.ask("GET", "/runs?status=x", nil).is(400)
	d.ask("GET", "/runs?account_id=x", nil).refused(400, "account_id must be a UUID")

	var dead []struct {
		ID, AccountID, SubjectType, SubjectID string
		LastStatus                            int
	}
	d.ask("GET", "/accounts/"+id+"/movements/dead-letters", nil).is(200).into(&dead)
	if len(dead) != 3 || dead[0].LastStatus != 410 || dead[0].SubjectType != "bank_transaction" || dead[0].AccountID != id {
		t.Fatalf("dead letters %+v", dead)
	}
	list := d.ask("GET", "/deliveries?status=dead&limit=2", nil).is(200)
	if list.header.Get("X-Total-Count") != "3" {
		t.Errorf("deliveries %s", list.body)
	}
	if one := d.ask("GET", "/deliveries/"+dead[0].ID, nil).is(200); !strings.Contains(string(one.body), `"response":"gone"`) || !strings.Contains(string(one.body), `"payload":{"id"`) {
		t.Errorf("the delivery %s", one.body)
	}
	d.sender.Answers(nil)
	d.ask("POST", "/deliveries/"+dead[0].ID+"/resend", nil).is(202).says(`{"queued":true}`)
	d.must(d.WaitDelivered(t.Context(), id))
	d.ask("GET", "/accounts/"+id+"/movements/dead-letters?limit=1", nil).is(200)
	d.ask("POST", "/deliveries/"+dead[0].ID+"/resend", nil).refused(409, "it was delivered")
	d.ask("POST", "/deliveries/"+nobody+"/resend", nil).refused(404, "Delivery not found")
	d.ask("GET", "/deliveries/"+nobody, nil).refused(404, "Delivery not found")
}

func TestBlockedAccountIsSpared(t *testing.T) {
	d := signedIn(t)
	id := d.account()
	refused := scrapers.Fail(scrapers.InvalidCredentials, "sign in", nil)
	d.bank.OnLogin(coretest.FailAfterSubmit(refused))
	scrape := func() core.Run {
		return d.scraped(d.ask("POST", "/accounts/"+id+"/scrape", nil).is(202).str("jobId"))
	}
	if run := scrape(); run.Status != core.Failed {
		t.Fatalf("the run %+v", run)
	}
	var list []struct {
		At     *string `json:"scrapeBlockedAt"`
		Reason *string `json:"scrapeBlockedReason"`
	}
	d.ask("GET", "/accounts", nil).into(&list)
	if list[0].At == nil || list[0].Reason == nil || strings.Contains(*list[0].Reason, coretest.Password) {
		t.Fatalf("account %+v", list[0])
	}
	if run := scrape(); run.Status != core.Skipped || run.Kind != core.Blocked {
		t.Fatalf("a scrape of a blocked account %+v", run)
	}
	d.bank.OnLogin(nil)
	if run := d.scraped(d.ask("POST", "/accounts/"+id+"/restart", nil).is(202).str("jobId")); run.Status != core.Succeeded {
		t.Fatalf("the restart %+v", run)
	}
	d.ask("GET", "/accounts", nil).says(`[{"id":"` + id + `","bank":"coretest","name":"Caja","status":"active","scrapeBlockedAt":null,"scrapeBlockedReason":null}]`)
}

func TestOneRunAtATime(t *testing.T) {
	d := signedIn(t)
	id, job := d.assisted()
	for range 3 {
		d.ask("POST", "/accounts/"+id+"/scrape", nil).is(202).says(`{"jobId":"` + job + `"}`)
	}
	d.ask("POST", "/runs/"+job+"/cancel", nil).is(202).says(`{"jobId":"` + job + `"}`)
	if run := d.scraped(job); run.Status != core.Canceled {
		t.Errorf("the run %+v", run)
	}
	d.ask("GET", "/accounts/"+id+"/otp", nil).says(`null`) // it ends with its login
	for range 40 {
		if got := d.ask("POST", "/accounts/"+id+"/scrape", nil); got.status == 429 {
			if got.header.Get("Retry-After") == "" {
				t.Error("nothing says when to try again")
			}
			return
		}
	}
	t.Error("scrapes are not limited")
}

func TestBanks(t *testing.T) {
	d := signedIn(t)
	one := `{"id":"` + bankID + `","code":"coretest","name":"Banco de Prueba","loginUrl":"https://bank.example/login","status":"active"`
	d.ask("GET", "/banks", nil).is(200).says(`[` + one + `}]`)
	d.ask("GET", "/banks/"+bankID, nil).is(200).says(one + `,"scripts":[]}`)
	d.ask("GET", "/banks/"+nobody, nil).refused(404, "Bank not found")
	d.ask("GET", "/banks/itau", nil).refused(400, "bankId must be a UUID")
	d.ask("POST", "/banks", map[string]any{"code": "x", "name": "X"}).refused(403, "Forbidden: banks come with the program; GET /banks lists them")
}

var errList = errors.New("the list answered 500")

func TestConciliation(t *testing.T) {
	d := signedIn(t)
	id := d.read(2)
	d.ask("POST", "/conciliation/poll/"+id, nil).refused(409, "orders are polled in reconcile mode only")
	d.ask("PUT", "/me/operation-mode", map[string]any{"mode": "reconcile"}).is(200)
	d.ask("POST", "/conciliation/poll/"+id, nil).refused(400, "pending_orders_endpoint is required: enter where your pending orders are listed")
	own := map[string]any{"webhook_url": coretest.Hook, "pending_orders_endpoint": "https://erp.example/orders"}
	d.ask("PUT", "/accounts/"+id+"/config", own).is(200)
	d.lists.Fails(errList)
	d.ask("POST", "/conciliation/poll/"+id, nil).is(502)
	d.ask("GET", "/conciliation/poll/"+id, nil).is(200)
	d.clock.push(time.Hour)
	d.lists.Serve(`[{"external_id":"ORD-1","amount":"250.00","currency":"UYU","name":"Kappa SRL"},{"external_id":"","amount":1}]`)
	d.ask("POST", "/conciliation/poll/"+id, nil).is(202).says(`{"queued":true}`)
	if feed := d.ask("GET", "/conciliation/poll/"+id, nil).is(200); !strings.Contains(string(feed.body), `"accepted":1,"rejected":1`) {
		t.Errorf("the list %s", feed.body)
	}
	var rows []struct{ ID, Status string }
	list := d.ask("GET", "/conciliation", nil).is(200)
	list.into(&rows)
	if len(rows) != 1 || list.header.Get("X-Total-Count") != "1" || !strings.Contains(string(list.body), `"external_id":"ORD-1","status":"not_found","amount":"250.00","currency":"UYU","sender_name":"Kappa SRL"`) ||
		!strings.Contains(string(list.body), `"bank":"coretest","account_name":"Caja"`) {
		t.Fatalf("orders %s", list.body)
	}
	order := "/conciliation/" + rows[0].ID
	if one := d.ask("GET", order+"?explain=true", nil).is(200); !strings.Contains(string(one.body), `"match":null`) || !strings.Contains(string(one.body), `"candidates":[]`) {
		t.Errorf("the order %s", one.body)
	}
	d.ask("POST", order+"/run", nil).is(202).says(`{"queued":true}`)
	d.ask("POST", order+"/notify", nil).refused(409, "an order that is not_found has no result to send")
	d.ask("POST", order+"/undo", nil).is(409)
	d.ask("POST", order+"/settle", map[string]any{}).refused(400, "bank_transaction_id must be the id of a movement")
	d.ask("POST", order+"/settle", map[string]any{"bank_transaction_id": d.movements("/accounts/" + id + "/movements")[0].ID}).is(409)
	d.ask("POST", order+"/else", nil).refused(404, "Route not found")
	for _, path := range []string{"", "/run", "/notify", "/undo"} {
		method := map[bool]string{true: "GET", false: "POST"}[path == ""]
		d.ask(method, "/conciliation/"+nobody+path, nil).refused(404, "Not found")
		d.ask(method, "/conciliation/7"+path, nil).refused(400, "requestId must be a UUID")
	}
	d.ask("POST", "/conciliation/poll/"+nobody, nil).refused(404, "Account not found")
	d.ask("POST", "/conciliation/poll/7", nil).refused(400, "accountId must be a UUID")
	d.ask("GET", "/conciliation?status=x", nil).is(400)
	d.ask("GET", "/conciliation?limit=501", nil).is(400)
	d.ask("GET", "/conciliation?status=matched", nil).is(200).says(`[]`)
}

func TestOrderIsSettledAndUndone(t *testing.T) {
	d := signedIn(t)
	recent := time.Now().UTC().Truncate(time.Minute).Add(-time.Hour)
	id := d.read(1, func(_ int, l *scrapers.Line) { l.BookedAt = recent })
	d.ask("PUT", "/me/operation-mode", map[string]any{"mode": "reconcile"}).is(200)
	d.ask("PUT", "/accounts/"+id+"/config", map[string]any{"webhook_url": coretest.Hook, "pending_orders_endpoint": "https://erp.example/orders"}).is(200)
	d.lists.Serve(`[{"external_id":"ORD-1","amount":100,"currency":"UYU","name":"ACME SA"}]`)
	d.ask("POST", "/conciliation/poll/"+id, nil).is(202)
	var rows []struct{ ID, Status string }
	d.ask("GET", "/conciliation?status=matched", nil).into(&rows)
	if len(rows) != 1 {
		t.Fatalf("orders %s", d.ask("GET", "/conciliation", nil).body)
	}
	order := "/conciliation/" + rows[0].ID
	paid := d.movements("/accounts/" + id + "/movements")[0].ID
	if one := d.ask("GET", order, nil).is(200); !strings.Contains(string(one.body), `"bank_transaction_id":"`+paid+`","is_primary":true,"amount":"100.00","currency":"UYU","sender_name":"ACME SA"`) {
		t.Errorf("the order %s", one.body)
	}
	d.ask("POST", order+"/notify", nil).is(202)
	d.ask("POST", order+"/undo", nil).is(200)
	d.ask("POST", order+"/settle", map[string]any{"bank_transaction_id": paid}).is(200)
	d.ask("POST", order+"/undo", nil).is(200)
	d.ask("POST", order+"/refuse", map[string]any{"bank_transaction_id": paid}).is(200)
}
