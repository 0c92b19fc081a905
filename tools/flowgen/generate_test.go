package flowgen

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"

	"flowbook/ml/dataset"
	"flowbook/tools/flowmeter"
)

var update = flag.Bool("update", false, "rewrite testdata")

// bytesOf is a generated file and its labels as text.
func bytesOf(t testing.TB, c Config) ([]byte, string) {
	t.Helper()
	var out bytes.Buffer
	labels, err := Generate(context.Background(), c, &out)
	if err != nil {
		t.Fatal(err)
	}
	return out.Bytes(), fmt.Sprint(labels)
}

func TestGenerateSameForAnyWorkers(t *testing.T) {
	one, labels := bytesOf(t, Config{Rows: 23_456, Seed: 3, Workers: 1})
	for _, workers := range []int{2, 3, 16} {
		many, manyLabels := bytesOf(t, Config{Rows: 23_456, Seed: 3, Workers: workers})
		if !bytes.Equal(one, many) || labels != manyLabels {
			t.Errorf("%d workers make other bytes than one", workers)
		}
	}
	short, _ := bytesOf(t, Config{Rows: 15_000, Seed: 3, Workers: 2})
	if !bytes.HasPrefix(one, short) || bytes.Count(short, []byte("\n")) != 15_001 {
		t.Error("15,000 rows are not the first of 23,456")
	}
	other, _ := bytesOf(t, Config{Rows: 100, Seed: 4, Workers: 1})
	if bytes.HasPrefix(one, other) {
		t.Error("another seed makes the same rows")
	}
}

// TestGenerateGolden pins the bytes: notebooks are committed with numbers that follow from them. A
// change here changes every notebook.
func TestGenerateGolden(t *testing.T) {
	var got strings.Builder
	for _, c := range []Config{{Rows: 20_000, Seed: 1, Workers: 2}, {Rows: 3000, Seed: 42, Workers: 1}} {
		flows, labels := bytesOf(t, c)
		fmt.Fprintf(&got, "%d rows, seed %d: flows %x, labels %x\n", c.Rows, c.Seed, sha256.Sum256(flows), sha256.Sum256([]byte(labels)))
	}
	path := filepath.Join("testdata", "digests.txt")
	if *update {
		if err := os.WriteFile(path, []byte(got.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if d := gocmp.Diff(string(want), got.String()); d != "" {
		t.Errorf("digests (-want +got):\n%s", d)
	}
}

// TestGenerateInvariants puts several seeds through every rule of flowmeter.Verify.
func TestGenerateInvariants(t *testing.T) {
	seeds := []uint64{1, 5, 99, 1 << 63}
	if testing.Short() {
		seeds = seeds[:1]
	}
	for _, seed := range seeds {
		flows, _ := bytesOf(t, Config{Rows: 40_000, Seed: seed, Workers: 2})
		r, err := dataset.NewReader(bytes.NewReader(flows), "generated.csv", dataset.Options{})
		if err != nil {
			t.Fatal(err)
		}
		report, err := flowmeter.Verify(r, nil)
		r.Close()
		if err != nil {
			t.Fatal(err)
		}
		if !report.OK() || report.Rows != 40_000 {
			t.Errorf("seed %d: %+v", seed, report)
		}
	}
}

// TestGenerateLabels: every kind of attack in the test part of every split, 3 to 6 % of its rows;
// some in the rows before, too.
func TestGenerateLabels(t *testing.T) {
	splits := 6
	f, labels := generated(t, splits*SplitRows, 11)
	byID := map[int64]dataset.Label{}
	last := int64(0)
	for _, l := range labels {
		if l.ID <= last {
			t.Fatalf("label of %d after that of %d", l.ID, last)
		}
		last = l.ID
		byID[l.ID] = l
	}
	packets, ids := f.Int64s("bidirectional_packets"), f.Int64s("id")
	for k := range splits {
		kinds, train := map[string]int{}, 0
		for i := k * SplitRows; i < (k+1)*SplitRows; i++ {
			l, ok := byID[ids[i]]
			switch {
			case !ok:
				continue
			case i%SplitRows < testFrom:
				train++
			default:
				kinds[l.Label]++
				kinds["all"]++
			}
			lo, hi := packetRange(l.Label)
			if n := packets[i]; n < lo || n > hi {
				t.Errorf("row %d, %s, has %d packets, want %d to %d", i, l.Label, n, lo, hi)
			}
		}
		if share := float64(kinds["all"]) / (SplitRows - testFrom); share < .03 || share > .06 {
			t.Errorf("split %d: %.1f %% of the test part are attacks, want 3 to 6", k+1, 100*share)
		}
		if share := float64(train) / testFrom; share < .005 || share > .03 {
			t.Errorf("split %d: %.1f %% of the rows before are attacks", k+1, 100*share)
		}
		for kind := UDPFlood; kind <= BruteForce; kind++ {
			if kinds[kind.String()] == 0 {
				t.Errorf("split %d: no %s in the test part", k+1, kind)
			}
		}
	}
}

// packetRange is how many packets a flow of an attack has.
func packetRange(kind string) (lo, hi int64) {
	switch kind {
	case "udp_flood":
		return 6000, 400_000
	case "syn_flood":
		return 1, 3
	case "port_scan":
		return 1, 2
	case "exfiltration":
		return 2300, 27_000
	case "beaconing":
		return 11, 12
	default:
		return 13, 30
	}
}

func TestGenerateFailures(t *testing.T) {
	full := errors.New("disk full")
	if _, err := Generate(context.Background(), Config{Rows: 50_000, Seed: 1, Workers: 3}, &failing{after: 2, err: full}); !errors.Is(err, full) {
		t.Errorf("a full disk gives %v", err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	wrote := 0
	_, err := Generate(ctx, Config{Rows: 100_000, Seed: 1, Workers: 2, Wrote: func(done, total int) { wrote = done; cancel() }}, io.Discard)
	if !errors.Is(err, context.Canceled) || wrote == 0 || wrote > 40_000 {
		t.Errorf("cancelled after the first split: %v, %d rows written", err, wrote)
	}
	for _, c := range []Config{{Rows: 0, Workers: 1}, {Rows: 1, Workers: 0}, {Rows: -5, Workers: 2}} {
		if _, err := Generate(context.Background(), c, io.Discard); err == nil {
			t.Errorf("%+v is accepted", c)
		}
	}
}

// failing is a writer that fails after some writes.
type failing struct {
	after int
	err   error
}

func (f *failing) Write(b []byte) (int, error) {
	if f.after--; f.after < 0 {
		return 0, f.err
	}
	return len(b), nil
}

func ExampleGenerate() {
	var flows strings.Builder
	labels, err := Generate(context.Background(), Config{Rows: 9000, Seed: 1, Workers: 1}, &flows)
	if err != nil {
		fmt.Println(err)
		return
	}
	lines := strings.Split(flows.String(), "\n")
	fmt.Println(len(lines)-2, "flows of", strings.Count(lines[0], ",")+1, "columns;", labels[0].Label, "is the first attack")
	// Output: 9000 flows of 89 columns; brute_force is the first attack
}

func BenchmarkGenerate(b *testing.B) {
	for _, rows := range []int{10_000, 100_000, 1_000_000} {
		b.Run(fmt.Sprintf("n=%d", rows), func(b *testing.B) {
			if testing.Short() && rows > 10_000 {
				b.Skip("long; run without -short")
			}
			split1Counts()
			hashedHosts()
			for b.Loop() {
				if _, err := Generate(context.Background(), Config{Rows: rows, Seed: 1, Workers: 2}, io.Discard); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(rows)*float64(b.N)/b.Elapsed().Seconds(), "rows/s")
		})
	}
}
