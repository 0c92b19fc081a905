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
linethickness stretchy fence separator symmetric largeop movablelimits accent accentunder form rowspacing columnspacing columnspan rowspan side notation encoding alttext`)

func set(words string) map[string]bool {
	m := map[string]bool{}
	for _, w := range strings.Fields(words) {
		m[w] = true
	}
	return m
}

// mathml reduces KaTeX's markup to elements that a page may hold: the elements and attributes of
// MathML only. Some are replaced by those of MathML Core, which browsers follow. Letters of
// alphabets become Unicode's; a token around elements becomes a row; how cells of tables are
// aligned and ruled becomes classes. The annotation is the source as it was written.
func mathml(markup, source string) (string, error) {
	w := &writer{}
	var open []string // the text of each start tag
	last := 0
	tags := element.FindAllStringSubmatchIndex(markup, -1)
	for i, m := range tags {
		w.text(markup[last:m[0]])
		last = m[1]
		shut, name, attrs := m[2] != m[3], markup[m[4]:m[5]], markup[m[6]:m[7]]
		w.variant, w.bars = "", false
		switch {
		case name == "span":
			continue
		case !elements[name]:
			return "", fmt.Errorf("set a formula: the element <%s> is not allowed", name)
		case shut && (len(open) == 0):
			return "", fmt.Errorf("set a formula: </%s> ends nothing", name)
		case shut:
			if name := open[len(open)-1]; name != "" {
				w.end(name)
			}
			open = open[:len(open)-1]
			continue
		case glueCell.MatchString(attrs):
			open = append(open, "")
			continue
		}
		closed := m[8] != m[9]
		if next := i + 1; !closed && tokens[name] && next < len(tags) && tags[next][0] == m[1] && tags[next][2] == tags[next][3] {
			name = "mrow"
		}
		w.begin(name, attrs, source)
		if closed {
			w.end(name)
		} else {
			open = append(open, name)
		}
	}
	w.text(markup[last:])
	if len(open) > 0 {
		return "", fmt.Errorf("set a formula: <%s> stays open", open[0])
	}
	return w.b.String(), nil
}

var tokens = set("mi mn mo")

// glueCell is an empty cell around the rows of an environment, which KaTeX's own style sheet
// numbers.
var glueCell = regexp.MustCompile(`class ?="(mtr-glue|mml-eqn-num)"`)

// writer writes MathML.
type writer struct {
	b       strings.Builder
	variant string // the alphabet of the token that is open
	bars    bool   // it is a delimiter
	skip    bool   // within the annotation
	tables  []*table
}

// table is an mtable in the making, with how its columns are aligned and ruled; a list's last word
// goes for all columns after it.
type table struct {
	align, columns, rows []string
	row, column          int
}

func (w *writer) text(s string) {
	if w.bars {
		s = straight.Replace(s)
	}
	if w.variant != "" {
		s = escape(styled(html.UnescapeString(s), w.variant))
	}
	if !w.skip {
		w.b.WriteString(s)
	}
}

func (w *writer) begin(name, attrs, source string) {
	if name == "annotation" {
		w.skip = true
		w.b.WriteString(`<annotation encoding="application/x-tex">` + escape(source))
		return
	}
	w.bars = name == "mo" && attrs != ""
	w.b.WriteString("<" + name)
	var classes []string
	lists := map[string][]string{}
	for _, a := range attribute.FindAllStringSubmatch(attrs, -1) {
		lists[a[1]] = strings.Fields(a[2])
		switch {
		case a[1] == "mathvariant" && tokens[name] && alphabets[a[2]] != nil:
			w.variant = a[2]
		case a[1] == "class" && (a[2] == "tag" || a[2] == "tagged"):
			classes = append(classes, a[2])
		case attributes[a[1]]:
			w.b.WriteString(" " + a[1] + `="` + a[2] + `"`)
		}
	}
	switch name {
	case "mtable":
		w.tables = append(w.tables, &table{align: lists["columnalign"], columns: lists["columnlines"], rows: lists["rowlines"], row: -1})
	case "mtr":
		if t := w.table(); t != nil {
			t.row++
			t.column = 0
		}
	case "mtd":
		if t := w.table(); t != nil && len(classes) == 0 {
			classes = t.cell()
		}
	}
	if len(classes) > 0 {
		w.b.WriteString(` class="` + strings.Join(classes, " ") + `"`)
	}
	w.b.WriteString(">")
}

func (w *writer) end(name string) {
	if name == "mtable" && len(w.tables) > 0 {
		w.tables = w.tables[:len(w.tables)-1]
	}
	w.skip = false
	w.b.WriteString("</" + name + ">")
}

func (w *writer) table() *table {
	if len(w.tables) == 0 {
		return nil
	}
	return w.tables[len(w.tables)-1]
}

// cell is the classes of the next cell. Of right and left side by side, as around the sign of an
// aligned equation, the left one is joined.
func (t *table) cell() (classes []string) {
	align := nth(t.align, t.column)
	switch {
	case align == "left" && t.column > 0 && nth(t.align, t.column-1) == "right":
		classes = append(classes, "left", "joined")
	case align == "left" || align == "right":
		classes = append(classes, align)
	}
	if t.column > 0 && nth(t.columns, t.column-1) != "none" && len(t.columns) > 0 {
		classes = append(classes, "ruled")
	}
	if t.row > 0 && nth(t.rows, t.row-1) != "none" && len(t.rows) > 0 {
		classes = append(classes, "under")
	}
	t.column++
	return classes
}

func nth(list []string, n int) string {
	if len(list) == 0 {
		return ""
	}
	return list[min(n, len(list)-1)]
}

// straight makes of the bars of relations, which KaTeX takes for delimiters, those that stretch in
// every font.
var straight = strings.NewReplacer("∣", "|", "∥", "‖")

// refusal is KaTeX's error for a formula, in one line.
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

// refer notes which \tag a \label names, and puts the tags of formulas above where this one refers
// to them. A reference to nothing is ???, as in MathJax.
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
