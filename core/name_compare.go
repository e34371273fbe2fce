package core

import (
	"cmp"
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

var unlike = Similarity{0, None, []NameReason{NameNothing}}

// compareParties compares two names. Swapping them changes nothing.
func compareParties(p, q *party) Similarity {
	switch {
	case p.contradicts(q):
		return Similarity{0, None, []NameReason{NameDocument}}
	case p.missing() || q.missing():
		return Similarity{weakFrom / 100.0, Weak, []NameReason{NameMissing}}
	case len(p.content) == 0 || len(q.content) == 0:
		return Similarity{0, None, []NameReason{NameCommonWord}}
	}
	if cmp.Or(strings.Compare(q.key, p.key), strings.Compare(q.text, p.text), strings.Compare(q.document, p.document)) < 0 {
		p, q = q, p
	}
	p, q = p.uncut(q), q.uncut(p)
	j := nameJudge{alignment: alignNames(p, q)}
	if len(j.links) == 0 {
		return unlike
	}
	j.company = p.company || q.company
	j.leftP, j.leftQ = leftOver(p, &j.usedP), leftOver(q, &j.usedQ)
	j.look()
	return j.similarity()
}

// nameJudge turns an alignment into a similarity.
type nameJudge struct {
	*alignment
	company      bool
	leftP, leftQ []int // content words that agree with nothing
	reasons      []NameReason
	off          int
	none         bool
}

func leftOver(p *party, used *[maxNameWords]bool) []int {
	var left []int
	for _, i := range p.content {
		if !used[i] {
			left = append(left, i)
		}
	}
	return left
}

func (j *nameJudge) say(r NameReason) {
	if !slices.Contains(j.reasons, r) {
		j.reasons = append(j.reasons, r)
	}
	j.off += takesOff[r]
}

// reject says that the names are not one party's.
func (j *nameJudge) reject(r NameReason) { j.none, j.reasons = true, []NameReason{r} }

func (j *nameJudge) look() {
	switch {
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
	case !legalWithin(p, q) && !legalWithin(q, p):
		j.say(NameLegalDiffers)
	}
}

func legalWithin(some, all []string) bool {
	return !slices.ContainsFunc(some, func(s string) bool { return !slices.Contains(all, s) })
}

// lookAtLinks says how the words that agree do so.
func (j *nameJudge) lookAtLinks() {
	last := -1
	for _, l := range slices.SortedFunc(slices.Values(j.links), func(x, y wordLink) int { return x.p[0] - y.p[0] }) {
		if l.q[0] < last {
			j.say(NameOrder)
		}
		last = l.q[0]
		switch l.bond {
		case damagedWord:
			j.say(NameLost)
		case gluedWord:
			j.say(NameGlued)
		case typoWord:
			j.say(NameTypo)
		case initialsWord:
			j.say(NameInitials)
		case speltWord:
			j.say(NameGiven)
		case nearWord:
			j.say(NameSpelling)
		}
	}
}

// agreed lists the words of one side that agree with the other, without one that
// was cut off.
func (j *nameJudge) agreed(p *party) []int {
	var out []int
	for _, l := range j.links {
		side := l.p
		if p == j.q {
			side = l.q
		}
		if l.bond == cutWord {
			continue
		}
		for _, i := range side {
			if p.sequence[i].kind != particleKind && p.sequence[i].kind != legalKind {
				out = append(out, i)
			}
		}
	}
	slices.Sort(out)
	return out
}

// tallyRoles counts words by role.
func tallyRoles(p *party, words []int) map[wordRole]int {
	n := map[wordRole]int{}
	for _, i := range words {
		n[p.sequence[i].role]++
	}
	return n
}

// lookAtBoth is about names that each have words the other has not.
func (j *nameJudge) lookAtBoth() {
	left, right := tallyRoles(j.p, j.leftP), tallyRoles(j.q, j.leftQ)
	shared := tallyRoles(j.p, j.agreed(j.p))
	named := shared[givenRole]+shared[eitherRole] > 0 && shared[surnameRole]+shared[eitherRole] > 0 && shared[givenRole]+shared[surnameRole]+shared[eitherRole] > 1
	switch {
	case shared[commonRole] > 0 && len(shared) == 1:
		j.reject(NameCommonWord)
	case j.company:
		j.reject(NameOther)
	case left[givenRole] > 0 && right[givenRole] > 0, shared[givenRole]+shared[eitherRole] == 0 && shared[surnameRole] > 0:
		j.reject(NameOtherGiven)
	case named && left[commonRole]+right[commonRole] == 0:
		j.say(NameSurname)
	default:
		j.reject(NameOther)
	}
}

// lookAtEqual is about names of which every word agrees.
func (j *nameJudge) lookAtEqual() {
	p := j.p
	if j.q.company {
		p = j.q
	}
	switch {
	case j.cutP:
		j.lookAtCut(j.q)
		return
	case j.cutQ:
		j.lookAtCut(j.p)
		return
	}
	words := j.agreed(p)
	n := tallyRoles(p, words)
	own := slices.ContainsFunc(words, func(i int) bool { return ownWord(p.sequence[i]) })
	switch {
	case n[commonRole] == len(words) && len(words) == 1:
		j.reject(NameCommonWord)
	case p.company && len(words) > 1:
	case own && (p.company || n[givenRole]+n[surnameRole]+n[eitherRole] == 0):
	case p.company && len(j.p.legal) > 0 && len(j.q.legal) > 0:
	case len(words) > 1 && isPerson(n):
	case len(words) > 1 && n[unsureRole]+n[commonRole] > 0:
	default:
		j.say(NameCommon)
	}
}

// isPerson tells whether a given name and a surname are among the words.
func isPerson(n map[wordRole]int) bool {
	return n[givenRole] > 0 && n[surnameRole]+n[eitherRole] > 0 || n[eitherRole] > 0 && n[surnameRole]+n[eitherRole] > 1
}

// ownWord tells whether a word is a party's own: not one that many share.
func ownWord(w word) bool {
	return w.kind == plainKind && !w.given && !w.family && len([]rune(w.text)) > 1 && strings.Trim(w.text, "0123456789") != ""
}

// lookAtLonger is about a name of which the other one has only a part.
func (j *nameJudge) lookAtLonger(long *party, left []int, short *party) {
	words := j.agreed(long)
	n := tallyRoles(long, words)
	switch {
	case n[commonRole] == len(words) && j.cutBond() == nil:
		j.reject(NameCommonWord)
	case j.cutP || j.cutQ:
		j.lookAtCut(long)
	case len(words) == 1 && !ownCompanyWord(long, words[0]):
		j.reject(NameCommonWord)
	case j.samePerson(long, words, left) && !unlistedAtCut(long, words, short):
		for range left {
			j.say(NameShort)
		}
	case n[givenRole]+n[surnameRole]+n[eitherRole] == 0 && cutBetweenWords(long, short):
		j.say(NameCut)
	default:
		j.say(NameIncomplete)
	}
}

func ownCompanyWord(p *party, i int) bool {
	w := p.sequence[i]
	return ownWord(w) && (w.role == tradeRole || w.role == unsureRole)
}

func (j *nameJudge) cutBond() *wordLink {
	for i := range j.links {
		if j.links[i].bond == cutWord {
			return &j.links[i]
		}
	}
	return nil
}

// samePerson tells whether only further given names or surnames are missing: a
// given name, the first one, and a surname must be left and agree.
func (j *nameJudge) samePerson(long *party, words, left []int) bool {
	if j.company || len(words) < 2 || len(long.content) > 6 || !inOneOrder(long) {
		return false
	}
	n, missing := tallyRoles(long, words), tallyRoles(long, left)
	if n[commonRole]+missing[commonRole] > 0 {
		return false
	}
	first := slices.IndexFunc(long.content, func(i int) bool { return long.sequence[i].role == givenRole })
	if first >= 0 && slices.Contains(left, long.content[first]) {
		return false
	}
	switch {
	case n[givenRole] > 0 && n[surnameRole] > 0:
		return true
	case n[givenRole] > 0 && n[eitherRole] > 0 && missing[surnameRole] == 0,
		n[eitherRole] > 0 && n[surnameRole] > 0 && missing[givenRole] == 0:
		return missing[eitherRole] == 0
	}
	// It begins with a given name and ends with a surname, or the other way about.
	ends := []int{long.content[0], long.content[len(long.content)-1]}
	return n[givenRole] < len(words) && n[surnameRole] < len(words) && slices.Contains(words, ends[0]) && slices.Contains(words, ends[1])
}

// inOneOrder tells whether given names and surnames stand apart, as in one
// person's name; an account of two people mixes them.
func inOneOrder(p *party) bool {
	changes, last := 0, unsureRole
	for _, i := range p.content {
		r := p.sequence[i].role
		if r != givenRole && r != surnameRole {
			continue
		}
		if last != unsureRole && r != last {
			changes++
		}
		last = r
	}
	return changes < 2
}

// lookAtCut is about a name whose end was cut off: every complete word agrees.
func (j *nameJudge) lookAtCut(long *party) {
	j.say(NameCut)
	words := j.agreed(long)
	n := tallyRoles(long, words)
	l := j.cutBond()
	whole, part := long.sequence[l.p[0]], j.q.sequence[l.q[0]]
	if j.cutP {
		part = j.p.sequence[l.p[0]]
	}
	if long == j.q {
		whole = j.q.sequence[l.q[0]]
	}
	switch {
	case j.company || n[unsureRole] > 0:
		if slices.ContainsFunc(words, func(i int) bool { return long.sequence[i].role != commonRole }) {
			return
		}
	case !inOneOrder(long) || n[givenRole]+n[eitherRole] == 0:
	case len([]rune(part.text)) >= 4 && (whole.role == surnameRole || n[surnameRole] > 0):
		return
	case slices.ContainsFunc(words, func(i int) bool { return long.sequence[i].family && long.sequence[i].role == surnameRole }):
		return
	}
	j.say(NameIncomplete)
}

// Widths of fields that cut names off.
var cutWidths = []int{20, 25, 30, 35, 40}

// cutBetweenWords tells whether a company's name was cut off just behind a word:
// it is the beginning of the longer one and as wide as such fields are.
func cutBetweenWords(long, short *party) bool {
	if len(short.content) > len(long.content) || !atCutWidth(short) {
		return false
	}
	own := false
	for k, i := range short.content {
		if short.sequence[i].text != long.sequence[long.content[k]].text {
			return false
		}
		own = own || long.sequence[long.content[k]].role == tradeRole || ownWord(short.sequence[i])
	}
	return own
}

func atCutWidth(p *party) bool {
	return slices.ContainsFunc(cutWidths, func(w int) bool { return p.width == w || p.width == w-1 })
}

// unlistedAtCut tells whether a name may have been cut off before the surname, and
// what passes for one is on no list.
func unlistedAtCut(long *party, words []int, short *party) bool {
	return atCutWidth(short) && !slices.ContainsFunc(words, func(i int) bool { return long.sequence[i].family })
}

func (j *nameJudge) similarity() Similarity {
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
