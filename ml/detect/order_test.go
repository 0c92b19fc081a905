package detect

import (
	"math/rand/v2"
	"testing"

	"flowbook/ml/dataset"
)

func TestOrder(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	const n = 20_000
	rising, minutes, ending, bursts := make([]int64, n), make([]int64, n), make([]int64, n), make([]int64, n)
	for i := range n {
		rising[i] = int64(i) * 4000
		minutes[i] = int64(i) * 40
		// ends rise; one flow in five lasts up to half an hour, the others a second
		ending[i] = int64(i)*4000 - random.Int64N(1000)
		if i%5 == 0 {
			ending[i] -= random.Int64N(1_800_000)
		}
		bursts[i] = int64(i/5000)*3_600_000 + int64(i%5000)
	}
	shuffle := func(ms []int64, n int) []int64 {
		out := append([]int64(nil), ms[:n]...)
		random.Shuffle(n, func(i, j int) { out[i], out[j] = out[j], out[i] })
		return out
	}
	for _, c := range []struct {
		name string
		ms   []int64
		want bool
	}{
		{"rising", rising, false},
		{"in the order of their ends", ending, false},
		{"bursts", bursts, false},
		{"falling", func() []int64 {
			ms := make([]int64, n)
			copy(ms, rising)
			for i := range n / 2 {
				ms[i], ms[n-1-i] = ms[n-1-i], ms[i]
			}
			return ms
		}(), false},
		{"all at once", make([]int64, n), false},
		{"few", shuffle(rising, fewestOfOrder-1), false},
		{"shuffled within minutes", shuffle(minutes, n), false},
		{"shuffled", shuffle(rising, n), true},
		{"shuffled ends", shuffle(ending, n), true},
		{"shuffled bursts", shuffle(bursts, n), true},
		{"the fewest, shuffled", shuffle(rising, fewestOfOrder), true},
	} {
		var o order
		for from := 0; from < len(c.ms); from += 333 {
			o.add(dataset.New(dataset.Int64Column(firstSeen, c.ms[from:min(from+333, len(c.ms))])))
		}
		if got := o.shuffled(); got != c.want {
			t.Errorf("%s: shuffled is %v (disorder %.3f), want %v", c.name, got, o.disorder(), c.want)
		}
	}
}
