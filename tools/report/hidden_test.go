package report

import (
	"bytes"
	"encoding/base64"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"flowbook/tools/notebook"
)

// exercise is a notebook as a teacher has it: text, a solution by tag, one by nbgrader's marks,
// hidden tests.
func exercise(t *testing.T) Page {
	t.Helper()
	tagged := notebook.NewCode("%%\nfmt.Println(\"secret one\")")
	if err := tagged.Metadata.UnmarshalJSON([]byte(`{"tags": ["solution"]}`)); err != nil {
		t.Fatal(err)
	}
	tagged.Outputs = []*notebook.Output{{Type: notebook.Stream, Name: "stdout", Text: "secret one\n"}}
	nb := notebook.New()
	nb.Cells = []*notebook.Cell{
		tagged,
		notebook.NewCode("func Twice(x int) int {\n\t// BEGIN SOLUTION\n\treturn 2 * x // secret two\n\t// END SOLUTION\n}"),
		notebook.NewCode("%%\nfmt.Println(Twice(1))\n// BEGIN HIDDEN TESTS\nfmt.Println(\"secret three\")\n// END HIDDEN TESTS"),
		notebook.NewCode("!echo hi"),
		notebook.NewMarkdown("The end."),
	}
	return Page{Name: "Exercise", Path: "Exercise.ipynb", Notebook: nb}
}

func TestProgramWithholdsSolutions(t *testing.T) {
	var b bytes.Buffer
	if err := Program(&b, exercise(t)); err != nil {
		t.Fatal(err)
	}
	want := `// The cells of Exercise.ipynb in their order, as one program.
package main

import (
	"fmt"
)

// Cell 1 is the solution, which the notebook has.

func Twice(x int) int {
	panic("not answered yet")
}

func cell3() {
	fmt.Println(Twice(1))
}

// Cell 4 does not run here:
//
// !echo hi

// The end.

func main() {
	cell3()
}
`
	if diff := cmp.Diff(want, b.String()); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestMarkdownFoldsSolutions(t *testing.T) {
	var b bytes.Buffer
	if err := Markdown(&b, exercise(t), nil); err != nil {
		t.Fatal(err)
	}
	// Whatever is secret stands in a fold.
	open := false
	for line := range strings.Lines(b.String()) {
		switch {
		case strings.HasPrefix(line, "<details>"):
			open = true
		case strings.HasPrefix(line, "</details>"):
			open = false
		case strings.Contains(line, "secret") && !open:
			t.Errorf("open: %s", line)
		}
	}
	if !strings.Contains(b.String(), "\tpanic(\"not answered yet\")\n") || !strings.Contains(b.String(), "```go\n%%\nfmt.Println(Twice(1))\n```\n") {
		t.Errorf("no stub, or no visible test:\n%s", b.String())
	}
	if n := strings.Count(b.String(), "</details>"); n != 4 {
		t.Errorf("%d folds, want 4 (two sources and an output, hidden tests):\n%s", n, b.String())
	}
}

// TestMarkdownAttachments: pictures of one name in two cells are two files, only pictures become
// files, and none runs.
func TestMarkdownAttachments(t *testing.T) {
	nb := notebook.New()
	for _, attachments := range []string{
		`{"image.png": {"image/png": "AAAA"}}`,
		`{"image.png": {"image/png": "BBBB"}}`,
		`{"image.png": {"image/html": "` + base64.StdEncoding.EncodeToString([]byte("<script>alert(1)</script>")) + `"}}`,
		`{"image.png": {"image/svg+xml": "` + base64.StdEncoding.EncodeToString([]byte("<svg><script>alert(1)</script><path d='M0'/></svg>")) + `"}}`,
	} {
		c := notebook.NewMarkdown("![x](attachment:image.png) <img src=\"attachment:image.png\">")
		if err := c.Attachments.UnmarshalJSON([]byte(attachments)); err != nil {
			t.Fatal(err)
		}
		nb.Cells = append(nb.Cells, c)
	}
	var b bytes.Buffer
	files := map[string]string{}
	err := Markdown(&b, Page{Name: "N", Path: "N.ipynb", Notebook: nb}, func(name string, data []byte) error {
		files[name] = base64.StdEncoding.EncodeToString(data)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	want := map[string]string{"N_files/text-1-image.png": "AAAA", "N_files/text-2-image.png": "BBBB",
		"N_files/text-4-image.svg": base64.StdEncoding.EncodeToString([]byte(`<svg><path d="M0"></path></svg>`))}
	if diff := cmp.Diff(want, files); diff != "" {
		t.Errorf("files (-want +got):\n%s", diff)
	}
	wantText := `![x](N_files/text-1-image.png) <img src="N_files/text-1-image.png">

![x](N_files/text-2-image.png) <img src="N_files/text-2-image.png">

![x](attachment:image.png) <img src="attachment:image.png">

![x](N_files/text-4-image.svg) <img src="N_files/text-4-image.svg">
`
	if diff := cmp.Diff(wantText, b.String()); diff != "" {
		t.Errorf("document (-want +got):\n%s", diff)
	}
}
