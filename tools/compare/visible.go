package compare

import (
	"fmt"
	"strings"
	"unicode"
)

// visible writes the characters of a text that cannot be seen, and blanks at the end of a line, as
// Go escapes them, so that no two lines of a difference look the same. go-cmp, for one, sets
// non-breaking spaces at random.
func visible(s string) string {
	var b strings.Builder
	for line := range strings.Lines(s) {
		text, end := line, ""
		if bare, ok := strings.CutSuffix(line, "\n"); ok {
			text, end = bare, "\n"
		}
		shown := strings.TrimRight(text, " \t")
		for i, r := range text {
			switch {
			case i < len(shown) && (r == '\t' || unicode.IsPrint(r)):
				b.WriteRune(r)
			case r < 0x80:
				fmt.Fprintf(&b, "\\x%02x", r)
			default:
				fmt.Fprintf(&b, "\\u%04x", r)
			}
		}
		b.WriteString(end)
	}
	return b.String()
}
