package report

import (
	"bytes"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"unicode"

	"github.com/google/go-cmp/cmp"

	"flowbook/ml/module"
	"flowbook/tools/notebook"
)

// site writes the course twice and returns its files; both times must give the same bytes.
func site(t *testing.T) (dir string, files map[string]string) {
	t.Helper()
	var sites [2]map[string]string
	for i := range sites {
		dir = t.TempDir()
		if err := Site(dir, course(t)); err != nil {
			t.Fatal(err)
		}
		entries, err := os.ReadDir(dir)
		if err != nil {
			t.Fatal(err)
		}
		sites[i] = map[string]string{}
		for _, e := range entries {
			text, err := os.ReadFile(filepath.Join(dir, e.Name()))
			if err != nil {
				t.Fatal(err)
			}
			sites[i][e.Name()] = string(text)
		}
	}
	if diff := cmp.Diff(sites[0], sites[1]); diff != "" {
		t.Fatalf("the same run gave two sites (-first +second):\n%s", diff)
	}
	return dir, sites[0]
}

func TestSite(t *testing.T) {
	_, files := site(t)
	if len(files) != 3 {
		t.Errorf("%d files, want index, Data and Flows", len(files))
	}
	sheet := regexp.MustCompile(`(?s)<style>.*</style>|sha256-[^=]*=`) // the style sheet and its digest, which the page's policy allows
	for _, name := range []string{"index.html", "Flows.html"} {
		golden(t, name, sheet.ReplaceAllString(files[name], ""))
	}
	for name, text := range files {
		for _, bad := range []string{"<script", "onclick=", "onerror=", "href=\"javascript:", "http://a/b.png", "\x1b", "\u202e"} {
			if strings.Contains(text, bad) {
				t.Errorf("%s holds %q", name, bad)
			}
		}
		text = regexp.MustCompile("<meta [^>]*>").ReplaceAllString(text, "")
		if fixed := balance(text); fixed != text {
			t.Errorf("%s closes what it did not open, or leaves it open", name)
		}
	}
}

func TestSiteNames(t *testing.T) {
	for _, name := range []string{"", "index", "INDEX", "a/b", "..", "a b", "x?y", "<b>"} {
		run := course(t)
		run.Pages[1].Name = name
		if err := Site(t.TempDir(), run); err == nil {
			t.Errorf("a page was called %q", name)
		}
	}
	run := course(t)
	run.Pages[1].Name = "data"
	if err := Site(t.TempDir(), run); err == nil {
		t.Error("two pages differ by case alone, which some file systems do not tell apart")
	}
}

func TestSanitize(t *testing.T) {
	for _, tt := range []struct{ in, want string }{
		{"<b>x", "<b>x</b>"},
		{"x</div></main>", "x"},
		{"<b><i>x</b>y</i>", "<b><i>x</i></b>y"},
		{"<table><tr><td>1</table>", "<table><tr><td>1</td></tr></table>"},
		{"a<br>b<hr/>", "a<br>b<hr/>"},
		{"<p title=\"a b\">x", "<p title=\"a b\">x</p>"},
		{"<img src=\"data:image/png;base64,AAAA\" onerror=\"x\">", "<img src=\"data:image/png;base64,AAAA\">"},
		{"<img src=\"data:text/html;base64,AAAA\">", ""},
		{"<img src=\"https://x/y.png\" alt=\"a picture\">", "<em>[image: a picture]</em>"},
		{"<a href=\"javascript:x()\">y</a>", "y"},
		{"<a href=\"data:text/html,x\">y</a>", "y"},
		{"<svg><script>x</script></svg>", ""},
		{"<style>p{}</style><p style=\"x\">y</p>", "<p>y</p>"},
		{"<iframe src=x></iframe><form><input></form>", ""},
		{"<math><mtext></p><script>x</script>", ""},
		{"1 < 2 & 3", "1 &lt; 2 &amp; 3"},
	} {
		if got := sanitize(tt.in); got != tt.want {
			t.Errorf("sanitize(%s) = %s, want %s", tt.in, got, tt.want)
		}
	}
}

func TestANSI(t *testing.T) {
	for _, tt := range []struct{ in, want string }{
		{"a<b>\n", "a&lt;b&gt;\n"},
		{"\x1b[31mred\x1b[0m\n", "<span class=\"term-fg31\">red</span>\n"},
		{"1/3\r2/3\r3/3\n", "3/3\n"},
		{"abc\b\bX\n", "aXc\n"},
		{"a\n\n\x1b[1mb\x1b[0m", "a\n\n<span class=\"term-fg1\">b</span>"},
		{"\x1b]8;;javascript:x\x07y\x1b]8;;\x07", "y"},
	} {
		if got := strings.TrimSuffix(ansi(tt.in), "\n"); got != strings.TrimSuffix(tt.want, "\n") {
			t.Errorf("ansi(%q) = %q, want %q", tt.in, got, tt.want)
		}
	}
	long := strings.Repeat("\x1b[32mx\x1b[0m", 300) + "\n"
	if got := strings.Count(ansi(strings.Repeat(long, 500)), "\n"); got < 499 || got > 501 {
		t.Errorf("500 long lines became %d: lines were cut or lost", got)
	}
}

// chromium runs the browser on a page and returns what it says on both outputs.
func chromium(t *testing.T, page string, args ...string) (out, log []byte) {
	t.Helper()
	if testing.Short() {
		t.Skip("short: starts a browser")
	}
	browser := ""
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome"} {
		if path, err := exec.LookPath(name); err == nil {
			browser = path
			break
		}
	}
	if browser == "" {
		t.Skip("no Chromium on the PATH: install the package chromium")
	}
	args = append([]string{"--headless", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update",
		"--disable-sync", "--enable-logging=stderr", "--user-data-dir=" + t.TempDir()}, args...)
	if os.Getuid() == 0 {
		args = append([]string{"--no-sandbox"}, args...) // Chromium's sandbox refuses to work for root
	}
	cmd := exec.CommandContext(t.Context(), browser, append(args, "file://"+filepath.ToSlash(page))...)
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("%s: %v\n%s", browser, err, stderr.Bytes())
	}
	return out, stderr.Bytes()
}

// TestBrowser opens the site in Chromium: the policy must let the style sheet in and nothing else.
func TestBrowser(t *testing.T) {
	dir, _ := site(t)
	dom, log := chromium(t, filepath.Join(dir, "Flows.html"), "--dump-dom")
	for _, want := range []string{"<title>Flows · Course &lt;1&gt;</title>", "<msub>", "term-fg32", `width="900"`} {
		if !bytes.Contains(dom, []byte(want)) {
			t.Errorf("the page as the browser has it lacks %s", want)
		}
	}
	if refused := regexp.MustCompile(`(?i).*(refused to|violates|content security).*`).Find(log); refused != nil {
		t.Errorf("the browser complains: %s", refused)
	}
}

// TestPrint prints the longest of the repository's notebooks: as a handout of at most 15 pages,
// which were 37 when each of a table's columns was a letter wide.
func TestPrint(t *testing.T) {
	root, err := module.Root("")
	if err != nil {
		t.Fatal(err)
	}
	nb, err := notebook.ReadFile(filepath.Join(root, "notebooks", "Anomaly_Detection.ipynb"))
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	if err := Site(dir, Run{Pages: []Page{{Name: "N", Path: "N.ipynb", Notebook: nb}}}); err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(dir, "N.pdf")
	chromium(t, filepath.Join(dir, "N.html"), "--no-pdf-header-footer", "--print-to-pdf="+file)
	pdf, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if n := len(regexp.MustCompile(`/Type\s*/Page\b`).FindAll(pdf, -1)); n < 5 || n > 15 {
		t.Errorf("%d pages, want 5 to 15", n)
	}
}

// TestControlCharacters: none reaches a page or a document, wherever in a notebook it stands.
func TestControlCharacters(t *testing.T) {
	bad := "a\x00b\x07c\x01\x7f\u0085\u202ed\ufffe"
	nb := notebook.New()
	nb.Cells = []*notebook.Cell{notebook.NewMarkdown("# " + bad + " `" + bad + "` $" + bad + "$"), notebook.NewCode("// " + bad)}
	nb.Cells[1].Outputs = []*notebook.Output{{Type: notebook.Stream, Name: "stdout", Text: bad + "\x1b[31m" + bad}, {Type: notebook.ErrorOutput, EName: bad, EValue: bad}}
	for _, mime := range []string{"text/html", "text/markdown", "text/latex", "text/plain"} {
		o := &notebook.Output{Type: notebook.DisplayData, Data: notebook.NewBundle(mime, bad)}
		nb.Cells[1].Outputs = append(nb.Cells[1].Outputs, o)
	}
	dir := t.TempDir()
	page := Page{Name: "N", Path: bad, Notebook: nb, Title: bad, Part: bad, Message: bad}
	if err := Site(dir, Run{Title: bad, Pages: []Page{page}}); err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	if err := Markdown(&b, page, nil); err != nil {
		t.Fatal(err)
	}
	texts := map[string]string{"Markdown": b.String()}
	for _, name := range []string{"index.html", "N.html"} {
		text, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil {
			t.Fatal(err)
		}
		texts[name] = string(text)
	}
	for name, text := range texts {
		for _, r := range text {
			if r != '\n' && r != '\t' && unicode.IsControl(r) || r == 0x202e || r == 0xfffe {
				t.Errorf("%s holds %U", name, r)
			}
		}
	}
}

// TestFigures: a figure opens at its full size without a script, panels side by side keep a
// readable width, code wraps.
func TestFigures(t *testing.T) {
	_, files := site(t)
	text := files["Flows.html"]
	id := regexp.MustCompile(`<div class="figure wide" id="([^"]*)"><a class="open" href="#([^"]*)"[^>]*><img class="wide" [^>]*></a><a class="close" href="#(cell-[^"]*)"`).FindStringSubmatch(text)
	if id == nil || id[1] != id[2] || !strings.Contains(text, `id="`+id[3]+`"`) {
		t.Errorf("no figure that opens and closes: %q", id)
	}
	for _, rule := range []string{`.figure:target img { width: auto; height: auto; max-width: none;`, `.figure.wide img { max-width: none; width: 52rem; }`} {
		if !strings.Contains(text, rule) {
			t.Errorf("the style sheet lacks %s", rule)
		}
	}
	if !regexp.MustCompile(`pre\.code \{[^}]*white-space: pre-wrap`).MatchString(text) {
		t.Error("code does not wrap")
	}
}

// FuzzPage writes pages of hostile cells: whatever stands in sources, attachments and outputs,
// elements are complete, none runs, and the same notebook gives the same page.
func FuzzPage(f *testing.F) {
	f.Add("# a $x$", "%%\nx := 1", "\x1b[31mred", "<table><tr><td>1", "<svg><script>x</script></svg>", "solution")
	f.Add(hostile, hostile, hostile, hostile, hostile, "hide-input")
	f.Add("[a](attachment:x)<img src='attachment:x'>", "// BEGIN SOLUTION\nx\n// END SOLUTION", "\x1b[38;2;1;2;3mx\x1b[99;99Hy\r\b", "<a id=x href='javascript:x'>", "<svg><a href=\"x\"/></svg>", "")
	f.Fuzz(func(t *testing.T, text, code, stream, html, svg, tag string) {
		nb := notebook.New()
		md, c := notebook.NewMarkdown(text), notebook.NewCode(code)
		md.Attachments.Set("x", []byte(`{"image/svg+xml": `+strconv.Quote(strings.ToValidUTF8(svg, ""))+`}`))
		if tags, err := json.Marshal([]string{strings.ToValidUTF8(tag, "")}); err == nil {
			c.Metadata.Set("tags", tags)
		}
		c.Outputs = []*notebook.Output{{Type: notebook.Stream, Name: "stdout", Text: stream}, {Type: notebook.ErrorOutput, EName: code, EValue: text, Traceback: []string{stream}},
			{Type: notebook.DisplayData, Data: notebook.NewBundle("text/html", html)}, {Type: notebook.DisplayData, Data: notebook.NewBundle("image/svg+xml", svg)},
			{Type: notebook.DisplayData, Data: notebook.NewBundle("text/markdown", html)}, {Type: notebook.DisplayData, Data: notebook.NewBundle("text/latex", text)}}
		nb.Cells = []*notebook.Cell{md, c}
		run := Run{Title: text, Pages: []Page{{Name: "N", Path: code, Notebook: nb, Title: html, Part: svg}, {Name: "M", Notebook: nb}}}
		got, err := page(run, []string{html, text}, 0)
		if err != nil {
			t.Fatal(err)
		}
		again, err := page(run, []string{html, text}, 0)
		if err != nil || !bytes.Equal(got, again) {
			t.Fatalf("the same notebook gave two pages, or %v", err)
		}
		_, body, _ := strings.Cut(string(got), "</style>")
		body = "<head>" + body[strings.Index(body, "</head>"):]
		if fixed := balance("<html>" + body); fixed != "<html>"+body {
			t.Errorf("not balanced: %s", body)
		}
		for _, m := range regexp.MustCompile(`<([a-zA-Z]+)[^>]*>`).FindAllStringSubmatch(body, -1) {
			switch name := strings.ToLower(m[1]); name {
			case "script", "style", "iframe", "object", "embed", "form", "base", "meta", "svg":
				t.Errorf("<%s> on the page", name)
			}
			if regexp.MustCompile(`(?i)\son[a-z]+\s*=`).MatchString(regexp.MustCompile(`"[^"]*"`).ReplaceAllString(m[0], `""`)) {
				t.Errorf("a handler: %s", m[0])
			}
		}
		var b bytes.Buffer
		if err := Markdown(&b, run.Pages[0], func(string, []byte) error { return nil }); err != nil && !strings.Contains(err.Error(), "base64") {
			t.Error(err)
		}
	})
}
