package notebook

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"
)

// FuzzRead wants of every text: an error, or a notebook whose written form reads back and is
// written the same again.
func FuzzRead(f *testing.F) {
	paths, _ := filepath.Glob("testdata/golden/*.ipynb")
	for _, path := range paths {
		data, err := os.ReadFile(path)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(data)
	}
	f.Add([]byte(`{"nbformat":4,"cells":[{"cell_type":"code","source":["\ud83d","\ude00"]},{"cell_type":"raw","source":"\ud800"}]}`))
	f.Add([]byte(`{"nbformat":4,"cells":[{"cell_type":"code","outputs":[{"output_type":"stream"},{"output_type":"x","a":-Infinity}]}]}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		nb, err := Read(bytes.NewReader(data))
		if err != nil {
			return
		}
		var first, second bytes.Buffer
		if err := nb.Write(&first); err != nil {
			t.Fatalf("what was read cannot be written: %v", err)
		}
		again, err := Read(bytes.NewReader(first.Bytes()))
		if err != nil {
			t.Fatalf("what was written cannot be read: %v\n%s", err, first.Bytes())
		}
		if err := again.Write(&second); err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(first.Bytes(), second.Bytes()) {
			t.Errorf("written twice, two forms:\n%s\n%s", first.Bytes(), second.Bytes())
		}
		Validate(nb) // must not panic
	})
}
