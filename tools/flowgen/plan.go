package flowgen

import (
	"cmp"
	"slices"
)

// The places a stream can have besides the rows themselves.
const (
	placeLevy uint64 = 1_000_000 + iota
	placeCampaign
	placeMuster
	placeTail
	placeClass
	placeRank
	placeTime
	placeEnds
	placeOption
)

// row is the plan of one row before its packets are made.
type row struct {
	class    int
	kind     Kind
	taken    bool // class and packets are settled
	refused  bool // a TCP flow that gets no answer
	protocol uint8
	campaign int32
	packets  int
	bytes    int64   // exact bytes of the flow, 0 for any
	upload   bool    // with bytes: they go up
	gaps     []int64 // exact gaps in ms, nil for any
	firstMs  int64
	src, dst host
	sport    uint16
	dport    uint16
	options
}

// plan is the plan of one split: its 10,000 rows, with every published total kept exactly.
type plan struct {
	seed, split uint64
	rows        []row
	pool        *pool
}

// newPlan plans a split, counted from 0; split 0 is split_1.csv and reproduces all its published
// figures.
func newPlan(seed, split uint64) *plan {
	p := &plan{seed: seed, split: split, rows: make([]row, SplitRows), pool: newPool(split1Counts().body)}
	if split == 0 {
		p.pinTail()
		p.pinHead()
		p.pinSizes()
	} else {
		p.drawTail()
	}
	p.enlist()
	p.assignClasses()
	p.assignCounts()
	p.assignTimes()
	p.muster()
	p.assignEnds()
	p.assignOptions()
	return p
}

// take settles a row.
func (p *plan) take(r, class int, kind Kind, packets int) *row {
	row := &p.rows[r]
	row.class, row.kind, row.packets, row.taken = class, kind, packets, true
	row.protocol = classes[class].protocol
	return row
}

// quotas are how many rows each class has in the split: in split_1 the published counts, later up
// to a tenth more or less, each class along its own slow wave.
func (p *plan) quotas() []int {
	q := make([]int, len(classes))
	total := 0
	for c := range classes {
		q[c] = classes[c].rows
		if p.split > 0 && q[c] > 100 {
			phase := int(p.split*7+uint64(c)*29) % 200
			wave := min(phase, 200-phase) - 50 // a triangle, -50 … 50
			q[c] += q[c] * wave / 500
		}
		total += q[c]
	}
	q[0] += SplitRows - total // TLS.Telegram, the largest, takes up the difference
	return q
}

// assignClasses gives the rows not taken a class, so that each class has its quota. Three quarters
// of the rows from 3000 to 5900 are TLS.Telegram.
func (p *plan) assignClasses() {
	s := newStream(p.seed, p.split, placeClass)
	left := p.quotas()
	var burst, rest []int
	for i := range p.rows {
		switch {
		case p.rows[i].taken:
			left[p.rows[i].class]--
		case 3000 <= i && i < 5900:
			burst = append(burst, i)
		default:
			rest = append(rest, i)
		}
	}
	shuffle(&s, burst)
	shuffle(&s, rest)
	inBurst := min(left[0]*79/100, len(burst))
	for _, i := range burst[:inBurst] {
		p.rows[i].class = 0
	}
	for _, i := range rest[:left[0]-inBurst] {
		p.rows[i].class = 0
	}
	others := append(slices.Clone(burst[inBurst:]), rest[left[0]-inBurst:]...)
	slices.Sort(others)
	shuffle(&s, others)
	for c := 1; c < len(classes); c++ {
		for _, i := range others[:left[c]] {
			p.rows[i].class = c
		}
		others = others[left[c]:]
	}
	for i := range p.rows {
		if r := &p.rows[i]; !r.taken {
			r.protocol = classes[r.class].protocol
			if name := classes[r.class].name; name == "BitTorrent" && s.chance(25) {
				r.protocol = tcp
			} else if name == "Unknown" && s.chance(40) {
				r.protocol = udp
			}
		}
	}
}

// assignCounts gives the rows not taken the rest of the body, by rank: each row draws a number
// around its class's place, and the smallest number gets the smallest count. So every class has its
// own distribution, and the whole stays unchanged.
func (p *plan) assignCounts() {
	s := newStream(p.seed, p.split, placeRank)
	type ranked struct {
		row int
		z   float64
	}
	var order []ranked
	for i := range p.rows {
		r := &p.rows[i]
		if r.taken {
			continue
		}
		c := &classes[r.class]
		rank := c.rank
		if r.protocol == tcp && c.group != httpAny && s.chance(7) {
			r.refused, rank = true, .12
		}
		order = append(order, ranked{i, rank + float64(c.spread*s.normal())})
	}
	slices.SortFunc(order, func(a, b ranked) int { return cmp.Or(cmp.Compare(a.z, b.z), a.row-b.row) })
	for k, n := range p.pool.rest() {
		p.rows[order[k].row].packets = n
	}
	for i := range p.rows { // a refused flow gives up after five tries
		r := &p.rows[i]
		r.refused = r.refused && r.packets <= 5
	}
}

// pool is the part of the body that no row has yet.
type pool struct{ rows []int } // by packet count

func newPool(body []int) *pool {
	p := &pool{rows: make([]int, body[len(body)-1]+1)}
	for _, n := range body {
		p.rows[n]++
	}
	return p
}

// near takes the count n, or the next larger one there is.
func (p *pool) near(n int) int {
	for p.rows[n] == 0 {
		n++
	}
	p.rows[n]--
	return n
}

// rest is all that is left, ascending.
func (p *pool) rest() []int {
	var v []int
	for n, k := range p.rows {
		for range k {
			v = append(v, n)
		}
	}
	return v
}
