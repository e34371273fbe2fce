package core

import (
	_ "embed" // for the lists of words
	"slices"
	"strings"
	"time"
	"unicode"
)

// The lists hold folded words. They need not be complete: a word that is on none
// can be a surname or a company's own.
var (
	//go:embed words/given.txt
	givenText string
	//go:embed words/surnames.txt
	surnameText string
	//go:embed words/trade.txt
	tradeText string
	//go:embed words/places.txt
	placeText string

	givenNames    = wordSet(givenText)
	surnameWords  = wordSet(surnameText)
	tradeWords    = wordSet(tradeText)
	placeWords    = wordSet(placeText)
	particleWords = wordSet("de del la las los el lo y e da das do dos di du van von der den the and of en al")
	honorifics    = wordSet("sr sra srta sres dr dra ing lic mr mrs ms")
	numberLabels  = wordSet("ci dni rut ruc cuit cuil cpf cnpj nit nif nie cif cc ced cedula doc documento pasaporte id rfc curp tel cel cta cuenta ref referencia nro num numero op trx")
)

func wordSet(text string) map[string]bool {
	set := map[string]bool{}
	for _, w := range strings.Fields(text) {
		set[w] = true
	}
	return set
}

// legalForms are the words of each legal form and the name we give it. Longer
// ones come before those that they contain.
var legalForms = []struct {
	words []string
	form  string
}{
	{strings.Fields("sociedad de responsabilidad limitada"), "srl"},
	{strings.Fields("sociedad por acciones simplificada"), "sas"},
	{strings.Fields("empresa individual de responsabilidad limitada"), "eirl"},
	{strings.Fields("sociedad anonima cerrada"), "sac"},
	{strings.Fields("sociedad anonima"), "sa"},
	{strings.Fields("sociedad limitada"), "sl"},
	{strings.Fields("s a de c v"), "sa"},
	{strings.Fields("sa de cv"), "sa"},
	{strings.Fields("s de r l de c v"), "srl"},
	{strings.Fields("s de rl de cv"), "srl"},
	{strings.Fields("s de r l"), "srl"},
	{strings.Fields("s de rl"), "srl"},
	{strings.Fields("e i r l"), "eirl"},
	{strings.Fields("s a p i"), "sapi"},
	{strings.Fields("s a s"), "sas"},
	{strings.Fields("s a c"), "sac"},
	{strings.Fields("s a u"), "sau"},
	{strings.Fields("s r l"), "srl"},
	{strings.Fields("l l c"), "llc"},
	{strings.Fields("l t d a"), "ltda"},
	{strings.Fields("s l u"), "slu"},
	{strings.Fields("s p a"), "spa"},
	{strings.Fields("s a"), "sa"},
	{strings.Fields("s l"), "sl"},
	{strings.Fields("c a"), "ca"},
	{strings.Fields("s c"), "sc"},
	{strings.Fields("limitada"), "ltda"},
	{strings.Fields("limited"), "ltd"},
	{strings.Fields("incorporated"), "inc"},
	{strings.Fields("compania"), "cia"},
	{strings.Fields("company"), "cia"},
	{strings.Fields("anonima"), "sa"},
}

// Short forms that are also words count only at the end of a name.
var (
	legalWords    = wordSet("sa sas srl ltda ltd llc inc gmbh cia eirl sac sau slu sapi plc lda saic sacifia saci bv sarl")
	legalAtTheEnd = wordSet("sl sc co ca ag ab nv oy se kg me epp eireli as corp pty spa rl cv")
)

// classify says what each word is and joins legal forms that are written apart.
func classify(words []word) []word {
	var out []word
	for i := 0; i < len(words); {
		if form, n := legalAt(words, i); n > 0 {
			out = append(out, word{text: form, marked: make([]bool, len(form)), kind: legalKind})
			i += n
			continue
		}
		w := words[i]
		i++
		w.given, w.family = givenNames[w.text], surnameWords[w.text]
		afterGiven := len(out) > 0 && out[len(out)-1].given
		switch {
		case w.text == "e" && afterGiven && i < len(words):
			w.kind = initialKind // JUAN E PEREZ; but PEREZ E HIJOS
		case particleWords[w.text]:
			w.kind = particleKind
		case tradeWords[w.text]:
			w.kind = tradeKind
		case placeWords[w.text]:
			w.kind = placeKind
		case len(w.text) == 1 && w.text[0] >= 'a':
			w.kind = initialKind
		}
		out = append(out, w)
	}
	return out
}

// legalAt finds the legal form that begins at a word, and of how many words it is.
func legalAt(words []word, i int) (form string, n int) {
	for _, f := range legalForms {
		if !startsWith(words[i:], f.words) {
			continue
		}
		end := i + len(f.words)
		// Single letters may be initials, so they count at the end or the beginning.
		if len(f.words[0]) == 1 && !onlyLegal(words[end:]) && (i > 0 || end == len(words)) {
			continue
		}
		return f.form, len(f.words)
	}
	if i > 0 && cutForm(words[i:]) {
		return "", len(words) - i
	}
	switch w := words[i].text; {
	case legalWords[w]:
		return w, 1
	case legalAtTheEnd[w] && i > 0 && onlyLegal(words[i+1:]):
		if w == "co" {
			w = "cia"
		}
		return w, 1
	}
	return "", 0
}

// cutForm tells whether the last words begin a legal form that was cut off, such
// as SOCIEDAD AN. Which form it was to be is not known.
func cutForm(words []word) bool {
	if len(words[0].text) < 3 {
		return false
	}
	var text strings.Builder
	for k, w := range words {
		if k > 0 {
			text.WriteByte(' ')
		}
		text.WriteString(w.text)
	}
	for _, f := range legalForms {
		if f.words[0] == "sociedad" && strings.HasPrefix(strings.Join(f.words, " "), text.String()) {
			return true
		}
	}
	return false
}

func startsWith(words []word, want []string) bool {
	if len(words) < len(want) {
		return false
	}
	for k, w := range want {
		if words[k].text != w {
			return false
		}
	}
	return true
}

// onlyLegal tells whether nothing but legal forms follows.
func onlyLegal(words []word) bool {
	return !slices.ContainsFunc(words, func(w word) bool {
		return len(w.text) > 1 && !legalWords[w.text] && !legalAtTheEnd[w.text] && !particleWords[w.text]
	})
}

// What a bank writes before a name. The sure words are enough by themselves; the
// others are names of companies too, and need a word such as "de" behind them.
var (
	surePrefix     = wordSet("transf transferencia transferencias transfer trf trfs tef tranf recibiste recibida recibido recebida recebido ordenante remitente pix spei sinpe")
	maybePrefix    = wordSet("ted doc abono credito deposito pago giro envio cobro ingreso acreditacion ach payment wire incoming")
	prefixFiller   = wordSet("una un interbancaria interbanco interb inmediata inmediato bancaria bancario electronica electronico via por de del from desde rec recib entre cuentas terceros nombre cliente favor")
	prefixJunction = wordSet("de del por from desde")
)

// dropPrefix removes what a bank writes before a name.
func dropPrefix(words []word) []word {
	for len(words) > 0 {
		first := words[0].text
		if honorifics[first] && len(words) > 1 {
			words = words[1:]
			continue
		}
		if !surePrefix[first] && !maybePrefix[first] {
			break
		}
		n, joined := 1, false
		for n < len(words) && (surePrefix[words[n].text] || maybePrefix[words[n].text] || prefixFiller[words[n].text]) {
			joined = joined || prefixJunction[words[n].text] || surePrefix[words[n].text]
			n++
		}
		if !surePrefix[first] && !joined && n < len(words) {
			break
		}
		words = words[n:]
	}
	return words
}

// splitDocuments takes document numbers, and what announces them, out of a text.
// Numbers of fewer than six digits belong to the name. Those longer than any
// document are references or account numbers, and say nothing.
func splitDocuments(text string) (rest string, documents []string) {
	fields := strings.FieldsFunc(text, func(r rune) bool { return unicode.IsSpace(r) || strings.ContainsRune(":,;()[]#*|", r) })
	var left []string
	for _, f := range fields {
		digits, letters := digitsAndLetters(f)
		if len(digits) < 6 || letters > 4 {
			left = append(left, f)
			continue
		}
		if isDocument(digits) && !isDate(f) {
			documents = append(documents, digits)
		}
		if n := len(left); n > 0 && numberLabels[strings.ToLower(strings.ReplaceAll(left[n-1], ".", ""))] {
			left = left[:n-1]
		}
	}
	return strings.Join(left, " "), documents
}

// digitsAndLetters returns the digits of a text and how many letters it has.
func digitsAndLetters(text string) (digits string, letters int) {
	var b strings.Builder
	for _, r := range text {
		switch {
		case r >= '0' && r <= '9':
			b.WriteRune(r)
		case unicode.IsLetter(r):
			letters++
		}
	}
	return b.String(), letters
}

// isDocument tells whether so many digits can be a person's or company's number.
func isDocument(digits string) bool { return len(digits) >= 6 && len(digits) <= 14 }

func isDate(text string) bool {
	for _, layout := range []string{"2006-01-02", "02/01/2006", "02-01-2006", "02.01.2006", "2006/01/02"} {
		if _, err := time.Parse(layout, text); err == nil {
			return true
		}
	}
	return false
}
