package runner

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"flowbook/tools/jupyter"
	"flowbook/tools/notebook"
)

// planned is a session with these code cells planned.
func planned(t *testing.T, sources ...string) *session {
	t.Helper()
	nb := notebook.New()
	for _, s := range sources {
		c := notebook.NewCode(s)
		if strings.HasPrefix(s, "// fails") {
			if err := c.Metadata.Put("tags", []string{"raises-exception"}); err != nil {
				t.Fatal(err)
			}
		}
		if strings.HasPrefix(s, "// skip") {
			if err := c.Metadata.Put("tags", []string{"skip-execution"}); err != nil {
				t.Fatal(err)
			}
		}
		nb.Cells = append(nb.Cells, c)
	}
	s := newSession(nb, Options{Spec: &jupyter.Spec{Name: "gonb"}})
	if err := s.prepare(); err != nil {
		t.Fatal(err)
	}
	return s
}

// All cells of a group are sent the same, but for the argument that says which is meant, and each
// line says where it comes from.
func TestSharedSource(t *testing.T) {
	s := planned(t, "import \"fmt\"\n\n// A is one.\nfunc A() int {\n\treturn 1\n}\n%%\nfmt.Println(A())", "import \"fmt\"", "%%\n\nfmt.Println(A() + 1)")
	sh := newSharing(s)
	want := `import "fmt"
// A is one.
func A() int {
	return 1
}
%% 2
if flag.Arg(0) == "0" {
fmt.Println(A())
}
if flag.Arg(0) == "2" {

fmt.Println(A() + 1)
}`
	got, places, _ := sh.compose(2)
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("source (-want +got):\n%s", diff)
	}
	from := []place{{1, 1}, {1, 3}, {1, 4}, {1, 5}, {1, 6}, {}, {}, {1, 8}, {}, {}, {3, 2}, {3, 3}, {}}
	if diff := cmp.Diff(from, places, cmp.AllowUnexported(place{})); diff != "" {
		t.Errorf("places (-want +got):\n%s", diff)
	}
	first, _, _ := sh.compose(0)
	if strings.Replace(first, "%% 0\n", "%% 2\n", 1) != got {
		t.Errorf("cell 0 is sent as\n%s", first)
	}
}
