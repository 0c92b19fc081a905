package report

import (
	"regexp"
	"strconv"
	"strings"
)

// formula is TeX found in a text.
type formula struct {
	raw     string // as written, with its marks
	source  string
	display bool
}

// While Markdown is parsed, each formula is replaced by its number between two private-use
// characters. So the parser finds no markup in formulas, neither in tables nor across lines.
const (
	hold    = '\ue000'
	release = '\ue001'
)

var held = regexp.MustCompile("\ue000([0-9]+)\ue001")

// mathMarks are the tokens by which JupyterLab finds formulas: dollars, environments, brackets
// behind two backslashes; and the signs that count within them: braces, escaped signs, empty lines.
var mathMarks = regexp.MustCompile(`(?i)\$\$?|\\(?:begin|end)\{[a-z]*\*?\}|\\[\\]?[{}$]|[{}]|\n\s*\n|\\\\[()\[\]]`)

// takeMath puts placeholders where formulas stand. It finds those that JupyterLab finds, but leaves
// money alone: a dollar before a digit ends no formula, and neither does one after a blank where
// the formula would begin with a digit.
func takeMath(text string) (string, []formula) {
	if !strings.ContainsAny(text, `$\`) {
		return text, nil
	}
	text = strings.Map(func(r rune) rune {
		if r == hold || r == release {
			return '\ufffd'
		}
		return r
	}, text)
	var b strings.Builder
	var formulas []formula
	begin, after := -1, 0 // where the open formula begins, and its source
	end, braces, candidate, done := "", 0, -1, 0
	take := func(stop int, mark string) {
		f := formula{raw: text[begin : stop+len(mark)], source: text[after:stop], display: mark != "$" && mark != `\\)`}
		if strings.HasPrefix(mark, `\end`) {
			f.source = f.raw
		}
		if f.source = strings.TrimSpace(f.source); f.source == "" {
			return
		}
		b.WriteString(text[done:begin] + string(hold) + strconv.Itoa(len(formulas)) + string(release))
		formulas = append(formulas, f)
		done = stop + len(mark)
	}
	shut := func() { // the open formula ends where it could have, or is none
		if candidate >= 0 {
			take(candidate, end)
		}
		begin, candidate = -1, -1
	}
	code := codeRanges(text)
	for _, m := range mathMarks.FindAllStringIndex(text, -1) {
		for len(code) > 0 && code[0][1] <= m[0] {
			code = code[1:]
		}
		if m[0] < done || len(code) > 0 && m[0] >= code[0][0] {
			continue
		}
		token := text[m[0]:m[1]]
		if begin < 0 {
			if end = closer(token); end != "" {
				begin, after, braces = m[0], m[1], 0
			}
			continue
		}
		switch {
		case token == end && money(text[after:m[0]], text[m[1]:], token):
			begin, after, braces, candidate = m[0], m[1], 0, -1
		case token == end:
			if braces <= 0 {
				take(m[0], token)
				begin, candidate = -1, -1
			} else if candidate < 0 {
				candidate = m[0]
			}
		case token == "{":
			braces++
		case token == "}":
			braces--
		case strings.HasPrefix(token, "\n"):
			shut()
		}
	}
	if begin >= 0 {
		shut()
	}
	b.WriteString(text[done:])
	return b.String(), formulas
}

// closer is the token that ends the formula which another begins, "" if that begins none.
func closer(token string) string {
	switch token {
	case "$", "$$":
		return token
	case `\\(`:
		return `\\)`
	case `\\[`:
		return `\\]`
	}
	if env, ok := strings.CutPrefix(token, `\begin`); ok {
		return `\end` + env
	}
	return ""
}

// money reports whether a dollar sign between two texts is more likely a currency sign than the end
// of a formula.
func money(inside, after, token string) bool {
	if token != "$" {
		return false
	}
	digit := func(s string) bool { return s != "" && '0' <= s[0] && s[0] <= '9' }
	blank := strings.HasSuffix(inside, " ") || strings.HasSuffix(inside, "\n")
	return digit(after) || digit(inside) && blank
}

// codeRanges are the places of code in a text: fences, and spans within a line.
func codeRanges(text string) (ranges [][2]int) {
	offset, fence, begin := 0, "", 0
	for line := range strings.Lines(text) {
		trimmed := strings.TrimLeft(line, " \t")
		if fence != "" {
			if strings.HasPrefix(trimmed, fence) && strings.Trim(trimmed, fence[:1]+" \t\r\n") == "" {
				ranges = append(ranges, [2]int{begin, offset + len(line)})
				fence = ""
			}
		} else if n := run(trimmed, '`'); n >= 3 && !strings.Contains(trimmed[n:], "`") {
			fence, begin = trimmed[:n], offset
		} else if n := run(trimmed, '~'); n >= 3 {
			fence, begin = trimmed[:n], offset
		} else {
			ranges = append(ranges, spans(line, offset)...)
		}
		offset += len(line)
	}
	if fence != "" {
		ranges = append(ranges, [2]int{begin, len(text)})
	}
	return ranges
}

// spans are the code spans of a line that begins at offset.
func spans(line string, offset int) (ranges [][2]int) {
	lost := map[int]bool{} // lengths of runs that have no other after them
	for i := 0; i < len(line); {
		switch {
		case line[i] == '\\':
			i += 2
		case line[i] != '`':
			i++
		default:
			n := run(line[i:], '`')
			stop := -1
			for j := i + n; j < len(line) && !lost[n]; {
				if line[j] != '`' {
					j++
					continue
				}
				k := run(line[j:], '`')
				if j += k; k == n {
					stop = j
					break
				}
			}
			if i += n; stop >= 0 {
				ranges = append(ranges, [2]int{offset + i - n, offset + stop})
				i = stop
			} else {
				lost[n] = true
			}
		}
	}
	return ranges
}

// run is how often a character stands at the beginning.
func run(s string, c byte) (n int) {
	for n < len(s) && s[n] == c {
		n++
	}
	return n
}

// putBack writes formulas as they were written.
func putBack(text string, formulas []formula) string {
	return held.ReplaceAllStringFunc(text, func(s string) string {
		if n, err := strconv.Atoi(held.FindStringSubmatch(s)[1]); err == nil && n < len(formulas) {
			return formulas[n].raw
		}
		return ""
	})
}

// setMath sets the formulas of sanitised HTML; within tags and code they stay as they were written.
func (m *markdown) setMath(text string, formulas []formula) string {
	if len(formulas) == 0 {
		return text
	}
	var b strings.Builder
	last, code := 0, 0
	put := func(s string) {
		if code > 0 {
			b.WriteString(escapeHeld(s, formulas))
			return
		}
		b.WriteString(held.ReplaceAllStringFunc(s, func(s string) string {
			if n, err := strconv.Atoi(held.FindStringSubmatch(s)[1]); err == nil && n < len(formulas) {
				return m.math(formulas[n].source, formulas[n].display)
			}
			return ""
		}))
	}
	for _, t := range tag.FindAllStringSubmatchIndex(text, -1) {
		put(text[last:t[0]])
		last = t[1]
		if name := text[t[4]:t[5]]; name == "code" || name == "pre" {
			if t[2] == t[3] {
				code++
			} else {
				code--
			}
		}
		b.WriteString(escapeHeld(text[t[0]:t[1]], formulas))
	}
	put(text[last:])
	return b.String()
}

// escapeHeld puts formulas back into HTML, as text.
func escapeHeld(text string, formulas []formula) string {
	return held.ReplaceAllStringFunc(text, func(s string) string { return escape(putBack(s, formulas)) })
}

// math is the MathML of a TeX formula, which browsers set without scripts, fonts or network. A
// formula that cannot be set is shown as its source, with the reason.
func (m *markdown) math(source string, display bool) string {
	class := "math"
	if display {
		class = "math display"
	}
	text, err := m.tex.MathML(source, display)
	if err != nil {
		return `<code class="` + class + `" title="` + escape(shorten(err.Error(), 200)) + `">` + escape(shorten(plain(source), 5000)) + `</code>`
	}
	return text
}
