package core

import (
	"slices"
	"strings"
)

// The bands, in hundredths of a score. Fixed on the corpus; docs/matching.md says
// how. What is found between two names moves the score within a band, and only
// the rules below move it to another.
const (
	strongFrom = 85
	weakFrom   = 50

	lowestStrong = 86
	highestNone  = 45
)

// What each finding takes off a strong score, per word.
var takesOff = map[NameReason]int{
	NameOrder: 0, NameLost: 1, NameGlued: 1, NameLegalAbsent: 1, NameTypo: 4, NameShort: 3, NameCut: 5,
}

// The score that each finding leaves at most, so that none of them is strong.
var leavesAtMost = map[NameReason]int{
	NameInitials: 80, NameGiven: 70, NameSpelling: 70, NameLegalDiffers: 70, NameIncomplete: 65,
	NameSurname: 60, NameCommon: 60, NameMissing: weakFrom,
}

// compareParties compares two names. Swapping them changes nothing.
func compareParties(p, q party) Similarity {
	switch {
	case p.contradicts(q):
		return Similarity{0, None, []NameReason{NameDocument}}
	case p.missing() || q.missing():
		return Similarity{weakFrom / 100.0, Weak, []NameReason{NameMissing}}
	case len(p.content) == 0 || len(q.content) == 0:
		return Similarity{0, None, []NameReason{NameCommonWord}}
	}
	if strings.Compare(q.key+"\x00"+q.text+"\x00"+q.document, p.key+"\x00"+p.text+"\x00"+p.document) < 0 {
		p, q = q, p
	}
	j := judge{alignment: align(&p, &q)}
	j.company = p.company || q.company
	j.leftP, j.leftQ = leftOver(&p, j.usedP), leftOver(&q, j.usedQ)
	j.look()
	return j.similarity()
}

// judge turns an alignment into a similarity.
type judge struct {
	*alignment
	company      bool
	leftP, leftQ []int // content words that agree with nothing
	reasons      []NameReason
	off          int
	none         bool
}

func leftOver(p *party, used []bool) []int {
	var left []int
	for _, i := range p.content {
		if !used[i] {
			left = append(left, i)
		}
	}
	return left
}

func (j *judge) say(r NameReason) {
	if !slices.Contains(j.reasons, r) {
		j.reasons = append(j.reasons, r)
	}
	j.off += takesOff[r]
}

// reject says that the names are not one party's.
func (j *judge) reject(r NameReason) { j.none, j.reasons = true, []NameReason{r} }

func (j *judge) look() {
	switch {
	case len(j.links) == 0:
		j.reject(NameNothing)
	case len(j.leftP) > 0 && len(j.leftQ) > 0:
		j.lookAtBoth()
	case len(j.leftP) > 0:
		j.lookAtLonger(j.p, j.leftP, j.q)
	case len(j.leftQ) > 0:
		j.lookAtLonger(j.q, j.leftQ, j.p)
	default:
		j.lookAtEqual()
	}
	if j.none {
		return
	}
	j.lookAtLinks()
	switch p, q := j.p.legal, j.q.legal; {
	case len(p) == 0 && len(q) == 0:
	case len(p) == 0 || len(q) == 0:
		j.say(NameLegalAbsent)
	case !within(p, q) && !within(q, p):
		j.say(NameLegalDiffers)
	}
}

func within(some, all []string) bool {
	return !slices.ContainsFunc(some, func(s string) bool { return !slices.Contains(all, s) })
}

// lookAtLinks says how the words that agree do so.
func (j *judge) lookAtLinks() {
	last := -1
	for _, l := range slices.SortedFunc(slices.Values(j.links), func(x, y link) int { return x.p[0] - y.p[0] }) {
		if l.q[0] < last {
			j.say(NameOrder)
		}
		last = l.q[0]
		switch l.bond {
		case damaged:
			j.say(NameLost)
		case glued:
			j.say(NameGlued)
		case slip:
			j.say(NameTypo)
		case initials:
			j.say(NameInitials)
		case spelt:
			j.say(NameGiven)
		case near:
			j.say(NameSpelling)
		}
	}
}

// agreed lists the words of one side that agree with the other, without one that
// was cut off.
func (j *judge) agreed(p *party) []int {
	var out []int
	for _, l := range j.links {
		side := l.p
		if p == j.q {
			side = l.q
		}
		if l.bond == cut {
			continue
		}
		for _, i := range side {
			if p.sequence[i].kind != particle && p.sequence[i].kind != legal {
				out = append(out, i)
			}
		}
	}
	slices.Sort(out)
	return out
}

// tally counts words by role.
func tally(p *party, words []int) map[role]int {
	n := map[role]int{}
	for _, i := range words {
		n[p.sequence[i].role]++
	}
	return n
}

// lookAtBoth is about names that each have words the other has not.
func (j *judge) lookAtBoth() {
	left, right := tally(j.p, j.leftP), tally(j.q, j.leftQ)
	shared := tally(j.p, j.agreed(j.p))
	named := shared[givenName]+shared[eitherName] > 0 && shared[surname]+shared[eitherName] > 0 && shared[givenName]+shared[surname]+shared[eitherName] > 1
	switch {
	case shared[common] > 0 && len(shared) == 1:
		j.reject(NameCommonWord)
	case j.company:
		j.reject(NameOther)
	case left[givenName] > 0 && right[givenName] > 0, shared[givenName]+shared[eitherName] == 0 && shared[surname] > 0:
		j.reject(NameOtherGiven)
	case named && left[common]+right[common] == 0:
		j.say(NameSurname)
	default:
		j.reject(NameOther)
	}
}

// lookAtEqual is about names of which every word agrees.
func (j *judge) lookAtEqual() {
	p := j.p
	if j.q.company {
		p = j.q
	}
	switch {
	case j.cutP:
		j.lookAtCut(j.q, nil)
		return
	case j.cutQ:
		j.lookAtCut(j.p, nil)
		return
	}
	words := j.agreed(p)
	n := tally(p, words)
	own := slices.ContainsFunc(words, func(i int) bool { return ownWord(p.sequence[i]) })
	switch {
	case n[common] == len(words) && len(words) == 1:
		j.reject(NameCommonWord)
	case p.company && len(words) > 1:
	case own && (p.company || n[givenName]+n[surname]+n[eitherName] == 0):
	case p.company && len(j.p.legal) > 0 && len(j.q.legal) > 0:
	case len(words) > 1 && isPerson(n):
	case len(words) > 1 && n[unsure]+n[common] > 0:
	default:
		j.say(NameCommon)
	}
}

// isPerson tells whether a given name and a surname are among the words.
func isPerson(n map[role]int) bool {
	return n[givenName] > 0 && n[surname]+n[eitherName] > 0 || n[eitherName] > 0 && n[surname]+n[eitherName] > 1
}

// ownWord tells whether a word is a party's own: not one that many share.
func ownWord(w word) bool {
	return w.kind == plain && !w.given && !w.family && len([]rune(w.text)) > 1 && strings.Trim(w.text, "0123456789") != ""
}

// lookAtLonger is about a name of which the other one has only a part.
func (j *judge) lookAtLonger(long *party, left []int, short *party) {
	words := j.agreed(long)
	n := tally(long, words)
	switch {
	case n[common] == len(words) && j.cutBond() == nil:
		j.reject(NameCommonWord)
	case j.cutP || j.cutQ:
		j.lookAtCut(long, left)
	case len(words) == 1 && !ownCompanyWord(long, words[0]):
		j.reject(NameCommonWord)
	case j.samePerson(long, words, left):
		for range left {
			j.say(NameShort)
		}
	case j.cutBetweenWords(long, short):
		j.say(NameCut)
	default:
		j.say(NameIncomplete)
	}
}

func ownCompanyWord(p *party, i int) bool {
	w := p.sequence[i]
	return ownWord(w) && (w.role == tradeName || w.role == unsure)
}

func (j *judge) cutBond() *link {
	for i := range j.links {
		if j.links[i].bond == cut {
			return &j.links[i]
		}
	}
	return nil
}

// samePerson tells whether only further given names or surnames are missing: a
// given name, the first one, and a surname must be left and agree.
func (j *judge) samePerson(long *party, words, left []int) bool {
	if j.company || len(words) < 2 || len(long.content) > 6 || !inOneOrder(long) {
		return false
	}
	n, missing := tally(long, words), tally(long, left)
	if n[common]+missing[common] > 0 {
		return false
	}
	first := slices.IndexFunc(long.content, func(i int) bool { return long.sequence[i].role == givenName })
	if first >= 0 && slices.Contains(left, long.content[first]) {
		return false
	}
	switch {
	case n[givenName] > 0 && n[surname] > 0:
		return true
	case n[givenName] > 0 && n[eitherName] > 0:
		return missing[surname] == 0
	case n[eitherName] > 0 && n[surname] > 0:
		return missing[givenName] == 0
	}
	// Nothing is known about these words. A name begins with a given name and ends
	// with a surname, or the other way about.
	ends := []int{long.content[0], long.content[len(long.content)-1]}
	return n[unsure] > 0 && slices.Contains(words, ends[0]) && slices.Contains(words, ends[1])
}

// inOneOrder tells whether given names and surnames stand apart, as in one
// person's name; an account of two people mixes them.
func inOneOrder(p *party) bool {
	changes, last := 0, unsure
	for _, i := range p.content {
		r := p.sequence[i].role
		if r != givenName && r != surname {
			continue
		}
		if last != unsure && r != last {
			changes++
		}
		last = r
	}
	return changes < 2
}

// lookAtCut is about a name whose end was cut off: every complete word agrees.
func (j *judge) lookAtCut(long *party, left []int) {
	j.say(NameCut)
	words := j.agreed(long)
	n := tally(long, words)
	l := j.cutBond()
	whole, part := long.sequence[l.p[0]], j.q.sequence[l.q[0]]
	if j.cutP {
		part = j.p.sequence[l.p[0]]
	}
	if long == j.q {
		whole = j.q.sequence[l.q[0]]
	}
	switch {
	case j.company || n[unsure] > 0:
		if slices.ContainsFunc(words, func(i int) bool { return long.sequence[i].role != common }) {
			return
		}
	case inOneOrder(long) && (j.samePerson(long, words, left) || len(left) == 0 && isPerson(n)):
		return
	case inOneOrder(long) && n[givenName] > 0 && whole.role == surname && len([]rune(part.text)) >= 4:
		return
	}
	j.say(NameIncomplete)
}

// Widths of fields that cut names off.
var cutWidths = []int{20, 25, 30, 35, 40}

// cutBetweenWords tells whether a company's name was cut off just behind a word:
// it is the beginning of the longer one and as wide as such fields are.
func (j *judge) cutBetweenWords(long, short *party) bool {
	if len(short.content) > len(long.content) || !slices.ContainsFunc(cutWidths, func(w int) bool { return short.width == w || short.width == w-1 }) {
		return false
	}
	own := false
	for k, i := range short.content {
		if short.sequence[i].text != long.sequence[long.content[k]].text {
			return false
		}
		own = own || long.sequence[long.content[k]].role == tradeName || ownWord(short.sequence[i])
	}
	return own
}

func (j *judge) similarity() Similarity {
	if j.none {
		agreed := 2 * len(j.links) * highestNone / (len(j.p.content) + len(j.q.content))
		return Similarity{float64(min(agreed, highestNone)) / 100, None, j.reasons}
	}
	score, weak := max(100-j.off, lowestStrong), 0
	for _, r := range j.reasons {
		if most, ok := leavesAtMost[r]; ok {
			score = min(score, most)
			weak++
		}
	}
	band := Strong
	if weak > 0 {
		band, score = Weak, max(score-3*(weak-1), weakFrom)
	}
	return Similarity{float64(score) / 100, band, j.reasons}
}
