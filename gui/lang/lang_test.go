package lang

import (
	"testing"
)

func TestUse(t *testing.T) {
	t.Cleanup(func() { Use("") })
	for code, want := range map[string]string{"en": "Accounts", "es": "Cuentas", "pt": "Contas"} {
		Use(code)
		if got := T("rail.accounts"); got != want || Current() != code {
			t.Errorf("%s: rail.accounts is %q", code, got)
		}
	}
	t.Setenv("LC_ALL", "es_UY.UTF-8")
	for _, unknown := range []string{"", "de", "../en"} {
		if Use(unknown); Current() != "es" {
			t.Errorf("Use(%q) took %q and not the system's", unknown, Current())
		}
	}
}

func TestDetect(t *testing.T) {
	for _, c := range []struct{ all, messages, lang, code, region string }{
		{"", "", "es_UY.UTF-8", "es", "UY"},
		{"pt-BR", "", "es_UY", "pt", "BR"},
		{"", "es_MX@x", "en_US", "es", "MX"},
		{"C", "POSIX", "pt_PT", "pt", "PT"},
		{"C.UTF-8", "", "pt_PT", "en", ""},
		{"de_DE.UTF-8", "", "", "en", ""},
		{"", "", "", "en", ""},
	} {
		t.Setenv("LC_ALL", c.all)
		t.Setenv("LC_MESSAGES", c.messages)
		t.Setenv("LANG", c.lang)
		if got := detect(); got.code != c.code || got.region != c.region {
			t.Errorf("%+v gives %+v", c, got)
		}
	}
}

func TestTakesValuesAndNumbers(t *testing.T) {
	t.Cleanup(func() { Use("") })
	Use("es")
	for got, want := range map[string]string{
		N("accounts.show_archived", 1):                          "Mostrar 1 archivada",
		N("accounts.show_archived", 12345):                      "Mostrar 12.345 archivadas",
		T("progress.steps", "n", 2, "of", 5):                    "2 de 5",
		T("progress.steps", "n", "{of}", "of", 5):               "{of} de 5",
		T("no.such_key"):                                        "no.such_key",
		Failure("INVALID_CREDENTIALS").Short:                    "Contraseña incorrecta",
		Failure("SOMETHING_NEW").Title:                          T("failure.internal.title"),
		T("line.scraping", "stage", "leyendo", "n", 4, "of", 5): "en curso… leyendo\u00a04/5",
	} {
		if got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}

// TestConcurrent is for the race detector: the refresh loop and the window may ask
// while the language changes.
func TestConcurrent(t *testing.T) {
	t.Cleanup(func() { Use("") })
	done := make(chan struct{})
	go func() {
		defer close(done)
		for range 200 {
			Use("es")
			Use("pt")
		}
	}()
	for range 200 {
		if T("rail.accounts") == "rail.accounts" || Decimal("1.50") == "" {
			t.Error("a text is missing while the language changes")
		}
	}
	<-done
}
