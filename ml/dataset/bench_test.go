package dataset

import (
	"fmt"
	"testing"
)

// sizes are the numbers of rows that benchmarks run at; the largest, 1.2 GB, only without -short.
func sizes(b *testing.B) []int {
	if testing.Short() {
		return []int{10_000}
	}
	return []int{10_000, 100_000, 1_000_000}
}

func BenchmarkRead(b *testing.B) {
	for _, n := range sizes(b) {
		path := syntheticFile(b, n)
		for _, set := range []struct {
			name    string
			columns []string
		}{
			{"2", []string{"bidirectional_packets", "bidirectional_first_seen_ms"}},
			{"89", nil},
		} {
			b.Run(fmt.Sprintf("n=%d/columns=%s", n, set.name), func(b *testing.B) {
				b.ReportAllocs()
				for b.Loop() {
					f, err := Options{Columns: set.columns}.Read(path)
					if err != nil {
						b.Fatal(err)
					}
					if f.NumRows() != n {
						b.Fatalf("%d rows read, %d written", f.NumRows(), n)
					}
				}
			})
		}
	}
}
