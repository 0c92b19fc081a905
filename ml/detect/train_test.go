package detect

import (
	"context"
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"flowbook/ml/dataset"
)

func TestTrainSameSeedSameModel(t *testing.T) {
	a := models(t)
	b, err := trainAll()
	if err != nil {
		t.Fatal(err)
	}
	for kind := range a {
		if diff := cmp.Diff(a[kind], b[kind], cmpopts.IgnoreUnexported(Reconstruction{}, Ensemble{}, Forest{})); diff != "" {
			t.Errorf("%s, trained twice (-first +second):\n%s", kind, diff)
		}
	}
}

func TestTrainKeepsItsPromise(t *testing.T) {
	frame := flows(4000, 0, 0, 5)
	pace := FlowsPerDay(frame)
	kinds := []string{"pca", "forest", "ensemble"}
	models, reports, err := TrainAll(t.Context(), Training{Flows: frame, AlarmsPerDay: 0.05 * pace}, kinds)
	if err != nil {
		t.Fatal(err)
	}
	for i, report := range reports {
		if report.Train != 3400 || report.Stop != 0 || report.Calibrate != 3400 || report.Judge != 600 || report.Widened {
			t.Errorf("%s: parts %d, %d, %d, %d, widened %v", kinds[i], report.Train, report.Stop, report.Calibrate, report.Judge, report.Widened)
		}
		// 600 flows at 0.05: a deviation is 0.009, and the threshold's own, from 3400 flows, 0.004.
		if math.Abs(report.Promised-0.05) > 1e-12 || report.Got() > 0.05+3*0.0098 || report.Got() < 0.05-3*0.0098 {
			t.Errorf("%s: promised %v, got %v", kinds[i], report.Promised, report.Got())
		}
		if got := models[i].Calibration.AlarmsPerDay(); math.Abs(got/pace-0.05) > 1e-12 {
			t.Errorf("%s: %v alarms a day of %v flows", kinds[i], got, pace)
		}
	}
}

// TestReportOfManyFlows: a report counts the flows that a network took, which are not all there
// were.
func TestReportOfManyFlows(t *testing.T) {
	const fit = mostOfNetwork + 10_000
	few := dataset.Matrix{Rows: 3, Cols: 1, Data: []float64{1, 2, 3}}
	training := Training{Flows: flows(10, 0, 0, 1), Percentile: 95}
	for _, c := range []struct {
		kind        kind
		train, stop int
	}{{forestKind, fit, 0}, {autoencoderKind, 45_000, 5_000}} {
		m := &Model{Detector: TrainRobustZ(few)}
		report, err := m.promise(training, c.kind, make([]float64, fit), few)
		if err != nil {
			t.Fatal(err)
		}
		if report.Train != c.train || report.Stop != c.stop {
			t.Errorf("%s: %d flows trained, %d stopped; want %d, %d", c.kind.name, report.Train, report.Stop, c.train, c.stop)
		}
	}
}

// TestNoPercentileIs95: a training that names no percentile takes the 95th, for a threshold and for
// the lowest one of a promise. A model keeps another than that, for its next training.
func TestNoPercentileIs95(t *testing.T) {
	frame := flows(1000, 0, 0, 5)
	for _, incidents := range []float64{0, 0.9 * FlowsPerDay(frame)} {
		train := func(percentile float64) *Model {
			m, _, err := Train(t.Context(), Training{Kind: "tail", Flows: frame, Percentile: percentile, IncidentsPerDay: incidents})
			if err != nil {
				t.Fatal(err)
			}
			return m
		}
		none, named, other := train(0), train(95), train(99)
		if none.Threshold != named.Threshold || other.Threshold <= named.Threshold {
			t.Errorf("%v incidents a day: threshold %v without a percentile, %v with 95, %v with 99", incidents, none.Threshold, named.Threshold, other.Threshold)
		}
		if got := []float64{none.Calibration.Percentile, named.Calibration.Percentile, other.Calibration.Percentile}; !slices.Equal(got, []float64{0, 0, 99}) {
			t.Errorf("percentiles kept: %v, want 0, 0, 99", got)
		}
	}
}

func TestTrainLeavesKnownAttacksOutOfTheThreshold(t *testing.T) {
	frame := flows(2000, 300, 1300, 5) // the scan lies in the calibration part, rows 1200 to 1699
	attack := make([]bool, 2000)
	for r := 1300; r < 1600; r++ {
		attack[r] = true
	}
	train := func(attack []bool) *Model {
		m, _, err := Train(t.Context(), Training{Kind: "tail", Flows: frame, Percentile: 95, Attack: attack})
		if err != nil {
			t.Fatal(err)
		}
		return m
	}
	known, unknown := train(attack), train(nil)
	if known.Threshold >= unknown.Threshold || known.Calibration.Flows != 1400 || unknown.Calibration.Flows != 1700 {
		t.Errorf("threshold %v from %d flows with labels, %v from %d without", known.Threshold, known.Calibration.Flows,
			unknown.Threshold, unknown.Calibration.Flows)
	}
}

func TestTrainRefuses(t *testing.T) {
	frame := flows(300, 0, 0, 5)
	for _, c := range []struct {
		want string
		t    Training
	}{
		{`no detector "oracle"`, Training{Kind: "oracle", Flows: frame}},
		{"199 flows; at least 200 are needed", Training{Kind: "pca", Flows: frame.Head(199)}},
		{"percentile 101", Training{Kind: "pca", Flows: frame, Percentile: 101}},
		{"255 calibration flows cannot promise", Training{Kind: "pca", Flows: frame, AlarmsPerDay: 1}},
		{"255 calibration flows cannot promise an incident rate of ", Training{Kind: "pca", Flows: frame, IncidentsPerDay: 1}},
		{"20 alarms a day, 20 incidents a day", Training{Kind: "pca", Flows: frame, AlarmsPerDay: 20, IncidentsPerDay: 20}},
		{"original has no host features", Training{Kind: "original", Flows: frame, IncidentsPerDay: 20}},
	} {
		if _, _, err := Train(t.Context(), c.t); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("got error %v, want one with %q", err, c.want)
		}
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, _, err := Train(ctx, Training{Kind: "original", Flows: frame}); !errors.Is(err, context.Canceled) {
		t.Errorf("with an ended context: %v", err)
	}
}

// TestScan: a stream in pieces of any length gives the findings that the whole gives, with every
// detector.
func TestScan(t *testing.T) {
	frame := flows(Block+500, 40, 10_300, 7)
	for kind, m := range models(t) {
		t.Run(kind, func(t *testing.T) {
			scores := m.Score(frame)
			var want []Finding
			for r, s := range scores {
				if s > m.Threshold {
					want = append(want, Finding{Row: int64(r), ID: 1000 + int64(r), HasID: true, Score: s, Threshold: m.Threshold})
				}
			}
			for _, piece := range []int{777, 20_000} {
				var got []Finding
				tally, err := m.Scan(t.Context(), &stream{frame: frame, piece: piece}, func(f Finding) error {
					if len(f.Drivers) == 0 || len(f.Drivers) > mostDrivers || f.Drivers[0].Share <= 0 || f.Drivers[0].Share > 1 {
						t.Errorf("row %d: drivers %v", f.Row, f.Drivers)
					}
					if want := FlowOf(frame, int(f.Row)); f.Flow != want {
						t.Errorf("row %d: flow %+v, want %+v", f.Row, f.Flow, want)
					}
					f.Drivers, f.Flow = nil, Flow{}
					got = append(got, f)
					return nil
				}, nil)
				if err != nil {
					t.Fatal(err)
				}
				if diff := cmp.Diff(want, got); diff != "" {
					t.Fatalf("in pieces of %d (-whole +pieces):\n%s", piece, diff)
				}
				if tally.Flows != int64(frame.NumRows()) || tally.Anomalies != int64(len(want)) {
					t.Errorf("tally %+v, want %d flows, %d anomalies", tally, frame.NumRows(), len(want))
				}
			}
		})
	}
}

func TestScanPassesErrorsOn(t *testing.T) {
	m := models(t)["zscore"]
	frame := flows(50, 0, 0, 7)
	broken := errors.New("broken")
	tally, err := m.Scan(t.Context(), &stream{frame: frame, piece: 20, err: broken}, func(Finding) error { return nil }, nil)
	if !errors.Is(err, broken) || tally.Flows != 50 {
		t.Errorf("stream breaks after 50 flows: %+v, %v", tally, err)
	}
	m.Threshold = -1
	if _, err := m.Scan(t.Context(), &stream{frame: frame, piece: 20}, func(Finding) error { return broken }, nil); !errors.Is(err, broken) {
		t.Errorf("finding cannot be written: %v", err)
	}
}

// waiting is a stream that gives one frame and then waits for more until it is closed.
type waiting struct {
	stream
	more chan struct{}
}

func (w *waiting) Scan() bool {
	if w.stream.Scan() {
		return true
	}
	<-w.more
	return false
}

// TestScanEndsWithItsContext: what was read is scored, although the block is not full and the
// stream waits.
func TestScanEndsWithItsContext(t *testing.T) {
	m := models(t)["zscore"]
	w := &waiting{stream{frame: flows(100, 0, 0, 7), piece: 100}, make(chan struct{})}
	defer close(w.more)
	ctx, cancel := context.WithTimeout(t.Context(), 200*time.Millisecond)
	defer cancel()
	tally, err := m.Scan(ctx, w, func(Finding) error { return nil }, nil)
	if !errors.Is(err, context.DeadlineExceeded) || tally.Flows != 100 {
		t.Errorf("got %+v, %v; want 100 flows and the context's error", tally, err)
	}
}

func TestScanReportsDrift(t *testing.T) {
	m := models(t)["zscore"]
	var reports int
	shifted := flows(2*Block, 0, 0, 7)
	count := make([]int64, shifted.NumRows())
	for r := range count {
		count[r] = 1_000_000
	}
	shifted = shifted.With(dataset.Int64Column("src2dst_bytes", count)).With(dataset.Int64Column("dst2src_bytes", count))
	tally, err := m.Scan(t.Context(), &stream{frame: shifted, piece: 5000}, func(Finding) error { return nil },
		func(index float64, _ Tally) {
			if reports++; index <= DriftLimit {
				t.Errorf("reported an index of %v", index)
			}
		})
	if err != nil || reports != 2 || tally.Drifts != 2 {
		t.Errorf("%d reports, tally %+v, error %v; want a report for each of 2 blocks", reports, tally, err)
	}
}

func ExampleTrain() {
	frame := flows(2000, 0, 0, 1) // 2,000 flows
	model, report, err := Train(context.Background(), Training{Kind: "forest", Flows: frame, Seed: 18, Percentile: 95})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(model.Kind, report.Train, report.Calibrate, report.Judge)
	// Output: forest 1700 1700 300
}

// TestTrainLeavesFlowsOut: flows that are left out teach nothing, and still raise the threshold.
func TestTrainLeavesFlowsOut(t *testing.T) {
	frame := flows(1000, 200, 300, 5)
	left := make([]bool, 1000)
	for r := 300; r < 500; r++ {
		left[r] = true
	}
	train := func(left []bool) *Model {
		m, _, err := Train(t.Context(), Training{Kind: "tail", Flows: frame, Percentile: 90, Left: left})
		if err != nil {
			t.Fatal(err)
		}
		return m
	}
	all, some := train(nil), train(left)
	again := flows(600, 200, 300, 6)
	if a, b := all.Score(again)[480], some.Score(again)[480]; a >= b {
		t.Errorf("a flow of a scan scores %v if a scan was learnt, %v if it was left out", a, b)
	}
	if some.Calibration.Flows != all.Calibration.Flows {
		t.Errorf("calibrated on %d flows, %d without any left out", some.Calibration.Flows, all.Calibration.Flows)
	}
}
