package detect

import (
	"errors"
	"fmt"
	"io/fs"
	"testing"

	"flowbook/ml/dataset"
)

// pieces are n made-up flows in frames as long as the CSV reader's, some hundred rows.
func pieces(n int) []*dataset.Frame {
	frame := flows(n, n/50, n/2, 1)
	var out []*dataset.Frame
	for from := 0; from < n; from += 220 {
		out = append(out, frame.Slice(from, min(from+220, n)))
	}
	return out
}

// repeated is a stream of frames that are there already.
type repeated struct {
	frames []*dataset.Frame
	next   int
}

func (r *repeated) Scan() bool            { r.next++; return r.next <= len(r.frames) }
func (r *repeated) Frame() *dataset.Frame { return r.frames[r.next-1] }
func (r *repeated) Err() error            { return nil }

func report(b *testing.B, flows int) {
	b.ReportMetric(float64(flows)*float64(b.N)/b.Elapsed().Seconds(), "flows/s")
}

func ignore(Finding) error { return nil }

// trainForBench trains one model of each kind on 2,000 flows, so that a forest is as deep as in life.
func trainForBench(b *testing.B) map[string]*Model {
	b.Helper()
	all := map[string]*Model{}
	for _, kind := range Kinds {
		m, _, err := Train(b.Context(), Training{Kind: kind, Flows: flows(2000, 0, 0, 1), Seed: 1, Percentile: 95})
		if err != nil {
			b.Fatal(err)
		}
		all[kind] = m
	}
	return all
}

var benchSizes = []int{1000, 10_000, 100_000}

// BenchmarkTransform makes features of a frame.
func BenchmarkTransform(b *testing.B) {
	for _, n := range benchSizes {
		b.Run(fmt.Sprintf("n=%d", n), func(b *testing.B) {
			f := &Features{}
			frame := flows(n, n/50, n/2, 1)
			f.learnApplications(frame.Strings("application_name"))
			f.learnScale(f.raw(frame))
			b.ReportAllocs()
			for b.Loop() {
				f.Transform(frame)
			}
			report(b, n)
		})
	}
}

// BenchmarkScan scores a stream that costs nothing to read.
func BenchmarkScan(b *testing.B) {
	all := trainForBench(b)
	for _, n := range benchSizes {
		frames := pieces(n)
		for _, kind := range Kinds {
			b.Run(fmt.Sprintf("%s/n=%d", kind, n), func(b *testing.B) {
				b.ReportAllocs()
				for b.Loop() {
					if _, err := all[kind].Scan(b.Context(), &repeated{frames: frames}, ignore, nil); err != nil {
						b.Fatal(err)
					}
				}
				report(b, n)
			})
		}
	}
}

// BenchmarkScanCSV reads and scores the capture's first split and the whole.
func BenchmarkScanCSV(b *testing.B) {
	all := trainForBench(b)
	for _, file := range []string{"EditDatasets/split_1.csv", "27072022.csv"} {
		for _, kind := range append([]string{"none"}, Kinds...) {
			b.Run(fmt.Sprintf("%s/%s", kind, file), func(b *testing.B) {
				columns := (&Features{}).Columns() // to be read by all that is scored with many features
				if m := all[kind]; m != nil {
					columns = m.Columns()
				}
				rows := 0
				for b.Loop() {
					r, err := dataset.Open(dataset.Path(file), columns...)
					if errors.Is(err, fs.ErrNotExist) {
						b.Skipf("no %s; flowbook data generate and flowbook data split make it", file)
					}
					if err != nil {
						b.Fatal(err)
					}
					if m := all[kind]; m != nil {
						var tally Tally
						tally, err = m.Scan(b.Context(), r, ignore, nil)
						rows = int(tally.Flows)
					} else {
						for rows = 0; r.Scan(); {
							rows += r.Frame().NumRows()
						}
						err = r.Err()
					}
					if err != nil {
						b.Fatal(err)
					}
					r.Close()
				}
				report(b, rows)
			})
		}
	}
}
