package core

import (
	"strings"
	"unicode"

	"golang.org/x/text/cases"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/unicode/norm"
)

// lostLetter stands for a letter that was lost on the way.
const lostLetter = '?'

// mendName puts back what was read in the wrong encoding, and marks letters that
// are lost for good.
func mendName(text string) string {
	runes := []rune(text)
	for range 3 { // some texts went through it more than once
		mended := undoMojibake(runes)
		if len(mended) == len(runes) {
			break
		}
		runes = mended
	}
	for i, r := range runes {
		before, after := i > 0 && isNameLetter(runes[i-1]), i+1 < len(runes) && isNameLetter(runes[i+1])
		switch {
		case lostSymbols(r) && (before || after):
			runes[i] = lostLetter
		case r == lostLetter && !before && !after && !(i > 0 && runes[i-1] == lostLetter):
			runes[i] = ' '
		case (r == 'Ã' || r == '├') && !(after && strings.ContainsRune("oOeE", runes[i+1])) && (before || after):
			runes[i] = lostLetter // the second half is gone; ÃO and ÃE are Portuguese
		}
	}
	return string(runes)
}

func isNameLetter(r rune) bool { return unicode.IsLetter(r) || r == lostLetter }

// lostSymbols are what stands for a letter in a text of another encoding.
func lostSymbols(r rune) bool {
	return r == unicode.ReplacementChar || strings.ContainsRune("¡¢£¤¥¦§¬±²³µ¶¹¼½¾¿×÷‚„†‡‰~", r) || 0x80 <= r && r < 0xA0
}

// undoMojibake reads UTF-8 that was taken for a single-byte encoding.
func undoMojibake(runes []rune) []rune {
	out := make([]rune, 0, len(runes))
	for i := 0; i < len(runes); i++ {
		r := runes[i]
		if i+1 < len(runes) {
			if c, ok := twoBytes(r, runes[i+1]); ok {
				out = append(out, c)
				i++
				continue
			}
		}
		out = append(out, r)
	}
	return out
}

func twoBytes(r, next rune) (rune, bool) {
	page := charmap.Windows1252
	switch {
	case r == 'ã': // mojibake that was put in lower case
		r = 'Ã'
	case r == '├' || r == '┬': // the same two bytes in the DOS code pages
		page = charmap.CodePage850
	}
	lead, ok := byteOf(page, r)
	if !ok || lead < 0xC3 || lead > 0xDF {
		return 0, false
	}
	trail, ok := byteOf(page, next)
	if !ok && page == charmap.CodePage850 {
		trail, ok = byteOf(charmap.CodePage437, next)
	}
	if !ok || trail < 0x80 || trail > 0xBF {
		return 0, false
	}
	c := rune(lead&0x1F)<<6 | rune(trail&0x3F)
	return c, unicode.IsLetter(c)
}

func byteOf(page *charmap.Charmap, r rune) (byte, bool) {
	if 0x80 <= r && r < 0xA0 && page == charmap.Windows1252 {
		return byte(r), true
	}
	return page.EncodeRune(r)
}

// undecomposed are letters that Unicode takes for letters of their own.
var undecomposed = map[rune]string{
	'ø': "o", 'ł': "l", 'đ': "d", 'ð': "d", 'þ': "th", 'æ': "ae", 'œ': "oe", 'ħ': "h",
	'ı': "i", 'ŋ': "n", 'ŧ': "t", 'ĸ': "k", 'ə': "e", 'ƒ': "f", 'ß': "ss", 'ſ': "s",
}

var foldCase = cases.Fold()

// foldWords drops case, marks and punctuation and splits what is left. Scripts
// without marks of that kind keep theirs: there they tell words apart.
func foldWords(text string) []word {
	var words []word
	var letters []rune
	var marked []bool
	end := func() {
		if strings.Trim(string(letters), string(lostLetter)) != "" {
			composed := norm.NFC.String(string(letters))
			if len(composed) != len(string(letters)) {
				marked = make([]bool, len([]rune(composed)))
			}
			words = append(words, word{text: composed, marked: marked})
		}
		letters, marked = nil, nil
	}
	push := func(s string, mark bool) {
		for _, r := range s {
			letters, marked = append(letters, r), append(marked, mark)
		}
	}
	for _, r := range norm.NFKD.String(foldCase.String(norm.NFKC.String(text))) {
		plain, special := undecomposed[r]
		switch {
		case special:
			push(plain, true)
		case unicode.IsLetter(r) || unicode.IsDigit(r) || r == lostLetter:
			push(string(r), false)
		case unicode.Is(unicode.M, r):
			if len(letters) == 0 {
				continue
			}
			if last := letters[len(letters)-1]; hasPlainForm(last) {
				marked[len(marked)-1] = true
			} else if last != lostLetter {
				push(string(r), false)
			}
		default:
			end()
		}
	}
	end()
	return words
}

// hasPlainForm tells whether a letter without its marks is still the letter that
// people write for it.
func hasPlainForm(r rune) bool {
	return unicode.In(r, unicode.Latin, unicode.Greek, unicode.Cyrillic, unicode.Arabic, unicode.Hebrew)
}

// alphabetic tells whether a word is written in letters, each a small part of it.
func alphabetic(text string) bool {
	for _, r := range text {
		if r != lostLetter && !unicode.In(r, unicode.Latin, unicode.Greek, unicode.Cyrillic, unicode.Armenian) {
			return false
		}
	}
	return true
}
