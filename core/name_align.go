package core

import (
	"math/bits"
	"slices"
	"strings"
)

// wordBond is how two words agree, the best first.
type wordBond int

const (
	sameWord     wordBond = iota
	damagedWord           // but for letters that were lost
	gluedWord             // one word is several of the other side
	cutWord               // the end of the text was cut off within the word
	typoWord              // a typo
	initialsWord          // a letter for a given name
	speltWord             // given names that differ by a letter
	nearWord              // not more than nearly alike
)

// wordLink is one agreement between two names, by the indexes of their words.
type wordLink struct {
	p, q []int
	bond wordBond
}

// alignment is which words of two names agree.
type alignment struct {
	p, q       *party
	usedP      [maxNameWords]bool // by the index of a word
	usedQ      [maxNameWords]bool
	links      []wordLink
	cutP, cutQ bool // the text of that side was cut off
}

// A text shorter than this was not cut off: banks leave more room than that.
const minCutWidth = 16

// alignNames finds the words that agree, the surest agreements first.
func alignNames(p, q *party) *alignment {
	a := &alignment{p: p, q: q}
	a.pairUp(sameWord, func(v, w *word) bool { return v.text == w.text })
	if p.lost || q.lost {
		a.pairUp(damagedWord, func(v, w *word) bool { return fitsLost(v, w, q.accents) || fitsLost(w, v, p.accents) })
	}
	a.unglue()
	a.findCut()
	several := len(p.content) > 1 && len(q.content) > 1
	named := [2]bool{p.has(givenRole), q.has(givenRole)}
	given := func(side int, w *word) bool {
		return w.role == givenRole && w.kind != initialKind || w.role == eitherRole && !named[side]
	}
	slips := func(v, w *word) wordBond { return slipOf(v, w, given(0, v) || given(1, w), several) }
	for _, b := range []wordBond{typoWord, speltWord} {
		a.pairUp(b, func(v, w *word) bool { return slips(v, w) == b })
	}
	a.pairUp(initialsWord, func(v, w *word) bool { return abbreviates(v, w) || abbreviates(w, v) })
	a.pairUp(nearWord, func(v, w *word) bool { return slips(v, w) == nearWord })
	return a
}

func (p *party) has(r wordRole) bool {
	return slices.ContainsFunc(p.content, func(i int) bool { return p.sequence[i].role == r })
}

// pairUp links the words that agree in one way and are still free.
func (a *alignment) pairUp(b wordBond, agree func(v, w *word) bool) {
	for _, i := range a.p.content {
		if a.usedP[i] {
			continue
		}
		for _, j := range a.q.content {
			if !a.usedQ[j] && agree(&a.p.sequence[i], &a.q.sequence[j]) {
				a.link(b, []int{i}, []int{j})
				break
			}
		}
	}
}

func (a *alignment) link(b wordBond, p, q []int) {
	for _, i := range p {
		a.usedP[i] = true
	}
	for _, j := range q {
		a.usedQ[j] = true
	}
	a.links = append(a.links, wordLink{p, q, b})
}

// unglue links a word with several that stand side by side in the other name.
func (a *alignment) unglue() {
	for _, i := range a.p.content {
		if a.usedP[i] {
			continue
		}
		if run := gluedFrom(&a.p.sequence[i], a.q, &a.usedQ); run != nil {
			a.link(gluedWord, []int{i}, run)
		}
	}
	for _, j := range a.q.content {
		if a.usedQ[j] {
			continue
		}
		if run := gluedFrom(&a.q.sequence[j], a.p, &a.usedP); run != nil {
			a.link(gluedWord, run, []int{j})
		}
	}
}

// gluedFrom finds words side by side that make up the word together.
func gluedFrom(w *word, p *party, used *[maxNameWords]bool) []int {
	for start := range p.sequence {
		rest := w.text
		for end := start; end < len(p.sequence) && !used[end]; end++ {
			after, ok := strings.CutPrefix(rest, p.sequence[end].text)
			if !ok {
				break
			}
			if rest = after; rest != "" {
				continue
			}
			if end == start {
				break
			}
			run := make([]int, 0, end-start+1)
			for k := start; k <= end; k++ {
				run = append(run, k)
			}
			return run
		}
	}
	return nil
}

// findCut links the last word of a text that was cut off with the word that it
// was to be.
func (a *alignment) findCut() {
	switch n, m := nameLength(a.p), nameLength(a.q); {
	case n < m && a.p.width >= minCutWidth:
		last := len(a.p.sequence) - 1
		if j := wholeOf(a.p.sequence, &a.usedP, a.q.sequence, &a.usedQ); j >= 0 {
			a.cutP = true
			a.link(cutWord, []int{last}, []int{j})
		}
	case m < n && a.q.width >= minCutWidth:
		last := len(a.q.sequence) - 1
		if i := wholeOf(a.q.sequence, &a.usedQ, a.p.sequence, &a.usedP); i >= 0 {
			a.cutQ = true
			a.link(cutWord, []int{i}, []int{last})
		}
	}
}

// wholeOf finds the word that the last word of a shorter text begins.
func wholeOf(short []word, usedShort *[maxNameWords]bool, long []word, usedLong *[maxNameWords]bool) int {
	last := len(short) - 1
	if last < 0 || usedShort[last] || short[last].text == "" {
		return -1
	}
	for i, w := range long {
		if !usedLong[i] && len(w.text) > len(short[last].text) && strings.HasPrefix(w.text, short[last].text) {
			return i
		}
	}
	return -1
}

func nameLength(p *party) int {
	n := 0
	for _, w := range p.sequence {
		n += len(w.text) + 1
	}
	return n
}

// fitsLost tells whether a word with lost letters can have been the other one. A lost
// letter was one with an accent. Where the other text has lost its accents too,
// any letter that can carry one will do, but for the last one that tells MARIO
// from MARIA. Two lost marks can be one letter of two bytes.
func fitsLost(v, w *word, accents bool) bool {
	return fitsLostFrom(v.runes, w.runes, w.marked, accents, 0)
}

func fitsLostFrom(v, w []rune, marked []bool, accents bool, at int) bool {
	if len(v) == 0 || at == len(w) {
		return len(v) == 0 && at == len(w)
	}
	if v[0] != lostLetter {
		return v[0] == w[at] && fitsLostFrom(v[1:], w, marked, accents, at+1)
	}
	ok := w[at] == lostLetter || marked[at]
	if !ok && !accents {
		sex := at == len(w)-1 && (w[at] == 'a' || w[at] == 'o')
		ok = strings.ContainsRune("aeiouncyszg", w[at]) && !sex
	}
	if !ok {
		return false
	}
	return fitsLostFrom(v[1:], w, marked, accents, at+1) ||
		len(v) > 1 && v[1] == lostLetter && fitsLostFrom(v[2:], w, marked, accents, at+1)
}

// slipOf tells how two different words may be one, or sameWord when they may not.
func slipOf(v, w *word, given, several bool) wordBond {
	trades := v.role == commonRole && w.role == commonRole
	x, y := v.runes, w.runes
	// Two slips change four letters at most.
	apart := bits.OnesCount64(v.mask^w.mask) > 4 || len(x)-len(y) > 2 || len(y)-len(x) > 2
	if apart && !trades || v.kind == initialKind || w.kind == initialKind || !alphabetic(v.text) || !alphabetic(w.text) {
		return sameWord
	}
	shorter, longer := min(len(x), len(y)), max(len(x), len(y))
	if shorter < 3 {
		return sameWord
	}
	switch d := letterDistance(x, y, 2); {
	case d == 1 && given:
		return speltWord
	case d == 1 && !trades && (sameButForSex(x, y) || v.family && w.family):
		return nearWord // MARIO and MARIA, GOMEZ and GAMEZ: both are names
	case d == 1 && (shorter >= 5 || longer == 5 && several):
		return typoWord
	case d == 1, d == 2 && shorter >= 7:
		return nearWord
	case trades && (strings.HasPrefix(v.text, w.text) || strings.HasPrefix(w.text, v.text)):
		return nearWord // DIST for DISTRIBUIDORA
	}
	return sameWord
}

// sameButForSex tells whether two words differ in nothing but a last a and o.
func sameButForSex(x, y []rune) bool {
	n := len(x)
	if n != len(y) || string(x[:n-1]) != string(y[:n-1]) {
		return false
	}
	return x[n-1] == 'a' && y[n-1] == 'o' || x[n-1] == 'o' && y[n-1] == 'a'
}

// abbreviates tells whether v is short for w.
func abbreviates(v, w *word) bool {
	if w.kind == initialKind || w.role == commonRole {
		return false
	}
	return v.kind == initialKind && strings.HasPrefix(w.text, v.text) || v.text == "ma" && w.text == "maria"
}

// No word of a name is longer; comparing what is longer would only take time.
const maxWordRunes = 40

// letterDistance counts the letters to insert, drop, replace or swap with a neighbour to
// make one word the other, each place at most once. Above limit it gives up.
func letterDistance(x, y []rune, limit int) int {
	if len(x)-len(y) > limit || len(y)-len(x) > limit || max(len(x), len(y)) > maxWordRunes {
		return limit + 1
	}
	var rows [3][maxWordRunes + 1]int
	before, last, row := rows[0][:len(y)+1], rows[1][:len(y)+1], rows[2][:len(y)+1]
	for j := range last {
		last[j] = j
	}
	for i := 1; i <= len(x); i++ {
		row[0] = i
		for j := 1; j <= len(y); j++ {
			cost := 1
			if x[i-1] == y[j-1] {
				cost = 0
			}
			row[j] = min(last[j]+1, row[j-1]+1, last[j-1]+cost)
			if i > 1 && j > 1 && x[i-1] == y[j-2] && x[i-2] == y[j-1] {
				row[j] = min(row[j], before[j-2]+1)
			}
		}
		before, last, row = last, row, before
	}
	return min(last[len(y)], limit+1)
}
