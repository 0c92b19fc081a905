package dataset

import (
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func readText(t *testing.T, text string, o Options) (*Frame, error) {
	t.Helper()
	r, err := NewReader(strings.NewReader(text), "x.csv", o)
	if err != nil {
		return nil, err
	}
	defer r.Close()
	return r.ReadAll()
}

// rowsOf spells every value of a frame, missing ones as "·", so that tests see kinds and texts
// alike.
func rowsOf(f *Frame) []string {
	out := make([]string, f.NumRows())
	for i := range out {
		var cells []string
		for _, c := range f.cols {
			switch {
			case c.IsNull(i):
				cells = append(cells, "·")
			case c.kind == Text:
				cells = append(cells, fmt.Sprintf("%q", c.texts.at(i)))
			case c.kind == Float64:
				cells = append(cells, fmt.Sprint(c.floats[i]))
			case c.kind == Bool:
				cells = append(cells, fmt.Sprint(c.bools[i]))
			default:
				cells = append(cells, fmt.Sprint(c.ints[i]))
			}
		}
		out[i] = strings.Join(cells, " ")
	}
	return out
}

func TestReadForms(t *testing.T) {
	tests := []struct {
		name, text string
		columns    []string
		want       []string
	}{
		{"plain", "protocol,src_ip\n6,a\n17,b\n", nil, []string{`6 "a"`, `17 "b"`}},
		{"no line end after the last row", "protocol,src_ip\n6,a\n17,b", nil, []string{`6 "a"`, `17 "b"`}},
		{"windows line ends", "protocol,src_ip\r\n6,a\r\n17,b\r\n", nil, []string{`6 "a"`, `17 "b"`}},
		{"byte order mark", "\ufeffprotocol,src_ip\n6,a\n", []string{"protocol"}, []string{"6"}},
		{"byte order mark and quoted header", "\ufeff\"protocol\",\"a,b\"\n6,a\n", []string{"protocol"}, []string{"6"}},
		{"quoted header", "\"protocol\",\"src_ip\"\n6,\"a\"\n", nil, []string{`6 "a"`}},
		{"other order", "src_ip,protocol\na,6\n", []string{"protocol", "src_ip"}, []string{`6 "a"`}},
		{"one of many", "a,b,protocol,c\n1,\"x,y\",6,\"p\nq\"\n", []string{"protocol"}, []string{"6"}},
		{"comma, quote, line end in quotes", "src_ip,protocol\n\"a,\"\"b\"\"\nc\",6\n", nil, []string{`"a,\"b\"\nc" 6`}},
		{"windows line end in quotes", "src_ip,protocol\r\n\"a\r\nb\",6\r\n", nil, []string{`"a\r\nb" 6`}},
		{"backslash is a character", "src_ip,protocol\n\"a,\\\",6\n", nil, []string{`"a,\\" 6`}},
		{"nfstream's own writer", "id,src_ip,protocol\n1,\"say \\\"hi\\\", you\",6\n2,\"\",17\n", nil, []string{`1 "say \"hi\", you" 6`, `2 · 17`}},
		{"missing numbers", "protocol,src2dst_mean_ps\n,\nNaN,nan\nnull,None\n6,N/A\n", nil, []string{"· ·", "· ·", "· ·", "6 ·"}},
		{"words in a column of texts stay", "src_ip\nnull\nNaN\n<NA>\n", nil, []string{`"null"`, `"NaN"`, `"<NA>"`}},
		{"infinities", "src2dst_mean_ps\ninf\n-inf\nInfinity\n", nil, []string{"+Inf", "-Inf", "+Inf"}},
		{"forms of floats", "src2dst_mean_ps\n1\n1.5\n1e3\n-2.5E-3\n.5\n0.1\n1.7976931348623157e308\n", nil,
			[]string{"1", "1.5", "1000", "-0.0025", "0.5", "0.1", "1.7976931348623157e+308"}},
		{"largest and smallest integer", "id\n9223372036854775807\n-9223372036854775808\n007\n+5\n", nil,
			[]string{"9223372036854775807", "-9223372036854775808", "7", "5"}},
		{"numbers in quotes", "id,src2dst_mean_ps,src_ip\n\"12\",\"1.5\",a\n", nil, []string{`12 1.5 "a"`}},
		{"blank lines", "id,src_ip\n\n1,a\n\r\n2,b\n\n", nil, []string{`1 "a"`, `2 "b"`}},
		{"header only", "id,src_ip\n", nil, []string{}},
		{"header only without line end", "id,src_ip", nil, []string{}},
		{"kinds found out", "n,x,b,t,e\n1,1.5,True,a,\n2,,False,b,\n", nil, []string{`1 1.5 true "a" ·`, `2 · false "b" ·`}},
		{"integers beyond 64 bits stay texts", "n\n1\n18446744073709551616\n", nil, []string{`"1"`, `"18446744073709551616"`}},
		{"bytes that are not UTF-8 stay", "src_ip\n\xff\xfe1\n", nil, []string{"\"\\xff\\xfe1\""}},
		{"unnamed column of row labels", ",id\n0,5\n", []string{"Unnamed: 0", "id"}, []string{"0 5"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			f, err := readText(t, tt.text, Options{Columns: tt.columns})
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tt.want, rowsOf(f)); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
		})
	}
}

func TestReadRefuses(t *testing.T) {
	tests := []struct {
		name, text string
		columns    []string
		want       string
	}{
		{"no integer", "id,protocol\n1,6\n2,abc\n", nil, `read x.csv: row 1, column protocol: "abc" is not an integer (line 3)`},
		{"float for an integer", "id\n1.5\n", nil, `read x.csv: row 0, column id: "1.5" is not an integer (line 2)`},
		{"infinite integer", "id\ninf\n", nil, `read x.csv: row 0, column id: "inf" is not an integer (line 2)`},
		{"huge integer", "id\n9223372036854775808\n", nil, `read x.csv: row 0, column id: "9223372036854775808" is out of the range of a 64-bit integer (line 2)`},
		{"no number", "src2dst_mean_ps\n1,5\n", nil, `read x.csv: row 0: 2 fields, the header has 1 (line 2)`},
		{"hexadecimal float", "src2dst_mean_ps\n0x1p4\n", nil, `read x.csv: row 0, column src2dst_mean_ps: "0x1p4" is not a number (line 2)`},
		{"huge float", "src2dst_mean_ps\n1e999\n", nil, `read x.csv: row 0, column src2dst_mean_ps: "1e999" is out of the range of a 64-bit float (line 2)`},
		{"control characters in the message", "id\n\x1b[31m\n", nil, `read x.csv: row 0, column id: "\x1b[31m" is not an integer (line 2)`},
		{"too few fields", "id,protocol,src_ip\n1,6,a\n2,6\n3,6,c\n", nil, `read x.csv: row 1: 2 fields, the header has 3 (line 3)`},
		{"too few fields, projected", "id,protocol,src_ip\n1,6,a\n2,6\n3,6,c\n", []string{"id"}, `read x.csv: row 1: 2 fields, the header has 3 (line 3)`},
		{"too many fields", "id,protocol\n1,6,7\n", []string{"id"}, `read x.csv: row 0: 3 fields, the header has 2 (line 2)`},
		{"file cut off", "id,protocol,src_ip\n1,6,a\n2,6", nil, `read x.csv: row 1: 2 fields, the header has 3; the file ends in the middle of it (line 3)`},
		{"quote never closed", "id,src_ip\n1,a\n2,\"b\n3,c\n", nil, `read x.csv: row 1, column src_ip: quote that is never closed (line 3)`},
		{"quote inside a field", "id,src_ip\n1,a\"b\n", nil, `read x.csv: row 0, column src_ip: a quote stands inside an unquoted field (line 2)`},
		{"quote inside a field that is not read", "id,src_ip\n1,a\"b\n", []string{"id"}, `read x.csv: row 0, column src_ip: a quote stands inside an unquoted field (line 2)`},
		{"text after the quote", "id,src_ip\n1,\"a\"b\n", nil, `read x.csv: row 0, column src_ip: text follows the closing quote (line 2)`},
		{"NUL", "id,src_ip\n1,a\n2,\x00\n", []string{"id"}, `read x.csv: row 1, column src_ip: the field contains a NUL byte (line 3)`},
		{"lines counted through quotes", "src_ip,id\n\"a\nb\n\",1\n\nc,x\n", nil, `read x.csv: row 1, column id: "x" is not an integer (line 6)`},
		{"missing column", "id,Bidirectional Packets\n1,2\n", []string{"bidirectional_packets"}, `read x.csv: no column "bidirectional_packets" (there is "Bidirectional Packets")`},
		{"column asked for twice", "id\n1\n", []string{"id", "id"}, `read x.csv: column "id" asked for twice`},
		{"duplicate column", "id,id\n1,2\n", nil, `read x.csv: header: column "id" comes twice`},
		{"empty file", "", nil, `read x.csv: no header: the first line is empty`},
		{"semicolons", "id;mean_ps\n1;2,5\n", nil, `read x.csv: header: one column, "id;mean_ps"; if ';' stands between its fields, read with dataset.Options{Delimiter: ';'}`},
		{"tabs", "id\tmean_ps\n", []string{"id"}, `read x.csv: header: one column, "id\tmean_ps"; if '\t' stands between its fields, read with dataset.Options{Delimiter: '\t'}`},
		{"blanks alone are no number", "id,protocol\n1,6\n  ,6\n", nil, `read x.csv: row 1, column id: "  " is not an integer (line 3)`},
		{"gzip", "\x1f\x8b\x08\x00\n", nil, `read x.csv: the file is gzip-compressed: unpack it first`},
		{"binary", "\x7fELF\x00\x00\n", nil, `read x.csv: header: it contains a NUL byte; this is no CSV file`},
		{"carriage returns alone", "id,src_ip\r1,a\r2,b\r", nil, `read x.csv: header: carriage return inside; lines must end in \n or \r\n`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, err := readText(t, tt.text, Options{Columns: tt.columns})
			if err == nil {
				t.Fatal("read without an error")
			}
			if diff := cmp.Diff(tt.want, err.Error()); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
		})
	}
}

func TestErrorsAreTyped(t *testing.T) {
	_, err := readText(t, "id,protocol\n1,x\n", Options{})
	var row *RowError
	if !errors.As(err, &row) || row.Row != 0 || row.Line != 2 || row.Column != "protocol" {
		t.Errorf("%#v is not the RowError of row 0, column protocol", err)
	}
	_, err = readText(t, "id\n1\n", Options{Columns: []string{"x"}})
	var column *MissingColumnError
	if !errors.As(err, &column) || column.Column != "x" {
		t.Errorf("%#v is not the MissingColumnError of x", err)
	}
	if _, err = Read(filepath.Join(t.TempDir(), "absent.csv")); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("%v is not ErrNotExist", err)
	}
	dir := t.TempDir()
	if _, err = Read(dir); err == nil || strings.Count(filepath.ToSlash(err.Error()), filepath.ToSlash(dir)) != 1 {
		t.Errorf("reading a folder gives %v; the path should be there once", err)
	}
}

func TestSkipBad(t *testing.T) {
	text := "id,src_ip,src2dst_mean_ps\n1,a,1.5\nx,b,2\n3,c\n4,,\n5,e,oops\n6,f,7\n"
	r, err := NewReader(strings.NewReader(text), "x.csv", Options{SkipBad: true})
	if err != nil {
		t.Fatal(err)
	}
	f, err := r.ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{`1 "a" 1.5`, "4 · ·", `6 "f" 7`}, rowsOf(f)); diff != "" {
		t.Errorf("rows (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]int64{0, 3, 5}, f.Labels()); diff != "" {
		t.Errorf("labels (-want +got):\n%s", diff)
	}
	n, first := r.Skipped()
	if n != 3 || first == nil || first.Row != 1 {
		t.Errorf("skipped %d, the first %v; want 3, row 1", n, first)
	}
}

// TestBlocks reads a file of many blocks whole, in pieces and by column: all must agree, also at
// the edges of blocks.
func TestBlocks(t *testing.T) {
	const n = 3000 // some ten blocks
	path := syntheticFile(t, n)
	whole, err := Read(path)
	if err != nil {
		t.Fatal(err)
	}
	if whole.NumRows() != n || whole.NumCols() != 89 {
		t.Fatalf("read %d rows of %d columns", whole.NumRows(), whole.NumCols())
	}
	want := rowsOf(whole)
	r, err := Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	var got []string
	pieces := 0
	for r.Scan() {
		if r.Frame().Labels()[0] != int64(len(got)) {
			t.Fatalf("piece %d begins with label %d, want %d", pieces, r.Frame().Labels()[0], len(got))
		}
		got = append(got, rowsOf(r.Frame())...)
		pieces++
	}
	if r.Err() != nil {
		t.Fatal(r.Err())
	}
	if done, size := r.Progress(); done >= size || size-done > 3000 {
		t.Errorf("at the end %d of %d bytes were rows; all but the header should be", done, size)
	}
	if pieces < 5 {
		t.Errorf("only %d pieces; the file should have more", pieces)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("whole and in pieces (-want +got):\n%s", diff)
	}
	for _, name := range []string{"id", "dst2src_fin_packets", "content_type"} {
		one, err := Read(path, name)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(rowsOf(whole.Select(name)), rowsOf(one)); diff != "" {
			t.Errorf("column %s alone (-want +got):\n%s", name, diff)
		}
	}
}

// TestErrorInLaterBlock plants an error far into a file: its place must be right whatever block it
// falls in.
func TestErrorInLaterBlock(t *testing.T) {
	data, err := os.ReadFile(syntheticFile(t, 3000))
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.SplitAfter(string(data), "\n")
	lines[2501] = "x" + lines[2501]
	_, err = readText(t, strings.Join(lines, ""), Options{})
	want := `read x.csv: row 2500, column id: "x23002500" is not an integer (line 2502)`
	if err == nil || err.Error() != want {
		t.Errorf("got %v, want %s", err, want)
	}
}

// TestRowsBeforeAnError: all rows before a bad one are handed out, with their labels.
func TestRowsBeforeAnError(t *testing.T) {
	rows := func(n int) string {
		var b strings.Builder
		for i := range n {
			fmt.Fprintf(&b, "%d,a\n", i)
		}
		return b.String()
	}
	for _, c := range []struct {
		name, last string
		rows       int
	}{
		{"a number", "x,a\n1,b\n", 40_000},
		{"the first", "x,a\n1,b\n", 0},
		{"too many fields", "1,a,b\n1,b\n", 700},
		{"an open quote", "1,\"a\n1,b\n", 700},
		{"an open quote first", "1,\"a\n", 0},
		{"too long", "1," + strings.Repeat("x", 2*maxRow) + "\n1,b\n", 700},
		{"cut off", "1", 700},
	} {
		r, err := NewReader(strings.NewReader("id,src_ip\n"+rows(c.rows)+c.last), "x.csv", Options{})
		if err != nil {
			t.Fatal(err)
		}
		n := int64(0)
		for r.Scan() {
			f := r.Frame()
			if ids, labels := f.Int64s("id"), f.Labels(); len(labels) != len(ids) || labels[0] != n || ids[len(ids)-1] != labels[len(labels)-1] {
				t.Errorf("%s: %d labels from %d on for %d rows from %d on", c.name, len(labels), labels[0], len(ids), n)
			}
			n += int64(f.NumRows())
		}
		if want := fmt.Sprintf("row %d", c.rows); n != int64(c.rows) || r.Err() == nil || !strings.Contains(r.Err().Error(), want) {
			t.Errorf("%s: %d rows, error %v; want %d rows and the error of %s", c.name, n, r.Err(), c.rows, want)
		}
	}
}

func TestRowTooLong(t *testing.T) {
	text := "id,src_ip\n1,a\n2," + strings.Repeat("x", 2*maxRow) + "\n"
	_, err := readText(t, text, Options{})
	if err == nil || !strings.Contains(err.Error(), "row 1: the row is longer than") {
		t.Errorf("got %v", err)
	}
}

// failing gives some bytes and then an error, as a disk or a network does.
type failing struct{ r io.Reader }

func (f failing) Read(p []byte) (int, error) {
	n, err := f.r.Read(p)
	if err == io.EOF {
		err = errors.New("input/output error")
	}
	return n, err
}

func TestStreamError(t *testing.T) {
	r, err := NewReader(failing{strings.NewReader("id\n1\n2\n")}, "x.csv", Options{})
	if err == nil {
		_, err = r.ReadAll()
	}
	if err == nil || !strings.Contains(err.Error(), "input/output error") {
		t.Errorf("got %v, want the stream's error", err)
	}
}

func TestFloatsAreTheNearest(t *testing.T) {
	for _, s := range []string{"0.1", "2829.092173", "98.6892", "5e-324", "2.2250738585072011e-308", "9007199254740993", "1166.8704437"} {
		f, err := readText(t, "src2dst_mean_ps\n"+s+"\n", Options{})
		if err != nil {
			t.Fatal(err)
		}
		var want float64
		if _, err := fmt.Sscan(s, &want); err != nil {
			t.Fatal(err)
		}
		if got := f.Float64s("src2dst_mean_ps")[0]; math.Float64bits(got) != math.Float64bits(want) {
			t.Errorf("%s read as %v", s, got)
		}
	}
}

func TestReadsAreNoted(t *testing.T) {
	list := filepath.Join(t.TempDir(), "reads")
	t.Setenv("FLOWBOOK_READS", list)
	path := syntheticFile(t, 3)
	for range 2 {
		if _, err := Read(path, "id"); err != nil {
			t.Fatal(err)
		}
	}
	got, err := os.ReadFile(list)
	if err != nil {
		t.Fatal(err)
	}
	if want := path + "\n" + path + "\n"; string(got) != want {
		t.Errorf("noted %q, want %q", got, want)
	}
}
