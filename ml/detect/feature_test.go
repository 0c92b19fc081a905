package detect

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"flowbook/ml/dataset"
)

func TestCompany(t *testing.T) {
	// Source 0 asks target 9 on ports 1, 2, 2 within a second, and target 8 on port 1 four seconds
	// later; source 1 asks target 9 once in the meantime.
	ms := []int64{10_000, 10_300, 10_400, 14_400, 10_350}
	source, target := []int32{0, 0, 0, 0, 1}, []int32{9, 9, 9, 8, 9}
	port := []int32{1, 2, 2, 1, 1}
	got := new(company).count(ms, source, target, port, 10)
	oneSecond := [][]int32{
		// flows, targets, ports of the source; flows to, sources of the destination; flows, ports
		// of the pair
		{3, 1, 2, 4, 2, 3, 2}, {3, 1, 2, 4, 2, 3, 2}, {3, 1, 2, 4, 2, 3, 2}, {1, 1, 1, 1, 1, 1, 1}, {1, 1, 1, 4, 2, 1, 1},
	}
	tenSeconds := [][]int32{
		{4, 2, 2, 4, 2, 3, 2}, {4, 2, 2, 4, 2, 3, 2}, {4, 2, 2, 4, 2, 3, 2}, {4, 2, 2, 1, 1, 1, 1}, {1, 1, 1, 4, 2, 1, 1},
	}
	k := len(companyNames)
	for i := range ms {
		if diff := cmp.Diff(oneSecond[i], got[i*companyCounts:][:k]); diff != "" {
			t.Errorf("flow %d, one second (-want +got):\n%s", i, diff)
		}
		if diff := cmp.Diff(tenSeconds[i], got[i*companyCounts:][k:2*k]); diff != "" {
			t.Errorf("flow %d, ten seconds (-want +got):\n%s", i, diff)
		}
	}
}

// TestCompanyIsAsDefined compares with the definition, counted flow by flow, on blocks of all sizes
// and spreads of time.
func TestCompanyIsAsDefined(t *testing.T) {
	var c company
	for seed := range uint64(40) {
		random := rand.New(rand.NewPCG(seed, 0))
		n, hosts, spread := random.IntN(200), 1+random.IntN(8), int64(1)<<random.IntN(63)
		ms := make([]int64, n)
		source, destination, port := make([]int32, n), make([]int32, n), make([]int32, n)
		for i := range ms {
			ms[i] = random.Int64N(spread) - spread/3
			source[i], destination[i] = int32(random.IntN(hosts)), int32(random.IntN(hosts))
			port[i] = int32(random.IntN(3)) * 32767
		}
		var want []int32
		for i := range ms {
			for _, length := range windows {
				most := make([]int32, len(companyNames))
				half := func(j int) int64 { return ms[j] / (length / 2) }
				for _, window := range []int64{half(i), half(i) - 1} {
					flows := map[int]int32{} // of source, destination, pair
					things := [4]map[int32]bool{{}, {}, {}, {}}
					for j := range ms {
						if half(j) != window && half(j) != window+1 {
							continue
						}
						of, to := source[j] == source[i], destination[j] == destination[i]
						if of {
							flows[0]++
							things[0][destination[j]], things[1][port[j]] = true, true
						}
						if to {
							flows[1]++
							things[2][source[j]] = true
						}
						if of && to {
							flows[2]++
							things[3][port[j]] = true
						}
					}
					for k, v := range []int32{flows[0], int32(len(things[0])), int32(len(things[1])), flows[1], int32(len(things[2])),
						flows[2], int32(len(things[3]))} {
						most[k] = max(most[k], v)
					}
				}
				want = append(want, most...)
			}
		}
		if diff := cmp.Diff(want, c.count(ms, source, destination, port, hosts), cmpopts.EquateEmpty()); diff != "" {
			t.Fatalf("%d flows within %d ms (-want +got):\n%s", n, spread, diff)
		}
	}
}

func TestFeatures(t *testing.T) {
	f := &Features{}
	frame := flows(500, 60, 100, 1)
	f.learnApplications(frame.Strings("application_name"))
	m := f.raw(frame)
	f.learnScale(m)
	names := f.Names()
	if len(names) != m.Cols || m.Rows != 500 {
		t.Fatalf("%d names for shape %s", len(names), m.Shape())
	}
	at := map[string]int{}
	for c, n := range names {
		if _, twice := at[n]; twice {
			t.Errorf("feature %s comes twice", n)
		}
		at[n] = c
	}
	packets := frame.Float64s("bidirectional_packets")
	if got, want := m.At(7, at["log_bidirectional_packets"]), math.Log1p(packets[7]); got != want {
		t.Errorf("log of %v packets: %v, want %v", packets[7], got, want)
	}
	if got := m.At(130, at["log_ports_of_pair_10s"]); got != math.Log1p(60) {
		t.Errorf("a scan of 60 ports within 2.4 s: %v of them seen", math.Expm1(got))
	}
	if got := m.At(130, at["application_Unknown"]); got != 1 {
		t.Errorf("application of the scan: %v, want 1", got)
	}
	// Standardised features have mean 0 and, but for truth values, deviation 1.
	z := f.Transform(frame)
	for c, n := range names {
		var mean, square float64
		for r := range z.Rows {
			mean += z.At(r, c) / 500
			square += z.At(r, c) * z.At(r, c) / 500
		}
		if math.Abs(mean) > 1e-9 {
			t.Errorf("%s: mean %v", n, mean)
		}
		if n == "log_bidirectional_packets" && math.Abs(square-1) > 1e-9 || n == "tcp" && square > 0.26 {
			t.Errorf("%s: variance %v", n, square)
		}
	}
}

// TestTransformIsBlockByBlock: a file and a stream of it, cut anywhere, must give the same
// features.
func TestTransformIsBlockByBlock(t *testing.T) {
	f := &Features{}
	frame := flows(Block+700, 50, 9_980, 2)
	f.learnApplications(frame.Strings("application_name"))
	want := f.raw(frame)
	got := dataset.Matrix{Cols: want.Cols}
	b := f.newBlock()
	take := func() {
		m := b.raw()
		got.Rows, got.Data = got.Rows+m.Rows, append(got.Data, m.Data...)
	}
	for s := (&stream{frame: frame, piece: 333}); s.Scan(); {
		piece := s.Frame()
		for from := 0; from < piece.NumRows(); {
			if from += b.add(piece, from); b.full() {
				take()
			}
		}
	}
	take()
	if !cmp.Equal(want, got) {
		t.Error("pieces of 333 rows give other features than the whole")
	}
}
