package core

import (
	"slices"
	"strings"
	"unicode"

	"golang.org/x/text/cases"
	"golang.org/x/text/unicode/norm"
)

// NameReason says why two names are not simply equal. It is a stable key that
// the window translates.
type NameReason string

// What sets two names apart, or brings them together.
const (
	NameMissing  NameReason = "name_missing"      // one side has no name
	NameDocument NameReason = "document_differs"  // document numbers contradict each other
	NameAlias    NameReason = "alias"             // a person has settled these two names before
	NameRefused  NameReason = "refused"           // a person has said that these two do not belong together
	NameOrder    NameReason = "word_order"        // the words stand in another order
	NameShort    NameReason = "words_left_out"    // words are missing on one side
	NameOther    NameReason = "different_words"   // each side has words that the other has not
	NameNothing  NameReason = "nothing_in_common" // no word agrees
)

func (s Similarity) has(r NameReason) bool { return slices.Contains(s.Reasons, r) }

// party is a name made ready to be compared.
type party struct {
	text, document string // as given
	key            string // equal for equal names
	words          []string
	documents      []string
}

// contradicts tells whether document numbers say that two parties are not one.
func (p party) contradicts(q party) bool {
	return len(p.documents) > 0 && len(q.documents) > 0 &&
		!slices.ContainsFunc(p.documents, func(d string) bool { return slices.Contains(q.documents, d) })
}

// NameKey is the same for two spellings of one name that differ in case, accents,
// punctuation or the order of words. Stores keep and look up aliases by it.
func NameKey(name string) string { return readName(name, "").key }

// CompareNames tells how likely an order's name and a bank's name are one party.
func CompareNames(order, bank string) Similarity {
	return compareParties(readName(order, ""), readName(bank, ""))
}

func readName(text, document string) party {
	p := party{text: text, document: document, words: strings.Fields(foldName(text))}
	p.key = strings.Join(slices.Sorted(slices.Values(p.words)), " ")
	if document != "" {
		p.documents = append(p.documents, document)
	}
	return p
}

// foldName drops case, marks and punctuation.
func foldName(name string) string {
	var b strings.Builder
	for _, r := range norm.NFKD.String(cases.Fold().String(norm.NFKD.String(name))) {
		switch {
		case unicode.IsLetter(r) || unicode.IsDigit(r):
			b.WriteRune(r)
		case !unicode.Is(unicode.Mn, r):
			b.WriteByte(' ')
		}
	}
	return norm.NFC.String(b.String())
}

func compareParties(p, q party) Similarity {
	if p.contradicts(q) {
		return Similarity{0, None, []NameReason{NameDocument}}
	}
	if len(p.words) == 0 || len(q.words) == 0 {
		return Similarity{0.5, Weak, []NameReason{NameMissing}}
	}
	if p.key == q.key {
		return Similarity{1, Strong, nil}
	}
	common := 0
	for _, w := range p.words {
		if slices.Contains(q.words, w) {
			common++
		}
	}
	switch {
	case common == 0:
		return Similarity{0, None, []NameReason{NameNothing}}
	case common > 1 && common == min(len(p.words), len(q.words)):
		return Similarity{0.8, Weak, []NameReason{NameShort}}
	}
	return Similarity{0.3, None, []NameReason{NameOther}}
}

// comparer compares the names of one decision; equal work is done once.
type comparer struct {
	parties map[[2]string]party
	done    map[[4]string]Similarity
	aliases []taught
}

// taught is an alias by its keys.
type taught struct{ order, bank string }

func newComparer(aliases []Alias) *comparer {
	c := &comparer{parties: map[[2]string]party{}, done: map[[4]string]Similarity{}}
	for _, a := range aliases {
		c.aliases = append(c.aliases, taught{NameKey(a.OrderName), NameKey(a.BankName)})
	}
	return c
}

func (c *comparer) party(text, document string) party {
	p, ok := c.parties[[2]string{text, document}]
	if !ok {
		p = readName(text, document)
		c.parties[[2]string{text, document}] = p
	}
	return p
}

func (c *comparer) compare(order, payer party) Similarity {
	k := [4]string{order.text, order.document, payer.text, payer.document}
	s, ok := c.done[k]
	if !ok {
		s = compareParties(order, payer)
		if !s.has(NameDocument) && c.knows(order, payer) {
			s = Similarity{1, Strong, []NameReason{NameAlias}}
		}
		c.done[k] = s
	}
	return s
}

// knows tells whether an alias holds for the pair. A bank name that was settled
// with two different order names pays for others: it never counts.
func (c *comparer) knows(order, payer party) bool {
	found := false
	for _, a := range c.aliases {
		if a.bank != payer.key {
			continue
		}
		if a.order != order.key {
			return false
		}
		found = true
	}
	return found && order.key != "" && payer.key != ""
}
