package pipeline

import (
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
)

// TestOldTimes: a file with another content and its old size and time of modification is another
// file.
func TestOldTimes(t *testing.T) {
	if runtime.GOOS != "linux" && runtime.GOOS != "darwin" {
		t.Skip("the system tells no time of change")
	}
	path := filepath.Join(t.TempDir(), "flows.csv")
	if err := os.WriteFile(path, []byte("old"), 0o600); err != nil {
		t.Fatal(err)
	}
	info, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	remembered := stateOf(info)
	remembered.SHA256 = "of old"
	d := &digests{known: map[string]known{path: remembered}}
	if sum, err := d.of(path); err != nil || sum != "of old" {
		t.Fatalf("an unchanged file: %q, %v", sum, err)
	}
	for changed := stateOf(info); changed.Changed == remembered.Changed; { // until the file system's clock has gone on
		if err := os.WriteFile(path, []byte("new"), 0o600); err != nil {
			t.Fatal(err)
		}
		if err := os.Chtimes(path, info.ModTime(), info.ModTime()); err != nil {
			t.Fatal(err)
		}
		now, err := os.Stat(path)
		if err != nil {
			t.Fatal(err)
		}
		changed = stateOf(now)
	}
	const want = "11507a0e2f5e69d5dfa40a62a1bd7b6ee57e6bcd85c67c9b8431b36fff21c437" // printf new | sha256sum
	if sum, err := d.of(path); err != nil || sum != want {
		t.Errorf("a changed file: %q, %v, want %q", sum, err, want)
	}
}

// TestEditedRecord: a record vouches for nothing after an edit by hand.
func TestEditedRecord(t *testing.T) {
	r := records(t.TempDir())
	rec := &record{Key: "k", Parts: []Part{{Name: "p", Digest: "d"}}, Outputs: map[string]string{"a.csv": "1234"}, Source: "s"}
	if err := r.write("step", rec); err != nil {
		t.Fatal(err)
	}
	if got := r.read("step"); got == nil || got.Outputs["a.csv"] != "1234" {
		t.Fatalf("read %+v", got)
	}
	text, err := os.ReadFile(r.path("step"))
	if err != nil {
		t.Fatal(err)
	}
	for _, edit := range []struct{ old, new string }{{`"1234"`, `"1235"`}, {`"k"`, `"l"`}, {`"seal": "`, `"seal": "0`}, {`"s"`, `"t"`}} {
		edited := strings.Replace(string(text), edit.old, edit.new, 1)
		if edited == string(text) {
			t.Fatalf("the record has no %s: %s", edit.old, text)
		}
		if err := os.WriteFile(r.path("step"), []byte(edited), 0o600); err != nil {
			t.Fatal(err)
		}
		if got := r.read("step"); got != nil {
			t.Errorf("with %s in place of %s: read %+v", edit.new, edit.old, got)
		}
	}
}
