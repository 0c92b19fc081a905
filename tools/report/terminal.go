package report

import (
	"strings"

	terminal "github.com/buildkite/terminal-to-html/v3"
)

// ansi is the HTML of text as a terminal would show it: colours as spans with classes, cursor
// moves, \r and \b obeyed.
func ansi(s string) string {
	if !strings.ContainsAny(s, "\x1b\r\b\u009b") {
		return escape(plain(s))
	}
	screen, err := terminal.NewScreen()
	if err != nil {
		return escape(plain(s))
	}
	screen.Timestamps = false
	if _, err := screen.Write([]byte(fewerColours(decent(s)))); err != nil {
		return escape(plain(s))
	}
	// The library puts a no-break space into each empty line to give it a height. Within <pre> an
	// empty line has one.
	text := strings.ReplaceAll(screen.AsHTML(), "&nbsp;\n", "\n")
	return balance(terminals().Sanitize(text))
}
