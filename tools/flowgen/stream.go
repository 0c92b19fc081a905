package flowgen

import "math/bits"

// stream is a splitmix64 generator (Steele, Lea, Flood: Fast Splittable Pseudorandom Number
// Generators, 2014). Every split and every row has its own, so that a row depends on the seed and
// its place alone.
type stream struct{ state uint64 }

const golden = 0x9e3779b97f4a7c15

// scramble is splitmix64's finaliser.
func scramble(z uint64) uint64 {
	z = (z ^ z>>30) * 0xbf58476d1ce4e5b9
	z = (z ^ z>>27) * 0x94d049bb133111eb
	return z ^ z>>31
}

// newStream gives the stream of a place, named by a few numbers.
func newStream(seed uint64, place ...uint64) stream {
	s := scramble(seed + golden)
	for _, p := range place {
		s = scramble(s ^ (p+1)*golden)
	}
	return stream{s}
}

func (s *stream) next() uint64 {
	s.state += golden
	return scramble(s.state)
}

// below is uniform over 0 … n-1 (with a bias under n/2^64).
func (s *stream) below(n int) int {
	hi, _ := bits.Mul64(s.next(), uint64(n))
	return int(hi)
}

// between is uniform over lo … hi.
func (s *stream) between(lo, hi int) int { return lo + s.below(hi-lo+1) }

// chance is true with probability percent/100.
func (s *stream) chance(percent int) bool { return s.below(100) < percent }

// unit is uniform over [0, 1), a multiple of 2^-53.
func (s *stream) unit() float64 { return float64(s.next()>>11) / (1 << 53) }

// normal is a standard normal deviate: the quantile of a uniform one, interpolated in a table.
func (s *stream) normal() float64 {
	r := s.next()
	i := r >> (64 - quantileBits)
	frac := float64(r<<quantileBits>>11) / (1 << 53)
	t := normalTable()
	a, b := t[i], t[i+1]
	return a + float64(frac*(b-a))
}

// exponential is an exponential deviate with the given mean, in the mean's unit, at most nine times
// it.
func (s *stream) exponential(mean int64) int64 { return exponentialOf(s.next(), mean) }

// exponentialOf is exponential from the upper bits of a number already drawn.
func exponentialOf(r uint64, mean int64) int64 {
	return mean * int64(exponentialTable()[r>>(64-quantileBits)]) >> exponentialShift
}

// shuffle orders v at random (Fisher and Yates).
func shuffle[T any](s *stream, v []T) {
	for i := len(v) - 1; i > 0; i-- {
		j := s.below(i + 1)
		v[i], v[j] = v[j], v[i]
	}
}
