package api

import (
	_ "embed" // the document
	"net/http"
)

// Document is the OpenAPI description of every route.
//
//go:embed openapi.yaml
var Document []byte

func document(c *call) (reply, error) {
	c.w.Header().Set("Content-Type", "application/yaml; charset=utf-8")
	c.w.WriteHeader(http.StatusOK)
	_, _ = c.w.Write(Document) // the client has gone: nobody is left to tell
	return reply{}, nil
}
