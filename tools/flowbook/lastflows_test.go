package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"flowbook/ml/dataset"
	"flowbook/tools/parquet"
)

// frameOf is a frame of ids from first on; every third one has no duration.
func frameOf(first, n int) *dataset.Frame {
	ids, durations, names := make([]int64, n), make([]int64, n), make([]string, n)
	var missing []int
	for i := range n {
		ids[i], durations[i], names[i] = int64(first+i), int64(10*(first+i)), fmt.Sprint("n", first+i)
		if (first+i)%3 == 0 {
			missing = append(missing, i)
		}
	}
	return dataset.New(dataset.Int64Column("id", ids), dataset.TextColumn("src_ip", names),
		dataset.Int64Column("bidirectional_duration_ms", durations).Missing(missing...))
}

// TestLastFlows: what is kept of frames is their last rows, wherever the frames end.
func TestLastFlows(t *testing.T) {
	for _, c := range []struct {
		name   string
		frames []int // their rows
		most   int
		want   int // rows
	}{
		{"fewer than a frame", []int{7, 7, 7}, 3, 3},
		{"a frame", []int{7, 7, 7}, 7, 7},
		{"one more than a frame", []int{7, 7, 7}, 8, 8},
		{"several frames", []int{7, 7, 7, 7}, 21, 21},
		{"several and a part", []int{7, 7, 7, 7}, 17, 17},
		{"a short frame at the end", []int{7, 7, 2}, 7, 7},
		{"one of all frames", []int{1, 1, 1, 1}, 1, 1},
		{"all", []int{7, 2}, 9, 9},
		{"one less than all", []int{7, 2}, 8, 8},
		{"more than all", []int{7, 2}, 10, 9},
		{"no bound", []int{7, 7, 7}, 0, 21},
		{"a bound and no flows", nil, 5, 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			l := &lastFlows{columns: []string{"id", "src_ip", "bidirectional_duration_ms"}, most: c.most}
			read := 0
			for _, n := range c.frames {
				l.add(frameOf(read, n))
				read += n
				if c.most > 0 && l.held >= c.most+max(n, c.frames[0]) {
					t.Errorf("after %d flows %d are held", read, l.held)
				}
			}
			if l.read != read || l.passed() != read-c.want {
				t.Errorf("%d flows read, %d passed over, want %d and %d", l.read, l.passed(), read, read-c.want)
			}
			got, want := l.frame(), frameOf(read-c.want, c.want)
			if !slices.Equal(got.Int64s("id"), want.Int64s("id")) || !slices.Equal(got.Strings("src_ip"), want.Strings("src_ip")) {
				t.Errorf("got ids %v, want %v", got.Int64s("id"), want.Int64s("id"))
			}
			a, b := got.Column("bidirectional_duration_ms"), want.Column("bidirectional_duration_ms")
			for r := range c.want {
				if a.IsNull(r) != b.IsNull(r) || !a.IsNull(r) && a.Int64(r) != b.Int64(r) {
					t.Errorf("row %d: duration %d (missing: %v), want %d (%v)", r, a.Int64(r), a.IsNull(r), b.Int64(r), b.IsNull(r))
				}
			}
		})
	}
}

// TestReadLastFlows: the last flows of a file are those of the whole file read at once, at the ends
// of the blocks that CSV and Parquet files are read in.
func TestReadLastFlows(t *testing.T) {
	columns := []string{"id", "src_ip", "bidirectional_duration_ms", "bidirectional_mean_ps"}
	var text strings.Builder
	text.WriteString(strings.Join(columns, ",") + "\n")
	for i := range 60_000 {
		fmt.Fprintf(&text, "%d,h%d,%d,%d.5\n", i, i%77, i*3, i)
	}
	csv := filepath.Join(t.TempDir(), "flows.csv")
	if err := os.WriteFile(csv, []byte(text.String()), 0o666); err != nil {
		t.Fatal(err)
	}
	packed := csv + ".parquet"
	f, err := os.Create(packed)
	if err != nil {
		t.Fatal(err)
	}
	_, err = parquet.FromCSV(t.Context(), strings.NewReader(text.String()), "flows.csv", f, func(int) {})
	if err := errors.Join(err, f.Close()); err != nil {
		t.Fatal(err)
	}
	whole, err := dataset.Read(csv, columns...)
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{csv, packed} {
		ends := []int{0}
		r, err := openColumns(path, columns)
		if err != nil {
			t.Fatal(err)
		}
		for r.Scan() {
			ends = append(ends, ends[len(ends)-1]+r.Frame().NumRows())
		}
		if err := errors.Join(r.Err(), r.Close()); err != nil {
			t.Fatal(err)
		}
		if len(ends) < 3 {
			t.Fatalf("%s is read in one block", path)
		}
		for _, end := range ends {
			for _, first := range []int{end - 1, end, end + 1} {
				most := whole.NumRows() - first // 0 reads all
				if most < 0 {
					continue
				}
				l, err := readLastFlows(t.Context(), path, columns, most)
				if err != nil {
					t.Fatal(err)
				}
				got, want := l.frame(), whole
				if most > 0 && first > 0 {
					want = whole.Slice(first, whole.NumRows())
				}
				if !slices.Equal(got.Names(), columns) || !slices.Equal(got.Strings("src_ip"), want.Strings("src_ip")) ||
					!slices.Equal(got.Matrix(columns[0], columns[2], columns[3]).Data, want.Matrix(columns[0], columns[2], columns[3]).Data) {
					t.Errorf("%s: the last %d flows are others than those of the whole file from row %d on", filepath.Base(path), most, first)
				}
			}
		}
	}
	stopped, stop := context.WithCancelCause(t.Context())
	stop(errors.New("stopped by the test"))
	if _, err := readLastFlows(stopped, csv, columns, 5); err == nil || !strings.Contains(err.Error(), "flows.csv: stopped by the test") {
		t.Errorf("reading that is stopped: %v", err)
	}
}
