package flowgen

import (
	"cmp"
	"fmt"
	"slices"
	"sync"
)

// SplitRows is how many rows a split has, the original's.
const SplitRows = 10_000

// The published sums of the packet counts of the original's first split: their sum and, from the
// standard deviation, their sum of squares.
const (
	packetSum    = 986_892
	packetSquare = 80_127_017_052
)

// tail1 maps rows of split_1 to their packet counts, for the counts above 2,276: the nine
// anomalies, the other peaks of the published figures, and thirteen lesser ones.
var tail1 = map[int]int{
	7123: 17174, 7257: 6281, 7383: 43200, 7766: 227664, 7768: 8240, 9313: 6655, 9505: 9329, 9589: 26512, 9754: 41785,
	866: 4478, 980: 8582, 1382: 4470, 1987: 10075, 2483: 9330, 2725: 41410, 2765: 4851, 4436: 7090, 5416: 9701, 5530: 41420,
	6054: 123880, 6446: 6716, 6483: 36567, 6557: 23134, 6872: 46269, 9128: 5597, 9375: 4913,
	1570: 3730, 8003: 3731, 6910: 3700, 1450: 3400, 691: 2985, 778: 2980, 2430: 2900, 6540: 2905, 7270: 2910, 530: 2611,
	8959: 2605, 4536: 2290, 8590: 2300,
}

// anomalous are the rows of split_1 whose packet counts are forced by the published table of
// anomalies, with their bytes and times.
var anomalous = []struct {
	row     int
	bytes   int64
	firstMs int64
}{
	{7123, 20_039_833, at(6*60+19, 22_591)},
	{7257, 6_861_987, at(6*60+18, 34_604)},
	{7383, 51_687_240, at(6*60+18, 48_215)},
	{7766, 209_430_368, at(6*60+19, 30_748)},
	{7768, 10_959_970, at(6*60+19, 30_896)},
	{9313, 11_980_164, at(6*60+20, 53_465)},
	{9505, 4_850_363, at(6*60+19, 26_972)},
	{9589, 27_570_082, at(6*60+19, 31_168)},
	{9754, 72_477_160, at(6*60+19, 36_735)},
}

// at is a time of 27 July 2022, UTC, in ms since 1970.
func at(minute, ms int64) int64 { return 1658880000000 + minute*60_000 + ms }

const tailRows = 39

// body is the packet counts of a split's other 9,961 rows, ascending: 7,780 small ones by table, so
// that the quartiles are 2, 7 and 12, and 2,181 along a power law.
func body(exponentA float64) []int {
	small := [13]int{1: 1650, 2: 1700, 3: 330, 4: 420, 5: 300, 6: 500, 7: 700, 8: 450, 9: 380, 10: 500, 11: 450, 12: 400}
	var v []int
	for n, rows := range small {
		for range rows {
			v = append(v, n)
		}
	}
	upper := SplitRows - tailRows - len(v)
	for i := range upper {
		q := (float64(i) + 0.5) / float64(upper)
		v = append(v, min(int(float64(13*power(1-q, -1/exponentA))), 2270))
	}
	return v
}

// counts is the multiset of packet counts of split_1: its body, ascending, and its tail by row.
type counts struct {
	body []int
	tail map[int]int
}

// split1Counts solves, once, for the counts whose sum and sum of squares are the published ones.
var split1Counts = sync.OnceValue(func() counts {
	c := counts{tail: make(map[int]int, len(tail1))}
	want := packetSum
	for row, n := range tail1 {
		c.tail[row] = n
		want -= n
	}
	lo, hi := 1.0, 1.4 // a heavier tail has the smaller exponent
	for range 60 {
		mid := (lo + hi) / 2
		if sum(body(mid)) > want {
			lo = mid
		} else {
			hi = mid
		}
	}
	c.body = body(hi)
	if err := c.balance(want); err != nil {
		panic(err) // the constants above are at odds: a programming error
	}
	return c
})

func sum(v []int) (s int) {
	for _, x := range v {
		s += x
	}
	return s
}

// balance moves single packets until the body's sum is want and all counts' sum of squares is the
// published one. Moving a packet from the count y to the count x changes the sum of squares by
// 2(x-y)+2 and leaves the sum alone. The published figures show each peak to within 190 packets, so
// balance moves no peak further than that.
func (c *counts) balance(want int) error {
	known := map[int]bool{}
	for _, a := range anomalous {
		known[a.row] = true
	}
	var rows []int
	for row := range c.tail {
		if !known[row] {
			rows = append(rows, row)
		}
	}
	slices.SortFunc(rows, func(a, b int) int { return cmp.Or(c.tail[b]-c.tail[a], a-b) })
	top := c.body[len(c.body)-800 : len(c.body)-200]
	for i, rest := 0, want-sum(c.body); rest != 0; i++ {
		step := min(max(rest, -1), 1)
		top[i%len(top)] += step
		rest -= step
	}
	square := 0
	for _, x := range c.body {
		square += x * x
	}
	for _, x := range c.tail {
		square += x * x
	}
	gap := packetSquare - square
	free := make([]*int, 0, len(rows)+len(top))
	next := 0
	for _, row := range rows { // the coarse part: the highest peaks down, the body up
		y := c.tail[row]
		for range 190 {
			x := &top[next%len(top)]
			step := 2*(*x-y) + 2
			if step < gap || !staysInBin(y, -1) {
				break
			}
			*x++
			y--
			gap -= step
			next++
		}
		c.tail[row] = y
		free = append(free, &y)
		defer func() { c.tail[row] = y }()
	}
	for i := range top {
		free = append(free, &top[i])
	}
	for range 100 {
		if gap == 0 {
			slices.Sort(c.body)
			return nil
		}
		x, y := closest(free, gap)
		gap -= 2*(*x-*y) + 2
		*x++
		*y--
	}
	return fmt.Errorf("flowgen: the sum of squares stays %d away from the published one", gap)
}

// closest finds the pair whose move comes nearest to closing the gap without leaving the
// histogram's bins.
func closest(free []*int, gap int) (x, y *int) {
	best := -1
	for _, a := range free {
		for _, b := range free {
			if a == b || !staysInBin(*a, 1) || !staysInBin(*b, -1) {
				continue
			}
			rest := gap - 2*(*a-*b) - 2
			if rest < 0 {
				rest = -rest
			}
			if best < 0 || rest < best {
				best, x, y = rest, a, b
			}
		}
	}
	return x, y
}

// staysInBin says whether a count moved by step is still in its bin of the published histogram: 100
// bins over 1 … 227664.
func staysInBin(n, step int) bool {
	bin := func(n int) int { return (n - 1) * 100 / (227_664 - 1) }
	return n+step > 12 && bin(n) == bin(n+step)
}
