package notify

import (
	"encoding/xml"
	"fmt"
)

// toast is a note as Windows reads it.
type toast struct {
	XMLName    xml.Name     `xml:"toast"`
	Activation string       `xml:"activationType,attr"`
	Launch     string       `xml:"launch,attr"`
	Scenario   string       `xml:"scenario,attr,omitempty"`
	Binding    toastBinding `xml:"visual>binding"`
	Actions    []toastPress `xml:"actions>action,omitempty"`
}

type toastBinding struct {
	Template string   `xml:"template,attr"`
	Text     []string `xml:"text"`
}

type toastPress struct {
	Activation string `xml:"activationType,attr"`
	Content    string `xml:"content,attr"`
	Arguments  string `xml:"arguments,attr"`
}

// toastXML writes a note as Windows reads it. What is handed back when it is
// pressed is the action, a space and the key.
func toastXML(n Note) (string, error) {
	t := toast{
		Activation: "foreground", Launch: Default + " " + n.Key,
		Binding: toastBinding{Template: "ToastGeneric", Text: []string{n.Title, n.Body}},
	}
	if n.Urgent {
		t.Scenario = "reminder" // stays on screen; only with a button
	}
	for _, a := range n.Actions {
		if a.ID != Default {
			t.Actions = append(t.Actions, toastPress{"foreground", a.Words, a.ID + " " + n.Key})
		}
	}
	out, err := xml.Marshal(t)
	if err != nil {
		return "", fmt.Errorf("write a notification: %w", err)
	}
	return string(out), nil
}
