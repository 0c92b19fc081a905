package main

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/text"
	"go.yaml.in/yaml/v3"

	"flowbook/tools/notebook"
)

// pages are the Markdown pages that users read, by their slash-separated names below root. The
// change log is none: its lines are about what was.
func pages(t *testing.T, root string) []string {
	t.Helper()
	var names []string
	for _, pattern := range []string{"*.md", "*/README.md", "*/*/README.md"} {
		found, err := filepath.Glob(filepath.Join(root, filepath.FromSlash(pattern)))
		if err != nil {
			t.Fatal(err)
		}
		for _, path := range found {
			name, err := filepath.Rel(root, path)
			if err != nil {
				t.Fatal(err)
			}
			if name != "CHANGELOG.md" {
				names = append(names, filepath.ToSlash(name))
			}
		}
	}
	return names
}

// TestPageLinks: what a page links to within the repository is there.
func TestPageLinks(t *testing.T) {
	root := filepath.Join("..", "..")
	n := 0
	for _, name := range pages(t, root) {
		source, err := os.ReadFile(filepath.Join(root, filepath.FromSlash(name)))
		if err != nil {
			t.Fatal(err)
		}
		for _, link := range readPage(source).links {
			if strings.Contains(link, "://") || strings.HasPrefix(link, "mailto:") {
				continue
			}
			n++
			target, _, _ := strings.Cut(link, "#")
			if _, err := os.Stat(filepath.Join(root, filepath.Dir(filepath.FromSlash(name)), filepath.FromSlash(target))); err != nil {
				t.Errorf("%s links to %s: %v", name, link, err)
			}
		}
	}
	if n < 20 {
		t.Errorf("found %d links, expected more", n)
	}
}

// block is a code block of a Markdown page, and the heading that it stands under.
type block struct {
	section  string
	language string // of a fenced block
	lines    []string
}

// page is what a Markdown text shows in code type: its blocks, and the code spans of its sentences;
// and where its links lead.
type page struct {
	blocks []block
	spans  []string
	links  []string // of links and pictures
}

// readPage parses a Markdown text.
func readPage(source []byte) page {
	var p page
	section := ""
	walk := func(n ast.Node, entering bool) (ast.WalkStatus, error) {
		if !entering {
			return ast.WalkContinue, nil
		}
		switch n := n.(type) {
		case *ast.Heading:
			section = string(n.Lines().Value(source))
		case *ast.CodeSpan:
			var span strings.Builder
			for c := n.FirstChild(); c != nil; c = c.NextSibling() {
				span.Write(c.(*ast.Text).Value(source))
			}
			p.spans = append(p.spans, strings.ReplaceAll(span.String(), "\n", " "))
		case *ast.Link:
			p.links = append(p.links, string(n.Destination))
		case *ast.Image:
			p.links = append(p.links, string(n.Destination))
		case *ast.CodeBlock:
			p.blocks = append(p.blocks, block{section, "", textLines(n.Lines().Value(source))})
		case *ast.FencedCodeBlock:
			p.blocks = append(p.blocks, block{section, string(n.Language(source)), textLines(n.Lines().Value(source))})
		}
		return ast.WalkContinue, nil
	}
	ast.Walk(goldmark.DefaultParser().Parse(text.NewReader(source)), walk) // walk has no error
	return p
}

func textLines(b []byte) []string { return strings.Split(strings.TrimRight(string(b), "\n"), "\n") }

// commands are the block's commands, without their comments: its lines, or in a workflow file the
// run lines of its steps. ok is false where it is no block of commands.
func (b block) commands(t *testing.T) (commands []string, ok bool) {
	t.Helper()
	if b.language == "yaml" {
		var workflow struct {
			Jobs map[string]struct {
				Steps []struct{ Run string }
			}
		}
		if err := yaml.Unmarshal([]byte(strings.Join(b.lines, "\n")), &workflow); err != nil {
			t.Fatalf("the workflow file under %q: %v", b.section, err)
		}
		for _, job := range workflow.Jobs {
			for _, step := range job.Steps {
				if step.Run != "" {
					commands = append(commands, textLines([]byte(step.Run))...)
				}
			}
		}
		return commands, len(workflow.Jobs) == 1
	}
	for _, line := range b.lines {
		line, _, _ = strings.Cut(line, " # ")
		if !strings.HasPrefix(line, "go ") && !strings.HasPrefix(line, "flowbook ") && !strings.HasPrefix(line, "!") {
			return nil, false
		}
		commands = append(commands, strings.TrimSpace(line))
	}
	return commands, true
}

// readSpans reads the code spans of a Markdown page, or of a notebook's Markdown cells.
func readSpans(t *testing.T, path string) []string {
	t.Helper()
	if !strings.HasSuffix(path, ".ipynb") {
		source, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		return readPage(source).spans
	}
	nb, err := notebook.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	var spans []string
	for _, c := range nb.Cells {
		if c.Type == "markdown" {
			spans = append(spans, readPage([]byte(c.Source)).spans...)
		}
	}
	return spans
}

func TestReadPage(t *testing.T) {
	p := readPage([]byte("# A `b`\n\nSee `c\nd`:\n\n    go e   # f\n    go g # h\n\n## I\n\n- list\n\n      !j\n\n```yaml\njobs: {k: {steps: [{uses: l}, {run: m}, {run: \"n\\no\"}]}}\n```\n\n    p  q\n"))
	if diff := cmp.Diff([]string{"b", "c d"}, p.spans); diff != "" {
		t.Errorf("spans (-want +got):\n%s", diff)
	}
	var got [][]string
	for _, b := range p.blocks {
		commands, ok := b.commands(t)
		got = append(got, slices.Concat([]string{b.section, map[bool]string{true: "commands"}[ok]}, commands))
	}
	want := [][]string{{"A `b`", "commands", "go e", "go g"}, {"I", "commands", "!j"}, {"I", "commands", "m", "n", "o"}, {"I", ""}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("blocks (-want +got):\n%s", diff)
	}
}
