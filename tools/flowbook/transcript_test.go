package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/txtar"

	"flowbook/ml/module"
)

// said is a command of a transcript, a console block of a page, and what the page says it prints.
type said struct {
	command string
	lines   []string
}

// transcript reads a console block: commands begin with "$ ", the rest is what they print.
func (b block) transcript() (all []said) {
	for _, line := range b.lines {
		if command, ok := strings.CutPrefix(line, "$ "); ok {
			all = append(all, said{command: command})
		} else if n := len(all); n > 0 {
			all[n-1].lines = append(all[n-1].lines, line)
		}
	}
	return all
}

// number matches what may differ from run to run: counts, times and versions. The number of an exit
// status means something, and stays.
var number = regexp.MustCompile(`exit status [0-9]+|[0-9][0-9.hms]*`)

// anyNumber is number without what stays.
const anyNumber = `[0-9][0-9.hms]*`

// blanks are the width of a column, which depends on all of its lines.
var blanks = regexp.MustCompile(` {2,}`)

// agrees reports whether a line of a page stands for a printed one: numbers and the widths of
// columns may differ, and … is any text.
func agrees(shown, printed string) bool {
	shown, printed = blanks.ReplaceAllString(shown, "  "), strings.TrimRight(blanks.ReplaceAllString(printed, "  "), " ")
	var expr strings.Builder
	for i, part := range strings.Split(shown, "…") {
		if i > 0 {
			expr.WriteString(".*")
		}
		at := 0
		for _, found := range number.FindAllStringIndex(part, -1) {
			if strings.HasPrefix(part[found[0]:], "exit status ") {
				continue
			}
			expr.WriteString(regexp.QuoteMeta(part[at:found[0]]) + anyNumber)
			at = found[1]
		}
		expr.WriteString(regexp.QuoteMeta(part[at:]))
	}
	return regexp.MustCompile("^" + expr.String() + "$").MatchString(printed)
}

// missing is the first line of a page that the output lacks, "" where it has all, one after the
// other. A line of … alone stands for any lines.
func missing(lines []string, output string) string {
	printed := textLines([]byte(output))
	lines = textLines([]byte(strings.Join(lines, "\n")))
	gap := false
	for _, line := range lines {
		if line == "…" {
			gap = true
			continue
		}
		at := slices.IndexFunc(printed, func(p string) bool { return agrees(line, p) })
		if at < 0 || at > 0 && !gap {
			return line
		}
		printed, gap = printed[at+1:], false
	}
	if !gap && len(printed) > 0 && strings.Join(printed, "") != "" {
		return "nothing after: " + strings.Join(printed, "\n")
	}
	return ""
}

func TestMissing(t *testing.T) {
	const printed = "go: a\nb: ok, 2 cells, 1.50s\n\nend   x\n"
	for page, want := range map[string]string{
		"go: a\nb: ok, 3 cells, 1m2s\n\nend  x": "", "…\nend  x": "", "…": "", "go: a\n…": "", "go: …\n…\nend     x": "",
		"b: ok, 2 cells, 1.50s\n…": "b: ok, 2 cells, 1.50s", "…\nb: ok, 2 cell, 1.50s": "b: ok, 2 cell, 1.50s", "go:  a": "go:  a", "go: a": "nothing after: b: ok, 2 cells, 1.50s\n\nend   x",
		"go: a\nb: ok, 2 cells, 1.50s": "nothing after: \nend   x", "go: a\nb: ok, 2 cells, 1.50s\n\nend  x\n": "",
		"…\nend  x\n…\ngo: a": "go: a",
	} {
		if got := missing(strings.Split(page, "\n"), printed); got != want {
			t.Errorf("%q: got %q, want %q", page, got, want)
		}
	}
	for printed, want := range map[string]string{"exit status 5 in 1.2s": "", "exit status 1 in 2s": "exit status 5 in 1s"} {
		if got := missing([]string{"exit status 5 in 1s"}, printed); got != want {
			t.Errorf("%s: got %q, want %q", printed, got, want)
		}
	}
}

// TestReadmeTranscript executes the transcripts of README.md in this folder: the first in a copy of
// the module, which lacks the notebooks that take long, the second in the module of
// testdata/shop.txtar. Each command prints what the page says.
func TestReadmeTranscript(t *testing.T) {
	source, err := os.ReadFile("README.md")
	if err != nil {
		t.Fatal(err)
	}
	var blocks []block
	for _, b := range readPage(source).blocks {
		if b.language == "console" {
			blocks = append(blocks, b)
		}
	}
	if len(blocks) != 2 {
		t.Fatalf("README.md has %d transcripts, expected that of a clone and that of a module", len(blocks))
	}
	if !*commands {
		t.Skip("executes every command of the transcripts: run with -commands, as .ci/run commands does")
	}
	if _, err := exec.LookPath(sh); err != nil {
		t.Skip("the transcripts are for a Unix shell, and there is no " + sh)
	}
	root, err := module.Root("")
	if err != nil {
		t.Fatal(err)
	}
	c := newClone(t, root)
	c.fresh()
	c.follow(blocks[0])
	c.shell("GOBIN=$HOME/bin go install ./tools/flowbook")
	archive, err := txtar.ParseFile(filepath.Join("testdata", "shop.txtar"))
	if err != nil {
		t.Fatal(err)
	}
	shop := &clone{t, t.TempDir(), c.home}
	for _, f := range archive.Files {
		if err := os.MkdirAll(filepath.Dir(shop.path(f.Name)), 0o755); err != nil {
			t.Fatal(err)
		}
		shop.write(f.Name, f.Data)
	}
	shop.follow(blocks[1])
}

// follow executes the commands of a transcript.
func (c *clone) follow(b block) {
	c.t.Helper()
	for _, s := range b.transcript() {
		if strings.HasPrefix(s.command, "git clone ") || strings.HasPrefix(s.command, "cd ") {
			continue // how one comes into the folder
		}
		out := c.shell("PATH=$HOME/bin:$PATH; " + s.command)
		if line := missing(s.lines, out); line != "" {
			c.t.Errorf("%s does not print %q:\n%s", s.command, line, out)
		}
	}
}
