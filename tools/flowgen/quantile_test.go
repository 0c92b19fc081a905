package flowgen

import (
	"math"
	"testing"
)

// TestTables holds the samplers' own functions against package math, whose results are right to the
// last bits on each machine.
func TestTables(t *testing.T) {
	for _, x := range []float64{1e-9, .1, .5, 1, 1.5, 2, 3, 10, 12345.678} {
		if got, want := logarithm(x), math.Log(x); math.Abs(got-want) > 1e-14*max(1, math.Abs(want)) {
			t.Errorf("ln %v = %v, want %v", x, got, want)
		}
		if got, want := power(x, -.884), math.Pow(x, -.884); math.Abs(got-want) > 1e-13*want {
			t.Errorf("%v^-0.884 = %v, want %v", x, got, want)
		}
	}
	for _, q := range []struct{ p, want float64 }{{.5, 0}, {.975, 1.959963984540054}, {.1, -1.2815515655446004}, {1e-4, -3.719016485455709}} { // scipy.stats.norm.ppf
		if got := normalQuantile(q.p); math.Abs(got-q.want) > 1e-9 {
			t.Errorf("normal quantile of %v is %v, want %v", q.p, got, q.want)
		}
	}
}

func TestSamplers(t *testing.T) {
	s := newStream(1, 2, 3)
	const n = 200_000
	sum, square, exp := 0.0, 0.0, int64(0)
	for range n {
		x := s.normal()
		sum += x
		square += x * x
		exp += s.exponential(1000)
	}
	if mean, variance := sum/n, square/n; math.Abs(mean) > .01 || math.Abs(variance-1) > .01 {
		t.Errorf("normal deviates have mean %.4f and variance %.4f", mean, variance)
	}
	if mean := float64(exp) / n; math.Abs(mean-1000) > 10 {
		t.Errorf("exponential deviates of mean 1000 have mean %.1f", mean)
	}
	// The first numbers of splitmix64 from state 0, as in the reference implementation
	// (https://prng.di.unimi.it/splitmix64.c).
	z := stream{}
	if a, b := z.next(), z.next(); a != 0xe220a8397b1dcdaf || b != 0x6e789e6aa1b965f4 {
		t.Errorf("splitmix64 gives %#x, %#x", a, b)
	}
	for range 1000 {
		if v := s.between(-3, 3); v < -3 || v > 3 {
			t.Fatalf("between -3 and 3: %d", v)
		}
	}
}
