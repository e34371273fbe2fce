package api

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"mime"
	"net/http"
	"net/url"
	"reflect"
	"strconv"
	"strings"
	"time"

	"reconbanker/core"
)

// call is one request on its way through a route.
type call struct {
	*http.Request
	w     http.ResponseWriter
	s     *Server
	owner core.Owner     // on routes with a token
	token claims         // on routes with a token
	key   core.AccessKey // on routes with an API key
	query url.Values
}

// reply is what a route answers when nothing failed. A nil body is none.
type reply struct {
	status int
	body   any
}

func ok(body any) (reply, error)       { return reply{http.StatusOK, body}, nil }
func accepted(body any) (reply, error) { return reply{http.StatusAccepted, body}, nil }

// null is the body of an answer that is the JSON value null.
var null = json.RawMessage("null")

// actor names who did it, for the audit log.
func (c *call) actor() string {
	if c.key.ID != "" {
		return "API key " + c.key.Name
	}
	return "API: " + c.owner.Email
}

// id reads an id from the path.
func (c *call) id(name string) (string, error) {
	id := c.PathValue(name)
	if !core.ValidID(id) {
		return "", badRequest("%s must be a UUID", name)
	}
	return strings.ToLower(id), nil
}

// number reads a number from the query.
func (c *call) number(name string, preset, least, most int) (int, error) {
	if !c.query.Has(name) {
		return preset, nil
	}
	n, err := strconv.Atoi(c.query.Get(name))
	switch {
	case err != nil:
		return 0, badRequest("%s must be a whole number", name)
	case n < least && most < 0:
		return 0, badRequest("%s must be %d or more", name, least)
	case n < least || most >= 0 && n > most:
		return 0, badRequest("%s must be from %d to %d", name, least, most)
	}
	return n, nil
}

// page reads limit and offset.
func (c *call) page(preset int) (limit, offset int, err error) {
	if limit, err = c.number("limit", preset, 1, 500); err != nil {
		return 0, 0, err
	}
	offset, err = c.number("offset", 0, 0, -1)
	return limit, offset, err
}

// moment reads a time from the query; zero when it is not there.
func (c *call) moment(name string) (time.Time, error) {
	text := c.query.Get(name)
	if text == "" {
		return time.Time{}, nil
	}
	t, err := time.Parse(time.RFC3339, text)
	if err != nil {
		return time.Time{}, badRequest("%s must be a time such as 2026-05-13T10:15:00Z", name)
	}
	return t, nil
}

// choice reads one of several words from the query; "" when it is not there.
func (c *call) choice(name string, allowed ...string) (string, error) {
	text := c.query.Get(name)
	if text == "" {
		return "", nil
	}
	for _, a := range allowed {
		if a == text {
			return text, nil
		}
	}
	return "", badRequest("%s must be one of %s", name, strings.Join(allowed, ", "))
}

// total tells how many rows there are beyond the page.
func (c *call) total(n int) { c.w.Header().Set("X-Total-Count", strconv.Itoa(n)) }

// decode reads a JSON object. No body at all is an empty object.
func (c *call) decode(into any) error {
	body, err := io.ReadAll(http.MaxBytesReader(c.w, c.Body, maxBody))
	if err != nil {
		var large *http.MaxBytesError
		if errors.As(err, &large) {
			return err
		}
		return badRequest("the body did not arrive whole")
	}
	if len(bytes.TrimSpace(body)) == 0 {
		return nil
	}
	kind, params, err := mime.ParseMediaType(c.Header.Get("Content-Type"))
	if charset := strings.ToLower(params["charset"]); err != nil || kind != "application/json" || charset != "" && charset != "utf-8" {
		return refuse(http.StatusUnsupportedMediaType, "send JSON: the header Content-Type must be application/json")
	}
	if err := tidy(body); err != nil {
		return err
	}
	if err := json.Unmarshal(body, into); err != nil {
		return sentence(err)
	}
	return nil
}

const maxDepth = 64 // objects and lists within each other

// tidy refuses what JSON decoders disagree about: anything but one object, names
// that appear twice, and nesting nobody needs.
func tidy(body []byte) error {
	d := json.NewDecoder(bytes.NewReader(body))
	d.UseNumber()
	type level struct {
		names map[string]bool // nil in a list
		name  bool            // the next token is a name
	}
	var open []level
	for first := true; first || len(open) > 0; first = false {
		t, err := d.Token()
		if err != nil {
			return sentence(err)
		}
		if first && t != json.Delim('{') {
			return badRequest("the body must be a JSON object")
		}
		at := len(open) - 1
		if text, is := t.(string); is && at >= 0 && open[at].name {
			if open[at].names[text] {
				return badRequest("the body names %q twice", text)
			}
			open[at].names[text], open[at].name = true, false
			continue
		}
		if at >= 0 && open[at].names != nil {
			open[at].name = true // behind this value comes a name
		}
		switch t {
		case json.Delim('{'):
			open = append(open, level{map[string]bool{}, true})
		case json.Delim('['):
			open = append(open, level{})
		case json.Delim('}'), json.Delim(']'):
			open = open[:at]
		}
		if len(open) > maxDepth {
			return badRequest("the body is nested too deeply: at most %d levels", maxDepth)
		}
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return badRequest("the body must be one JSON object and nothing behind it")
	}
	return nil
}

// sentence says what is wrong with JSON.
func sentence(err error) error {
	var kind *json.UnmarshalTypeError
	var syntax *json.SyntaxError
	switch {
	case errors.As(err, &kind):
		name := kind.Field
		if name == "" {
			name = "the body"
		}
		f := badRequest("%s must be %s", name, kindWords(kind.Type))
		f.fields = []core.FieldError{{Field: kind.Field, Message: f.message}}
		return f
	case errors.As(err, &syntax):
		return badRequest("the body is not valid JSON: at byte %d, %s", syntax.Offset, syntax)
	}
	return badRequest("the body is not valid JSON: it ends too early")
}

func kindWords(t reflect.Type) string {
	switch t.Kind() {
	case reflect.String:
		return "a string"
	case reflect.Bool:
		return "true or false"
	case reflect.Int, reflect.Int64:
		return "a whole number"
	case reflect.Slice:
		return "a list"
	}
	return "an object"
}
