package runner

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestTerminal(t *testing.T) {
	for _, tt := range []struct {
		name   string
		chunks []string
		want   string
	}{
		{"plain", []string{"a\n", "b"}, "a\nb"},
		{"overwrite", []string{"xxxxx\ry"}, "yxxxx"},
		{"overwrite across chunks", []string{"10%", "\r", "20%", "\r100%\ndone"}, "100%\ndone"},
		{"crlf is a line end", []string{"a\r\nb\r\n"}, "a\nb\n"},
		{"crlf cut in two", []string{"a\r", "\nb"}, "a\nb"},
		{"line feed in the middle keeps the line", []string{"hello\rHE\nx"}, "HEllo\nx"},
		{"backspace moves only", []string{"abc\b"}, "abc"},
		{"backspace then overwrite", []string{"abc\b\bX"}, "aXc"},
		{"backspace stops at the margin", []string{"a\b\b\bb"}, "b"},
		{"backspace not across lines", []string{"a\n\bb"}, "a\nb"},
		{"erase to the end", []string{"progress 99%\r\x1b[Kdone"}, "done"},
		{"erase all", []string{"abc\x1b[2K\rx"}, "x  "},
		{"colours stay", []string{"\x1b[31mred\x1b[0m\n"}, "\x1b[31mred\x1b[0m\n"},
		{"colours take no column", []string{"\x1b[31mab\x1b[0mc\rX"}, "Xb\x1b[0mc"},
		{"escape cut by a chunk", []string{"a\x1b[", "31mb"}, "a\x1b[31mb"},
		{"runes are columns", []string{"€€€\rx"}, "x€€"},
		{"rune cut by a chunk", []string{"\r\xe2\x82", "\xac!"}, "€!"},
		{"nothing after the cut", []string{"\x1b["}, "\x1b["},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var term terminal
			for _, c := range tt.chunks {
				term.write(c)
			}
			if diff := cmp.Diff(tt.want, term.String()); diff != "" {
				t.Errorf("terminal (-want +got):\n%s", diff)
			}
		})
	}
}

// However a text is cut, it shows the same.
func FuzzTerminalChunks(f *testing.F) {
	f.Add("abc\rX\n\x1b[31mred\x1b[0m\b\b!\r\n", uint8(3))
	f.Fuzz(func(t *testing.T, s string, n uint8) {
		s = strings.ToValidUTF8(s, "?")
		var whole, cut terminal
		whole.write(s)
		step := int(n)%7 + 1
		for i := 0; i < len(s); i += step {
			cut.write(s[i:min(i+step, len(s))])
		}
		if diff := cmp.Diff(whole.String(), cut.String()); diff != "" {
			t.Errorf("in pieces of %d (-whole +pieces):\n%s", step, diff)
		}
	})
}
