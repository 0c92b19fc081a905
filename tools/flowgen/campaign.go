package flowgen

import "flowbook/tools/flowmeter"

// Kind is the origin of a flow: benign traffic or one kind of attack.
type Kind uint8

const (
	Benign Kind = iota
	UDPFlood
	SYNFlood
	PortScan
	Exfiltration
	Beaconing
	BruteForce
)

// String is the kind's name in labels.csv.
func (k Kind) String() string {
	return [...]string{"benign", "udp_flood", "syn_flood", "port_scan", "exfiltration", "beaconing", "brute_force"}[k]
}

// levy is the part of a split's rows that one kind of attack takes: rows of a class with a packet
// count that fits. A campaign goes on over several splits.
type levy struct {
	kind        Kind
	class       string
	train, test int // rows among 0 … 6999 and among 7000 … 9999
	lo, hi      int // packets
	splits      int // splits a campaign lasts
	gapMs       int64
	jitterMs    int
}

// levies make 4 % of the test part's rows and 1 % of the rows before it, so that nobody trains on
// clean data by luck. The two kinds with thousands of packets take rows of the tail instead (see
// heavyAttacks).
var levies = []levy{
	{SYNFlood, "TLS", 22, 42, 1, 3, 3, 15, 10},
	{PortScan, "Unknown", 13, 28, 1, 2, 4, 40, 25},
	{PortScan, "Telnet", 3, 6, 1, 2, 4, 40, 25},
	{PortScan, "SMBv23", 2, 3, 1, 2, 4, 40, 25},
	{PortScan, "RDP", 1, 2, 1, 2, 4, 40, 25},
	{Beaconing, "TLS", 8, 16, 11, 12, 1, 5000, 200},
	{BruteForce, "SSH", 14, 26, 13, 30, 3, 700, 150},
}

// heavyAttacks are the attacks of split_1 among the rows of the tail; a flood's and an
// exfiltration's row shows in the published table of anomalies. Rows 7257, 9313 and 9754 stay
// benign: two videos and a backup, which look as bad.
var heavyAttacks = map[int]Kind{
	6054: UDPFlood, 7383: UDPFlood, 7766: UDPFlood, 7768: UDPFlood,
	5416: Exfiltration, 7123: Exfiltration, 9505: Exfiltration, 9589: Exfiltration,
}

const testFrom = 7000 // the first row of a split's test part

// enlist marks the rows of the split's small attacks and takes their packet counts from the body. A
// levy's rows lie in one stretch of each part, as a burst of flows expires together.
func (p *plan) enlist() {
	for i, l := range levies {
		s := newStream(p.seed, p.split, placeLevy, uint64(i))
		p.conscript(&s, &l, 0, testFrom, l.train)
		p.conscript(&s, &l, testFrom, SplitRows, l.test)
	}
}

func (p *plan) conscript(s *stream, l *levy, from, to, want int) {
	width := max(5*want, 150)
	start := from + s.below(to-from-width)
	rows := make([]int, 0, width)
	for r := start; r < start+width; r++ {
		if !p.rows[r].taken {
			rows = append(rows, r)
		}
	}
	shuffle(s, rows)
	for _, r := range rows[:want] {
		n := l.lo
		switch {
		case l.kind == SYNFlood || l.kind == PortScan:
			for n < l.hi && s.chance(38) {
				n++
			}
		default:
			n = s.between(l.lo, l.hi)
		}
		p.take(r, classByName(l.class), l.kind, p.pool.near(n))
	}
}

// campaign is the number of the campaign that runs in the split, from 1.
func (l *levy) campaign(split uint64) int { return int(split)/l.splits + 1 }

// levyOf is the levy of a kind, for the values that all its levies share.
func levyOf(k Kind) *levy {
	for i := range levies {
		if levies[i].kind == k {
			return &levies[i]
		}
	}
	return &levy{kind: k, splits: 1, gapMs: 400, jitterMs: 300}
}

// muster gives the attacks' rows their campaign, hosts, ports and times.
func (p *plan) muster() {
	for k := UDPFlood; k <= BruteForce; k++ {
		l := levyOf(k)
		number := l.campaign(p.split)
		// the values that the campaign's splits share
		c := newStream(p.seed, placeCampaign, uint64(k), uint64(number))
		s := newStream(p.seed, p.split, placeMuster, uint64(k))
		attacker, bot := host(c.below(clients)), host(c.below(clients))
		target := func() host { return serverBit | host(telegrams+resolvers+c.below(servers-telegrams-resolvers)) }
		targets := [4]host{target(), target(), target(), target()}
		port := anyPort(&c, 1)
		start := p.base() + int64(s.between(15_000, 60_000))
		j := 0
		for i := range p.rows {
			r := &p.rows[i]
			if r.kind != k {
				continue
			}
			r.campaign = int32(number)
			r.sport = anyPort(&s, 1024)
			r.src, r.dst = attacker, targets[0]
			if r.firstMs == 0 {
				r.firstMs = start + int64(j)*l.gapMs + int64(s.between(0, 2*l.jitterMs)) - int64(l.jitterMs)
			}
			switch k {
			case SYNFlood:
				r.src, r.dport = forgedBit|host(s.below(1<<22)), 443
			case UDPFlood:
				r.src, r.dport = host(s.below(clients)), port
			case Exfiltration:
				r.dport = 443
			case Beaconing:
				r.src, r.dport = bot, 443
			case BruteForce:
				r.dport = 22
			case PortScan:
				r.dst = targets[j&3]
				r.dport = p.scanned(r.class, port, j)
			}
			j++
		}
	}
}

// scanned is the j-th port of a scan: the port of the class's service where it has one, else the
// next of a walk.
func (p *plan) scanned(class int, from uint16, j int) uint16 {
	if own := classes[class].port; own != 0 {
		return own
	}
	port := from + uint16(j/4) + uint16(p.split)*100
	for flowmeter.KnownPort(port) {
		port += 7919
	}
	return port
}
