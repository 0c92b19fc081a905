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

// SPLT is how many packets' direction, size and gap a flow keeps, the length of its three splt lists.
const SPLT = 20

// moments is a running minimum, maximum, mean and sum of squared deviations after Welford. How many values it has seen is
// known to its owner.
type moments struct {
	min, max int64
	mean, m2 float64
}

// first takes the first value.
func (m *moments) first(x int64) { *m = moments{min: x, max: x, mean: float64(x)} }

// next takes the n-th value, n > 1. Products are rounded on their own, so that no machine fuses them with the addition.
func (m *moments) next(x int64, n float64) {
	m.min = min(m.min, x)
	m.max = max(m.max, x)
	v := float64(x)
	old := v - m.mean
	m.mean += old / n
	m.m2 += float64(old * (v - m.mean))
}

// std is the sample standard deviation of n values, 0 for fewer than two.
func (m *moments) std(n int64) float64 {
	if n < 2 {
		return 0
	}
	return math.Sqrt(m.m2 / float64(n-1))
}

// scope is what a flow knows of its packets: of all of them, or of one direction's.
type scope struct {
	firstMs, lastMs int64
	packets, bytes  int64
	size, gap       moments // bytes a packet; ms since the packet before in this scope
	n               float64 // packets, as Welford's divisor
}

func (s *scope) add(ms, size int64) (gap int64) {
	if s.packets == 0 {
		s.firstMs = ms
		s.size.first(size)
	} else {
		gap = ms - s.lastMs
		if s.packets == 1 {
			s.gap.first(gap)
		} else {
			s.gap.next(gap, s.n)
		}
		s.size.next(size, s.n+1)
	}
	s.lastMs = ms
	s.packets++
	s.n++
	s.bytes += size
	return gap
}

// Stats accumulates the packets of one flow into the statistics of its 66 numeric columns and its three splt lists. The zero
// value is an empty flow; it holds no packet and costs the same for three packets as for three million.
type Stats struct {
	both  scope
	half  [2]scope
	flags [2][8]uint32 // per direction, by bit of Flags

	spltDir  [SPLT]int8
	spltSize [SPLT]uint16
	spltGap  [SPLT]int32
}

// Add takes the flow's next packet: its time in ms since 1970 (not before the packet before), its direction (the first packet is
// Forward), its length on the wire in bytes and its TCP flags.
func (s *Stats) Add(ms int64, dir Direction, size uint16, flags Flags) {
	at := s.both.packets
	gap := s.both.add(ms, int64(size))
	s.half[dir&1].add(ms, int64(size))
	count := &s.flags[dir&1]
	for f := flags; f != 0; f &= f - 1 {
		count[bits.TrailingZeros8(uint8(f))&7]++
	}
	if at < SPLT {
		s.spltDir[at], s.spltSize[at], s.spltGap[at] = int8(dir), size, int32(min(gap, math.MaxInt32))
	}
}

// Packets is how many packets the flow has in both directions.
func (s *Stats) Packets() int64 { return s.both.packets }

// FirstMs is the time of the first packet, in ms since 1970.
func (s *Stats) FirstMs() int64 { return s.both.firstMs }

// LastMs is the time of the last packet, in ms since 1970.
func (s *Stats) LastMs() int64 { return s.both.lastMs }
