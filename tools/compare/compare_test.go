package compare

import (
	"bytes"
	"encoding/base64"
	"image"
	"image/color"
	"image/png"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"flowbook/tools/notebook"
)

func text(name, s string) *notebook.Output {
	return &notebook.Output{Type: notebook.Stream, Name: name, Text: s}
}

func data(pairs ...string) *notebook.Output {
	return &notebook.Output{Type: notebook.DisplayData, Data: notebook.NewBundle(pairs...)}
}

func raw(mime, json string) *notebook.Output {
	o := data()
	o.Data.Set(mime, []byte(json))
	return o
}

// picture is a PNG of 100 x 100 pixels, n of them black.
func picture(n int) *notebook.Output {
	img := image.NewGray(image.Rect(0, 0, 100, 100))
	for i := range 10000 {
		img.SetGray(i%100, i/100, color.Gray{Y: map[bool]uint8{true: 0, false: 250}[i < n]})
	}
	var b bytes.Buffer
	if err := png.Encode(&b, img); err != nil {
		panic(err)
	}
	return data("image/png", base64.StdEncoding.EncodeToString(b.Bytes()))
}

func TestDiff(t *testing.T) {
	type outs = []*notebook.Output
	fail := func(v string) *notebook.Output {
		return &notebook.Output{Type: notebook.ErrorOutput, EName: "E", EValue: v, Traceback: []string{"x" + v}}
	}
	tolerant := Rules{Tolerance: 1e-6}
	for _, tt := range []struct {
		name    string
		c       Rules
		was, is outs
		want    string // a part of the difference, "" for none
	}{
		{"same", Rules{}, outs{text("stdout", "a\n")}, outs{text("stdout", "a\n")}, ""},
		{"text", Rules{}, outs{text("stdout", "a\nb\n")}, outs{text("stdout", "a\nc\n")}, "--- stored stdout\n+++ new stdout\n@@ -1,2 +1,2 @@\n a\n-b\n+c\n"},
		{"a duration", Rules{}, outs{text("stdout", "12ms 0xc000012345 /tmp/a")}, outs{text("stdout", "99ms 0xc000099999 /tmp/b")}, ""},
		{"a duration, exact", Rules{Exact: true}, outs{text("stdout", "12ms\n")}, outs{text("stdout", "99ms\n")}, "-12ms\n+99ms\n"},
		{"an address, exact", Rules{Exact: true}, outs{text("stdout", "0xc000012345\n")}, outs{text("stdout", "0xc000099999\n")}, "-0xc000012345\n+0xc000099999\n"},
		{"a blank that does not break", Rules{}, outs{text("stdout", "a\u00a0b\n")}, outs{text("stdout", "a b\n")}, "-a\\u00a0b\n+a b\n"},
		{"blanks at the end", Rules{}, outs{text("stdout", "a \n")}, outs{text("stdout", "a\n")}, "-a\\x20\n+a\n"},
		{"escapes", Rules{}, outs{text("stdout", "\x1b[1ma\n")}, outs{text("stdout", "\u200ba\n")}, "-\\x1b[1ma\n+\\u200ba\n"},
		{"unexpected stderr is shown", Rules{}, outs{}, outs{text("stderr", "warning: x\n")}, "+warning: x"},
		{"streams in another order", Rules{}, outs{text("stdout", "a"), text("stderr", "e"), text("stdout", "b")}, outs{text("stderr", "e"), text("stdout", "ab")}, ""},
		{"durations and addresses", Rules{}, outs{text("stdout", "took 1.5ms at 0xc000123456 +0x67\n")}, outs{text("stdout", "took 12.25s at 0xc000abcdef +0x1d\n")}, ""},
		{"words with digits are no durations", Rules{}, outs{text("stdout", "v1.5s x10ms\n")}, outs{text("stdout", "v1.6s x11ms\n")}, "-v1.5s x10ms"},
		{"kernel's folder", Rules{}, outs{text("stdout", "/tmp/a/gonb_1a2b3c4d/main.go:3\n")}, outs{text("stdout", "$GONB_TMP_DIR/main.go:3\n")}, ""},
		{"dates are data", Rules{}, outs{text("stdout", "2022-07-27 10:00:00\n")}, outs{text("stdout", "2022-07-27 10:00:01\n")}, "+2022-07-27 10:00:01"},
		{"numbers are text", Rules{}, outs{text("stdout", "0.1234567890\n")}, outs{text("stdout", "0.1234567891\n")}, "+0.1234567891"},
		{"numbers within the tolerance", tolerant, outs{text("stdout", "x  0.1234567890 y\n")}, outs{text("stdout", "x 0.12345678 y\n")}, ""},
		{"numbers beyond it", tolerant, outs{text("stdout", "x 0.1234\n")}, outs{text("stdout", "x 0.1235\n")}, "+x 0.1235"},
		{"words beside numbers", tolerant, outs{text("stdout", "loss 1\n")}, outs{text("stdout", "gain 1\n")}, "+gain 1"},
		{"a missing display", Rules{}, outs{data("text/plain", "x")}, outs{}, "display 1: was text/plain, is missing\n"},
		{"a new display", Rules{}, outs{}, outs{data("text/plain", "x")}, "display 1: new: text/plain\n"},
		{"another type", Rules{}, outs{data("text/plain", "x", "text/html", "y")}, outs{data("text/plain", "x", "text/markdown", "z")}, "display 1, text/html: is missing\ndisplay 1, text/markdown: is new\n"},
		{"an ignored type", Rules{IgnoreMIME: []string{"text/html"}}, outs{data("text/plain", "x", "text/html", "y")}, outs{data("text/plain", "x", "text/html", "z")}, ""},
		{"json in another order", Rules{}, outs{raw("application/x+json", `{"a":[1,2.0],"b":"c"}`)}, outs{raw("application/x+json", `{"b":"c","a":[1.0,2]}`)}, ""},
		{"json", Rules{}, outs{raw("application/x+json", `{"a":[1,{"b":2}]}`)}, outs{raw("application/x+json", `{"a":[1,{"b":3}]}`)}, "display 1, application/x+json: differs at $.a[1].b: was 2, is 3\n"},
		{"json, a key", Rules{}, outs{raw("application/x+json", `{"a":1}`)}, outs{raw("application/x+json", `{"a":1,"b":2}`)}, "$.b: in one only"},
		{"json within the tolerance", tolerant, outs{raw("application/x+json", `[0.1234567890]`)}, outs{raw("application/x+json", `[0.1234567891]`)}, ""},
		{"an error's traceback does not count", Rules{}, outs{{Type: notebook.ErrorOutput, EName: "E", EValue: "v", Traceback: []string{"a"}}}, outs{fail("v")}, ""},
		{"an error's value does", Rules{}, outs{fail("v")}, outs{fail("w")}, "-E: v\n+E: w\n"},
		{"no error any more", Rules{}, outs{fail("v")}, outs{}, "-E: v\n"},
		{"same pixels", Rules{}, outs{picture(10)}, outs{picture(10)}, ""},
		{"few pixels", Rules{Pixels: 0.001}, outs{picture(10)}, outs{picture(20)}, ""},
		{"many pixels", Rules{Pixels: 0.001}, outs{picture(10)}, outs{picture(130)}, "display 1, image/png: 1.20 % of 100 x 100 pixels differ, 0.10 % may\n"},
		{"no picture", Rules{}, outs{picture(10)}, outs{data("image/png", "AAAA")}, "display 1, image/png: the new one: unexpected EOF\n"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got := tt.c.Diff(tt.was, tt.is)
			if tt.want == "" && got != "" || !strings.Contains(got, tt.want) {
				t.Errorf("got:\n%s\nwant:\n%s", got, tt.want)
			}
		})
	}
}

func TestReadSanitizers(t *testing.T) {
	path := filepath.Join(t.TempDir(), "s.cfg")
	write := func(s string) {
		t.Helper()
		if err := os.WriteFile(path, []byte(s), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	write("[dates]\nregex: (\\d{4})-\\d\\d-\\d\\d\nreplace: \\1-DATE $1\n\n# nothing\nregex: user=\\w+\nreplace: USER\n")
	sans, err := ReadSanitizers(path)
	if err != nil {
		t.Fatal(err)
	}
	if got, want := (Rules{Sanitizers: sans}).sanitize("2022-07-27 user=me"), "2022-DATE $1 USER"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	write("\nfoo\n")
	if _, err := ReadSanitizers(path); err == nil || err.Error() != "read "+path+": line 2: neither a regex: nor a replace: line" {
		t.Errorf("foo: got %v", err)
	}
	write("\nregex: (?<!x)y\nreplace: z\n")
	if _, err := ReadSanitizers(path); err == nil || !strings.HasPrefix(err.Error(), "read "+path+": line 2: ") {
		t.Errorf("lookbehind: got %v", err)
	}
}
