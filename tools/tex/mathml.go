package tex

import (
	"fmt"
	"html"
	"regexp"
	"strings"
)

var (
	element   = regexp.MustCompile(`<(/?)([a-zA-Z]+)((?:\s+[a-zA-Z:-]+ ?="[^"]*")*)\s*(/?)>`)
	attribute = regexp.MustCompile(`([a-zA-Z:-]+) ?="([^"]*)"`)
	errorHead = regexp.MustCompile(`title="(?:ParseError: )?(?:KaTeX parse error: )?([^"]*)"`)
)

// elements are those that KaTeX makes.
var elements = set(`math semantics annotation mrow mi mn mo mtext ms mspace mfrac msqrt mroot msub msup msubsup munder mover munderover mmultiscripts
mprescripts none mtable mtr mtd mlabeledtr mstyle merror mpadded mphantom menclose mglyph`)

// attributes are those of MathML that set a formula. Links, styles and handlers are not among them.
var attributes = set(`display displaystyle scriptlevel mathvariant mathcolor mathbackground mathsize minsize maxsize width height depth lspace rspace voffset
linethickness stretchy fence separator symmetric largeop movablelimits accent accentunder form rowspacing columnspacing columnalign rowalign columnlines
rowlines columnspan rowspan side notation encoding alttext`)

func set(words string) map[string]bool {
	m := map[string]bool{}
	for _, w := range strings.Fields(words) {
		m[w] = true
	}
	return m
}

// mathml makes of KaTeX's markup what a page may hold: the elements and attributes of MathML only, the source as it was written in the
// annotation, and the letters of alphabets as Unicode has them, since browsers follow MathML Core and read no mathvariant but normal.
func mathml(markup, source string) (string, error) {
	var b strings.Builder
	variant, bars, skip, last := "", false, false, 0
	text := func(s string) {
		if bars {
			s = straight.Replace(s)
		}
		if variant != "" {
			s = escape(styled(html.UnescapeString(s), variant))
		}
		if !skip {
			b.WriteString(s)
		}
	}
	for _, m := range element.FindAllStringSubmatchIndex(markup, -1) {
		text(markup[last:m[0]])
		last = m[1]
		shut, name, attrs := m[2] != m[3], markup[m[4]:m[5]], markup[m[6]:m[7]]
		variant, bars = "", name == "mo" && attrs != ""
		switch {
		case name == "span":
			continue
		case !elements[name]:
			return "", fmt.Errorf("set a formula: an element <%s>", name)
		case name == "annotation":
			if skip = !shut; skip {
				b.WriteString(`<annotation encoding="application/x-tex">` + escape(source))
				continue
			}
		}
		b.WriteString("<" + markup[m[2]:m[3]] + name)
		for _, a := range attribute.FindAllStringSubmatch(attrs, -1) {
			switch {
			case a[1] == "mathvariant" && (name == "mi" || name == "mn" || name == "mo") && alphabets[a[2]] != nil:
				variant = a[2]
			case a[1] == "class" && (a[2] == "tag" || a[2] == "tagged"), attributes[a[1]]:
				b.WriteString(" " + a[1] + `="` + a[2] + `"`)
			}
		}
		b.WriteString(markup[m[8]:m[9]] + ">")
	}
	text(markup[last:])
	return b.String(), nil
}

// straight makes of the bars of relations, which KaTeX takes for delimiters, those that stretch in every font.
var straight = strings.NewReplacer("∣", "|", "∥", "‖")

// refusal is what KaTeX says against a formula, in one line.
func refusal(markup string) string {
	if m := errorHead.FindStringSubmatch(markup); m != nil {
		// A mark under the place comes as combining characters.
		return strings.Map(func(r rune) rune {
			if r == '\u0332' {
				return -1
			}
			return r
		}, html.UnescapeString(m[1]))
	}
	return "KaTeX cannot set the formula"
}

var (
	row       = regexp.MustCompile(`\\\\`)
	label     = regexp.MustCompile(`\\label\s*\{([^{}]*)\}`)
	tagged    = regexp.MustCompile(`\\tag\s*(\*?)\s*\{([^{}]*)\}`)
	reference = regexp.MustCompile(`\\(eqref|ref)\s*\{([^{}]*)\}`)
)

// refer notes which \tag a \label names, and puts the tags of formulas above where this one refers to them. A reference to nothing
// is ???, as in MathJax.
func (p *Page) refer(source string) string {
	if strings.Contains(source, `\label`) {
		for _, line := range row.Split(source, -1) {
			if name := label.FindStringSubmatch(line); name != nil {
				if t := tagged.FindStringSubmatch(line); t != nil {
					p.labels[name[1]] = t[2]
				}
			}
		}
	}
	if !strings.Contains(source, "ref") {
		return source
	}
	return reference.ReplaceAllStringFunc(source, func(s string) string {
		m := reference.FindStringSubmatch(s)
		t, ok := p.labels[m[2]]
		if !ok {
			t = "???"
		}
		if m[1] == "eqref" {
			t = "(" + t + ")"
		}
		return `\text{` + t + `}`
	})
}

var escape = html.EscapeString
