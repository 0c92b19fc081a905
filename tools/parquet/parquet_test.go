package parquet

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/parquet-go/parquet-go"

	"flowbook/ml/dataset"
)

// flows returns n rows of the 89 columns in pandas's form, with missing values, quotes and every
// kind of number.
func flows(n int) []byte {
	out := dataset.AppendHeader(nil)
	for i := range n {
		for k, f := range dataset.Columns() {
			if k > 0 {
				out = append(out, ',')
			}
			switch {
			case f.Kind == dataset.Int64:
				out = dataset.AppendInt(out, int64((i+1)*(k+1)*7919)-500)
			case f.Kind == dataset.Float64:
				out = dataset.AppendFloat(out, float64(i*k)/7)
			case (i+k)%5 == 0: // missing
			default:
				out = dataset.AppendText(out, fmt.Sprintf("[%d, \"%d\"]\nü<%d>", i, k, i%3))
			}
		}
		out = append(out, '\n')
	}
	return out
}

func toParquet(t testing.TB, csv []byte) ([]byte, Written) {
	t.Helper()
	var out bytes.Buffer
	written, err := FromCSV(context.Background(), bytes.NewReader(csv), "x.csv", &out, nil)
	if err != nil {
		t.Fatal(err)
	}
	return out.Bytes(), written
}

func toCSV(t testing.TB, pq []byte) []byte {
	t.Helper()
	var out bytes.Buffer
	if _, err := ToCSV(context.Background(), bytes.NewReader(pq), "x.parquet", &out, nil); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func TestRoundTrip(t *testing.T) {
	tests := []struct {
		name  string
		csv   []byte
		rows  int
		exact bool
	}{
		{"flows", flows(10_000), 10_000, true},
		{"header only", dataset.AppendHeader(nil), 0, true},
		{"columns that no schema knows", []byte("a,\"b,c\"\n007,\n1e5,True\n"), 2, true},
		{"integers at the ends", []byte("id\n9223372036854775807\n-9223372036854775808\n"), 2, true},
		{"floats as repr", []byte("src2dst_mean_ps\n0.1\n1e-05\n1e+16\n-0.0\ninf\n"), 5, true},
		{"another spelling of a float", []byte("src2dst_mean_ps\n1.50\n"), 1, false},
		{"windows line ends", []byte("id\r\n1\r\n"), 1, false},
		{"needless quotes", []byte("src_ip\n\"a\"\n"), 1, false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			pq, written := toParquet(t, tt.csv)
			if diff := cmp.Diff(Written{tt.rows, tt.exact}, written); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
			back := toCSV(t, pq)
			if same := bytes.Equal(back, tt.csv); same != tt.exact {
				t.Errorf("told exact %v, and the bytes that came back are the same: %v", tt.exact, same)
			}
		})
	}
}

func TestFromCSVErrors(t *testing.T) {
	for _, tt := range []struct{ csv, want string }{
		{"id\nx\n", `read x.csv: row 0, column id: "x" is not an integer (line 2)`},
		{"id,src_ip\n1,a\n2,\xff\n", `read x.csv: row 1, column src_ip: "\xff" is not UTF-8`},
		{"", "read x.csv: no header: the first line is empty"},
	} {
		_, err := FromCSV(context.Background(), strings.NewReader(tt.csv), "x.csv", &bytes.Buffer{}, nil)
		if err == nil || err.Error() != tt.want {
			t.Errorf("%q: got %v, want %s", tt.csv, err, tt.want)
		}
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := FromCSV(ctx, bytes.NewReader(flows(3)), "x.csv", &bytes.Buffer{}, nil); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v, want context.Canceled", err)
	}
}

// TestToCSVDamaged cuts and changes a file in many places: each must give an error or the same
// text, never a panic.
func TestToCSVDamaged(t *testing.T) {
	pq, _ := toParquet(t, flows(20))
	want := toCSV(t, pq)
	for n := 0; n < len(pq); n += len(pq)/40 + 1 {
		var out bytes.Buffer
		if _, err := ToCSV(context.Background(), bytes.NewReader(pq[:n]), "x.parquet", &out, nil); err == nil {
			t.Errorf("the first %d of %d bytes were read without an error", n, len(pq))
		} else if !strings.HasPrefix(err.Error(), "read x.parquet: ") {
			t.Errorf("the first %d bytes: the error does not name the file: %v", n, err)
		}
		changed := bytes.Clone(pq)
		changed[n] ^= 0x40
		out.Reset()
		if _, err := ToCSV(context.Background(), bytes.NewReader(changed), "x.parquet", &out, nil); err != nil && !strings.HasPrefix(err.Error(), "read x.parquet: ") {
			t.Errorf("byte %d changed: the error does not name the file: %v", n, err)
		}
	}
	if len(want) == 0 {
		t.Error("nothing came back from the whole file")
	}
}

func TestToCSVOtherTypes(t *testing.T) {
	type row struct {
		Small *uint32   `parquet:"small,optional,uint(8)"`
		Flag  bool      `parquet:"flag"`
		When  time.Time `parquet:"when,timestamp(millisecond)"`
		Day   int32     `parquet:"day,date"`
		Half  float32   `parquet:"half"`
		Big   uint64    `parquet:"big"`
	}
	small := uint32(255)
	var file bytes.Buffer
	if err := parquet.Write(&file, []row{
		{&small, true, time.UnixMilli(1658902768472), 19200, 0.1, math.MaxUint64},
		{nil, false, time.UnixMilli(-1), -1, -2, 1},
	}); err != nil {
		t.Fatal(err)
	}
	want := "small,flag,when,day,half,big\n" + // float32(0.1) as the float64 that it is
		"255,True,2022-07-27 06:19:28.472000,2022-07-27 00:00:00,0.10000000149011612,18446744073709551615\n" +
		",False,1969-12-31 23:59:59.999000,1969-12-31 00:00:00,-2.0,1\n"
	if diff := cmp.Diff(want, string(toCSV(t, file.Bytes()))); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}

func TestToCSVRefusedTypes(t *testing.T) {
	write := func(file *bytes.Buffer, rows any) error {
		w := parquet.NewWriter(file, parquet.SchemaOf(rows))
		return errors.Join(w.Write(rows), w.Close())
	}
	for _, tt := range []struct {
		row  any
		want string
	}{
		{struct{ L []int64 }{[]int64{1}}, "read x.parquet: column L: nested or repeated values have no form in CSV"},
		{struct{ S struct{ A int64 } }{}, "read x.parquet: column S: nested or repeated values have no form in CSV"},
		{struct{ B []byte }{[]byte{1}}, "read x.parquet: column B: values of type BYTE_ARRAY have no form in CSV"},
	} {
		var file bytes.Buffer
		if err := write(&file, tt.row); err != nil {
			t.Fatal(err)
		}
		_, err := ToCSV(context.Background(), bytes.NewReader(file.Bytes()), "x.parquet", &bytes.Buffer{}, nil)
		if err == nil || err.Error() != tt.want {
			t.Errorf("got %v, want %s", err, tt.want)
		}
	}
}

// TestSizesThatAFileClaims gives files whose lists, pages and column chunks claim more than there
// is: each is refused before memory is taken for it.
func TestSizesThatAFileClaims(t *testing.T) {
	good, _ := toParquet(t, flows(20))
	footer := func(bytes ...byte) []byte { // a file of nothing but this footer
		out := append([]byte("PAR1"), bytes...)
		return append(binary.LittleEndian.AppendUint32(out, uint32(len(bytes))), "PAR1"...)
	}
	huge := []byte{0xff, 0xff, 0xff, 0xff, 0x07} // 2^31-1 as a varint
	long := bytes.Clone(good)
	binary.LittleEndian.PutUint32(long[len(long)-8:], 1<<31)
	for _, tt := range []struct {
		name string
		file []byte
		want string
	}{
		{"a list of 2^31 schema elements", footer(append([]byte{0x15, 0x02, 0x19, 0xfc}, huge...)...), "footer: unexpected EOF"},
		{"a text of 2^31 bytes", footer(append([]byte{0x18}, huge...)...), "footer: unexpected EOF"},
		{"structs without end", footer(bytes.Repeat([]byte{0x1c}, 1<<16)...), "nested more than 64 deep"},
		{"a footer longer than the file", long, "its footer claims 2147483648 of its"},
		{"nothing", nil, "no Parquet file: 0 bytes"},
		{"text", []byte("id,src_ip\n1,10.0.0.1\n"), `no Parquet file: it ends with "0.1\n"`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			_, err := ToCSV(context.Background(), bytes.NewReader(tt.file), "x.parquet", &bytes.Buffer{}, nil)
			runtime.ReadMemStats(&after)
			if err == nil || !strings.HasPrefix(err.Error(), "read x.parquet: ") || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("got %v, want %s", err, tt.want)
			}
			if took := after.TotalAlloc - before.TotalAlloc; took > 1<<20 {
				t.Errorf("%d bytes were allocated for a file of %d", took, len(tt.file))
			}
		})
	}
}

// TestRowGroups writes more rows than one row group has, in frames that do not end where groups do.
func TestRowGroups(t *testing.T) {
	csv := []byte("id,src_ip\n")
	for i := range 2*rowGroup + 1 {
		csv = fmt.Appendf(csv, "%d,h%d\n", i, i%7)
	}
	pq, _ := toParquet(t, csv)
	f, err := parquet.OpenFile(bytes.NewReader(pq), int64(len(pq)))
	if err != nil {
		t.Fatal(err)
	}
	var got []int64
	for _, g := range f.RowGroups() {
		got = append(got, g.NumRows())
	}
	if diff := cmp.Diff([]int64{rowGroup, rowGroup, 1}, got); diff != "" {
		t.Errorf("rows of the groups (-want +got):\n%s", diff)
	}
	if !bytes.Equal(csv, toCSV(t, pq)) {
		t.Error("other bytes came back")
	}
}

func FuzzToCSV(f *testing.F) {
	pq, _ := toParquet(f, flows(3))
	f.Add(pq)
	f.Add([]byte("PAR1\x00\x00\x00\x00PAR1"))
	f.Fuzz(func(t *testing.T, pq []byte) {
		var out bytes.Buffer
		if _, err := ToCSV(context.Background(), bytes.NewReader(pq), "x.parquet", &out, nil); err != nil && !strings.Contains(err.Error(), "x.parquet") {
			t.Errorf("the error does not name the file: %v", err)
		}
	})
}

func BenchmarkFromCSV(b *testing.B) {
	for _, n := range []int{10_000, 100_000} {
		if n > 10_000 && testing.Short() {
			continue
		}
		csv := flows(n)
		b.Run(fmt.Sprintf("n=%d", n), func(b *testing.B) {
			b.SetBytes(int64(len(csv)))
			for b.Loop() {
				toParquet(b, csv)
			}
		})
	}
}

func BenchmarkToCSV(b *testing.B) {
	for _, n := range []int{10_000, 100_000} {
		if n > 10_000 && testing.Short() {
			continue
		}
		csv := flows(n)
		pq, _ := toParquet(b, csv)
		b.Run(fmt.Sprintf("n=%d", n), func(b *testing.B) {
			b.SetBytes(int64(len(csv)))
			for b.Loop() {
				toCSV(b, pq)
			}
		})
	}
}

// TestOpenGivesTheFrames reads chosen columns of a file back as frames, and refuses a column that
// is not there.
func TestOpenGivesTheFrames(t *testing.T) {
	path := filepath.Join(t.TempDir(), "flows.parquet")
	var file bytes.Buffer
	csv := strings.NewReader("id,bidirectional_packets,application_name\n1,10,TLS\n2,20,\n3,30,DNS\n")
	if _, err := FromCSV(t.Context(), csv, "flows.csv", &file, nil); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, file.Bytes(), 0o644); err != nil {
		t.Fatal(err)
	}
	r, err := Open(path, "application_name", "id")
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	var ids []int64
	var names []string
	for r.Scan() {
		ids, names = append(ids, r.Frame().Int64s("id")...), append(names, r.Frame().Strings("application_name")...)
	}
	if err := r.Err(); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]int64{1, 2, 3}, ids); diff != "" {
		t.Errorf("ids (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]string{"TLS", "", "DNS"}, names); diff != "" {
		t.Errorf("names (-want +got):\n%s", diff)
	}
	var missing *dataset.MissingColumnError
	if _, err := Open(path, "no_such"); !errors.As(err, &missing) {
		t.Errorf("a missing column: %v, want a *dataset.MissingColumnError", err)
	}
}
