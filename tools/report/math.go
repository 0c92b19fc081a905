package report

import (
	"errors"
	"strings"
	"unicode"
	"unicode/utf8"
)

// math is the MathML of a TeX formula, which browsers set without scripts, fonts or network. It knows the part of TeX
// that texts on statistics and learning use (symbols.go lists the commands); a formula with anything else is shown as its source.
func math(source string, display bool) string {
	p := &texReader{rest: source}
	body, err := p.row("")
	if err == nil && p.rest != "" {
		err = errTeX
	}
	if err != nil {
		if display {
			return `<code class="math display">` + escape(source) + `</code>`
		}
		return `<code class="math">` + escape(source) + `</code>`
	}
	mode := ""
	if display {
		mode = ` display="block"`
	}
	return `<math` + mode + `><semantics><mrow>` + body + `</mrow><annotation encoding="application/x-tex">` + escape(source) + `</annotation></semantics></math>`
}

// errTeX means a construct that is not known here.
var errTeX = errors.New("unknown TeX")

// texReader translates TeX from left to right.
type texReader struct {
	rest  string
	depth int
}

// next takes one token: a command with its backslash, or one character. "" is the end.
func (p *texReader) next() string {
	p.rest = strings.TrimLeft(p.rest, " \t\r\n")
	if p.rest == "" {
		return ""
	}
	n := 1
	if p.rest[0] == '\\' {
		for n < len(p.rest) && isLetter(p.rest[n]) {
			n++
		}
		if n == 1 && len(p.rest) > 1 {
			_, size := utf8.DecodeRuneInString(p.rest[1:])
			n += size
		}
	} else {
		_, n = utf8.DecodeRuneInString(p.rest)
	}
	token := p.rest[:n]
	p.rest = p.rest[n:]
	return token
}

func (p *texReader) peek() string {
	rest := p.rest
	token := p.next()
	p.rest = rest
	return token
}

func isLetter(c byte) bool { return 'a' <= c|0x20 && c|0x20 <= 'z' }

// row translates up to the token end, which it takes; "" is the end of the formula.
func (p *texReader) row(end string) (string, error) {
	// A formula as deep as this is no formula but an attempt on the stack.
	if p.depth++; p.depth > 100 {
		return "", errTeX
	}
	defer func() { p.depth-- }()
	var b strings.Builder
	for {
		switch token := p.peek(); token {
		case end:
			p.next()
			return b.String(), nil
		case "", "}", "&", `\\`, `\right`, `\end`:
			return "", errTeX
		}
		item, err := p.scripted()
		if err != nil {
			return "", err
		}
		b.WriteString(item)
	}
}

// scripted translates one item with what stands below and above it.
func (p *texReader) scripted() (string, error) {
	token := p.peek()
	base, limits := "<mrow></mrow>", false
	if token != "^" && token != "_" {
		var err error
		if base, err = p.item(p.next()); err != nil {
			return "", err
		}
		limits = underOver[token]
	}
	var sub, sup string
	for {
		var to *string
		switch p.peek() {
		case "_":
			to = &sub
		case "^":
			to = &sup
		case "'":
			p.next()
			sup += "<mo>′</mo>"
			continue
		}
		if to == nil {
			break
		}
		if *to != "" {
			return "", errTeX
		}
		p.next()
		arg, err := p.argument()
		if err != nil {
			return "", err
		}
		*to = arg
	}
	if sup != "" {
		sup = "<mrow>" + sup + "</mrow>"
	}
	under, over, both := "msub", "msup", "msubsup"
	if limits {
		under, over, both = "munder", "mover", "munderover"
	}
	switch {
	case sub != "" && sup != "":
		return element(both, base+sub+sup), nil
	case sub != "":
		return element(under, base+sub), nil
	case sup != "":
		return element(over, base+sup), nil
	}
	return base, nil
}

// argument translates what a command applies to: a group in braces, or one item.
func (p *texReader) argument() (string, error) {
	token := p.next()
	switch token {
	case "":
		return "", errTeX
	case "{":
		body, err := p.row("}")
		return element("mrow", body), err
	}
	if token >= "0" && token <= "9" {
		return element("mn", token), nil // \frac12 is a half
	}
	return p.item(token)
}

// raw takes a group's source: the text of \text, the name of \begin.
func (p *texReader) raw() (string, error) {
	if p.next() != "{" {
		return "", errTeX
	}
	body, rest, ok := strings.Cut(p.rest, "}")
	if !ok || strings.ContainsAny(body, "{$\\") {
		return "", errTeX
	}
	p.rest = rest
	return body, nil
}

// item translates the item that a token begins.
func (p *texReader) item(token string) (string, error) {
	switch {
	case token == "{":
		body, err := p.row("}")
		return element("mrow", body), err
	case strings.HasPrefix(token, `\`):
		return p.command(token)
	case token >= "0" && token <= "9":
		n := 0
		for n < len(p.rest) && (p.rest[n] >= '0' && p.rest[n] <= '9' || p.rest[n] == '.' && n+1 < len(p.rest) && p.rest[n+1] >= '0' && p.rest[n+1] <= '9') {
			n++
		}
		token += p.rest[:n]
		p.rest = p.rest[n:]
		return element("mn", token), nil
	}
	r, _ := utf8.DecodeRuneInString(token)
	switch {
	case r == '-':
		return "<mo>−</mo>", nil
	case r == '*':
		return "<mo>∗</mo>", nil
	case strings.ContainsRune("()[]|/", r):
		return `<mo stretchy="false">` + token + "</mo>", nil
	case unicode.IsLetter(r):
		return element("mi", escape(token)), nil
	case strings.ContainsRune("+=<>,.;:!?'~", r) || r > 0x7f:
		return element("mo", escape(strings.Replace(token, "~", "\u00a0", 1))), nil
	}
	return "", errTeX
}

// command translates a command with its arguments.
func (p *texReader) command(token string) (string, error) {
	if s, ok := symbols[token]; ok {
		return s, nil
	}
	if accent, ok := accents[token]; ok {
		arg, err := p.argument()
		if token == `\underline` || token == `\underbrace` {
			return element("munder", arg+accent), err
		}
		return `<mover accent="true">` + arg + accent + "</mover>", err
	}
	if font, ok := fonts[token]; ok {
		text, err := p.raw()
		return font(text), err
	}
	switch token {
	case `\frac`, `\dfrac`, `\tfrac`, `\binom`:
		above, err := p.argument()
		if err != nil {
			return "", err
		}
		below, err := p.argument()
		if token == `\binom` {
			return `<mrow><mo>(</mo><mfrac linethickness="0">` + above + below + "</mfrac><mo>)</mo></mrow>", err
		}
		return element("mfrac", above+below), err
	case `\sqrt`:
		if p.peek() != "[" {
			arg, err := p.argument()
			return element("msqrt", arg), err
		}
		p.next()
		index, err := p.row("]")
		if err != nil {
			return "", err
		}
		arg, err := p.argument()
		return element("mroot", arg+element("mrow", index)), err
	case `\left`:
		open, err := p.fence()
		if err != nil {
			return "", err
		}
		body, err := p.row(`\right`)
		if err != nil {
			return "", err
		}
		shut, err := p.fence()
		return element("mrow", open+body+shut), err
	case `\begin`:
		return p.environment()
	}
	return "", errTeX
}

// fence translates the delimiter after \left or \right.
func (p *texReader) fence() (string, error) {
	token := p.next()
	if token == "." {
		return "", nil
	}
	if s, ok := symbols[token]; ok && strings.Contains(s, "<mo") {
		return `<mo fence="true" stretchy="true">` + untagged(s) + "</mo>", nil
	}
	if token != "" && strings.Contains("()[]|/", token) {
		return `<mo fence="true" stretchy="true">` + token + "</mo>", nil
	}
	return "", errTeX
}

// environment translates \begin{…} to \end{…}: a table of rows and cells.
func (p *texReader) environment() (string, error) {
	name, err := p.raw()
	if err != nil {
		return "", err
	}
	around, ok := environments[name]
	if !ok {
		return "", errTeX
	}
	var table, row, cell strings.Builder
	for {
		switch token := p.peek(); token {
		case "", "}", `\right`:
			return "", errTeX
		case "&", `\\`, `\end`:
			p.next()
			row.WriteString(element("mtd", cell.String()))
			cell.Reset()
			if token == "&" {
				continue
			}
			table.WriteString(element("mtr", row.String()))
			row.Reset()
			if token == `\\` {
				continue
			}
			if end, err := p.raw(); err != nil || end != name {
				return "", errTeX
			}
			return "<mrow>" + around[0] + element("mtable", table.String()) + around[1] + "</mrow>", nil
		}
		item, err := p.scripted()
		if err != nil {
			return "", err
		}
		cell.WriteString(item)
	}
}

func element(name, body string) string { return "<" + name + ">" + body + "</" + name + ">" }
