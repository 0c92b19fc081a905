package dataset

import (
	"bytes"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// FuzzSound reads any bytes with the rows' fields counted ahead, when rows without a quote out of
// place are parsed the short way, and without: values, skipped rows and errors must agree, for all
// columns and for one.
func FuzzSound(f *testing.F) {
	for _, s := range []string{
		"id,src_ip,protocol\n1,a,6\n2,\"b,\"\"c\"\"\n\",17\n", "id,src_ip\r\n1,\"a\"\r\n2,\"b\"\rx\r\n", "id,src_ip\n1,\"a\\\"b\"\n2,\"c\\\",d\"\n",
		"a,b,c\n\"x\"y,1,2\nx\"y,1,2\n1,\"x\n\n\",2\n,,\n\"\",\"\",\"\"\n1,2\n1,2,3,4", "id,b,c\n1,x\",\"y\n", "a,b\n1,\"\n", "id,b,c\nx,1,2\n\"3\",\"\",\n",
		"a,b,c,d,e\n" + strings.Repeat("f", 200) + ",1,,\"x,\",2\n1,2,3,4,5\n",
	} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		type result struct {
			Rows    []string
			Labels  []int64
			Skipped int
			First   string
			Err     string
		}
		read := func(count, skipBad bool, columns ...string) (out result) {
			r, err := NewReader(bytes.NewReader(data), "x.csv", Options{Columns: columns, SkipBad: skipBad})
			if err != nil {
				return result{Err: err.Error()}
			}
			defer r.Close()
			r.src.count = count
			frame, err := r.ReadAll()
			if err != nil {
				return result{Err: err.Error()}
			}
			out.Rows, out.Labels = rowsOf(frame), frame.Labels()
			n, first := r.Skipped()
			if out.Skipped = n; first != nil {
				out.First = first.Error()
			}
			return out
		}
		names := []string{}
		if r, err := NewReader(bytes.NewReader(data), "x.csv", Options{}); err == nil {
			names = r.Names()
			r.Close()
		}
		for _, columns := range [][]string{nil, names[:min(1, len(names))], names[max(0, len(names)-1):]} {
			for _, skipBad := range []bool{false, true} {
				if diff := cmp.Diff(read(false, skipBad, columns...), read(true, skipBad, columns...)); diff != "" {
					t.Errorf("%q, columns %q, skip %v (-field by field +sound):\n%s", data, columns, skipBad, diff)
				}
			}
		}
	})
}

// TestSkipSound compares with the field by field way, in rows longer than what skipSound counts at
// once: fields short and long, plain and quoted, with separators and line ends in quotes.
func TestSkipSound(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	texts := []string{"", "0", "-1", "1658902768472", "3092.8997181717136", strings.Repeat("f", 128), "\xac\xad\x2d+",
		`""`, `"a,b"`, `"say ""hi"", ok"`, "\"a\nb\"", `"` + strings.Repeat("7, ", 60) + `"`}
	for range 300 {
		plain := len(texts)
		if rng.IntN(2) == 0 {
			plain = 7 // no quotes
		}
		fields := make([]string, 1+rng.IntN(100))
		for i := range fields {
			fields[i] = texts[rng.IntN(plain)]
		}
		row := []byte(strings.Join(fields, ","))
		r := usual.scanRow(append(row, '\n'), true)
		if r.fields != len(fields) || r.end != len(row)+1 {
			t.Fatalf("%q: %d fields, the row ends at %d; it has %d and ends at %d", row, r.fields, r.end, len(fields), len(row)+1)
		}
		for from, first := 0, 0; first < len(fields); first++ {
			for n := range len(fields) - first + 1 {
				want, err := usual.skipFields(row, from, n)
				if err != nil {
					t.Fatal(err)
				}
				if got := usual.skipSound(row, from, n, r.plain); got != want {
					t.Fatalf("%q: %d fields from byte %d end at %d, want %d", row, n, from, got, want)
				}
			}
			from, _ = usual.skipFields(row, from, 1)
		}
	}
}

// TestEqual marks a byte of a word wherever it stands, whatever stands beside it.
func TestEqual(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 4))
	for range 10_000 {
		word, want := uint64(0), uint64(0)
		for i := range 8 {
			c := []byte{',', ',' + 1, ',' - 1, ',' | 0x80, 0, 0xff, 0x80, 0x01}[rng.IntN(8)]
			word |= uint64(c) << (8 * i)
			if c == ',' {
				want |= 0x80 << (8 * i)
			}
		}
		if got := equal(word, ','); got != want {
			t.Fatalf("%#x: got %#x, want %#x", word, got, want)
		}
	}
}
