package core

import (
	"slices"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// NameReason says why two names are not simply equal. It is a stable key that
// the window translates.
type NameReason string

// What brings two names together or sets them apart. The first lines leave a
// similarity strong, the next make it weak, the last make it none.
const (
	NameAlias       NameReason = "alias"              // a person has settled these two names before
	NameOrder       NameReason = "word_order"         // the words stand in another order
	NameLost        NameReason = "letters_lost"       // a letter was lost on the way
	NameGlued       NameReason = "words_glued"        // words run together
	NameTypo        NameReason = "typo"               // a slip in a long word
	NameShort       NameReason = "names_left_out"     // further given names or surnames are missing on one side
	NameCut         NameReason = "cut_short"          // the end was cut off
	NameLegalAbsent NameReason = "legal_form_missing" // one side does not say its legal form

	NameMissing      NameReason = "name_missing"       // one side has no name
	NameInitials     NameReason = "initials"           // an initial stands for a given name
	NameGiven        NameReason = "given_name_spelt"   // given names that differ by a letter
	NameSpelling     NameReason = "spelling"           // words that are only nearly alike
	NameLegalDiffers NameReason = "legal_form_differs" // two legal forms
	NameIncomplete   NameReason = "words_left_out"     // words that matter are missing on one side
	NameSurname      NameReason = "surname_differs"    // given name and one surname agree, another does not
	NameCommon       NameReason = "common_name"        // equal, but many are called so

	NameDocument   NameReason = "document_differs" // document numbers contradict each other
	NameOtherGiven NameReason = "other_given_name" // the family may be the same, the person is not
	NameCommonWord NameReason = "only_common_word" // only a word that many share agrees
	NameOther      NameReason = "other_words"      // each side has words that the other has not
	NameNothing    NameReason = "nothing_agrees"   // no word agrees
	NameRefused    NameReason = "refused"          // a person has said that these two do not belong together
)

func (s Similarity) has(r NameReason) bool { return slices.Contains(s.Reasons, r) }

// NameKey is the same for two spellings of one name that differ in case, accents,
// punctuation, bank prefixes or the order of words. Stores keep and look up
// aliases by it. It is "" for a text that holds no name.
func NameKey(name string) string { return readName(name, "").key }

// CompareNames tells how likely an order's name and a bank's name are one party.
// It makes no difference which is which.
func CompareNames(order, bank string) Similarity {
	p, q := readName(order, ""), readName(bank, "")
	return compareParties(&p, &q)
}

// party is a name made ready to be compared.
type party struct {
	text, document string // as given
	key            string // equal for equal names
	width          int    // letters of the text as the bank or the order wrote it
	accents        bool   // it kept its accents
	lost           bool   // letters of it were lost
	company        bool   // a legal form or a word of trade says so
	sequence       []word // what is left without prefixes and documents
	content        []int  // of sequence: what is compared
	legal          []string
	documents      []string
}

// word is one word of a name.
type word struct {
	text   string
	runes  []rune
	mask   uint64 // which letters occur in it, roughly
	marked []bool // by letter: it had an accent, or is no plain letter
	kind   wordKind
	given  bool // listed as a given name
	family bool // listed as a surname
	role   wordRole
}

// wordKind says what a word is by itself.
type wordKind int

const (
	plainKind    wordKind = iota
	particleKind          // de, la, y
	legalKind             // SA, SRL
	tradeKind             // importadora, ferreteria
	placeKind             // montevideo, sur
	initialKind           // a single letter
)

// wordRole says what a word is within its name.
type wordRole int

const (
	unsureRole  wordRole = iota // could be any
	givenRole                   // a person's
	surnameRole                 // a person's
	eitherRole                  // a given name as well as a surname
	tradeRole                   // what a company is called
	commonRole                  // what many companies are called
)

// A name longer than this is no name; the rest is not read.
const (
	maxNameRunes = 200
	maxNameWords = 16
)

func readName(text, document string) party {
	p := party{text: text, document: document}
	if utf8.RuneCountInString(text) > maxNameRunes {
		text = string([]rune(text)[:maxNameRunes])
	}
	text = norm.NFKC.String(mendName(text))
	p.width = utf8.RuneCountInString(strings.TrimSpace(text))
	rest, documents := splitDocuments(text)
	p.documents = documents
	if digits, _ := digitsAndLetters(document); isDocument(digits) {
		p.documents = append(p.documents, digits)
	}
	words := dropPrefix(foldWords(rest))
	if len(words) > maxNameWords {
		words = words[:maxNameWords]
	}
	p.arrange(classify(words))
	return p
}

// arrange sorts out what the words of the name are.
func (p *party) arrange(words []word) {
	p.sequence, p.content, p.legal, p.company = words, make([]int, 0, len(words)), nil, false
	for i := range words {
		w := &words[i]
		w.runes, w.mask = []rune(w.text), 0
		for _, r := range w.runes {
			w.mask |= 1 << (uint(r) % 64)
		}
		p.lost = p.lost || strings.ContainsRune(w.text, lostLetter)
	}
	var parts []string
	for i, w := range p.sequence {
		p.accents = p.accents || slices.Contains(w.marked, true)
		switch w.kind {
		case particleKind:
			continue
		case legalKind:
			if w.text == "" {
				continue
			}
			if w.text != "cia" && !slices.Contains(p.legal, w.text) {
				p.legal = append(p.legal, w.text)
			}
			p.company = true
		default:
			p.company = p.company || w.kind == tradeKind
			p.content = append(p.content, i)
		}
		parts = append(parts, w.text)
	}
	slices.Sort(parts)
	p.key = strings.Join(parts, " ")
	p.assignRoles()
}

// uncut takes a last word that looks like a legal form for the beginning of a word
// of the other name, which was cut off: ANA SA is the beginning of ANA SANTOS.
func (p *party) uncut(q *party) *party {
	last := len(p.sequence) - 1
	if last < 1 || p.width < minCutWidth || p.sequence[last].kind != legalKind || len(q.legal) > 0 {
		return p
	}
	text := p.sequence[last].text
	if text == "" || !slices.ContainsFunc(q.content, func(i int) bool { return strings.HasPrefix(q.sequence[i].text, text) }) {
		return p
	}
	words := slices.Clone(p.sequence)
	words[last].kind = plainKind
	whole := *p
	whole.arrange(words)
	return &whole
}

// missing tells whether the text names nobody: it is empty, or holds nothing but
// what a bank writes before a name, or a document number.
func (p *party) missing() bool { return len(p.sequence) == 0 }

// assignRoles decides what each word is within this name.
func (p *party) assignRoles() {
	known := 0
	person := false
	for _, i := range p.content {
		w := p.sequence[i]
		person = person || w.given && !w.family
		if w.given || w.family {
			known++
		}
	}
	for _, i := range p.content {
		w := &p.sequence[i]
		switch {
		case p.company && (w.kind == tradeKind || w.kind == placeKind):
			w.role = commonRole
		case p.company:
			w.role = tradeRole
		case w.kind == placeKind && !person && !w.given && !w.family:
			w.role = commonRole
		}
	}
	if !p.company && known > 0 && !p.has(commonRole) {
		p.assignPerson()
	}
}

// assignPerson gives roles to the words of a person's name. Given names stand
// together before the surnames or behind them: a word is what the likeliest ways
// to divide the name make of it, and either where they do not agree.
func (p *party) assignPerson() {
	n, best := len(p.content), -1
	asGiven, asSurname := make([]bool, n), make([]bool, n)
	for k := 1; k < n; k++ {
		for _, givenFirst := range []bool{true, false} {
			likely := p.divided(k, givenFirst)
			if likely < best || likely < 0 {
				continue
			}
			if likely > best {
				best = likely
				clear(asGiven)
				clear(asSurname)
			}
			for pos := range p.content {
				asGiven[pos] = asGiven[pos] || pos < k == givenFirst
				asSurname[pos] = asSurname[pos] || pos < k != givenFirst
			}
		}
	}
	for pos, i := range p.content {
		w := &p.sequence[i]
		switch {
		case asGiven[pos] && asSurname[pos]:
			w.role = eitherRole
		case asGiven[pos]:
			w.role = givenRole
		case asSurname[pos]:
			w.role = surnameRole
		case w.given && w.family: // no way to divide it: one word, or two people
			w.role = eitherRole
		case w.given || w.kind == initialKind:
			w.role = givenRole
		case w.family:
			w.role = surnameRole
		}
	}
}

// divided weighs a way to divide a name, -1 when it is none. The lists know most
// given names and far from all surnames, so an unknown word stands for a surname.
func (p *party) divided(k int, givenFirst bool) int {
	likely := 0
	if givenFirst {
		likely = 1
	}
	for pos, i := range p.content {
		w := p.sequence[i]
		switch inGiven := pos < k == givenFirst; {
		case inGiven && w.given, !inGiven && w.family:
			likely += 4
		case inGiven && w.family, !inGiven && (w.given || w.kind == initialKind):
			return -1
		case !inGiven:
			likely += 2
		}
	}
	return likely
}

// contradicts tells whether document numbers say that two parties are not one.
// A tax number often holds the personal one, so containing is agreeing.
func (p *party) contradicts(q *party) bool {
	if len(p.documents) == 0 || len(q.documents) == 0 {
		return false
	}
	for _, d := range p.documents {
		for _, e := range q.documents {
			if strings.Contains(d, e) || strings.Contains(e, d) {
				return false
			}
		}
	}
	return true
}
