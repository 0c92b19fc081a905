package flowmeter

import (
	"math"
	"math/bits"
)

// Direction says which side sent a packet: 0 is the side that sent the flow's first packet.
type Direction uint8

const (
	Forward Direction = 0 // src2dst
	Reverse Direction = 1 // dst2src
)

// Flags are the eight TCP flags as they lie in the header; 0 for every other protocol.
type Flags uint8

const (
	FIN Flags = 1 << iota
	SYN
	RST
	PSH
	ACK
	URG
	ECE
	CWR
)

// SPLT is how many packets' direction, size and gap a flow keeps, the length of its three splt
// lists.
const SPLT = 20

// spread is a running mean and sum of squared deviations after Welford. How many values it has seen
// is known to its owner.
type spread struct{ mean, m2 float64 }

// next takes the n-th value, n > 1. Products are rounded on their own, so that no machine fuses
// them with the addition.
func (s *spread) next(v, n float64) {
	old := v - s.mean
	s.mean += old / n
	s.m2 += float64(old * (v - s.mean))
}

// std is the sample standard deviation of n values, 0 for fewer than two.
func (s *spread) std(n int64) float64 {
	if n < 2 {
		return 0
	}
	return math.Sqrt(s.m2 / float64(n-1))
}

// gaps are the times between packets, in ms.
type gaps struct {
	spread
	min, max int64
}

// add takes the gap before the n-th packet, n > 1.
func (g *gaps) add(gap, n int64) {
	if n == 2 {
		*g = gaps{spread{mean: float64(gap)}, gap, gap}
		return
	}
	g.min, g.max = min(g.min, gap), max(g.max, gap)
	g.next(float64(gap), float64(n-1))
}

// scope holds the statistics of a flow's packets: of one direction, or of both.
type scope struct {
	firstMs, lastMs int64
	packets, bytes  int64
	gap             gaps // since the packet before in this scope
	size            spread
	least, most     uint16 // bytes of a packet
}

func (s *scope) add(ms int64, size uint16) {
	s.packets++
	s.bytes += int64(size)
	if s.packets == 1 {
		s.firstMs, s.lastMs, s.size.mean, s.least, s.most = ms, ms, float64(size), size, size
		return
	}
	s.gap.add(ms-s.lastMs, s.packets)
	s.size.next(float64(size), float64(s.packets))
	s.lastMs, s.least, s.most = ms, min(s.least, size), max(s.most, size)
}

// Stats accumulates the packets of one flow into the statistics of its 66 numeric columns and its
// three splt lists. The zero value is an empty flow; it holds no packet and costs the same for
// thirty packets as for three million.
type Stats struct {
	half  [2]scope
	gap   gaps // of all packets; the rest of their scope follows from the two directions
	size  spread
	flags [2][8]uint32 // per direction, by bit of Flags

	begin struct {
		gap  [shortSPLT]int32
		size [shortSPLT]uint16
		dir  [shortSPLT]int8
	}
	rest *splt // nil in most flows
}

// shortSPLT is how many packets' entries a flow has room for from the beginning.
const shortSPLT = 3

// splt are gap, size and direction of the packets after those.
type splt struct {
	gap  [SPLT - shortSPLT]int32
	size [SPLT - shortSPLT]uint16
	dir  [SPLT - shortSPLT]int8
}

// Add takes the flow's next packet: its time in ms since 1970 (not before the packet before), its
// direction (the first packet is Forward), its length on the wire in bytes and its TCP flags.
func (s *Stats) Add(ms int64, dir Direction, size uint16, flags Flags) {
	dir &= 1
	gap, at := int64(0), s.Packets()
	if at == 0 {
		s.size.mean = float64(size)
	} else {
		gap = ms - s.LastMs()
		s.gap.add(gap, at+1)
		s.size.next(float64(size), float64(at+1))
	}
	s.half[dir].add(ms, size)
	count := &s.flags[dir]
	for f := flags; f != 0; f &= f - 1 {
		count[bits.TrailingZeros8(uint8(f))&7]++
	}
	switch short := int32(min(gap, math.MaxInt32)); {
	case at < shortSPLT:
		b := &s.begin
		b.dir[at], b.size[at], b.gap[at] = int8(dir), size, short
	case at < SPLT:
		if s.rest == nil {
			s.rest = &splt{}
		}
		b := s.rest
		b.dir[at-shortSPLT], b.size[at-shortSPLT], b.gap[at-shortSPLT] = int8(dir), size, short
	}
}

// entry is the i-th packet's direction, size and gap, i < SPLT.
func (s *Stats) entry(i int) (dir int8, size uint16, gap int32) {
	if i < shortSPLT {
		return s.begin.dir[i], s.begin.size[i], s.begin.gap[i]
	}
	i -= shortSPLT
	return s.rest.dir[i], s.rest.size[i], s.rest.gap[i]
}

// both returns the statistics of both directions together.
func (s *Stats) both() scope {
	a, b := &s.half[0], &s.half[1]
	all := scope{firstMs: s.FirstMs(), lastMs: s.LastMs(), packets: a.packets + b.packets, bytes: a.bytes + b.bytes, gap: s.gap, size: s.size,
		least: a.least, most: max(a.most, b.most)}
	if a.packets == 0 || b.packets > 0 && b.least < a.least {
		all.least = b.least
	}
	return all
}

// Packets is how many packets the flow has in both directions.
func (s *Stats) Packets() int64 { return s.half[0].packets + s.half[1].packets }

// FirstMs is the time of the first packet, in ms since 1970.
func (s *Stats) FirstMs() int64 {
	switch a, b := &s.half[0], &s.half[1]; {
	case b.packets == 0:
		return a.firstMs
	case a.packets == 0:
		return b.firstMs
	default:
		return min(a.firstMs, b.firstMs)
	}
}

// LastMs is the time of the last packet, in ms since 1970.
func (s *Stats) LastMs() int64 {
	switch a, b := &s.half[0], &s.half[1]; {
	case b.packets == 0:
		return a.lastMs
	case a.packets == 0:
		return b.lastMs
	default:
		return max(a.lastMs, b.lastMs)
	}
}
