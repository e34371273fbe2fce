package core

// comparer compares the names of one decision. Each name is read once.
type comparer struct {
	parties map[[2]string]*party
	taught  map[string][]party // order names by the key of the bank name they were settled with
}

func newComparer(aliases []Alias) *comparer {
	c := &comparer{parties: map[[2]string]*party{}, taught: map[string][]party{}}
	for _, a := range aliases {
		bank := NameKey(a.BankName)
		c.taught[bank] = append(c.taught[bank], readName(a.OrderName, ""))
	}
	return c
}

func (c *comparer) party(text, document string) *party {
	p, ok := c.parties[[2]string{text, document}]
	if !ok {
		read := readName(text, document)
		p = &read
		c.parties[[2]string{text, document}] = p
	}
	return p
}

func (c *comparer) compare(order, payer *party) Similarity {
	s := compareParties(order, payer)
	if s.Band != Strong && !s.has(NameDocument) && c.knows(order, payer) {
		s = Similarity{1, Strong, []NameReason{NameAlias}}
	}
	return s
}

// knows tells whether an alias holds for the pair. A bank name that was settled
// with two different order names pays for others: it never counts.
func (c *comparer) knows(order, payer *party) bool {
	if order.key == "" || payer.key == "" {
		return false
	}
	found := false
	for i, known := range c.taught[payer.key] {
		if i > 0 && known.key != c.taught[payer.key][0].key {
			return false
		}
		found = found || known.key == order.key
	}
	return found
}
