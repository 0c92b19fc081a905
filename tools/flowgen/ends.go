package flowgen

import "flowbook/tools/flowmeter"

// fiveTuple is a flow's key: no two flows of a split have the same, so that packets of one split
// meter back to its rows.
type fiveTuple struct {
	src, dst     host
	sport, dport uint16
	protocol     uint8
}

func (r *row) key() fiveTuple { return fiveTuple{r.src, r.dst, r.sport, r.dport, r.protocol} }

// assignEnds gives the benign rows their hosts and ports: few clients and fewer servers have most
// of the flows.
func (p *plan) assignEnds() {
	s := newStream(p.seed, p.split, placeEnds)
	seen := make(map[fiveTuple]bool, SplitRows)
	for i := range p.rows {
		r := &p.rows[i]
		if r.src == 0 && r.dst == 0 {
			continue
		}
		for seen[r.key()] {
			r.sport = anyPort(&s, 1024)
		}
		seen[r.key()] = true
	}
	for i := range p.rows {
		r := &p.rows[i]
		if r.dst != 0 {
			continue
		}
		for {
			p.drawEnds(&s, r)
			if !seen[r.key()] {
				break
			}
		}
		seen[r.key()] = true
	}
}

func (p *plan) drawEnds(s *stream, r *row) {
	c := &classes[r.class]
	u := s.unit()
	r.src = host(float64(float64(u*u)*u) * clients)
	u = s.unit()
	v := float64(u * u)
	const others = servers - telegrams - resolvers
	switch {
	case c.group == tlsByIP || c.group == httpByIP:
		r.dst = serverBit | host(v*telegrams)
	case c.how == lookups:
		r.dst = serverBit | host(telegrams+int(v*resolvers))
	default:
		r.dst = serverBit | host(telegrams+resolvers+(int(float64(v*v)*others)+r.class*997)%others)
	}
	switch {
	case c.protocol == icmp || c.protocol == igmp:
		return
	case s.chance(70):
		r.sport = uint16(s.between(32768, 60999))
	default:
		r.sport = anyPort(s, 1024)
	}
	if r.dport = c.port; r.dport == 0 {
		r.dport = anyPort(s, 1024)
	}
}

// anyPort draws a port that tells nothing of the application.
func anyPort(s *stream, from int) uint16 {
	for {
		if p := uint16(s.between(from, 65535)); !flowmeter.KnownPort(p) {
			return p
		}
	}
}

// ouiOf returns the vendor part of the MAC address of the router in front of a host.
func ouiOf(h host) string { return h.macText()[:8] }
