package dataset

import (
	"strconv"
	"strings"
	"unicode/utf8"
)

// shown returns a text as a table shows it. Flows carry texts that strangers chose, such as server
// names and user agents, so characters that would act on a terminal, a CI log or the reader's eye
// are spelled out:
//
//	tab, newline, carriage return        \t \n \r, as in pandas
//	other control characters, ESC first  \x1b
//	characters that reorder text         \u202e
//	bytes that are not UTF-8             �
//	::name::, ##[name]                   \::name::, ##\[name]; a CI runner would take them for commands
func shown(s string) string {
	if plain(s) {
		return s
	}
	var b strings.Builder
	if t := strings.TrimLeft(s, " \t\r\n"); strings.HasPrefix(t, "::") && strings.Contains(t[2:], "::") {
		b.WriteByte('\\')
	}
	for _, r := range s {
		switch {
		case r == '\t':
			b.WriteString(`\t`)
		case r == '\n':
			b.WriteString(`\n`)
		case r == '\r':
			b.WriteString(`\r`)
		case r < ' ' || r >= 0x7f && r < 0xa0:
			b.WriteString(`\x`)
			b.WriteString(strconv.FormatInt(0x100+int64(r), 16)[1:])
		case r == utf8.RuneError:
			b.WriteRune(r)
		case reorders(r):
			b.WriteString(`\u`)
			b.WriteString(strconv.FormatInt(0x10000+int64(r), 16)[1:])
		default:
			b.WriteRune(r)
		}
	}
	return strings.ReplaceAll(b.String(), "##[", `##\[`)
}

// plain reports whether a text is of printable ASCII and begins no command, which nearly all are.
func plain(s string) bool {
	for i := range len(s) {
		if s[i] < ' ' || s[i] >= 0x7f {
			return false
		}
	}
	return !strings.Contains(s, "::") && !strings.Contains(s, "##[")
}

// reorders reports whether a character changes the direction or the lines of the text around it
// without being seen.
func reorders(r rune) bool {
	switch {
	case r == 0x061c, r == 0x200e, r == 0x200f, r == 0x2028, r == 0x2029, r == 0xfeff:
		return true
	}
	return r >= 0x202a && r <= 0x202e || r >= 0x2066 && r <= 0x2069
}
