package jupyter

import (
	"strings"
	"testing"
)

// TestNamed: the names that modules' kernels have are told from those of isolated kernels and of
// other people's.
func TestNamed(t *testing.T) {
	for _, tt := range []struct{ own, want string }{
		{"", "gonb"}, {"geo", "gonb-geo"}, {"Geo.v2_x", "gonb-geo.v2_x"}, {"a/b", ""}, {"..", "gonb-.."}, {"a b", ""},
		{"x-sandbox", ""}, {"sandbox", ""}, {"ä", ""}, {strings.Repeat("x", 96), ""},
	} {
		got, err := Named(tt.own)
		if got != tt.want || (err == nil) != (tt.want != "") {
			t.Errorf("Named(%q) is %q, error %v; want %q", tt.own, got, err, tt.want)
		}
		if err == nil && !Ours(got) {
			t.Errorf("%s is not ours", got)
		}
	}
	for _, name := range []string{"", "go", "gonbx", "gophernotes", "gonb-sandbox", "gonb-geo-sandbox", "python3"} {
		if Ours(name) {
			t.Errorf("%q is ours", name)
		}
	}
}
