// Package page holds the Markdown pages of this repository to the records of runs, so that nobody
// types a figure: the part of a page between two comments is made of a record, by a test.
package page

import (
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"flowbook/ml/atomicfile"
)

const begin, end = "<!-- the record begins -->\n", "<!-- the record ends -->\n"

// Check fails the test if the recorded part of the Markdown file at path is not want. With update
// it writes want there instead; the file has both comments already.
func Check(t testing.TB, path, want string, update bool) {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	before, rest, ok := strings.Cut(string(text), begin)
	got, after, closed := strings.Cut(rest, end)
	if !ok || !closed {
		t.Fatalf("%s has no place for the record any more: the lines %sand %s", path, begin, end)
	}
	want = "\n" + want + "\n"
	if update {
		if err := atomicfile.Write(path, []byte(before+begin+want+end+after), 0o666); err != nil {
			t.Fatal(err)
		}
		return
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("%s is not what the record says; go test -run %s -update writes it (-record +page):\n%s", path, t.Name(), diff)
	}
}
