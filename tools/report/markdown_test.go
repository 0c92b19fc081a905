package report

import (
	"html"
	"regexp"
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
		{"$5 and $6 and $x$", []string{"x"}},
		{"$ x$ or $x $ or $ x $", []string{"x", "x", "x"}}, // JupyterLab's rule
		{"$x\n+ y$", []string{"x\n+ y"}},
		{"$\n- x\n$", []string{"- x"}},
		{"from $5 to 10$ x", []string{"5 to 10"}},
		{`\$x\$ and $a\$b$`, []string{`a\$b`}},
		{"`$x$` ``$`y`$``", nil},
		{"```\n$x$\n```\n~~~go\n$y$\n~~~", nil},
		{"    $x$\n", nil},
		{"$$x\n+\ny$$", []string{"$$x\n+\ny"}},
		{"$$\nx\n= y\n- z\n$$", []string{"$$x\n= y\n- z"}},
		{"text\n$$\nx\n$$\ntext $y$", []string{"$$x", "y"}},
		{"\\begin{align}\na &= b \\\\\n&= c\n\\end{align}", []string{"$$\\begin{align}\na &= b \\\\\n&= c\n\\end{align}"}},
		{`so \begin{equation*}x\end{equation*} and \\(y\\) and \\[z\\]`, []string{`$$\begin{equation*}x\end{equation*}`, "y", "$$z"}},
		{"| a | b |\n|---|---|\n| $|x|$ | $p(x\\|y)$ |", []string{"|x|", `p(x\|y)`}},
		{`$\text{if $x$}$`, []string{`\text{if $x$}`}},
		{"<div>$x$</div>\n\n<code>$y$</code>", []string{"x"}},
		{"[a](http://h/$x$) $y$", []string{"y"}},
		{"**$x$** and *a $y_1$ b_2*", []string{"x", "y_1"}},
		{"$$", nil},
		{"$$$$", nil},
		{"$x\n\ny$", nil},
		{"$a*b*c$ *d*", []string{"a*b*c"}},
		{"$x$5", nil},
		{"a \ue0000\ue001 $x$", []string{"x"}},
	} {
		text := newMarkdown(".").render(tt.in, notebook.Object{})
		var got []string
		for _, part := range strings.SplitAfter(text, "<math")[1:] {
			_, source, _ := strings.Cut(part, `<annotation encoding="application/x-tex">`)
			source, _, _ = strings.Cut(source, "</annotation>")
			source = html.UnescapeString(source)
			if strings.HasPrefix(part, ` display="block"`) {
				source = "$$" + source
			}
			got = append(got, source)
		}
		if diff := cmp.Diff(tt.want, got); diff != "" {
			t.Errorf("formulas of %q (-want +got):\n%s\n%s", tt.in, diff, text)
		}
	}
}

func TestMarkdownLinks(t *testing.T) {
	m := newMarkdown("notebooks")
	m.pages = map[string]string{"notebooks/A B.ipynb": "A.html"}
	got := m.render("[a](A%20B.ipynb#c) [b](./A%20B.ipynb) [c](../A%20B.ipynb) [d](http://x/A.ipynb) [e](#úvod) ![f](attachment:no.png)", notebook.Object{})
	for _, want := range []string{`href="A.html#c"`, `href="A.html"`, `href="../A%20B.ipynb"`, `href="http://x/A.ipynb"`, `href="#%C3%BAvod"`, "<em>[image: f]</em>"} {
		if !strings.Contains(got, want) {
			t.Errorf("%s is missing in\n%s", want, got)
		}
	}
}

// TestHeadings: a heading has JupyterLab's id (its text with hyphens for blanks) and GitHub's, in
// all scripts.
func TestHeadings(t *testing.T) {
	for _, tt := range []struct {
		in   string
		want []string
	}{
		{"## Title one", []string{"Title-one", "title-one"}},
		{"## Úvod", []string{"Úvod", "úvod"}},
		{"## 日本", []string{"日本"}},
		{"# One `two` $x$", []string{"One-two-$x$", "one-two-x"}},
		{"# a\n\n# a\n\n# a", []string{"a", "a-1", "a-2"}},
		{"## 2. Q&A \"it's\"", []string{`2.-Q&amp;A-&#34;it&#39;s&#34;`, "2-qa-its"}},
		{"## ...", []string{"..."}},
		{"## <b>", []string{"section"}},
	} {
		var got []string
		text := newMarkdown(".").render(tt.in, notebook.Object{})
		for _, m := range regexp.MustCompile(` id="([^"]*)"`).FindAllStringSubmatch(text, -1) {
			got = append(got, m[1])
		}
		if diff := cmp.Diff(tt.want, got); diff != "" {
			t.Errorf("ids of %q (-want +got):\n%s\n%s", tt.in, diff, text)
		}
	}
}

func TestMarkdownForms(t *testing.T) {
	attachments := notebook.Object{}
	if err := attachments.UnmarshalJSON([]byte(`{"image.png": {"image/png": "AAAA"}}`)); err != nil {
		t.Fatal(err)
	}
	m := newMarkdown(".")
	for _, tt := range []struct{ name, in, want string }{
		{"task list", "- [x] done\n- [ ] open", `<li><input checked="" disabled="" type="checkbox"> done</li>`},
		{"footnote", "a[^1]\n\n[^1]: note", `<a href="#t2-fn:1"`},
		{"footnote of another text", "a[^1]\n\n[^1]: note", `<li id="t3-fn:1">`},
		{"attached", "![a](attachment:image.png)", `<img src="data:image/png;base64,AAAA" alt="a">`},
		{"attached in HTML", `<img alt='a' src='attachment:image.png' width=30>`, `src="data:image/png;base64,AAAA"`},
		{"attached in HTML, unquoted", `x <img src=attachment:image.png> y`, `<img src="data:image/png;base64,AAAA">`},
	} {
		if got := m.render(tt.in, attachments); !strings.Contains(got, tt.want) {
			t.Errorf("%s: %s is missing in\n%s", tt.name, tt.want, got)
		}
	}
}

// FuzzMarkdown wants of every text complete elements and no script, whatever stands in it.
func FuzzMarkdown(f *testing.F) {
	for _, seed := range []string{"# a\n\n$x$ <b>", hostile, "```go\n<script>\n```\n\n|a|\n|-|\n|`|`|", "<code class=\"math\">\\frac</code><pre><code>", "![x](attachment:y) [z](data:text/html,x)"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, source string) {
		got := newMarkdown(".").render(source, notebook.Object{})
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
