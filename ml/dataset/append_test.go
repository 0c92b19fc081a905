package dataset

import (
	"bytes"
	"encoding/csv"
	"math"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestSchema(t *testing.T) {
	counts := map[Kind]int{}
	for _, f := range Columns() {
		counts[f.Kind]++
	}
	if diff := cmp.Diff(map[Kind]int{Int64: 61, Float64: 12, Text: 16}, counts); diff != "" {
		t.Errorf("kinds (-want +got):\n%s", diff)
	}
	header := strings.Split(strings.TrimSuffix(string(AppendHeader(nil)), "\n"), ",")
	if len(header) != 89 {
		t.Fatalf("%d columns", len(header))
	}
	// Numbers of some columns in the published info() of the original's split_1.
	for i, want := range map[int]string{
		0: "id", 5: "src_port", 13: "tunnel_id", 14: "bidirectional_first_seen_ms", 17: "bidirectional_packets",
		30: "bidirectional_mean_ps", 41: "bidirectional_min_piat_ms", 52: "dst2src_max_piat_ms",
		53: "bidirectional_syn_packets", 76: "dst2src_fin_packets", 77: "splt_direction", 82: "application_is_guessed", 88: "content_type",
	} {
		if header[i] != want {
			t.Errorf("column %d is %s, want %s", i, header[i], want)
		}
	}
}

// TestAppendFloat compares with Python 3.11's repr of the same doubles.
func TestAppendFloat(t *testing.T) {
	for _, tt := range []struct {
		v    float64
		want string
	}{
		{0, "0.0"}, {math.Copysign(0, -1), "-0.0"}, {1, "1.0"}, {-2.5, "-2.5"}, {0.1, "0.1"}, {98.6892, "98.6892"},
		{1e15, "1000000000000000.0"}, {9999999999999998, "9999999999999998.0"}, {1e16, "1e+16"}, {1.5e300, "1.5e+300"},
		{0.0001, "0.0001"}, {0.00009999, "9.999e-05"}, {5e-324, "5e-324"}, {123456.7891, "123456.7891"},
		{1.0 / 3, "0.3333333333333333"}, {math.Inf(1), "inf"}, {math.Inf(-1), "-inf"}, {math.NaN(), ""},
	} {
		if got := string(AppendFloat(nil, tt.v)); got != tt.want {
			t.Errorf("%v is written %q, want %q", tt.v, got, tt.want)
		}
	}
}

func FuzzAppendFloat(f *testing.F) {
	f.Add(uint64(0x3fb999999999999a))
	f.Fuzz(func(t *testing.T, bits uint64) {
		v := math.Float64frombits(bits)
		if math.IsNaN(v) {
			return
		}
		got, err := usual.parseFloat(AppendFloat(nil, v))
		if err != nil || math.Float64bits(got) != bits {
			t.Errorf("%v came back as %v, %v", v, got, err)
		}
	})
}

// TestAppendText compares with csv.writer(lineterminator="\n") of Python, its QUOTE_MINIMAL.
func TestAppendText(t *testing.T) {
	for _, tt := range []struct{ text, want string }{
		{"plain", "plain"}, {"", ""}, {"a,b", `"a,b"`}, {`say "hi"`, `"say ""hi"""`}, {`"`, `""""`},
		{"a\nb", "\"a\nb\""}, {" spaces ", " spaces "}, {"=1+1", "=1+1"}, {`back\slash`, `back\slash`}, {"[0, 1, -1]", `"[0, 1, -1]"`},
	} {
		if got := string(AppendText(nil, tt.text)); got != tt.want {
			t.Errorf("%q is written %s, want %s", tt.text, got, tt.want)
		}
	}
}

// FuzzRead feeds the reader any bytes. What it accepts must read the same when its values are
// written and read again, and where encoding/csv accepts the input too, texts must agree.
func FuzzRead(f *testing.F) {
	for _, s := range []string{
		"id,src_ip,src2dst_mean_ps\n1,a,1.5\n2,\"b,\"\"c\"\"\n\",\n", "\ufeffid\r\n1\r\n", "id,src_ip\n1,\"a\\\"b\"\n",
		"x,y\nTrue,\nFalse,1e400\n", "src2dst_mean_ps\n-inf\nNaN\n", "id\n9223372036854775808\n", "a,b\n1\n", "a\n\x00\n",
	} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		r, err := NewReader(bytes.NewReader(data), "x.csv", Options{})
		if err != nil {
			return
		}
		written := []byte("\ufeff") // else a name that begins with one would lose it
		for i, n := range r.Names() {
			if i > 0 {
				written = append(written, ',')
			}
			written = AppendText(written, n)
		}
		written = append(written, '\n')
		var cells [][]string
		for r.Scan() {
			f := r.Frame()
			for i := range f.NumRows() {
				written = append(f.AppendRow(written, i), '\n')
				cells = append(cells, rowTexts(f, i))
			}
		}
		if r.Err() != nil {
			return
		}
		again, err := NewReader(bytes.NewReader(written), "x.csv", Options{})
		if err != nil {
			t.Fatalf("%q was written as %q, which is refused: %v", data, written, err)
		}
		var got [][]string
		for again.Scan() {
			for i := range again.Frame().NumRows() {
				got = append(got, rowTexts(again.Frame(), i))
			}
		}
		if again.Err() != nil {
			t.Fatalf("%q was written as %q, which is refused: %v", data, written, again.Err())
		}
		if len(r.Names()) > 1 { // a row of one missing value is a blank line, which is no row
			if diff := cmp.Diff(cells, got); diff != "" {
				t.Errorf("%q written and read again (-first +second):\n%s", data, diff)
			}
		}
		if !bytes.ContainsAny(data, "\r\\") && !r.src.dialect.backslash {
			compareWithStd(t, data, cells)
		}
	})
}

func rowTexts(f *Frame, i int) []string {
	out := make([]string, len(f.cols))
	for j, c := range f.cols {
		switch {
		case c.kind == Int64:
			out[j] = strconv.FormatInt(c.ints[i], 10)
		case c.kind == Float64:
			out[j] = strconv.FormatFloat(c.floats[i], 'g', -1, 64)
		default:
			out[j] = c.texts.at(i)
		}
		if c.IsNull(i) {
			out[j] = ""
		}
	}
	return out
}

// compareWithStd reads the same bytes with encoding/csv and compares the texts of columns that the
// schema does not know.
func compareWithStd(t *testing.T, data []byte, cells [][]string) {
	std := csv.NewReader(bytes.NewReader(bytes.TrimPrefix(data, []byte("\ufeff"))))
	all, err := std.ReadAll()
	if err != nil || len(all) == 0 {
		return
	}
	rows := all[1:]
	if len(rows) != len(cells) {
		t.Fatalf("%q has %d rows, encoding/csv finds %d", data, len(cells), len(rows))
	}
	for i, row := range rows {
		for j, want := range row {
			if _, known := KindOf(all[0][j]); !known && cells[i][j] != want {
				t.Errorf("%q: row %d, field %d is %q, encoding/csv reads %q", data, i, j, cells[i][j], want)
			}
		}
	}
}
