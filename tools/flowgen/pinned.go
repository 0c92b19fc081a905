package flowgen

import "math"

// pinTail settles the rows of split_1's tail, with the bytes of the nine anomalies.
func (p *plan) pinTail() {
	known := map[int]int{7257: classByName("TLS.YouTube"), 9313: classByName("TLS.YouTube"), 9754: classByName("TLS.AppleiCloud"),
		691: classByName("TLS.AmazonAWS"), 6557: classByName("HTTP"), 6872: classByName("TLS.Google")}
	s := newStream(p.seed, p.split, placeTail)
	tail := split1Counts().tail
	for r := range SplitRows {
		n, ok := tail[r]
		if !ok {
			continue
		}
		class, ok := known[r]
		if !ok {
			class = classByName(heavy[s.below(len(heavy))])
		}
		switch heavyAttacks[r] {
		case UDPFlood:
			class = classByName("Unknown")
		case Exfiltration:
			class = classByName("TLS")
		}
		row := p.take(r, class, heavyAttacks[r], n)
		if row.kind == UDPFlood {
			row.protocol = udp
		}
	}
	for _, a := range anomalous {
		p.rows[a.row].bytes, p.rows[a.row].firstMs = a.bytes, a.firstMs
	}
	p.rows[9754].upload = true                 // the backup
	p.rows[6054].firstMs = at(6*60+19, 30_120) // with the rest of the flood
	p.rows[691].bytes = 2280 * int64(p.rows[691].packets)
	p.rows[6557].bytes = 2955 * int64(p.rows[6557].packets)
	p.rows[6872].bytes = 2961 * int64(p.rows[6872].packets)
}

// drawTail draws another split's tail along the law of the first, and lets the attacks take rows of
// it.
func (p *plan) drawTail() {
	s := newStream(p.seed, p.split, placeTail)
	used := map[int]bool{}
	place := func(from, to int) int {
		for {
			if r := from + s.below(to-from); !used[r] {
				used[r] = true
				return r
			}
		}
	}
	attacks := [2]int{}
	for range tailRows {
		n := min(int(2280*power(1-s.unit(), -1/0.95)), 400_000)
		kind, class, from := Benign, classByName(heavy[s.below(len(heavy))]), 0
		switch {
		case n >= 6000 && attacks[0] < 4 && s.chance(50):
			kind, class = UDPFlood, classByName("Unknown")
		case n >= 2300 && n < 27_000 && attacks[1] < 4 && s.chance(40):
			kind, class = Exfiltration, classByName("TLS")
		}
		to := SplitRows
		if kind != Benign {
			i := int(kind-UDPFlood) / int(Exfiltration-UDPFlood)
			if attacks[i]++; attacks[i] == 2 { // one of up to four before the test part
				to = testFrom
			} else {
				from = testFrom
			}
		}
		row := p.take(place(from, to), class, kind, n)
		if kind == UDPFlood {
			row.protocol = udp
		}
	}
}

// head are the first five rows as published in the first cell of the original.
var head = []struct {
	class        string
	protocol     uint8
	packets      int
	gaps         []int64
	firstMs      int64
	src, dst     string // OUI
	sport, dport uint16
	guessed      bool
	name         string
}{
	{"Unknown", tcp, 5, []int64{1013, 2002, 4002, 8003}, 1658902768472, "34:f8:e7", "e8:b7:48", 52464, 59044, false, ""},
	{"BitTorrent", udp, 1, nil, 1658902769073, "60:73:5c", "e8:b7:48", 31396, 6654, false, ""},
	{"BitTorrent", udp, 24, []int64{60, 0, 8, 51, 8, 65, 6, 58, 1, 3, 1, 0, 54}, 1658902769112, "60:73:5c", "e8:b7:48", 61021, 58931, true, ""},
	{"DNS.TikTok", udp, 2, []int64{1}, 1658902769242, "a4:4b:d5", "00:25:b4", 16304, 53, false, "tnc16-platform-useast2a.tiktokv.com"},
	{"DNS", udp, 5, []int64{1, 166, 0, 166}, 1658902769679, "00:1c:7f", "e8:b7:48", 37930, 53, true, ""},
}

func (p *plan) pinHead() {
	s := newStream(p.seed, p.split, placeEnds, 1)
	for r, h := range head {
		row := p.take(r, classByName(h.class), Benign, p.pool.near(h.packets))
		row.protocol, row.gaps, row.firstMs = h.protocol, h.gaps, h.firstMs
		row.refused = r == 0
		row.sport, row.dport, row.name = h.sport, h.dport, h.name
		row.src = clientBehind(&s, h.src)
		row.dst = serverBehind(&s, h.dst, row.dport)
	}
}

// clientBehind draws a client whose router has the given OUI.
func clientBehind(s *stream, oui string) host {
	for {
		if h := host(s.below(clients)); ouiOf(h) == oui {
			return h
		}
	}
}

// serverBehind is clientBehind for servers; port 53 wants a resolver.
func serverBehind(s *stream, oui string, port uint16) host {
	for {
		h := serverBit | host(telegrams+resolvers+s.below(servers-telegrams-resolvers))
		if port == 53 {
			h = serverBit | host(telegrams+s.below(resolvers))
		}
		if ouiOf(h) == oui {
			return h
		}
	}
}

// pinSizes gives two middling rows of split_1 the mean packet length that the published figures
// show there (large receive offload).
func (p *plan) pinSizes() {
	for _, peak := range []struct {
		row, packets int
		mean         float64
		class        string
	}{
		{2255, 260, 3275, "TLS.Microsoft"},
		{4670, 90, 2077, "HTTP"},
	} {
		row := p.take(peak.row, classByName(peak.class), Benign, p.pool.near(peak.packets))
		row.bytes = int64(math.Round(peak.mean * float64(row.packets)))
	}
}
