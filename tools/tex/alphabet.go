package tex

import "strings"

// alphabet is where Unicode's mathematical letters of one style begin: capitals, small letters,
// digits, Greek capitals and small Greek letters. 0 where the style has none.
type alphabet struct {
	upper, lower, digit, greek, smallGreek rune
	odd                                    map[rune]rune // letters encoded outside the block
}

// alphabets are the values of mathvariant, from the block U+1D400 of Unicode and Letterlike
// Symbols.
var alphabets = map[string]*alphabet{
	"bold":                   {upper: 0x1d400, lower: 0x1d41a, digit: 0x1d7ce, greek: 0x1d6a8, smallGreek: 0x1d6c2},
	"italic":                 {upper: 0x1d434, lower: 0x1d44e, greek: 0x1d6e2, smallGreek: 0x1d6fc, odd: letters("hℎ")},
	"bold-italic":            {upper: 0x1d468, lower: 0x1d482, digit: 0x1d7ce, greek: 0x1d71c, smallGreek: 0x1d736},
	"script":                 {upper: 0x1d49c, lower: 0x1d4b6, odd: letters("Bℬ Eℰ Fℱ Hℋ Iℐ Lℒ Mℳ Rℛ eℯ gℊ oℴ")},
	"bold-script":            {upper: 0x1d4d0, lower: 0x1d4ea},
	"fraktur":                {upper: 0x1d504, lower: 0x1d51e, odd: letters("Cℭ Hℌ Iℑ Rℜ Zℨ")},
	"bold-fraktur":           {upper: 0x1d56c, lower: 0x1d586},
	"double-struck":          {upper: 0x1d538, lower: 0x1d552, digit: 0x1d7d8, odd: letters("Cℂ Hℍ Nℕ Pℙ Qℚ Rℝ Zℤ")},
	"sans-serif":             {upper: 0x1d5a0, lower: 0x1d5ba, digit: 0x1d7e2},
	"bold-sans-serif":        {upper: 0x1d5d4, lower: 0x1d5ee, digit: 0x1d7ec, greek: 0x1d756, smallGreek: 0x1d770},
	"sans-serif-italic":      {upper: 0x1d608, lower: 0x1d622},
	"sans-serif-bold-italic": {upper: 0x1d63c, lower: 0x1d656, greek: 0x1d790, smallGreek: 0x1d7aa},
	"monospace":              {upper: 0x1d670, lower: 0x1d68a, digit: 0x1d7f6},
}

func letters(pairs string) map[rune]rune {
	m := map[rune]rune{}
	for _, pair := range strings.Fields(pairs) {
		r := []rune(pair)
		m[r[0]] = r[1]
	}
	return m
}

// lateGreek are the small Greek forms that follow omega in each style.
var lateGreek = []rune("∂ϵϑϰϕϱϖ")

// styled writes text in a style; characters without a letter in the style stay.
func styled(text, variant string) string {
	a := alphabets[variant]
	return strings.Map(func(r rune) rune {
		if to, ok := a.odd[r]; ok {
			return to
		}
		base, from := rune(0), rune(0)
		switch {
		case 'A' <= r && r <= 'Z':
			base, from = a.upper, 'A'
		case 'a' <= r && r <= 'z':
			base, from = a.lower, 'a'
		case '0' <= r && r <= '9':
			base, from = a.digit, '0'
		case 'Α' <= r && r <= 'Ω':
			base, from = a.greek, 'Α'
		case 'α' <= r && r <= 'ω':
			base, from = a.smallGreek, 'α'
		case r == '∇' && a.greek != 0:
			return a.greek + 25
		default:
			for i, late := range lateGreek {
				if r == late && a.smallGreek != 0 {
					return a.smallGreek + 25 + rune(i)
				}
			}
		}
		if base == 0 {
			return r
		}
		return base + r - from
	}, text)
}
