package core

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"reconbanker/scrapers"
)

// sample is a teller of an account whose name is awkward in a chat.
func sample(s Settings) teller {
	s.AccountID, s.NotificationEvents = "a", notificationEvents
	return teller{
		settings: s, account: "Caja <1> & *otra*", bank: "Banco de Prueba", slack: slackAddress,
		now: time.Date(2026, 6, 2, 14, 3, 0, 0, time.Local), newID: func() string { return "1" },
	}
}

var refused = Run{Status: Failed, Kind: scrapers.InvalidCredentials, Stage: StageLogin}

func TestChatTexts(t *testing.T) {
	for name, c := range map[string]struct {
		settings Settings
		language string
		kind     DeliveryKind
		url      string
		want     string
	}{
		"Slack": {
			Settings{NotificationTransport: TransportSlack, NotificationSlackChannel: "#alerts", Stored: map[string]bool{SecretNotificationToken: true}},
			"en",
			SlackDelivery, slackAddress,
			`{"channel":"#alerts","text":"❌ *Account blocked* — Banco de Prueba · Caja &lt;1&gt; &amp; *otra*\n*Reason*: The bank refused the user name or password.\n*What to do*: Enter the new password in Reconbanker, then restart the account. It is not tried again until then.\n*Time*: 2026-06-02 14:03"}`,
		},
		"a chat webhook in Spanish": {
			Settings{NotificationTransport: TransportChat, NotificationEndpointURL: "https://chat.example/v1"},
			"es",
			ChatDelivery, "https://chat.example/v1",
			`{"text":"❌ *Cuenta bloqueada* — Banco de Prueba · Caja <1> & ∗otra∗\n*Motivo*: El banco rechazó el usuario o la contraseña.\n*Qué hacer*: Ingrese la contraseña nueva en Reconbanker y reinicie la cuenta. Hasta entonces no se vuelve a intentar.\n*Hora*: 02/06/2026 14:03"}`,
		},
		"a workflow of Teams in Portuguese": {
			Settings{NotificationTransport: TransportChat, NotificationEndpointURL: "https://prod-1.westus.logic.azure.com/workflows/x"},
			"pt",
			ChatDelivery, "https://prod-1.westus.logic.azure.com/workflows/x",
			`{"type":"message","attachments":[{"contentType":"application/vnd.microsoft.card.adaptive","content":{"$schema":"http://adaptivecards.io/schemas/adaptive-card.json","type":"AdaptiveCard","version":"1.2","body":[` +
				`{"type":"TextBlock","wrap":true,"text":"❌ **Conta bloqueada** — Banco de Prueba · Caja <1> & ∗otra∗"},` +
				`{"type":"TextBlock","wrap":true,"text":"**Motivo**: O banco recusou o usuário ou a senha."},` +
				`{"type":"TextBlock","wrap":true,"text":"**O que fazer**: Digite a nova senha no Reconbanker e reinicie a conta. Até lá não há nova tentativa."},` +
				`{"type":"TextBlock","wrap":true,"text":"**Hora**: 02/06/2026 14:03"}]}}]}`,
		},
	} {
		t.Run(name, func(t *testing.T) {
			a := Account{ID: "a", Block: &Block{}}
			s := sample(c.settings)
			s.language = c.language
			s.failed(&a, false, refused)
			if len(a.Notices) != 1 {
				t.Fatalf("%d notices", len(a.Notices))
			}
			d := a.Notices[0]
			if d.Kind != c.kind || d.URL != c.url || d.Receiver != NoticeReceiver(c.url) || !json.Valid(d.Payload) {
				t.Errorf("a %s to %s of %s", d.Kind, d.URL, d.Receiver)
			}
			if string(d.Payload) != c.want {
				t.Errorf("the body\n got %s\nwant %s", d.Payload, c.want)
			}
		})
	}
}

// TestEveryNoticeHasWords: no language lacks a title, a reason or an advice.
func TestEveryNoticeHasWords(t *testing.T) {
	statuses := []string{statusAsked, statusLoginFailed, statusLoginRecovered, statusScrapeFailed, statusScrapeRecovered, statusScrapeStale, statusTest}
	causes := []cause{
		causePassword, causeLocked, causeChange, causeUnclear, causeCode, causePerson, causeRobot, causeForeign,
		causeReach, causePartly, causeLayout, causeData, causeSettings, causeLocal,
	}
	for _, language := range Languages {
		w := noticeTexts(language)
		for _, s := range statuses {
			if w.titles[s] == "" || emoji[s] == "" {
				t.Errorf("%s has no title for %s", language, s)
			}
		}
		for _, c := range causes {
			if w.causes[c].why == "" || w.causes[c].do == "" {
				t.Errorf("%s has no words for %s", language, c)
			}
		}
		if len(w.causes) != len(causes) || !strings.Contains(w.hours, "%d") {
			t.Errorf("%s has %d causes, %q", language, len(w.causes), w.hours)
		}
		for _, text := range []string{w.blocked, w.reason, w.action, w.when, w.fine, w.asked, w.trial, w.clock} {
			if text == "" {
				t.Errorf("%s lacks a text: %+v", language, w)
			}
		}
	}
}

// TestNowhereToGo: without a destination or a subscription nothing is owed, and
// nothing is remembered as told.
func TestNowhereToGo(t *testing.T) {
	slack := Settings{NotificationTransport: TransportSlack, NotificationSlackChannel: "#a", Stored: map[string]bool{}}
	for name, s := range map[string]teller{
		"no settings":            {settings: Settings{}},
		"no address":             sample(Settings{}),
		"a chat without address": sample(Settings{NotificationTransport: TransportChat}),
		"Slack without a token":  sample(slack),
		"Slack without a channel": sample(Settings{
			NotificationTransport: TransportSlack, NotificationEndpointURL: "https://n.example", Stored: map[string]bool{SecretNotificationToken: true},
		}),
		"not subscribed": {settings: Settings{AccountID: "a", NotificationEndpointURL: "https://n.example"}},
	} {
		a := Account{ID: "a", Block: &Block{}}
		s.failed(&a, false, refused)
		s.stale(&a, 24)
		s.recovered(&a, true)
		if len(a.Notices) > 0 || a.Alerts != (Alerts{}) || s.noticesForAssistance(Assistance{ID: "q"}, false) != nil {
			t.Errorf("%s: %d notices, alerts %+v", name, len(a.Notices), a.Alerts)
		}
	}
}
