package model

import (
	"encoding/json"
	"strings"

	"reconbanker/core"
)

// Told is what a notice tells, as its body says: its status for a receiver of the
// documented body, its first line for a chat. "" when the delivery is no notice.
func told(d core.Delivery) string {
	if !d.Kind.Notice() {
		return ""
	}
	var body struct {
		Status, Text string
		Attachments  []struct {
			Content struct{ Body []struct{ Text string } }
		}
	}
	if json.Unmarshal(d.Payload, &body) != nil {
		return string(d.Kind)
	}
	switch {
	case body.Status != "":
		return body.Status
	case body.Text == "" && len(body.Attachments) > 0 && len(body.Attachments[0].Content.Body) > 0:
		body.Text = body.Attachments[0].Content.Body[0].Text
	}
	line, _, _ := strings.Cut(body.Text, "\n")
	return strings.NewReplacer("*", "", "&lt;", "<", "&gt;", ">", "&amp;", "&").Replace(line)
}

// noticeProof is the header that proves who sends a notice; none for a chat,
// whose address is secret enough.
func noticeProof(d core.Delivery, s core.Settings) []Header {
	if d.Kind == core.ChatDelivery || !s.Stored[core.SecretNotificationToken] {
		return nil
	}
	scheme := "Bearer "
	if d.Kind == core.NoticeDelivery && s.NotificationAuthType == core.APIKey {
		scheme = "Api-Key "
	}
	return []Header{{Name: "authorization", Value: scheme, Secret: true}}
}

// Again tells whether it can be sent once more: a notice that was delivered
// cannot, what it told was true then.
func (r DeliveryRow) Again() bool { return r.Told == "" || r.Status != core.DeliveryDelivered }
