package gocell

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestReadCode(t *testing.T) {
	const source = "import (\n\t\"flowbook/ml\"\n\t. \"fmt\"\n)\n\n// Data is read anew.\nfunc Data() []int { return ml.Read(1) }\n\n%% --n=3\nPrintln(Data())\n"
	base := ReadCode(source)
	if diff := cmp.Diff([]string{"flowbook/ml", "fmt"}, base.Imports); diff != "" {
		t.Errorf("imports (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]string{"ml"}, base.Idents); diff != "" {
		t.Errorf("identifiers before a dot (-want +got):\n%s", diff)
	}
	if got := ReadCode("import \"a\"\nexec.Command(\"go\", `run`)").Texts; !cmp.Equal([]string{"go", "run"}, got) {
		t.Errorf("texts %q", got)
	}
	if diff := cmp.Diff([]string{"%% --n=3"}, base.Commands); diff != "" {
		t.Errorf("commands (-want +got):\n%s", diff)
	}
	tests := []struct {
		name, old, text string
		changes         bool
	}{
		{"a comment", "// Data is read anew.", "// Data is read again.", false},
		{"formatting", "func Data() []int { return", "func Data() []int {\n\n\treturn", false},
		{"line ends", "\n", "\r\n", false},
		{"a value", "Read(1)", "Read(2)", true},
		{"a command's argument", "--n=3", "--n=4", true},
		{"a command's spaces", "%% --n=3", "%%  --n=3", true},
		{"a command more", "%% --n=3", "!ls\n%% --n=3", true},
		{"code moved over a command", "%% --n=3\nPrintln(Data())", "Println(Data())\n%% --n=3", true},
		{"a command as a comment", "// Data is", "//gonb:%cd\n// Data is", true},
		{"a comment that looks like one", "// Data is", "//gonb: a comment\n// Data is", false},
		{"the prefix of a command", "%% --n=3", "//gonb:%% --n=3", false},
		{"a lone %", "%% --n=3", "%\n%% --n=3", true},
		{"a continued command", "%% --n=3", "%% --n=3 \\\n// --m=4", true},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			changed := ReadCode(strings.ReplaceAll(source, tt.old, tt.text)).Digest != base.Digest
			if changed != tt.changes {
				t.Errorf("the digest changed: %v, want %v", changed, tt.changes)
			}
		})
	}
}

func TestReadCodeOfOtherPrograms(t *testing.T) {
	if ReadCode("%%bash\necho 1 # one\n").Digest == ReadCode("%%bash\necho 1 # two\n").Digest {
		t.Error("a comment of a shell script does not count")
	}
	if ReadCode("//gonb:%%bash\necho a // one\n").Digest == ReadCode("//gonb:%%bash\necho a // two\n").Digest {
		t.Error("words behind // in a script that is handed over in a comment do not count")
	}
	if ReadCode("x := `\n%s\n`").Digest == ReadCode("x := `\n%s\n` // y").Digest {
		t.Error("a cell that cannot be scanned in pieces does not count verbatim")
	}
	if ReadCode("// nothing\n").Digest != ReadCode("").Digest {
		t.Error("a cell of comments alone differs from an empty one")
	}
}
