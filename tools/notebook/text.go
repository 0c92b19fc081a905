package notebook

import (
	"strings"
	"unicode/utf8"
)

// splitLines cuts s where Python's str.splitlines(True) does, line ends kept: \n, \r, \r\n, \v, \f,
// the file, group and record separators, NEL, and the line and paragraph separators of Unicode. ""
// gives no line.
func splitLines(s string) []string {
	lines := []string{}
	start := 0
	for i := 0; i < len(s); {
		n := lineEnd(s[i:])
		if n == 0 {
			i++
			continue
		}
		i += n
		lines = append(lines, s[start:i])
		start = i
	}
	if start < len(s) {
		lines = append(lines, s[start:])
	}
	return lines
}

// lineEnd is the length of the line end that s begins with, or 0.
func lineEnd(s string) int {
	switch c := s[0]; {
	case c == '\r' && len(s) > 1 && s[1] == '\n':
		return 2
	case c >= '\n' && c <= '\r' || c >= 0x1c && c <= 0x1e:
		return 1
	case c == 0xc2 && len(s) > 1 && s[1] == 0x85:
		return 2
	case c == 0xe2 && len(s) > 2 && s[1] == 0x80 && (s[2] == 0xa8 || s[2] == 0xa9):
		return 3
	}
	return 0
}

// appendCode appends code point r; a lone surrogate becomes the three bytes UTF-8 would use if it
// were allowed.
func appendCode(b []byte, r rune) []byte {
	if r >= 0xd800 && r <= 0xdfff {
		return append(b, 0xed, 0x80|byte(r>>6)&0x3f, 0x80|byte(r)&0x3f)
	}
	return utf8.AppendRune(b, r)
}

// surrogate is the lone surrogate that s begins with, or 0.
func surrogate(s string) rune {
	if len(s) < 3 || s[0] != 0xed || s[1] < 0xa0 || s[1] > 0xbf || s[2]&0xc0 != 0x80 {
		return 0
	}
	return 0xd000 | rune(s[1]&0x3f)<<6 | rune(s[2]&0x3f)
}

// pairUp joins surrogates that only the border between two lines kept apart.
func pairUp(s string) string {
	if !strings.Contains(s, "\xed") {
		return s
	}
	b := make([]byte, 0, len(s))
	for i := 0; i < len(s); {
		hi := surrogate(s[i:])
		if hi == 0 {
			b = append(b, s[i])
			i++
			continue
		}
		i += 3
		if lo := surrogate(s[i:]); hi < 0xdc00 && lo >= 0xdc00 {
			hi = (hi-0xd800)<<10 + lo - 0xdc00 + 0x10000
			i += 3
		}
		b = appendCode(b, hi)
	}
	return string(b)
}
