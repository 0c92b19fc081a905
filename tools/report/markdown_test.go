package report

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"flowbook/tools/notebook"
)

func TestFormulasInMarkdown(t *testing.T) {
	for _, tt := range []struct {
		in   string
		want []string // the formulas' sources; display ones begin with $$
	}{
		{"$x$", []string{"x"}},
		{"a $x_1$ and $y_2$.", []string{"x_1", "y_2"}},
		{"$5 and $6", nil},
		{"$ x$ or $x $", nil},
		{"from $5 to 10$ x", []string{"5 to 10"}},
		{`\$x\$ and $a\$b$`, []string{`a\$b`}},
		{"`$x$`", nil},
		{"$$x\n+\ny$$", []string{"$$x\n+\ny"}},
		{"text\n$$\nx\n$$\ntext $y$", []string{"$$x", "y"}},
		{"$$", nil},
		{"$$$$", nil},
		{"$x\n\ny$", nil},
		{"$a*b*c$ *d*", []string{"a*b*c"}},
		{"$x$5", nil},
	} {
		text := (&markdown{ids: map[string]int{}}).render(tt.in, notebook.Object{})
		var got []string
		for _, part := range strings.SplitAfter(text, "<math")[1:] {
			_, source, _ := strings.Cut(part, `<annotation encoding="application/x-tex">`)
			source, _, _ = strings.Cut(source, "</annotation>")
			if strings.HasPrefix(part, ` display="block"`) {
				source = "$$" + source
			}
			got = append(got, source)
		}
		// Formulas that MathML has no words for stay code.
		for _, part := range strings.SplitAfter(text, `<code class="math">`)[1:] {
			source, _, _ := strings.Cut(part, "</code>")
			got = append(got, source)
		}
		if diff := cmp.Diff(tt.want, got); diff != "" {
			t.Errorf("formulas of %q (-want +got):\n%s\n%s", tt.in, diff, text)
		}
	}
}

func TestMarkdownLinksAndHeadings(t *testing.T) {
	m := &markdown{ids: map[string]int{}, dir: "notebooks", pages: map[string]string{"notebooks/A B.ipynb": "A.html"}}
	got := m.render("# One `two` $x$\n\n[a](A%20B.ipynb#c) [b](./A%20B.ipynb) [c](../A%20B.ipynb) [d](http://x/A.ipynb) ![e](attachment:no.png)\n\n## Ünï\n\n## ...", notebook.Object{})
	for _, want := range []string{`href="A.html#c"`, `href="A.html"`, `href="../A%20B.ipynb"`, `href="http://x/A.ipynb"`, "<em>[image: e]</em>", `<h2 id="n">Ünï</h2>`} {
		if !strings.Contains(got, want) {
			t.Errorf("%s is missing in\n%s", want, got)
		}
	}
	want := []heading{{1, "one-two-x", "One two x"}, {2, "n", "Ünï"}, {2, "section", "..."}}
	if diff := cmp.Diff(want, m.headings); diff != "" {
		t.Errorf("headings (-want +got):\n%s", diff)
	}
}

func TestMath(t *testing.T) {
	for _, tt := range []struct{ in, want string }{
		{"x", "<mi>x</mi>"},
		{"-3.14", "<mo>−</mo><mn>3.14</mn>"},
		{"x^2_i", "<msubsup><mi>x</mi><mi>i</mi><mrow><mn>2</mn></mrow></msubsup>"},
		{"x'", "<msup><mi>x</mi><mrow><mo>′</mo></mrow></msup>"},
		{`\frac12`, "<mfrac><mn>1</mn><mn>2</mn></mfrac>"},
		{`\frac{a}{b}`, "<mfrac><mrow><mi>a</mi></mrow><mrow><mi>b</mi></mrow></mfrac>"},
		{`\sqrt[3]{x}`, "<mroot><mrow><mi>x</mi></mrow><mrow><mn>3</mn></mrow></mroot>"},
		{`\sum_{i}^n`, "<munderover><mo>∑</mo><mrow><mi>i</mi></mrow><mrow><mi>n</mi></mrow></munderover>"},
		{`\mathbb{R}^n`, "<msup><mi>ℝ</mi><mrow><mi>n</mi></mrow></msup>"},
		{`\text{a < b}`, "<mtext>a &lt; b</mtext>"},
		{`\left(\frac{1}{2}\right.`, `<mrow><mo fence="true" stretchy="true">(</mo><mfrac><mrow><mn>1</mn></mrow><mrow><mn>2</mn></mrow></mfrac></mrow>`},
		{`\begin{cases} 1 & x \\ 2 \end{cases}`, "<mrow><mo>{</mo><mtable><mtr><mtd><mn>1</mn></mtd><mtd><mi>x</mi></mtd></mtr><mtr><mtd><mn>2</mn></mtd></mtr></mtable></mrow>"},
		{"a<b", "<mi>a</mi><mo>&lt;</mo><mi>b</mi>"},
		// What is not known stays as it was written.
		{`\foo{x}<b>`, ""}, {"{x", ""}, {"x}", ""}, {"x_1_2", ""}, {`\begin{x}`, ""}, {`\begin{cases}1`, ""}, {`\left x`, ""}, {"#", ""}, {`\frac{1}`, ""}, {"_", ""}, {`\`, ""},
		{strings.Repeat("{", 200) + strings.Repeat("}", 200), ""},
	} {
		want := "<math><semantics><mrow>" + tt.want + `</mrow><annotation encoding="application/x-tex">` + escape(tt.in) + "</annotation></semantics></math>"
		if tt.want == "" {
			want = `<code class="math">` + escape(tt.in) + "</code>"
		}
		if diff := cmp.Diff(want, math(tt.in, false)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", tt.in, diff)
		}
	}
}

// FuzzMath wants of every formula complete elements and nothing of the source as markup.
func FuzzMath(f *testing.F) {
	for _, seed := range []string{`\hat{x} = \frac{x - \mu}{\sqrt{\sigma^2 + \epsilon}}`, `\begin{cases} a & b \\ c \end{cases}`, `<script>\left(x\right|`, `\mathcal{L}_{<b>}`} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, source string) {
		got := math(source, true)
		if balance(got) != got {
			t.Errorf("%q: not balanced: %s", source, got)
		}
		for _, m := range tag.FindAllStringSubmatch(got, -1) {
			if name := m[2]; !strings.HasPrefix(name, "m") && name != "semantics" && name != "annotation" && name != "code" {
				t.Errorf("%q became markup: %s", source, m[0])
			}
		}
	})
}

// FuzzMarkdown wants of every text complete elements and no script, whatever stands in it.
func FuzzMarkdown(f *testing.F) {
	for _, seed := range []string{"# a\n\n$x$ <b>", hostile, "```go\n<script>\n```\n\n|a|\n|-|\n|`|`|", "<code class=\"math\">\\frac</code><pre><code>", "![x](attachment:y) [z](data:text/html,x)"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, source string) {
		got := (&markdown{ids: map[string]int{}}).render(source, notebook.Object{})
		if balance(got) != got {
			t.Errorf("%q: not balanced: %s", source, got)
		}
		for _, m := range tag.FindAllStringSubmatch(got, -1) {
			if name := strings.ToLower(m[2]); name == "script" || name == "style" || name == "iframe" || name == "form" || strings.Contains(strings.ToLower(m[0]), " on") && strings.Contains(m[0], "=\"alert") {
				t.Errorf("%q became %s", source, m[0])
			}
		}
	})
}
