package report

import (
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"
)

// escapes are ANSI sequences: control (CSI), the strings that a terminator ends (OSC, DCS, APC, PM,
// SOS), and the short ones.
var escapes = regexp.MustCompile("\x1b(?:\\[[0-?]*[ -/]*[@-~]|[\\]PX^_][^\x07\x1b]*(?:\x07|\x1b\\\\)?|[ -/]*[0-~])|\u009b[0-?]*[ -/]*[@-~]")

// plain is text as a log keeps it: no ANSI sequences, lines ended by \n alone, and no character
// that XML 1.0 or a terminal would trip over. Lone surrogates and other bytes that are no UTF-8
// become U+FFFD.
func plain(s string) string {
	s = escapes.ReplaceAllString(s, "")
	s = strings.NewReplacer("\r\n", "\n", "\r", "\n").Replace(s)
	return strings.Map(func(r rune) rune {
		if unicode.IsControl(r) && r != '\n' && r != '\t' {
			return -1
		}
		return r
	}, decent(s))
}

// commands are the marks by which a CI takes a line of a log for a command: at the start of a line,
// after blanks, "::" (GitHub), anywhere "##[" and "##vso[" (GitHub, Azure).
var commands = regexp.MustCompile(`(?m)^(\s*):(:)|##(vso)?\[`)

// Printable is text of a notebook, a kernel or a file as it may be printed on a terminal and into
// the log of a CI: without escape sequences and control characters, and with commands to the CI
// taken apart.
func Printable(s string) string {
	return commands.ReplaceAllStringFunc(plain(s), func(mark string) string {
		if cut, ok := strings.CutSuffix(mark, "["); ok {
			return cut + " ["
		}
		return mark[:len(mark)-1] + " :"
	})
}

// decent removes characters that a page must not contain: marks of direction, which would let an
// output change the order of the text around it, noncharacters, and bytes that are no UTF-8.
func decent(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r == 0xfffe || r == 0xffff:
			return utf8.RuneError
		case unicode.Is(unicode.Bidi_Control, r):
			return -1
		}
		return r
	}, strings.ToValidUTF8(s, "\ufffd"))
}

// visible is a finished page or document without control characters and the characters that decent
// leaves out, wherever in the notebook they stood.
func visible(text []byte) []byte {
	return []byte(strings.Map(func(r rune) rune {
		if unicode.IsControl(r) && r != '\n' && r != '\t' {
			return -1
		}
		return r
	}, decent(string(text))))
}

// oneLine returns the first line that is not empty, as plain text.
func oneLine(s string) string {
	for line := range strings.Lines(plain(s)) {
		if line = strings.TrimSpace(line); line != "" {
			return line
		}
	}
	return ""
}

// shorten cuts s to n characters, the last of which then is an ellipsis.
func shorten(s string, n int) string {
	if utf8.RuneCountInString(s) <= n {
		return s
	}
	return strings.TrimRight(string([]rune(s)[:n-1]), " ") + "…"
}
