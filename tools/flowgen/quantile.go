package flowgen

import (
	"math"
	"sync"
)

// The samplers' tables are made with +, -, *, / and the square root alone, each result rounded on
// its own: math.Log and math.Exp differ in the last bit between machines, and one bit would move a
// packet.

const (
	quantileBits     = 12
	exponentialShift = 20
)

// They are made when the first flow is: no other command pays for them at its start.
var (
	normalTable      = sync.OnceValue(makeNormalTable)
	exponentialTable = sync.OnceValue(makeExponentialTable)
)

// logarithm is ln x for x > 0, by reduction to [1, 2) and the series of atanh.
func logarithm(x float64) float64 {
	const ln2 = 0.6931471805599453
	frac, exp := math.Frexp(x) // exact
	frac, exp = frac*2, exp-1
	t := (frac - 1) / (frac + 1)
	t2 := float64(t * t)
	sum, power := 0.0, t
	for k := 1; k < 60; k += 2 {
		sum += power / float64(k)
		power = float64(power * t2)
	}
	return float64(2*sum) + float64(float64(exp)*ln2)
}

// exponent is e^x.
func exponent(x float64) float64 {
	n := 0
	for x > 0.5 || x < -0.5 {
		x /= 2
		n++
	}
	sum, term := 1.0, 1.0
	for k := 1; k < 25; k++ {
		term = float64(term*x) / float64(k)
		sum += term
	}
	for range n {
		sum = float64(sum * sum)
	}
	return sum
}

// power is x^y for x > 0.
func power(x, y float64) float64 { return exponent(float64(y * logarithm(x))) }

// makeNormalTable holds the quantiles of the standard normal at i/4096, the ends moved in to half a
// step.
func makeNormalTable() *[1<<quantileBits + 1]float64 {
	var t [1<<quantileBits + 1]float64
	const n = 1 << quantileBits
	for i := range t {
		p := float64(i) / n
		switch i {
		case 0:
			p = 0.5 / n
		case n:
			p = 1 - 0.5/n
		}
		t[i] = normalQuantile(p)
	}
	return &t
}

// normalQuantile inverts the normal distribution by bisection on its tail integral, to 1e-12.
func normalQuantile(p float64) float64 {
	if p > 0.5 {
		return -normalQuantile(1 - p)
	}
	lo, hi := -6.0, 0.0
	for range 44 {
		mid := (lo + hi) / 2
		if normalBelow(mid) < p {
			lo = mid
		} else {
			hi = mid
		}
	}
	return (lo + hi) / 2
}

// normalBelow is the normal distribution function by its series x + x³/3 + x⁵/15 + …
func normalBelow(x float64) float64 {
	sum, term := x, x
	for k := 1; k < 80; k++ {
		term = float64(term*float64(x*x)) / float64(2*k+1)
		sum += term
	}
	const invSqrt2Pi = 0.3989422804014327
	return 0.5 + float64(float64(sum*exponent(float64(-0.5*float64(x*x))))*invSqrt2Pi)
}

// makeExponentialTable holds the quantiles of the unit exponential at the middle of each 4096th, as
// multiples of 2^-20.
func makeExponentialTable() *[1 << quantileBits]uint32 {
	var t [1 << quantileBits]uint32
	const n = 1 << quantileBits
	for i := range t {
		q := -logarithm(1 - (float64(i)+0.5)/n)
		t[i] = uint32(float64(q * (1 << exponentialShift)))
	}
	return &t
}
