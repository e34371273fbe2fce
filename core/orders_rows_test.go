package core_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"reconbanker/core"
)

// Every row of the table is listed with a good one before and behind it.
func TestRowsOfAList(t *testing.T) {
	reconcile(t, func(c *till) {
		good := row("G1", 100, "Uno Dos")
		for raw, want := range map[string]string{ // row → id and amount, or what the reason says
			`{"external_id":"ORD-7781","amount":"2450.50","currency":"UYU","name":"Marta Suárez","more":{"a":[1]}}`: "=ORD-7781 2450.50 UYU",
			`{"external_id":7782,"amount":99,"currency":"usd","name":"Kappa SRL"}`:                                  "=7782 99.00 USD",
			`{"external_id":123456789012345678901234567890,"amount":1.5,"currency":"UYU","name":"n"}`:               "=123456789012345678901234567890 1.50 UYU",
			`{"external_id":0,"amount":90071992547409.93,"currency":"UYU","name":"n"}`:                              "=0 90071992547409.93 UYU",
			`{"external_id":"J","amount":"1500","currency":"JPY","name":"n"}`:                                       "=J 1500 JPY",
			`{"external_id":"T","amount":10.100,"currency":"UYU","name":" n "}`:                                     "=T 10.10 UYU",
			`{"external_id":"a","amount":"","currency":"UYU","name":"n"}`:                                           "amount",
			`{"external_id":"a","amount":" ","currency":"UYU","name":"n"}`:                                          "amount",
			`{"external_id":"a","amount":"0","currency":"UYU","name":"n"}`:                                          "more than zero",
			`{"external_id":"a","amount":-3,"currency":"UYU","name":"n"}`:                                           "more than zero",
			`{"external_id":"a","amount":"12,50","currency":"UYU","name":"n"}`:                                      "plain decimal",
			`{"external_id":"a","amount":"1.500,00","currency":"UYU","name":"n"}`:                                   "plain decimal",
			`{"external_id":"a","amount":"1e2","currency":"UYU","name":"n"}`:                                        "plain decimal",
			`{"external_id":"a","amount":1e2,"currency":"UYU","name":"n"}`:                                          "plain decimal",
			`{"external_id":"a","amount":"0x10","currency":"UYU","name":"n"}`:                                       "plain decimal",
			`{"external_id":"a","amount":0.30000000000000004,"currency":"UYU","name":"n"}`:                          "more decimals",
			`{"external_id":"a","amount":"1.5","currency":"JPY","name":"n"}`:                                        "more decimals",
			`{"external_id":"a","amount":"99999999999999999999","currency":"UYU","name":"n"}`:                       "too large",
			`{"external_id":"a","amount":null,"currency":"UYU","name":"n"}`:                                         "amount is missing",
			`{"external_id":"a","amount":true,"currency":"UYU","name":"n"}`:                                         "amount is missing",
			`{"external_id":"a","amount":"1","currency":"U","name":"n"}`:                                            "ISO 4217",
			`{"external_id":"a","amount":"1","currency":"ZZZ","name":"n"}`:                                          "ISO 4217",
			`{"external_id":"a","amount":"1","currency":"","name":"n"}`:                                             "currency is empty",
			`{"external_id":"a","amount":"1","currency":"UYU"}`:                                                     "name is missing",
			`{"external_id":"a","amount":"1","currency":"UYU","name":""}`:                                           "name is empty",
			`{"external_id":"a","amount":"1","currency":"UYU","name":"  "}`:                                         "name is empty",
			`{"external_id":"a","amount":"1","currency":"UYU","name":7}`:                                            "name is missing or not a text",
			`{"external_id":"","amount":"1","currency":"UYU","name":"n"}`:                                           "external_id is empty",
			`{"external_id":1.5,"amount":"1","currency":"UYU","name":"n"}`:                                          "whole",
			`{"external_id":null,"amount":"1","currency":"UYU","name":"n"}`:                                         "external_id is missing",
			`{"external_id":["a"],"amount":"1","currency":"UYU","name":"n"}`:                                        "external_id is missing",
			`{"external_id":"` + strings.Repeat("x", 300) + `","amount":"1","currency":"UYU","name":"n"}`:           "longer than",
			`"text"`: "not a JSON object",
			`null`:   "not a JSON object",
			`[1]`:    "not a JSON object",
			`{"external_id":"G1","amount":"7","currency":"UYU","name":"Uno Dos"}`: "comes twice",
			good: "=G1 1.00 UYU", // the same once more is no news
		} {
			f := c.lists(good, raw, row("G2", 200, "Tres Cuatro"))
			if id, ok := strings.CutPrefix(want, "="); ok {
				o := c.order(strings.Fields(id)[0])
				if got := fmt.Sprintf("%s %s", o.ExternalID, o.Amount); got != id || f.Rejected != 0 || o.Name != strings.TrimSpace(o.Name) {
					c.Errorf("%s became %q with %d rows left out, want %q", raw, got, f.Rejected, id)
				}
			} else if f.Rejected != 1 || f.Accepted != 2 || f.RejectedTop[0].Position != 2 || !strings.Contains(f.RejectedTop[0].Reason, want) {
				c.Errorf("%s: %+v, want %q", raw, f, want)
			}
		}
	})
}

func TestShapesOfAList(t *testing.T) {
	reconcile(t, func(c *till) {
		poll := func(body string) error {
			c.w.Lists.Serve(body)
			_, err := c.w.Core.PollNow(c.Context(), c.a.ID, "test")
			return err
		}
		one := row("A", 100, "Uno Dos")
		for _, body := range []string{"[" + one + "]", ` { "page" : {"n":[1]}, "data" : [ ` + one + ` ], "total": 1 } ` + "\n"} {
			if err := poll(body); err != nil {
				c.Errorf("%s: %v", body, err)
			}
		}
		for body, says := range map[string]string{
			``: "ends in the middle", `[` + one: "ends in the middle", `[` + one + `,`: "ends in the middle", `{"data":[` + one + `]`: "ends in the middle",
			`{}`: "JSON array", `{"data":{}}`: "JSON array", `{"data":[],"data":[]}`: "JSON array", `"x"`: "JSON array", `7`: "JSON array", `null`: "JSON array",
			`<html>canary</html>`: "not valid JSON", `[` + one + `] trailing`: "not valid JSON", `[]` + `[]`: "behind the list",
		} {
			err := poll(body)
			if err == nil || !strings.Contains(err.Error(), says) || strings.Contains(err.Error(), "canary") {
				c.Errorf("%s: %v, want %q", body, err, says)
			}
			c.is("A", core.OrderNotFound) // a list that cannot be read changes nothing
		}
		if f, err := c.w.Core.Feed(c.Context(), c.a.ID); err != nil || f.Failures == 0 {
			c.Errorf("feed %+v, %v", f, err)
		}
		if _, err := c.w.Core.PollNow(c.Context(), "00000000-0000-7000-8000-000000000000", "test"); !errors.Is(err, core.ErrNotFound) {
			c.Errorf("polled an account that is not there: %v", err)
		}
	})
}
