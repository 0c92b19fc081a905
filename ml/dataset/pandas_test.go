package dataset

import (
	"flag"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/text/encoding/charmap"
)

var update = flag.Bool("update", false, "let pandas write the expected texts again; needs $FLOWBOOK_PYTHON")

// pandasTexts returns the folder testdata/name, in which reference.py wrote what pandas shows. With
// -update it writes them again first. Where there is a Python with pandas, it writes them into
// another folder, to compare with the stored.
func pandasTexts(t *testing.T, name string) string {
	t.Helper()
	stored := filepath.Join("testdata", name)
	python := os.Getenv("FLOWBOOK_PYTHON")
	if python == "" || testing.Short() && !*update {
		if *update {
			t.Fatal("-update needs $FLOWBOOK_PYTHON, a Python with tools/bench/reference/requirements.txt installed (CONTRIBUTING.md)")
		}
		return stored
	}
	out := stored
	if !*update {
		out = t.TempDir()
		if inputs, err := filepath.Glob(filepath.Join(stored, "*.csv")); err == nil {
			for _, in := range inputs {
				copyFile(t, in, filepath.Join(out, filepath.Base(in)))
			}
		}
	}
	if text, err := exec.Command(python, filepath.Join(stored, "reference.py"), out).CombinedOutput(); err != nil {
		t.Fatalf("%s/reference.py: %v\n%s", stored, err, text)
	}
	if out == stored {
		return stored
	}
	written, err := filepath.Glob(filepath.Join(out, "*"))
	if err != nil || len(written) == 0 {
		t.Fatalf("reference.py wrote %d files, %v", len(written), err)
	}
	for _, path := range written {
		if diff := cmp.Diff(readFile(t, filepath.Join(stored, filepath.Base(path))), readFile(t, path)); diff != "" {
			t.Errorf("%s is not what pandas writes (-stored +now):\n%s", filepath.Base(path), diff)
		}
	}
	return stored
}

func copyFile(t *testing.T, from, to string) {
	t.Helper()
	if err := os.WriteFile(to, []byte(readFile(t, from)), 0o600); err != nil {
		t.Fatal(err)
	}
}

// TestReadAsPandas reads files of every form with the options for it and compares values and kinds
// with pandas's read_csv, options of the same meaning given; testdata/csv/reference.py made files
// and texts.
func TestReadAsPandas(t *testing.T) {
	dir := pandasTexts(t, "csv")
	for name, o := range map[string]Options{
		"semicolon":        {Delimiter: ';', Decimal: ','},
		"tab":              {Delimiter: '\t'},
		"thousands":        {Delimiter: ';', Decimal: ',', Thousands: '.'},
		"quoted_thousands": {Thousands: ','},
		"blank_thousands":  {Delimiter: ';', Thousands: ' '},
		"wrong_point":      {Delimiter: ';', Decimal: ','},
		"trimmed":          {},
		"no_numbers":       {},
		"blank_field":      {},
		"words":            {Nulls: []string{"?", "-"}},
		"header_row":       {HeaderRow: 2},
		"no_header":        {Names: []string{"n", "t"}},
		"no_header_bom":    {Names: []string{"n", "t"}},
		"below_a_title":    {Names: []string{"n", "t"}, HeaderRow: 1},
		"cp1250":           {Delimiter: ';', Encoding: charmap.Windows1250},
		"utf16le":          {},
		"utf16be":          {Delimiter: '\t', Decimal: ','},
		"latin2":           {Encoding: charmap.ISO8859_2},
	} {
		t.Run(name, func(t *testing.T) {
			f, err := o.Read(filepath.Join(dir, name+".csv"))
			if err != nil {
				t.Fatal(err)
			}
			want := strings.TrimSuffix(readFile(t, filepath.Join(dir, name+".txt")), "\n")
			if diff := cmp.Diff(want, f.String()+"\n"+dtypes(f)); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

// dtypes returns the columns' types as pandas's dtypes.to_string().
func dtypes(f *Frame) string {
	names, types := []string{}, []string{}
	for i, c := range f.cols {
		names, types = append(names, f.heads()[i]), append(types, c.dtype())
	}
	text := adjoin(4, [][]string{names, fixWidth(types, alignRight, 0)})
	if f.across != "" {
		text = shown(f.across) + "\n" + text
	}
	return text
}
func TestOptionsRefuse(t *testing.T) {
	for _, tt := range []struct {
		name, text string
		options    Options
		want       string
	}{
		{"quote", "a\n", Options{Delimiter: '"'}, `read x.csv: '"' can separate neither fields nor digits`},
		{"digit", "a\n", Options{Thousands: '0'}, `read x.csv: '0' can separate neither fields nor digits`},
		{"decimal comma alone", "a\n", Options{Decimal: ','}, `read x.csv: ',' cannot separate both fields and decimals`},
		{"thousands", "a\n", Options{Thousands: '.'}, `read x.csv: '.' cannot separate both thousands and decimals`},
		{"no such row", "a\n1\n", Options{HeaderRow: 3}, `read x.csv: no header: HeaderRow is 3, the file has 2 rows`},
		{"nothing below", "a\n1\n", Options{HeaderRow: 2}, `read x.csv: no header: the first line is empty`},
		{"quote above the header", "\"a\n1\n", Options{HeaderRow: 1}, `read x.csv: row 0, above the header: quote that is never closed`},
		{"names twice", "1,2\n", Options{Names: []string{"a", "a"}}, `read x.csv: header: column "a" comes twice`},
		{"too few names", "1,2\n", Options{Names: []string{"a"}}, `read x.csv: row 0: 2 fields, the header has 1 (line 1)`},
		{"line below a title", "title\n\"two\nlines\"\nid\nx\n", Options{HeaderRow: 2}, `read x.csv: row 0, column id: "x" is not an integer (line 5)`},
		{"decimal point", "id;src2dst_mean_ps\n1;1.5\n", Options{Delimiter: ';', Decimal: ','}, `read x.csv: row 0, column src2dst_mean_ps: "1.5" is not a number (line 2)`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			_, err := readText(t, tt.text, tt.options)
			if err == nil {
				t.Fatal("read without an error")
			}
			if diff := cmp.Diff(tt.want, err.Error()); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
		})
	}
	f, err := readText(t, "a;b\n1;2\n", Options{Delimiter: ','})
	if err != nil || f.NumCols() != 1 {
		t.Errorf("a comma asked for: %v, %v", f, err)
	}
}
