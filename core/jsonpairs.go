package core

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
)

type pair struct {
	key   string
	value json.RawMessage
}

// objectPairs returns the top-level members of a JSON object in their order. A
// key that comes twice is an error.
func objectPairs(doc []byte) ([]pair, error) {
	d := json.NewDecoder(bytes.NewReader(doc))
	if t, err := d.Token(); err != nil || t != json.Delim('{') {
		return nil, errors.New("not a JSON object")
	}
	var out []pair
	seen := map[string]bool{}
	for d.More() {
		t, err := d.Token()
		if err != nil {
			return nil, err
		}
		key, ok := t.(string)
		if !ok || seen[key] {
			return nil, fmt.Errorf("the key %v comes twice", t)
		}
		seen[key] = true
		var v json.RawMessage
		if err := d.Decode(&v); err != nil {
			return nil, err
		}
		out = append(out, pair{key, v})
	}
	_, err := d.Token()
	return out, err
}
