package tex

import (
	"errors"
	"fmt"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

var annotated = regexp.MustCompile(`(?s)^<math(?: display="block")?><semantics>(.*)<annotation encoding="application/x-tex">(.*)</annotation></semantics></math>$`)

// set is a formula's MathML without its frame.
func setFormula(t *testing.T, p *Page, source string, display bool) string {
	t.Helper()
	text, err := p.MathML(source, display)
	if err != nil {
		t.Fatalf("%s: %v", source, err)
	}
	m := annotated.FindStringSubmatch(text)
	if m == nil || m[2] != escape(source) {
		t.Fatalf("%s: no frame, or another source: %s", source, text)
	}
	return m[1]
}

func TestMathML(t *testing.T) {
	for _, tt := range []struct{ in, want string }{
		{"x", "<mrow><mi>x</mi></mrow>"},
		{`a\text{ and }b`, "<mrow><mi>a</mi><mtext>\u00a0and\u00a0</mtext><mi>b</mi></mrow>"},
		{`\text{a < b}`, "<mrow><mtext>a\u00a0&lt;\u00a0b</mtext></mrow>"},
		{`\mathbf{x}\in\mathbb{R}^\top`, "<mrow><mi>𝐱</mi><mo>∈</mo><msup><mi>ℝ</mi><mi mathvariant=\"normal\">⊤</mi></msup></mrow>"},
		{`\boldsymbol\theta\mathcal{L}\mathbf{12}`, "<mrow><mi>𝜽</mi><mi>ℒ</mi><mn>𝟏𝟐</mn></mrow>"},
		{`|x|`, `<mrow><mi mathvariant="normal">∣</mi><mi>x</mi><mi mathvariant="normal">∣</mi></mrow>`},
		{`\left\|x\right\|`, `<mrow><mo fence="true">‖</mo><mi>x</mi><mo fence="true">‖</mo></mrow>`},
		{`\overset{a}{=}`, `<mrow><mrow><mover><mrow><mo>=</mo></mrow><mi>a</mi></mover></mrow></mrow>`},
		{`\begin{array}{r|l} a & b \\ \hline c & d \end{array}`, `<mtable rowspacing="0.16em" columnspacing="1em"><mtr><mtd class="right">` +
			styledCell("a") + `</mtd><mtd class="left joined ruled">` + styledCell("b") + `</mtd></mtr><mtr><mtd class="right under">` +
			styledCell("c") + `</mtd><mtd class="left joined ruled under">` + styledCell("d") + `</mtd></mtr></mtable>`},
		{`\unknown{x}`, `<mrow><mstyle mathcolor="#c1212d"><mtext>\unknown</mtext></mstyle><mi>x</mi></mrow>`},
		{`\href{javascript:alert(1)}{y}`, "<mrow><mi>y</mi></mrow>"},
		{`\DeclareMathOperator*{\argmin}{arg\,min}\argmin`, "<mrow><mi mathvariant=\"normal\">arg\u2009min</mi><mo>\u2061</mo></mrow>"},
	} {
		if diff := cmp.Diff(tt.want, setFormula(t, NewPage(), tt.in, false)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", tt.in, diff)
		}
	}
}

func styledCell(letter string) string {
	return `<mstyle scriptlevel="0" displaystyle="false"><mi>` + letter + `</mi></mstyle>`
}

// TestPage: macros, labels and redefinitions go from formula to formula of a page, as in
// JupyterLab, and not beyond it.
func TestPage(t *testing.T) {
	p := NewPage()
	for _, tt := range []struct{ in, want string }{
		{`\newcommand{\R}{\mathbb{R}} \R`, "<mrow><mi>ℝ</mi></mrow>"},
		{`\R`, "<mrow><mi>ℝ</mi></mrow>"},
		{`\newcommand\R[1]{\mathbf{#1}} \R{x}`, "<mrow><mi>𝐱</mi></mrow>"},
		{`\R{y}`, "<mrow><mi>𝐲</mi></mrow>"},
		{`\begin{equation} a \tag{7} \label{eq:a} \end{equation}`, "*(7)"},
		{`\eqref{eq:a} \ref{eq:none}`, "<mrow><mtext>(7)???</mtext></mrow>"},
	} {
		got := setFormula(t, p, tt.in, true)
		if want, part := strings.CutPrefix(tt.want, "*"); part && strings.Contains(got, want) {
			continue
		}
		if diff := cmp.Diff(tt.want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", tt.in, diff)
		}
	}
	if got := setFormula(t, NewPage(), `\R`, false); !strings.Contains(got, "ℝ") { // KaTeX's own \R
		t.Errorf(`\R of another page: %s`, got)
	}
}

// TestGlue: an environment that KaTeX's style sheet would number has no empty cells, so that its
// columns are aligned.
func TestGlue(t *testing.T) {
	got := setFormula(t, NewPage(), `\begin{align} a &= b \end{align}`, true)
	if want := `<mtr><mtd class="right">`; !strings.Contains(got, want) || strings.Count(got, "<mtd") != 2 {
		t.Errorf("not two cells, or no %s: %s", want, got)
	}
}

// TestTags: each row of an environment keeps its tag, which KaTeX's MathML leaves out.
func TestTags(t *testing.T) {
	got := setFormula(t, NewPage(), `\begin{align} a &= b \\ c &= d \tag{1<} \\ e &= f \tag*{II} \end{align}`, true)
	var tags []string
	for _, m := range regexp.MustCompile(`<mtd class="tag"><mtext>([^<]*)</mtext></mtd></mtr>`).FindAllStringSubmatch(got, -1) {
		tags = append(tags, m[1])
	}
	if diff := cmp.Diff([]string{"", "(1&lt;)", "II"}, tags); diff != "" {
		t.Errorf("tags (-want +got):\n%s\n%s", diff, got)
	}
}

func TestRefusals(t *testing.T) {
	for _, tt := range []struct{ name, in, want string }{
		{"end", `\frac{1`, "Unexpected end of input"},
		{"environment", `\begin{nosuch}x\end{nosuch}`, "No such environment: nosuch"},
		{"loop", `\def\a{\a\a}\a`, "Too many expansions"},
		{"brace", `x}`, "Expected 'EOF', got '}'"},
	} {
		if _, err := NewPage().MathML(tt.in, true); err == nil || !strings.Contains(err.Error(), tt.want) || strings.Contains(err.Error(), "\u0332") {
			t.Errorf("%s: %v, want %s", tt.name, err, tt.want)
		}
	}
}

// TestHostile: formulas that overflow a stack or a screen end at a bound that does not depend on
// the machine.
func TestHostile(t *testing.T) {
	for _, tt := range []struct{ name, in string }{
		{"hats", strings.Repeat(`\hat`, 700_000) + " x"},
		{"nested hats", strings.Repeat(`\hat{`, 120) + "x" + strings.Repeat("}", 120)},
		{"braces", strings.Repeat("{", 2000) + strings.Repeat("}", 2000)},
		{"delimiters", strings.Repeat(`\left(`, 400) + strings.Repeat(`\right)`, 400)},
		{"environments", strings.Repeat(`\begin{matrix}`, 200)},
		{"long", strings.Repeat("x+", 1<<20)},
	} {
		if _, err := NewPage().MathML(tt.in, true); !errors.Is(err, ErrTooLong) {
			t.Errorf("%s: %v, want %v", tt.name, err, ErrTooLong)
		}
	}
	// KaTeX is sound after each.
	if got := setFormula(t, NewPage(), "x", false); got != "<mrow><mi>x</mi></mrow>" {
		t.Errorf("x after the hostile formulas: %s", got)
	}
	p := NewPage()
	p.count = maxFormulas
	if _, err := p.MathML("x", false); !errors.Is(err, ErrTooLong) {
		t.Errorf("formula %d of a page: %v", maxFormulas+1, err)
	}
}

// FuzzMathML wants of every formula known elements with their ends, and nothing of the source as
// markup.
func FuzzMathML(f *testing.F) {
	for _, seed := range []string{`\hat{x} = \frac{x - \mu}{\sqrt{\sigma^2 + \epsilon}}`, `\begin{cases} a & b \\ c \end{cases}`, `<script>\left(x\right|`, `\text{"><b>}`,
		`\color{#"}x`, `\begin{align}a\tag{<b>}\end{align}`, `\verb|<i>|`, `\htmlClass{x}{y}`, `\includegraphics{x}`, `\char"3c b>`, `\unicode{x3c}`} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, source string) {
		got, err := NewPage().MathML(source, true)
		if err != nil {
			return
		}
		var open []string
		for _, m := range regexp.MustCompile(`<(/?)([^ />]*)([^>]*)>`).FindAllStringSubmatch(got, -1) {
			switch {
			case !elements[m[2]]:
				t.Fatalf("%q: <%s> in %s", source, m[2], got)
			case strings.HasSuffix(m[3], "/"):
			case m[1] == "":
				open = append(open, m[2])
			case len(open) == 0 || open[len(open)-1] != m[2]:
				t.Fatalf("%q: </%s> ends %v in %s", source, m[2], open, got)
			default:
				open = open[:len(open)-1]
			}
		}
		if len(open) > 0 {
			t.Fatalf("%q: %v stay open in %s", source, open, got)
		}
	})
}

// BenchmarkMathML is the cost of one formula once KaTeX is loaded. Each is another one, because a
// page remembers what it has set.
func BenchmarkMathML(b *testing.B) {
	p := NewPage()
	n := 0
	for b.Loop() {
		p.count = 0
		n++
		if _, err := p.MathML(fmt.Sprintf(`\hat{x}_{%d} = \frac{x - \mu}{\sqrt{\sigma^2 + \epsilon}}`, n), true); err != nil {
			b.Fatal(err)
		}
	}
}
