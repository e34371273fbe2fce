package core

import (
	"fmt"
	"testing"
)

// How many pairs of each kind the corpus has: over twenty-five thousand in all.
const corpusSize = 600

// judged counts how the pairs of one kind were judged.
type judged struct {
	strong, weak, all int
	examples          []string
}

func (o judged) share(n int) float64 { return 100 * float64(n) / float64(o.all) }

func (o *judged) add(order, bank string, wrong func(Similarity) bool) {
	s := CompareNames(order, bank)
	o.all++
	switch s.Band {
	case Strong:
		o.strong++
	case Weak:
		o.weak++
	}
	if wrong(s) && len(o.examples) < 8 {
		o.examples = append(o.examples, fmt.Sprintf("%q and %q: %+v", order, bank, s))
	}
}

// samePairs judges pairs of one party, distorted.
func samePairs(d distortion, n int) (o judged) {
	for c := newCorpus(1); o.all < n; {
		s := c.anybody()
		if text, ok := d.apply(c, s); ok {
			o.add(s.String(), text, func(s Similarity) bool { return (s.Band == Strong) != d.sure })
		}
	}
	return o
}

// alikePairs judges pairs of two parties that look alike, the bank's distorted.
func alikePairs(kinds []lookAlike, d *distortion, n int) (o judged) {
	for c := newCorpus(2); o.all < n; {
		a, b := kinds[c.IntN(len(kinds))].make(c)
		text, ok := bankText(b.String()), true
		if d != nil {
			text, ok = d.apply(c, b)
		}
		if ok {
			o.add(a.String(), text, func(s Similarity) bool { return s.Band == Strong })
		}
	}
	return o
}

// TestCorpus holds names to the aims: of look-alikes at most one in a thousand is
// strong; of what a bank does to one name at least 95 in a hundred stay strong and
// 995 in a thousand stay at least weak.
func TestCorpus(t *testing.T) {
	for _, k := range lookAlikes {
		if o := alikePairs([]lookAlike{k}, nil, corpusSize); o.share(o.strong) > 0.1 {
			t.Errorf("%s: %d of %d are strong: %q", k.name, o.strong, o.all, o.examples)
		}
	}
	for _, d := range distortions {
		o := samePairs(d, corpusSize)
		switch {
		case d.sure && (o.share(o.strong) < 95 || o.share(o.strong+o.weak) < 99.5):
			t.Errorf("%s: of %d only %d are strong and %d weak: %q", d.name, o.all, o.strong, o.weak, o.examples)
		case !d.sure && o.share(o.strong) > d.tolerated:
			t.Errorf("%s: %d of %d are strong: %q", d.name, o.strong, o.all, o.examples)
		}
		if o := alikePairs(lookAlikes, &d, corpusSize); o.share(o.strong) > 0.1 {
			t.Errorf("look-alikes, %s: %d of %d are strong: %q", d.name, o.strong, o.all, o.examples)
		}
	}
}

// BenchmarkCorpus prints how each distortion fares. Recall is the share of pairs
// of one party that are strong; precision is their share among all strong pairs
// when every one of them stands beside a look-alike, distorted in the same way.
func BenchmarkCorpus(b *testing.B) {
	for _, d := range distortions {
		b.Run(d.name, func(b *testing.B) {
			for b.Loop() {
				same, alike := samePairs(d, corpusSize), alikePairs(lookAlikes, &d, corpusSize)
				b.ReportMetric(same.share(same.strong), "%strong")
				b.ReportMetric(same.share(same.strong+same.weak), "%found")
				if same.strong > 0 {
					b.ReportMetric(100*float64(same.strong)/float64(same.strong+alike.strong), "%precise")
				}
			}
		})
	}
	for _, k := range lookAlikes {
		b.Run(k.name, func(b *testing.B) {
			for b.Loop() {
				o := alikePairs([]lookAlike{k}, nil, corpusSize)
				b.ReportMetric(o.share(o.strong), "%strong")
				b.ReportMetric(o.share(o.weak), "%weak")
			}
		})
	}
}
