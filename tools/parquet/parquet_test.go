package parquet

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/arrow/memory"
	"github.com/apache/arrow-go/v18/parquet/pqarrow"
	"github.com/google/go-cmp/cmp"

	"flowbook/ml/dataset"
)

// flows returns n rows of the 89 columns in pandas's form, with missing values, quotes and every kind of number.
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

// TestToCSVDamaged cuts and changes a file in many places: each must give an error or the same text, never a panic.
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
	schema := arrow.NewSchema([]arrow.Field{
		{Name: "small", Type: arrow.PrimitiveTypes.Uint8, Nullable: true},
		{Name: "flag", Type: arrow.FixedWidthTypes.Boolean},
		{Name: "when", Type: arrow.FixedWidthTypes.Timestamp_ms},
		{Name: "day", Type: arrow.FixedWidthTypes.Date32},
	}, nil)
	b := array.NewRecordBuilder(memory.DefaultAllocator, schema)
	defer b.Release()
	b.Field(0).(*array.Uint8Builder).AppendValues([]uint8{255, 0}, []bool{true, false})
	b.Field(1).(*array.BooleanBuilder).AppendValues([]bool{true, false}, nil)
	b.Field(2).(*array.TimestampBuilder).AppendValues([]arrow.Timestamp{1658902768472, 0}, nil)
	b.Field(3).(*array.Date32Builder).AppendValues([]arrow.Date32{19200, 0}, nil)
	want := "small,flag,when,day\n255,True,2022-07-27 06:19:28.472000,2022-07-27 00:00:00\n,False,1970-01-01 00:00:00,1970-01-01 00:00:00\n"
	if diff := cmp.Diff(want, string(toCSV(t, arrowFile(t, b)))); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}

	list := array.NewRecordBuilder(memory.DefaultAllocator, arrow.NewSchema([]arrow.Field{{Name: "l", Type: arrow.ListOf(arrow.PrimitiveTypes.Int64)}}, nil))
	defer list.Release()
	list.Field(0).(*array.ListBuilder).Append(true)
	_, err := ToCSV(context.Background(), bytes.NewReader(arrowFile(t, list)), "x.parquet", &bytes.Buffer{}, nil)
	if err == nil || !strings.HasPrefix(err.Error(), "read x.parquet: column l: values of type list") {
		t.Errorf("got %v, want a refusal of column l", err)
	}
}

func arrowFile(t *testing.T, b *array.RecordBuilder) []byte {
	t.Helper()
	batch := b.NewRecordBatch()
	defer batch.Release()
	var out bytes.Buffer
	w, err := pqarrow.NewFileWriter(batch.Schema(), &out, nil, pqarrow.DefaultWriterProps())
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(w.Write(batch), w.Close()); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// TestPyArrowReads lets Arrow's own Python library read a file: names, types, nulls and sums must be the CSV's.
func TestPyArrowReads(t *testing.T) {
	python := os.Getenv("FLOWBOOK_PYTHON")
	if python == "" {
		t.Skip("set FLOWBOOK_PYTHON to a python that has pyarrow (pip install pyarrow) to let it read our files")
	}
	if err := exec.Command(python, "-c", "import pyarrow.parquet").Run(); err != nil {
		t.Skipf("%s has no pyarrow: %s -m pip install pyarrow", python, python)
	}
	pq, _ := toParquet(t, []byte("id,src2dst_mean_ps,src_ip\n1,0.5,a\n,,\n3,1.5,\"b,c\"\n"))
	path := filepath.Join(t.TempDir(), "x.parquet")
	if err := os.WriteFile(path, pq, 0o666); err != nil {
		t.Fatal(err)
	}
	out, err := exec.Command(python, "-c", `
import sys, pyarrow.parquet as pq
t = pq.read_table(sys.argv[1])
print([f"{f.name} {f.type}" for f in t.schema])
print(t.to_pydict())
`, path).CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	want := "['id int64', 'src2dst_mean_ps double', 'src_ip string']\n" +
		"{'id': [1, None, 3], 'src2dst_mean_ps': [0.5, None, 1.5], 'src_ip': ['a', None, 'b,c']}\n"
	if diff := cmp.Diff(want, string(out)); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
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

// TestOpenGivesTheFrames reads chosen columns of a file back as frames, and refuses a column that is not there.
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
	r, err := Open(t.Context(), path, "application_name", "id")
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
	if _, err := Open(t.Context(), path, "no_such"); !errors.As(err, &missing) {
		t.Errorf("a missing column: %v, want a *dataset.MissingColumnError", err)
	}
}
