package store

import (
	"encoding/base64"
	"testing"

	"github.com/google/go-cmp/cmp"

	"flowbook/tools/pipeline"
)

func TestDecodeResult(t *testing.T) {
	d := DigestOf([]byte("x"))
	want := &Result{
		Files: []File{{"a/b.csv", d}, {executedPath, DigestOf(nil)}},
		Record: Record{
			Format: recordFormat, Key: d.Hash, Step: "s", Notebook: "notebooks/s.ipynb", Source: d.Hash, Go: "go1.26", Seconds: 1.5,
			Parts: []pipeline.Part{{Name: "cell 1", Digest: "y"}}, Reads: []string{"in.csv"},
		},
	}
	data, err := want.encode()
	if err != nil {
		t.Fatal(err)
	}
	// Unknown fields, as execution_metadata (9), are passed over.
	got, err := decodeResult(append(data, 9<<3|2, 2, 'h', 'i', 11<<3, 5, 12<<3|5, 1, 2, 3, 4))
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	for text, want := range map[string]string{
		"":                     "it has no record of a Flowbook run",
		"/w==":                 "it is no ActionResult",
		"IAE=":                 "it is of a run that ended with status 1", // exit_code: 1
		"KgJ7fQ==":             "its record has format 0, this flowbook knows 1",
		"EgwKCi4uL2V4YW1wbGU=": `"../example" is no path of an output`,
		"EgMKAXg=":             "x has no digest",
	} {
		data, err := base64.StdEncoding.DecodeString(text)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := decodeResult(data); err == nil || err.Error() != want {
			t.Errorf("%q: error %v, want %s", text, err, want)
		}
	}
}

func FuzzDecodeResult(f *testing.F) {
	data, err := (&Result{Files: []File{{"a", DigestOf(nil)}}, Record: Record{Format: recordFormat}}).encode()
	if err != nil {
		f.Fatal(err)
	}
	f.Add(data)
	f.Fuzz(func(t *testing.T, data []byte) {
		r, err := decodeResult(data)
		if err != nil {
			return
		}
		again, err := r.encode()
		if err != nil {
			t.Fatal(err)
		}
		back, err := decodeResult(again)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(r, back); diff != "" {
			t.Errorf("(-want +got):\n%s", diff)
		}
	})
}
