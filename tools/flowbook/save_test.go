package main

import (
	"bytes"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"flowbook/tools/jupyter/fake"
)

// editor saves another text into the notebook when the cell has printed.
type editor struct {
	file, text string
	said       bytes.Buffer
}

func (e *editor) Write(b []byte) (int, error) {
	e.said.Write(b)
	if e.text != "" && strings.Contains(e.said.String(), "hello") {
		if err := os.WriteFile(e.file, []byte(e.text), 0o600); err != nil {
			return 0, err
		}
		e.text = ""
	}
	return len(b), nil
}

// TestEditedMeanwhile: a notebook that an editor saves while it runs keeps the edit.
func TestEditedMeanwhile(t *testing.T) {
	dir := t.TempDir()
	t.Chdir(dir)
	t.Setenv("JUPYTER_PATH", filepath.Join(dir, ".jupyter"))
	if err := fake.Install(filepath.Join(dir, ".jupyter"), "echo", fake.Script{}); err != nil {
		t.Fatal(err)
	}
	book := func(source string) string {
		return `{"cells":[{"cell_type":"code","execution_count":null,"id":"one","metadata":{},"outputs":[],"source":["` + source + `"]}],` +
			`"metadata":{"kernelspec":{"display_name":"echo","language":"echo","name":"echo"}},"nbformat":4,"nbformat_minor":5}`
	}
	for _, args := range []string{"run --in-place --log a.ipynb", "check --update --log a.ipynb"} {
		t.Run(args, func(t *testing.T) {
			if err := os.WriteFile("a.ipynb", []byte(book("hello")), 0o600); err != nil {
				t.Fatal(err)
			}
			edited := book("hello, edited")
			stderr := &editor{file: "a.ipynb", text: edited}
			if code := run(t.Context(), strings.Fields(args), nil, io.Discard, stderr); code != exitFailed {
				t.Errorf("exit status %d, want %d", code, exitFailed)
			}
			if want := "a.ipynb: the file has changed since it was read, and stays as it is: the executed notebook is a.executed.ipynb"; !strings.Contains(stderr.said.String(), want) {
				t.Errorf("stderr %q, want %q in it", stderr.said.String(), want)
			}
			if got, err := os.ReadFile("a.ipynb"); err != nil || string(got) != edited {
				t.Errorf("the edit is lost: %s (%v)", got, err)
			}
			if got, err := os.ReadFile("a.executed.ipynb"); err != nil || !strings.Contains(string(got), `"text": [`) {
				t.Errorf("the outputs are lost: %s (%v)", got, err)
			}
			// Without an edit it is written.
			if code := run(t.Context(), strings.Fields(args), nil, io.Discard, io.Discard); code != exitOK {
				t.Errorf("without an edit: exit status %d", code)
			}
		})
	}
}
