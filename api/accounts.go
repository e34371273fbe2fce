package api

import (
	"errors"
	"net/http"
	"strconv"
	"strings"

	"github.com/google/uuid"

	"reconbanker/core"
	"reconbanker/core/wire"
)

// bankSpace makes the ids of banks: a bank is known by its code, and the API by
// a UUID that is the same for a code on every machine.
var bankSpace = uuid.NewSHA1(uuid.NameSpaceURL, []byte("https://reconbanker.com/banks"))

func bankID(code string) string { return uuid.NewSHA1(bankSpace, []byte(code)).String() }

type bank struct {
	ID       string  `json:"id"`
	Code     string  `json:"code"`
	Name     string  `json:"name"`
	LoginURL *string `json:"loginUrl"`
	Status   string  `json:"status"`
}

func (s *Server) banks() []bank {
	out := []bank{}
	for _, b := range s.core.Banks() {
		out = append(out, bank{bankID(b.Code), b.Code, b.Name, text(b.LoginURL), "active"})
	}
	return out
}

func listBanks(c *call) (reply, error) { return ok(c.s.banks()) }

func getBank(c *call) (reply, error) {
	id, err := c.id("bankId")
	if err != nil {
		return reply{}, err
	}
	for _, b := range c.s.banks() {
		if b.ID == id {
			return ok(struct {
				bank
				Scripts []struct{} `json:"scripts"` // drivers are part of the program
			}{b, []struct{}{}})
		}
	}
	return reply{}, notFound("Bank")
}

// createBank is refused: a bank is a driver, and drivers come with the program.
func createBank(*call) (reply, error) {
	return reply{}, refuse(http.StatusForbidden, "Forbidden: banks come with the program; GET /banks lists them")
}

func listAccounts(c *call) (reply, error) {
	rows, err := c.s.core.Accounts(c.Context())
	if err != nil {
		return reply{}, err
	}
	out := make([]wire.Account, len(rows))
	for i, a := range rows {
		out[i] = wire.FromAccount(a)
	}
	return ok(out)
}

func createAccount(c *call) (reply, error) {
	var in struct {
		BankID string `json:"bankId"`
		Name   string `json:"name"`
	}
	if err := c.decode(&in); err != nil {
		return reply{}, err
	}
	in.BankID = strings.ToLower(strings.TrimSpace(in.BankID))
	switch {
	case in.BankID == "" || strings.TrimSpace(in.Name) == "":
		return reply{}, badRequest("bankId and name are required")
	case !core.ValidID(in.BankID):
		return reply{}, badRequest("bankId must be the id of a bank, a UUID: GET /banks lists them")
	}
	for _, b := range c.s.banks() {
		if b.ID == in.BankID {
			a, err := c.s.core.CreateAccount(c.Context(), b.Code, in.Name, c.actor())
			return reply{http.StatusCreated, wire.FromAccount(a)}, err
		}
	}
	return reply{}, notFound("Bank")
}

// getAccount answers with the seed's four fields.
func getAccount(c *call) (reply, error) {
	a, err := c.account()
	if err != nil {
		return reply{}, err
	}
	return ok(struct {
		ID     string `json:"id"`
		Bank   string `json:"bank"`
		Name   string `json:"name"`
		Status string `json:"status"`
	}{a.ID, a.Bank, a.Name, string(a.Status)})
}

// changeAccount renames, pauses, archives or brings back.
func changeAccount(c *call) (reply, error) {
	a, err := c.account()
	if err != nil {
		return reply{}, err
	}
	var in struct {
		Name   *string `json:"name"`
		Status *string `json:"status"`
	}
	if err := c.decode(&in); err != nil {
		return reply{}, err
	}
	if in.Name == nil && in.Status == nil {
		return reply{}, badRequest("nothing to change: send name, status or both")
	}
	if in.Name != nil {
		if a, err = c.s.core.RenameAccount(c.Context(), a.ID, *in.Name, c.actor()); err != nil {
			return reply{}, missing(err, "Account")
		}
	}
	if in.Status != nil {
		if a, err = c.s.core.SetAccountStatus(c.Context(), a.ID, core.AccountStatus(*in.Status), c.actor()); err != nil {
			return reply{}, missing(err, "Account")
		}
	}
	return ok(wire.FromAccount(a))
}

func deleteAccount(c *call) (reply, error) {
	a, err := c.account()
	if err != nil {
		return reply{}, err
	}
	var in struct {
		Name string `json:"confirmation_name"`
	}
	if err := c.decode(&in); err != nil {
		return reply{}, err
	}
	if err := c.s.core.DeleteAccount(c.Context(), a.ID, in.Name, c.actor()); err != nil {
		return reply{}, missing(err, "Account")
	}
	return reply{http.StatusNoContent, nil}, nil
}

// withOwn tells whether the caller asked for the settings the seed does not know.
func (c *call) withOwn() (bool, error) {
	if !c.query.Has("own") {
		return false, nil
	}
	own, err := strconv.ParseBool(c.query.Get("own"))
	if err != nil {
		return false, badRequest("own must be true or false")
	}
	return own, nil
}

func getConfig(c *call) (reply, error) {
	a, err := c.account()
	if err != nil {
		return reply{}, err
	}
	own, err := c.withOwn()
	if err != nil {
		return reply{}, err
	}
	st, err := c.s.core.Settings(c.Context(), a.ID)
	if errors.Is(err, core.ErrNotFound) {
		return ok(null)
	}
	if err != nil {
		return reply{}, err
	}
	return ok(wire.FromSettings(st, own))
}

func putConfig(c *call) (reply, error) {
	a, err := c.account()
	if err != nil {
		return reply{}, err
	}
	own, err := c.withOwn()
	if err != nil {
		return reply{}, err
	}
	var in core.SettingsInput
	if err := c.decode(&in); err != nil {
		return reply{}, err
	}
	st, err := c.s.core.SaveSettings(c.Context(), a.ID, in, false, c.actor())
	if errors.Is(err, core.ErrNotFound) { // the account is there: its bank is not
		return reply{}, refuse(http.StatusConflict, "%s", plain(err, core.ErrNotFound))
	}
	if err != nil {
		return reply{}, err
	}
	return ok(wire.FromSettings(st, own || in.Own != nil))
}

type job struct {
	ID string `json:"jobId"`
}

// action spends a try of an account's expensive actions.
func (c *call) action() (core.Account, error) {
	a, err := c.account()
	if err != nil {
		return a, err
	}
	return a, c.s.actions.take(a.ID)
}

func scrape(c *call) (reply, error) {
	a, err := c.action()
	if err != nil {
		return reply{}, err
	}
	run, err := c.s.core.Scrape(c.Context(), a.ID, c.actor())
	if err != nil {
		return reply{}, missing(err, "Account")
	}
	return accepted(job{run.ID})
}

func restart(c *call) (reply, error) {
	a, err := c.action()
	if err != nil {
		return reply{}, err
	}
	run, err := c.s.core.Restart(c.Context(), a.ID, c.actor())
	if err != nil {
		return reply{}, missing(err, "Account")
	}
	return accepted(job{run.ID})
}
