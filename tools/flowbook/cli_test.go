package main

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"flowbook/tools/flowmeter"
)

// full is a standard output on a full disk.
type full struct{}

func (full) Write([]byte) (int, error) {
	return 0, &os.PathError{Op: "write", Path: "/dev/stdout", Err: errors.New("no space left on device")}
}

// TestFullOutput: a command whose words could not be written has failed, also where the files that
// it made are good.
func TestFullOutput(t *testing.T) {
	t.Chdir(t.TempDir())
	if err := os.WriteFile("none.csv", flowmeter.AppendHeader(nil), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct{ args, stderr string }{
		{"data generate --rows 300 --out flows.csv", "flowbook: write standard output: no space left on device\n"},
		{"data verify flows.csv", "flowbook: write standard output: no space left on device\n"},
		{"data split flows.csv", "flowbook: write standard output: no space left on device\n"},
		{"data convert flows.csv flows.parquet", "flowbook: write standard output: no space left on device\n"},
		{"train --data flows.csv --model model --detector zscore", "flowbook: write standard output: no space left on device\n"},
		{"detect --model model none.csv", "flowbook: write standard output: no space left on device\n"},
	} {
		var got bytes.Buffer
		if code := run(t.Context(), strings.Fields(test.args), nil, full{}, &got); code != exitFailed {
			t.Errorf("%s: exit status %d, want %d", test.args, code, exitFailed)
		}
		if !strings.HasPrefix(got.String(), test.stderr) {
			t.Errorf("%s: stderr (-want +got):\n%s", test.args, cmp.Diff(test.stderr, got.String()))
		}
	}
}

// TestMaxNotebook: the size of what is read has a limit, and a flag for it, in every command that
// reads notebooks.
func TestMaxNotebook(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a.ipynb")
	if err := os.WriteFile(path, make([]byte, 2<<20), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, command := range []string{"run", "check", "validate", "export"} {
		for limit, want := range map[string]string{"1": "more than 1 MiB, too large for a notebook", "2": "not JSON", "0": "not JSON"} {
			var out bytes.Buffer
			code := run(t.Context(), []string{command, "--max-notebook", limit, path}, strings.NewReader(""), &out, &out)
			if code != exitInvalid || !strings.Contains(out.String(), want) {
				t.Errorf("%s --max-notebook %s: exit status %d, want %d and %q\n%s", command, limit, code, exitInvalid, want, &out)
			}
		}
	}
}

// TestHelp: help in front of a command is its --help, and defaults are shown.
func TestHelp(t *testing.T) {
	for args, want := range map[string]string{"help run": "fails. 0 is no limit (10).", "help": "Commands: run <nb> ...", "help kernel install": "--prefix=DIR", "check --help": "may differ visibly (0.001)."} {
		var out bytes.Buffer
		if code := run(t.Context(), strings.Fields(args), strings.NewReader(""), &out, &out); code != exitOK || !strings.Contains(strings.Join(strings.Fields(out.String()), " "), want) {
			t.Errorf("%s: exit status %d, want %q in\n%s", args, code, want, &out)
		}
	}
}

// TestMaxNotebookOfPipeline: the limit holds for the notebooks of a pipeline too.
func TestMaxNotebookOfPipeline(t *testing.T) {
	t.Chdir(t.TempDir())
	for name, text := range map[string]string{"go.mod": "module example.com/mine\n\ngo 1.25.0\n", "pipeline.yaml": "steps:\n  a: {notebook: a.ipynb}\n", "a.ipynb": strings.Repeat(" ", 2<<20)} {
		if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for _, args := range []string{"pipeline", "pipeline --plan", "store ls --store file://" + filepath.ToSlash(t.TempDir())} {
		for limit, want := range map[string]string{"1": "more than 1 MiB, too large for a notebook", "2": "an empty file, not a notebook"} {
			var out bytes.Buffer
			run(t.Context(), append(strings.Fields(args), "--max-notebook", limit), strings.NewReader(""), &out, &out)
			if !strings.Contains(out.String(), want) {
				t.Errorf("%s --max-notebook %s: want %q\n%s", args, limit, want, &out)
			}
		}
	}
}

// TestRelativeTemp: a relative TMPDIR is made absolute at the start, because the go command, whose
// working folder is another, and the kernel would not find it: "creating work dir: stat tmp: no
// such file or directory".
func TestRelativeTemp(t *testing.T) {
	dir := t.TempDir()
	t.Chdir(dir)
	t.Setenv("TMPDIR", "tmp")
	t.Setenv("GOTMPDIR", filepath.Join(dir, "as it is"))
	t.Setenv("TMP", "")
	t.Setenv("TEMP", ".")
	absoluteTemp()
	wd, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	got := []string{os.Getenv("TMPDIR"), os.Getenv("GOTMPDIR"), os.Getenv("TMP"), os.Getenv("TEMP")}
	if diff := cmp.Diff([]string{filepath.Join(wd, "tmp"), filepath.Join(dir, "as it is"), "", wd}, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}
