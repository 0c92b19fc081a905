package book

import (
	"bytes"
	"encoding/json"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"flowbook/ml/module"
	"flowbook/tools/notebook"
)

// peer is a tool of .ci/peers.txt, with a home and a Jupyter of its own.
func peer(t *testing.T, name string, args ...string) *exec.Cmd {
	t.Helper()
	if testing.Short() {
		t.Skip("short: another project's tool takes half a minute")
	}
	bin := os.Getenv("FLOWBOOK_PEERS")
	tool := filepath.Join(bin, name)
	if _, err := os.Stat(tool); bin == "" || err != nil {
		t.Skip("no " + name + ": pip install -r .ci/peers.txt into an environment of its own, then FLOWBOOK_PEERS=its bin folder")
	}
	home := t.TempDir()
	cmd := exec.CommandContext(t.Context(), tool, args...)
	cmd.Env = append(os.Environ(), "HOME="+home, "JUPYTER_DATA_DIR="+filepath.Join(home, "jupyter"), "JUPYTER_CONFIG_DIR="+filepath.Join(home, "config"), "PATH="+bin+string(os.PathListSeparator)+os.Getenv("PATH"),
		"GOCACHE="+goEnv(t, "GOCACHE"), "GOMODCACHE="+goEnv(t, "GOMODCACHE"))
	return cmd
}

// goEnv is a setting of the go command, which the tool's kernel shares with us.
func goEnv(t *testing.T, name string) string {
	t.Helper()
	out, err := exec.CommandContext(t.Context(), "go", "env", name).Output()
	if err != nil {
		t.Fatal(err)
	}
	return strings.TrimSpace(string(out))
}

func output(t *testing.T, cmd *exec.Cmd) string {
	t.Helper()
	var b bytes.Buffer
	cmd.Stdout, cmd.Stderr = &b, &b
	if err := cmd.Run(); err != nil {
		t.Fatalf("%s: %v\n%s", strings.Join(cmd.Args, " "), err, b.String())
	}
	return b.String()
}

// ourBook is a copy of the repository's notebooks and their contents.
func ourBook(t *testing.T) string {
	t.Helper()
	root, err := module.Root("")
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	b, err := Read(filepath.Join(root, "notebooks"))
	if err != nil {
		t.Fatal(err)
	}
	files := []string{Contents, settings}
	for _, e := range b.Entries {
		files = append(files, e.File)
	}
	for _, file := range files {
		text, err := os.ReadFile(filepath.Join(root, "notebooks", file))
		if err == nil {
			err = os.MkdirAll(filepath.Join(dir, filepath.Dir(file)), 0o755)
		}
		if err == nil {
			err = os.WriteFile(filepath.Join(dir, file), text, 0o644)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

var (
	sidebar = regexp.MustCompile(`(?s)<nav class="bd-links[^>]*>(.*?)</nav>`)
	chapter = regexp.MustCompile(`(?s)<p[^>]*class="caption"[^>]*><span class="caption-text">([^<]*)</span></p>|<a class="(?:current )?reference internal" href="([^"]*)">\s*(?:([0-9.]+)\. )?`)
)

// TestJupyterBook builds the repository's book with jupyter-book: its pages come in our order with
// our parts and numbers, figures are in them, and its full-text search finds a word of a text.
func TestJupyterBook(t *testing.T) {
	dir := ourBook(t)
	output(t, peer(t, "jupyter-book", "build", dir))
	html := filepath.Join(dir, "_build", "html")
	b, err := Read(dir)
	if err != nil {
		t.Fatal(err)
	}
	last := strings.TrimSuffix(b.Entries[len(b.Entries)-1].File, ".ipynb") + ".html"
	page, err := os.ReadFile(filepath.Join(html, last))
	if err != nil {
		t.Fatal(err)
	}
	nav := sidebar.FindSubmatch(page)
	if nav == nil {
		t.Fatalf("%s has no contents", last)
	}
	var got []Entry
	part := ""
	for _, m := range chapter.FindAllStringSubmatch(string(nav[1]), -1) {
		if m[1] != "" {
			part = m[1]
			continue
		}
		file := last // its own link is #
		if m[2] != "#" {
			file = path.Join(path.Dir(last), m[2])
		}
		got = append(got, Entry{File: strings.TrimSuffix(file, ".html") + ".ipynb", Part: part, Number: m[3]})
		part = ""
	}
	for i := range min(len(got), len(b.Entries)) {
		if b.Entries[i].Number == "" {
			got[i].Number = "" // what looks like a number begins the title
		}
	}
	if diff := cmp.Diff(b.Entries, got); diff != "" {
		t.Errorf("contents (-ours +jupyter-book's):\n%s", diff)
	}
	search, err := os.ReadFile(filepath.Join(html, "searchindex.js"))
	if err != nil {
		t.Fatal(err)
	}
	for _, word := range []string{`"autoencod"`, `"Anomaly_Detection"`} {
		if !bytes.Contains(search, []byte(word)) {
			t.Errorf("the search index lacks %s", word)
		}
	}
	if figures, _ := filepath.Glob(filepath.Join(html, "_images", "*.png")); len(figures) < 10 {
		t.Errorf("%d figures", len(figures))
	}
}

// TestJupyterBookExecutes lets jupyter-book run a notebook on our kernel.
func TestJupyterBookExecutes(t *testing.T) {
	dir := t.TempDir()
	build := peer(t, "jupyter-book", "build", dir)
	install := exec.CommandContext(t.Context(), "go", "run", "flowbook/tools/flowbook", "kernel", "install")
	install.Env = build.Env
	output(t, install)
	nb := notebook.New()
	nb.Cells = []*notebook.Cell{notebook.NewMarkdown("# Product"), notebook.NewCode("%%\nfmt.Println(\"made by Go:\", 6*7)")}
	nb.Metadata.Set("kernelspec", json.RawMessage(`{"name": "gonb", "display_name": "Go", "language": "go"}`))
	if err := nb.WriteFile(filepath.Join(dir, "product.ipynb")); err != nil {
		t.Fatal(err)
	}
	for name, text := range map[string]string{Contents: "format: jb-book\nroot: product\n", settings: "title: Product\nexecute: {execute_notebooks: force, timeout: 300}\n"} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	said := output(t, build)
	page, err := os.ReadFile(filepath.Join(dir, "_build", "html", "product.html"))
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Contains(page, []byte("made by Go: 42")) {
		t.Errorf("the page lacks what the cell prints:\n%s", said)
	}
}

// TestSlides makes slides of one of our notebooks with nbconvert: a slide for each heading.
func TestSlides(t *testing.T) {
	dir := ourBook(t)
	nb, err := notebook.ReadFile(filepath.Join(dir, "Course_Exercises.ipynb"))
	if err != nil {
		t.Fatal(err)
	}
	slides := 0
	for _, c := range nb.Cells {
		if c.Type == notebook.Markdown && strings.HasPrefix(c.Source, "#") {
			c.Metadata.Set("slideshow", json.RawMessage(`{"slide_type": "slide"}`))
			slides++
		}
	}
	file := filepath.Join(dir, "slides.ipynb")
	if err := nb.WriteFile(file); err != nil {
		t.Fatal(err)
	}
	output(t, peer(t, "jupyter-nbconvert", "--to", "slides", file))
	page, err := os.ReadFile(filepath.Join(dir, "slides.slides.html"))
	if err != nil {
		t.Fatal(err)
	}
	if got := bytes.Count(page, []byte("<section><section")); got != slides || slides < 5 {
		t.Errorf("%d slides of %d headings", got, slides)
	}
}
