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
	return compareParties(readName(order, ""), readName(bank, ""))
}

// party is a name made ready to be compared.
type party struct {
	text, document string // as given
	key            string // equal for equal names
	width          int    // letters of the text as the bank or the order wrote it
	accents        bool   // it kept its accents
	company        bool   // a legal form or a word of trade says so
	sequence       []word // what is left without prefixes and documents
	content        []int  // of sequence: what is compared
	legal          []string
	documents      []string
}

// word is one word of a name.
type word struct {
	text   string
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
	p.sequence = classify(words)
	var parts []string
	for i, w := range p.sequence {
		p.accents = p.accents || slices.Contains(w.marked, true)
		switch w.kind {
		case particleKind:
			continue
		case legalKind:
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
	return p
}

// missing tells whether the text names nobody: it is empty, or holds nothing but
// what a bank writes before a name, or a document number.
func (p party) missing() bool { return len(p.sequence) == 0 }

// assignRoles decides what each word is within this name.
func (p *party) assignRoles() {
	person := false
	for _, i := range p.content {
		person = person || p.sequence[i].given && !p.sequence[i].family
	}
	for _, i := range p.content {
		w := &p.sequence[i]
		switch {
		case p.company && (w.kind == tradeKind || w.kind == placeKind):
			w.role = commonRole
		case p.company:
			w.role = tradeRole
		case w.given && w.family:
			w.role = eitherRole
		case w.given:
			w.role = givenRole
		case w.family && w.kind != placeKind || person:
			w.role = surnameRole
		case w.kind == placeKind:
			w.role = commonRole
		case w.kind == initialKind:
			w.role = givenRole
		}
	}
	if !p.company {
		p.settleRoles()
	}
}

// settleRoles gives a role to the only word of a person's name that has none
// yet, where the others leave one choice.
func (p *party) settleRoles() {
	var given, surnames, open []int
	for _, i := range p.content {
		switch p.sequence[i].role {
		case givenRole:
			given = append(given, i)
		case surnameRole:
			surnames = append(surnames, i)
		case unsureRole, eitherRole:
			open = append(open, i)
		}
	}
	if len(open) != 1 || len(open)+len(given)+len(surnames) != len(p.content) {
		return
	}
	switch {
	case len(given) == 0 && len(surnames) > 0:
		p.sequence[open[0]].role = givenRole
	case len(given) > 0 && len(surnames) == 0:
		p.sequence[open[0]].role = surnameRole
	}
}

// contradicts tells whether document numbers say that two parties are not one.
// A tax number often holds the personal one, so containing is agreeing.
func (p party) contradicts(q party) bool {
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
