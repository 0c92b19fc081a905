package dataset

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"flowbook/ml/module"
)

// Read of a file that has not changed returns the same values as reading it; values that somebody
// has changed in place do not come back, and each read is noted.
func TestReadAgain(t *testing.T) {
	path := filepath.Join(t.TempDir(), "flows.csv")
	old := time.Now().Add(-time.Hour)
	write := func(text string) {
		t.Helper()
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		if err := os.Chtimes(path, old, old); err != nil {
			t.Fatal(err)
		}
	}
	settle := func() { time.Sleep(2100 * time.Millisecond) } // the time of its last change cannot be set
	const text = "id,bidirectional_mean_ps,name,empty\n1,1.5,a,\n2,2.5,b,\n"
	write(text)
	settle()
	noted := 0
	defer module.OnRead(func(string) { noted++ })()
	for i, step := range []struct {
		name    string
		do      func()
		columns []string
		kept    bool // afterwards
	}{
		{"first", func() {}, nil, true},
		{"again", func() {}, nil, true},
		{"a column", func() {}, []string{"name"}, true},
		{"two columns", func() {}, []string{"name", "id"}, true},
		{"in another order", func() {}, []string{"id", "name"}, true},
		{"a column again", func() {}, []string{"name"}, true},
		{"a fifth", func() {}, []string{"empty"}, true},
		{"the first again", func() {}, nil, true},
		{"other contents of the same size and time", func() { write("id,bidirectional_mean_ps,name,empty\n3,1.5,a,\n2,2.5,b,\n") }, nil, false},
		{"and others at once", func() { write("id,bidirectional_mean_ps,name,empty\n4,1.5,a,\n2,2.5,b,\n") }, nil, false},
		{"of long ago", settle, nil, true},
		{"again", func() {}, nil, true},
	} {
		step.do()
		before := noted
		got, err := Read(path, step.columns...)
		if err != nil {
			t.Fatal(err)
		}
		if noted != before+1 {
			t.Errorf("%s: noted %d times", step.name, noted-before)
		}
		if again, _ := readAgain(path, step.columns); again != nil != step.kept {
			t.Errorf("%s: kept %v, want %v", step.name, again != nil, step.kept)
		}
		want, err := Options{Columns: step.columns}.Read(path)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want.String(), got.String()); diff != "" {
			t.Errorf("step %d, %s (-want +got):\n%s", i, step.name, diff)
		}
		if got.Has("bidirectional_mean_ps") {
			got.Float64s("bidirectional_mean_ps")[0] = -1
		}
		if got.Has("id") {
			got.Int64s("id")[0] = -1
		}
	}
	if err := os.Remove(path); err != nil {
		t.Fatal(err)
	}
	if _, err := Read(path); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("a file that is gone: %v", err)
	}
}
