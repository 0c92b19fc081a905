package notebook

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestSplitLines has Python's answers: s.splitlines(True).
func TestSplitLines(t *testing.T) {
	for _, tt := range []struct {
		in   string
		want []string
	}{
		{"", []string{}},
		{"\n", []string{"\n"}},
		{"a", []string{"a"}},
		{"a\n\nb", []string{"a\n", "\n", "b"}},
		{"a\r\nb\rc\n\rd", []string{"a\r\n", "b\r", "c\n", "\r", "d"}},
		{"a\vb\fc\x1cd\x1de\x1ef\x1fg", []string{"a\v", "b\f", "c\x1c", "d\x1d", "e\x1e", "f\x1fg"}},
		{"a\u0085b\u2028c\u2029d\u2030e\u0084", []string{"a\u0085", "b\u2028", "c\u2029", "d\u2030e\u0084"}},
	} {
		got := splitLines(tt.in)
		if diff := cmp.Diff(tt.want, got); diff != "" {
			t.Errorf("splitLines(%q) (-want +got):\n%s", tt.in, diff)
		}
		if joined := strings.Join(got, ""); joined != tt.in {
			t.Errorf("the lines of %q join to %q", tt.in, joined)
		}
	}
}

// TestStrings has the forms of Python's json.dumps(s, ensure_ascii=False).
func TestStrings(t *testing.T) {
	for _, tt := range []struct{ in, want string }{
		{`"\u0000\u001f\u007f\b\f\n\r\t\"\\\/"`, "\"\\u0000\\u001f\x7f\\b\\f\\n\\r\\t\\\"\\\\/\""},
		{`"<&>\u2028\u2029"`, "\"<&>\u2028\u2029\""},
		{`"\ud83d\ude00\uD83D\uDE00"`, `"😀😀"`},
		{`"\ud83d"`, `"\ud83d"`},
		{`"\ude00\ud83d"`, `"\ude00\ud83d"`},
		{`"\ud83dx\ude00"`, `"\ud83dx\ude00"`},
		{`"\ud83d\ud83d\ude00"`, `"\ud83d😀"`},
		{`"\ud83d\n"`, `"\ud83d\n"`},
		{"\"\ud7ff\uf900\ufffd\"", "\"\ud7ff\uf900\ufffd\""},
	} {
		n, err := parse([]byte(tt.in))
		if err != nil {
			t.Fatalf("parse %s: %v", tt.in, err)
		}
		e := &encoder{}
		e.str(n.value)
		if diff := cmp.Diff(tt.want, string(e.buf)); diff != "" {
			t.Errorf("%s written (-want +got):\n%s", tt.in, diff)
		}
	}
	e := &encoder{}
	e.str("a\xffb")
	if want := "\"a\ufffdb\""; string(e.buf) != want {
		t.Errorf("a byte that is no UTF-8 became %s, want %s", e.buf, want)
	}
}
