package flowgen

// splitMs is how much later a split begins than the one before it, and startMs when the first
// begins, in ms since 1970.
const (
	splitMs = 10_000
	startMs = 1658902704700
)

func (p *plan) base() int64 { return startMs + int64(p.split)*splitMs }

// assignTimes gives every benign row without a time its first packet's: most within three minutes,
// one in eight from a meter that is half an hour ahead, as in the original.
func (p *plan) assignTimes() {
	s := newStream(p.seed, p.split, placeTime)
	for i := range p.rows {
		r := &p.rows[i]
		if r.firstMs != 0 || r.kind != Benign {
			continue
		}
		if s.chance(12) {
			r.firstMs = p.base() + 1_620_000 + int64(s.below(124_000))
			continue
		}
		ms := 45_000 + int64(float64(25_000*s.normal()))
		if ms < 0 {
			ms = -ms
		}
		r.firstMs = p.base() + min(ms, 185_000)
	}
	if p.split == 0 { // two of the peaks share their millisecond with a small flow
		p.shareTime(7383)
		p.shareTime(7766)
	}
}

func (p *plan) shareTime(peak int) {
	for i := peak + 5; ; i++ {
		if r := &p.rows[i]; r.kind == Benign && !r.taken && r.packets <= 12 {
			r.firstMs = p.rows[peak].firstMs
			return
		}
	}
}
