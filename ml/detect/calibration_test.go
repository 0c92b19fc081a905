package detect

import (
	"errors"
	"math"
	"math/rand/v2"
	"testing"
)

func TestConformalThreshold(t *testing.T) {
	scores := []float64{9, 1, 8, 2, 7, 3, 6, 4, 5}
	for _, c := range []struct{ rate, want float64 }{
		{0.1, 9}, // ceil(10 × 0.9) = 9th smallest of 9
		{0.2, 8}, {0.25, 8}, {0.5, 5}, {0.99, 1},
	} {
		got, err := ConformalThreshold(scores, c.rate)
		if err != nil || got != c.want {
			t.Errorf("rate %v: got %v, %v; want %v", c.rate, got, err, c.want)
		}
	}
	var few *TooFewError
	if _, err := ConformalThreshold(scores, 0.09); !errors.As(err, &few) || few.Flows != 9 {
		t.Errorf("9 scores for a rate of 0.09: got error %v", err)
	}
	if _, err := ConformalThreshold(scores, 0); err == nil {
		t.Error("rate 0: no error")
	}
}

// TestConformalPromise: over many draws, new scores exceed the threshold no more often than promised.
func TestConformalPromise(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	const rate, draws, fresh = 0.05, 400, 200
	above := 0
	for range draws {
		scores := make([]float64, 99)
		for i := range scores {
			scores[i] = random.ExpFloat64()
		}
		threshold, err := ConformalThreshold(scores, rate)
		if err != nil {
			t.Fatal(err)
		}
		for range fresh {
			if random.ExpFloat64() > threshold {
				above++
			}
		}
	}
	// 99 scores at 0.05 give exactly 5 % in the mean; a deviation of one draw's rate is 0.022, of the mean of 400, 0.0011.
	if got := float64(above) / draws / fresh; math.Abs(got-rate) > 0.0045 {
		t.Errorf("%v of new scores above the threshold, promised %v", got, rate)
	}
}

func TestDrift(t *testing.T) {
	random := rand.New(rand.NewPCG(3, 4))
	draw := func(shift float64) []float64 {
		out := make([]float64, 10000)
		for i := range out {
			if out[i] = random.ExpFloat64() + shift; i%3 == 0 {
				out[i] = 0.01 // many ties, as one-packet flows have
			}
		}
		return out
	}
	var c Calibration
	c.spread(draw(0))
	d := c.NewDrift()
	d.Add(draw(0))
	if got := d.Index(); got > 0.01 {
		t.Errorf("index %v for scores of the same spread", got)
	}
	d.Add(draw(0.7))
	if got := d.Index(); got < DriftLimit {
		t.Errorf("index %v for shifted scores", got)
	}
	if (Calibration{}).NewDrift() != nil {
		t.Error("a model without calibration watches for drift")
	}
}
