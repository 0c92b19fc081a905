package jupyter

import (
	"path/filepath"
	"runtime"
	"strings"
	"testing"
)

// TestUsableName: a module's folder may have any name but four kinds that GoNB or PATH cannot take;
// of the others a run with the real kernel was made (blank, %20, quotes, ^ # ? [ = @ $HOME, ž日本, a
// dash).
func TestUsableName(t *testing.T) {
	for _, name := range []string{"a b", "a%20b", `a"b`, "a'b", "a^b", "a#b", "a?b", "a[b", "ž日本", "-dash", "a$HOME", "a=b", "a@v1"} {
		if err := usableName(filepath.Join("/x", name)); err != nil {
			t.Errorf("%q: %v", name, err)
		}
	}
	for name, want := range map[string]string{"a:b": "a colon", "a,b": "a comma", `a\b`: "a backslash", "a\nb": "a line break"} {
		if runtime.GOOS == "windows" && (name == "a:b" || name == `a\b`) {
			continue
		}
		err := usableName(filepath.Join("/x", name))
		if err == nil || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "\n") {
			t.Errorf("%q: got %v, want an error that names %s", name, err, want)
		}
	}
}
