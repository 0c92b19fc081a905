package detect

import (
	"net/netip"
	"strings"

	"flowbook/ml/dataset"
)

// behaviourStream makes features of one flow after the other. What it remembers of the flows before
// is bounded.
type behaviourStream struct {
	*Behaviour
	learning *[]rareValues // if not nil, takes each flow's values, whose rarity is not yet known
	number   map[string]int32
	cols     int
	spans    int // how many there are
	logs     logs

	data     []float64
	groups   []int32
	finished []int32 // the groups of the rows that finish returned

	frame   *dataset.Frame
	columns *flowFields
	hashes  map[string]address   // of the addresses that came last
	names   map[string]*nameHash // of the names that came last
	parties [roleCount]*parties
}

// address is an address and its network, /24 or /64, hashed.
type address struct{ host, net uint64 }

// nameHash is what is made of a name.
type nameHash struct {
	features      [len(nameFeatures)]float64
	parent, whole uint64
}

// batch is how many rows are finished at once.
const batch = 1024

func (b *Behaviour) begin() extraction { return b.stream() }

func (b *Behaviour) stream() *behaviourStream {
	s := &behaviourStream{Behaviour: b, number: map[string]int32{}, cols: len(b.Names()), logs: theLogs(),
		hashes: map[string]address{}, names: map[string]*nameHash{}}
	for i, g := range b.Groups {
		s.number[g] = int32(i)
	}
	for s.spans < len(spans) && spans[s.spans] <= b.Longest {
		s.spans++
	}
	for i := range s.parties {
		s.parties[i] = newParties()
	}
	return s
}

// flowFields are the columns of a frame; a nil one is not there.
type flowFields struct {
	rows                                           int
	log                                            []func(r int) float64 // as logColumns
	port, protocol, back, resets, packets, sent    func(r int) float64
	ms                                             []int64
	source, destination, application, name, client []string
}

func behaviourColumns(flows *dataset.Frame) *flowFields {
	number := func(name string) func(r int) float64 {
		if !flows.Has(name) {
			return nil
		}
		return numbersOf(flows, name).at
	}
	text := func(name string) []string {
		if !flows.Has(name) {
			return nil
		}
		return flows.Strings(name)
	}
	c := &flowFields{rows: flows.NumRows(), ms: flows.Int64s(firstSeen), source: flows.Strings("src_ip"), destination: flows.Strings("dst_ip"),
		application: text("application_name"), name: text("requested_server_name"), client: text("client_fingerprint"),
		port: number("dst_port"), protocol: number("protocol"), back: number("dst2src_packets"),
		resets: number("bidirectional_rst_packets"), packets: number("bidirectional_packets"), sent: number("src2dst_bytes")}
	for _, name := range logColumns {
		c.log = append(c.log, number(name))
	}
	return c
}

func (c *flowFields) group(r int) string {
	if c.application == nil {
		return groupOf("", c.protocol(r))
	}
	return groupOf(c.application[r], c.protocol(r))
}

// failed says that nothing came back, or at once the refusal of a TCP connection.
func (c *flowFields) failed(r int) bool {
	const shortest = 6 // packets: two handshakes that are refused
	return c.back != nil && c.back(r) == 0 ||
		c.resets != nil && c.packets != nil && c.protocol(r) == 6 && c.resets(r) > 0 && c.packets(r) <= shortest
}

func (s *behaviourStream) rows() int   { return len(s.groups) }
func (s *behaviourStream) full() bool  { return len(s.groups) >= batch }
func (s *behaviourStream) early() bool { return true }

func (s *behaviourStream) finish() dataset.Matrix {
	m := dataset.Matrix{Rows: len(s.groups), Cols: s.cols, Data: s.data}
	s.standardise(m, s.groups)
	s.finished = s.groups
	s.data, s.groups = s.data[:0], s.groups[:0]
	return m
}

func (s *behaviourStream) unit(r, c int, z float64) (value, usual float64) {
	g := int(s.finished[r])
	return z*s.Scale.Row(g)[c] + s.Mean.Row(g)[c], s.Usual.Row(g)[c]
}

func (s *behaviourStream) add(flows *dataset.Frame, from int) int {
	if s.frame != flows {
		s.frame, s.columns = flows, behaviourColumns(flows)
	}
	for r := from; r < s.columns.rows; r++ {
		s.flow(s.columns, r)
	}
	return s.columns.rows - from
}

// flow appends the features of one flow.
func (s *behaviourStream) flow(c *flowFields, r int) {
	at := len(s.data)
	if at+s.cols > cap(s.data) {
		grown := make([]float64, at, max(2*cap(s.data), batch*s.cols))
		copy(grown, s.data)
		s.data = grown
	}
	s.data = s.data[:at+s.cols]
	row := s.data[at:]
	put := func(v float64) { row[0] = v; row = row[1:] }
	for _, v := range c.log {
		if v == nil {
			put(0)
		} else {
			put(s.logs.of(v(r)))
		}
	}
	for _, pair := range shareAt {
		var share float64
		if part, whole := c.log[pair[0]], c.log[pair[1]]; part != nil && whole != nil {
			share = part(r) / max(whole(r), 1)
		}
		put(share)
	}
	name := s.name(textAt(c.name, r))
	row = row[copy(row, name.features[:]):]

	group := c.group(r)
	g, ok := s.number[group]
	if !ok {
		g = int32(len(s.Groups))
	}
	s.groups = append(s.groups, g)
	source, destination := s.address(c.source[r]), s.address(c.destination[r])
	port := mix64(uint64(int64(c.port(r)))<<8 | uint64(int64(c.protocol(r))))
	domain := name.parent
	client := textAt(c.client, r)
	rare := rareValues{destination.host, hashPair(hash64(group), port), domain, 0}
	if client != "" {
		rare[3] = hash64(client)
	}
	for i, hash := range rare {
		put(s.Rarities[i].of(hash))
	}
	if s.learning != nil {
		*s.learning = append(*s.learning, rare)
	}
	f := moment{ms: c.ms[r], panes: panesAt(c.ms[r])}
	if c.failed(r) {
		f.failed = 1
	}
	if c.sent != nil {
		f.sent = float32(c.sent(r))
	}
	pair := hashPair(source.host, destination.host)
	beat := row[:1]
	row = row[1:]
	for i := range roles {
		var e *party
		var items [2]uint64
		switch i {
		case bySource:
			e, items = s.parties[i].of(source.host, &f), [2]uint64{destination.host, port}
		case byDestination:
			e, items = s.parties[i].of(destination.host, &f), [2]uint64{source.host, port}
		case byPair:
			e, items = s.parties[i].of(pair, &f), [2]uint64{port}
			beat[0] = e.rhythm.beat(f.ms)
		case bySourceNet:
			e, items = s.parties[i].of(source.net, &f), [2]uint64{destination.host}
		case byDestinationNet:
			e, items = s.parties[i].of(destination.net, &f), [2]uint64{source.host, destination.host}
		case byPort:
			e, items = s.parties[i].of(port, &f), [2]uint64{source.host, destination.host}
		case byDomain:
			if domain == 0 {
				clear(row[:s.spans])
				row = row[s.spans:]
				continue
			}
			e, items = s.parties[i].of(domain, &f), [2]uint64{name.whole}
		}
		row = s.count(row, &roles[i], e, &f, items)
	}
}

// count adds a flow to a party and writes what the party then comes to; it returns the rest of the
// row.
func (s *behaviourStream) count(row []float64, role *role, e *party, f *moment, items [2]uint64) []float64 {
	write := func(t *tally, v float32) {
		t.add(v)
		for k := range s.spans {
			if v == 0 {
				row[k] = 0
				continue
			}
			row[k] = s.logs.of(t.of(k))
		}
		row = row[s.spans:]
	}
	if role.flows {
		write(&e.flows, 1)
	}
	if role.failed {
		write(&e.failed, f.failed)
	}
	if role.sent {
		write(&e.sent, f.sent)
	}
	var counts [len(spans)]float64
	for i := range role.sets {
		e.sets[i].add(items[i], &e.panes, f.ms)
		e.sets[i].count(&counts, &e.panes, f.ms)
		for k := range s.spans {
			row[k] = s.logs.of(counts[k])
		}
		row = row[s.spans:]
	}
	return row
}

func (s *behaviourStream) name(text string) *nameHash {
	n := s.names[text]
	if n == nil {
		n = new(nameHash)
		if text != "" {
			describeName(n.features[:], text)
			n.parent, n.whole = hash64(parent(text)), hash64(text)
		}
		if len(s.names) > mostParties {
			clear(s.names)
		}
		s.names[strings.Clone(text)] = n
	}
	return n
}

// address hashes an address; texts that are no address, as pseudonyms are, make a network of their
// own.
func (s *behaviourStream) address(text string) address {
	if a, ok := s.hashes[text]; ok {
		return a
	}
	a := address{host: hash64(text)}
	a.net = a.host
	if strings.IndexByte(text, ':') < 0 {
		if i := strings.LastIndexByte(text, '.'); i > 0 {
			a.net = hash64(text[:i])
		}
	} else if ip, err := netip.ParseAddr(text); err == nil {
		if net, err := ip.WithZone("").Prefix(64); err == nil {
			b := net.Addr().As16()
			a.net = hash64(string(b[:8]))
		}
	}
	if len(s.hashes) > mostParties {
		clear(s.hashes)
	}
	s.hashes[strings.Clone(text)] = a
	return a
}

func textAt(column []string, r int) string {
	if column == nil {
		return ""
	}
	return column[r]
}

// shareAt are shareColumns as places in logColumns.
var shareAt = func() (at [][2]int) {
	place := func(name string) int {
		for i, c := range logColumns {
			if c == name {
				return i
			}
		}
		panic("detect: no column " + name)
	}
	for _, s := range shareColumns {
		at = append(at, [2]int{place(s[0]), place(s[1])})
	}
	return at
}()
