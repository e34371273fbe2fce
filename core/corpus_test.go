package core

import (
	"math/rand/v2"
	"strings"
	"unicode"
)

// A corpus of labelled pairs: what a payer is called in the customer's system,
// and what a bank makes of it, or of somebody else who looks alike. It is made
// anew from a seed, so that it is the same everywhere.

// payerName is one name of the corpus, in parts, so that each can be distorted.
type payerName struct {
	given, surnames   []string // a person
	trade, own, place string   // a company; the particles are in own
	legal             string
}

func (s payerName) person() bool { return len(s.given) > 0 }

func (s payerName) words() []string {
	if s.person() {
		return append(append([]string{}, s.given...), s.surnames...)
	}
	var words []string
	for _, part := range []string{s.trade, s.own, s.place, s.legal} {
		words = append(words, strings.Fields(part)...)
	}
	return words
}

func (s payerName) String() string { return strings.Join(s.words(), " ") }

// Names on our lists and names that are not, so that the corpus does not merely
// repeat them.
var (
	corpusGiven = strings.Fields(`Juan José Luis Carlos María Ana Jesús Martín Sofía Andrés Lucía Inés Nicolás Germán Óscar Rubén
		Mónica Verónica Ángela Raúl Tomás Sebastián Fabián Julián Joaquín Ramón Ángel Patricia Fernando Gabriela Ricardo Alejandra
		Roberto Claudia Eduardo Daniela Gustavo Natalia Héctor Silvia Washington Nelson Gladys Elizabeth João Conceição Antônio Luíza
		Guilherme Beatriz Mateo Valentina Santiago Camila Rosario Guadalupe Jennifer Kevin Michael Sarah Walter Teresa`)
	corpusUnlistedGiven = strings.Fields(`Yurleidys Nahiara Thorsten Agnieszka Oumar Fatoumata Søren Zdeněk Lautaro Ainhoa Gülşen
		Kjersti Bartłomiej Dylmar Anabelén Yoselin Wuilmer Maikol Leidimar Nayibe`)
	corpusSurnames = strings.Fields(`Pérez Gómez Rodríguez González Fernández López Martínez Sánchez Núñez Muñoz Ibáñez Peña Suárez
		Álvarez Giménez Benítez Acuña Bermúdez Zúñiga Güemes Silva Pereira Olivera Cabrera Castro Morales Rojas Torres Vargas Mendoza
		Salazar Cordero Andrade Guzmán Cevallos Zambrano Quispe Mamani Magalhães Gonçalves Conceição Araújo Ferrari Rossi Bianchi
		Schneider Müller Smith Johnson Batlle Etcheverry Larrañaga Echegaray Villagrán`)
	corpusUnlistedSurnames = strings.Fields(`Abdelnour Boutros Czerwonka Dąbrowski Eizmendi Fajgenbaum Goñialons Hjørnevik Iturralde
		Kowalczyk Lyonnet Mihanovich Nakamura Oyarzábal Pugliese Querejeta Rautenberg Szymański Tchalian Urtubey Vañó Wachsmann Yáñez Zubizarreta`)
	corpusTrades = strings.Fields(`Comercial Importadora Ferretería Distribuidora Panadería Farmacia Constructora Transportes Inversiones
		Supermercado Librería Servicios Agropecuaria Inmobiliaria Consultora Textil Automotora Carnicería Hotel Laboratorio`)
	corpusPlaces = strings.Fields(`Montevideo Guayaquil Quito Uruguay Ecuador Pacífico Oriental Norte Sur Andina Litoral Lima Bogotá`)
	corpusLegal  = []string{"SA", "SRL", "S.A.", "S.R.L.", "Ltda", "SAS", "Cía. Ltda.", "Sociedad Anónima", "S.A.S.", "LLC", "Inc.", "GmbH"}
	syllables    = strings.Fields("ba bri ca cla dor dun el fa fre gal gran hor ja kar lan lum mar mex nor ol pal pri quel ran ser tal tor ul ver vin zar zen")
)

type corpus struct {
	*rand.Rand
	folded map[string][]rune
}

func newCorpus(seed uint64) corpus {
	return corpus{rand.New(rand.NewPCG(seed, 20260513)), map[string][]rune{}}
}

func (c corpus) pick(words []string) string { return words[c.IntN(len(words))] }

// some picks from the first list mostly, and now and then from the second.
func (c corpus) some(words, seldom []string) string {
	if c.IntN(8) == 0 {
		return c.pick(seldom)
	}
	return c.pick(words)
}

func (c corpus) invent() string {
	var b strings.Builder
	for range 2 + c.IntN(2) {
		b.WriteString(c.pick(syllables))
	}
	w := []rune(b.String())
	w[0] = unicode.ToUpper(w[0])
	return string(w)
}

// otherWord picks a word that is not a slip or two away from any of these.
func (c corpus) otherWord(pick func() string, words ...string) string {
	for {
		w, near := pick(), false
		for _, x := range words {
			near = near || letterDistance(c.fold(w), c.fold(x), 2) < 3
		}
		if !near {
			return w
		}
	}
}

func (c corpus) fold(text string) []rune {
	if c.folded[text] == nil {
		c.folded[text] = []rune(strings.ToLower(plainText(text)))
	}
	return c.folded[text]
}

func (c corpus) given() string   { return c.some(corpusGiven, corpusUnlistedGiven) }
func (c corpus) surname() string { return c.some(corpusSurnames, corpusUnlistedSurnames) }

// newPerson has one or two given names and as many surnames as asked for.
func (c corpus) newPerson(given, surnames int) payerName {
	var s payerName
	for range given {
		s.given = append(s.given, c.otherWord(c.given, s.given...))
	}
	for range surnames {
		s.surnames = append(s.surnames, c.otherWord(c.surname, append(s.surnames, s.given...)...))
	}
	return s
}

func (c corpus) anyPerson() payerName { return c.newPerson(1+c.IntN(2), 1+c.IntN(2)) }

func (c corpus) newCompany() payerName {
	s := payerName{own: c.invent(), legal: c.pick(corpusLegal)}
	if c.IntN(3) > 0 {
		s.trade = c.pick(corpusTrades)
	}
	switch c.IntN(4) {
	case 0:
		s.own += " " + c.otherWord(c.invent, s.own)
	case 1:
		s.own += " del"
		s.place = c.pick(corpusPlaces)
	case 2:
		s.own += " y " + c.surname()
	}
	return s
}

func (c corpus) anybody() payerName {
	if c.IntN(3) == 0 {
		return c.newCompany()
	}
	return c.anyPerson()
}

// A lookAlike is two parties that share something and are not one.
type lookAlike struct {
	name string
	make func(c corpus) (order, bank payerName)
}

var lookAlikes = []lookAlike{
	{"same surname", func(c corpus) (payerName, payerName) {
		a, b := c.anyPerson(), c.anyPerson()
		b.given[0] = c.otherWord(c.given, a.given...)
		if len(b.given) > 1 {
			b.given[1] = c.otherWord(c.given, append(a.given, b.given[0])...)
		}
		if len(b.surnames) > 1 {
			b.surnames[1] = c.otherWord(c.surname, a.surnames...)
		}
		b.surnames[0] = a.surnames[0]
		return a, b
	}},
	{"same first name", func(c corpus) (payerName, payerName) {
		a, b := c.anyPerson(), c.anyPerson()
		b.given[0] = a.given[0]
		for i := range b.surnames {
			b.surnames[i] = c.otherWord(c.surname, append(a.surnames, b.surnames[:i]...)...)
		}
		return a, b
	}},
	{"sibling", func(c corpus) (payerName, payerName) {
		a := c.newPerson(1+c.IntN(2), 2)
		b := payerName{surnames: a.surnames}
		for range a.given {
			b.given = append(b.given, c.otherWord(c.given, append(append([]string{}, a.given...), b.given...)...))
		}
		if len(a.given) > 1 && c.IntN(2) == 0 { // both were called after one grandmother
			b.given[1] = a.given[1]
		}
		return a, b
	}},
	{"same trade word", func(c corpus) (payerName, payerName) {
		a, b := c.newCompany(), c.newCompany()
		a.trade = c.pick(corpusTrades)
		b.trade = a.trade
		b.own = c.otherWord(c.invent, strings.Fields(a.own)...)
		if c.IntN(2) == 0 {
			b.legal = a.legal
		}
		return a, b
	}},
	{"same place word", func(c corpus) (payerName, payerName) {
		a, b := c.newCompany(), c.newCompany()
		a.place = c.pick(corpusPlaces)
		b.place = a.place
		b.own = c.otherWord(c.invent, strings.Fields(a.own)...)
		return a, b
	}},
	{"same legal form", func(c corpus) (payerName, payerName) {
		a, b := c.newCompany(), c.newCompany()
		a.trade, b.trade, b.place, b.legal = "", "", "", a.legal
		b.own = c.otherWord(c.invent, strings.Fields(a.own)...)
		return a, b
	}},
	{"same particles", func(c corpus) (payerName, payerName) {
		a, b := c.newPerson(1, 1), c.newPerson(1, 1)
		b.given[0], b.surnames[0] = c.otherWord(c.given, a.given...), c.otherWord(c.surname, a.surnames...)
		a.surnames[0], b.surnames[0] = "de la "+a.surnames[0], "de la "+b.surnames[0]
		return a, b
	}},
}
