package detect

import (
	"math"
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

	data   []float64
	groups []int32
	// What finish returned last, the groups of its rows among it: the next rows go into what it
	// returned before that.
	finished       []float64
	finishedGroups []int32

	frame        *dataset.Frame
	columns      *flowFields
	hashes       map[string]address   // of the IPv6 addresses that came last
	names        map[string]*nameHash // of the names that came last
	applications map[string]application
	unnamed      [3]application // by protocols: TCP, UDP, others
	parties      [roleCount]*parties
	moments      [chunk]moment
	found        [roleCount][chunk]*party
}

// chunk is how many flows are led through one role after the other.
const chunk = 256

// application is the group of a flow's application.
type application struct {
	group int32 // its place in Groups, or their number
	hash  uint64
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
		hashes: map[string]address{}, names: map[string]*nameHash{}, applications: map[string]application{}}
	for i, g := range b.Groups {
		s.number[g] = int32(i)
	}
	for i, protocol := range []float64{6, 17, 0} {
		s.unnamed[i] = s.applicationOf(groupOf("", protocol))
	}
	for s.spans < len(spans) && spans[s.spans] <= b.Longest {
		s.spans++
	}
	for i := range s.parties {
		s.parties[i] = newParties()
	}
	return s
}

// flowFields are the columns of a frame; those that are not there are empty.
type flowFields struct {
	rows                                           int
	log                                            []numbers // as logColumns
	port, protocol, back, resets, packets, sent    numbers
	ms                                             []int64
	source, destination, application, name, client []string
}

func behaviourColumns(flows *dataset.Frame) *flowFields {
	number := func(name string) numbers {
		if !flows.Has(name) {
			return numbers{}
		}
		return numbersOf(flows, name)
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
		return groupOf("", c.protocol.at(r))
	}
	return groupOf(c.application[r], c.protocol.at(r))
}

// failed says that nothing came back, or at once the refusal of a TCP connection.
func (c *flowFields) failed(r int) bool {
	const shortest = 6 // packets: two handshakes that are refused
	return c.back.there() && c.back.at(r) == 0 ||
		c.resets.there() && c.packets.there() && c.protocol.at(r) == 6 && c.resets.at(r) > 0 && c.packets.at(r) <= shortest
}

func (s *behaviourStream) rows() int   { return len(s.groups) }
func (s *behaviourStream) full() bool  { return len(s.groups) >= batch }
func (s *behaviourStream) early() bool { return true }

func (s *behaviourStream) finish() dataset.Matrix {
	m := dataset.Matrix{Rows: len(s.groups), Cols: s.cols, Data: s.data}
	s.standardise(m, s.groups)
	s.finished, s.data = s.data, s.finished[:0]
	s.finishedGroups, s.groups = s.groups, s.finishedGroups[:0]
	return m
}

func (s *behaviourStream) unit(r, c int, z float64) (value, usual float64) {
	g := int(s.finishedGroups[r])
	return z*s.Scale.Row(g)[c] + s.Mean.Row(g)[c], s.Usual.Row(g)[c]
}

func (s *behaviourStream) add(flows *dataset.Frame, from int) int {
	if s.frame != flows {
		s.frame, s.columns = flows, behaviourColumns(flows)
	}
	c := s.columns
	rows := s.grow(c.rows - from)
	for i, v := range c.log {
		s.logColumn(rows[i:], v, from)
	}
	for i, pair := range shareAt {
		if part, whole := c.log[pair[0]], c.log[pair[1]]; part.there() && whole.there() {
			for r := from; r < c.rows; r++ {
				rows[(r-from)*s.cols+len(c.log)+i] = part.at(r) / max(whole.at(r), 1)
			}
		}
	}
	for r := from; r < c.rows; r += chunk {
		s.behave(c, r, min(r+chunk, c.rows), rows[(r-from)*s.cols:], len(c.log)+len(shareAt))
	}
	return c.rows - from
}

// behave writes the features of at most chunk flows from their names on, which begin at column at
// of the rows. Roles share no state, so each runs by itself.
func (s *behaviourStream) behave(c *flowFields, from, to int, rows []float64, at int) {
	flows := s.moments[:to-from]
	for i := range flows {
		s.describe(&flows[i], c, from+i, rows[i*s.cols+at:])
	}
	at += len(nameFeatures) + len(rarityFields)
	rhythm := rows[at:]
	at++
	var places [roleCount]int
	for role := range roles {
		places[role] = at
		at += len(roles[role].counted()) * s.spans
	}
	eachOne(roleCount, func(role int) { s.lead(role, flows, rows[places[role]:], rhythm) })
}

// lead has the flows' parties in one role count them.
func (s *behaviourStream) lead(role int, flows []moment, rows, rhythm []float64) {
	found := s.found[role][:len(flows)]
	for i := range flows { // the processor looks for the parties of several flows at once
		found[i] = nil
		if key := flows[i].party(role); role != byDomain || key != 0 {
			found[i] = s.parties[role].of(key, &flows[i])
		}
	}
	for i, e := range found {
		if e == nil {
			continue
		}
		e.touch(&flows[i])
		if role == byPair {
			rhythm[i*s.cols] = e.rhythm.beat(flows[i].ms)
		}
		s.count(rows[i*s.cols:], &roles[role], e, &flows[i], flows[i].items(role))
	}
}

// grow returns room for n rows more, all zero.
func (s *behaviourStream) grow(n int) []float64 {
	at := len(s.data)
	end := at + n*s.cols
	if end > cap(s.data) {
		grown := make([]float64, at, max(2*cap(s.data), 2*batch*s.cols, end))
		s.data = grown[:copy(grown[:at], s.data)]
	}
	s.data = s.data[:end]
	clear(s.data[at:])
	return s.data[at:]
}

// logColumn writes the logarithms of a column from row from on into every s.cols-th place.
func (s *behaviourStream) logColumn(to []float64, v numbers, from int) {
	at := 0
	if v.whole != nil {
		for _, n := range v.whole[from:] {
			if uint64(n) < uint64(len(s.logs)) {
				to[at] = s.logs[n]
			} else {
				to[at] = math.Log1p(max(float64(n), 0))
			}
			at += s.cols
		}
		return
	}
	for _, f := range v.float[min(from, len(v.float)):] {
		to[at] = s.logs.of(f)
		at += s.cols
	}
}

// describe writes the features of one flow's name and rarity, and keeps what its parties count.
func (s *behaviourStream) describe(f *moment, c *flowFields, r int, row []float64) {
	name := s.name(textAt(c.name, r))
	row = row[copy(row, name.features[:]):]
	app := s.application(textAt(c.application, r), c.protocol.at(r))
	s.groups = append(s.groups, app.group)
	*f = moment{ms: c.ms[r], panes: panesAt(c.ms[r]), source: s.address(c.source[r]), destination: s.address(c.destination[r]),
		port:   mix64(uint64(int64(c.port.at(r)))<<8 | uint64(int64(c.protocol.at(r)))),
		domain: name.parent, name: name.whole}
	f.pair = hashPair(f.source.host, f.destination.host)
	if c.failed(r) {
		f.failed = 1
	}
	if c.sent.there() {
		f.sent = float32(c.sent.at(r))
	}
	rare := rareValues{f.destination.host, hashPair(app.hash, f.port), f.domain, 0}
	if client := textAt(c.client, r); client != "" {
		rare[3] = hash64(client)
	}
	for i, hash := range rare {
		row[i] = s.Rarities[i].of(hash)
	}
	if s.learning != nil {
		*s.learning = append(*s.learning, rare)
	}
}

// count adds a flow to a party and writes what the party then comes to, where the flow has a part
// in it: how many flows failed, if it failed itself, how many different items there were, if it had
// a new one. An ordinary flow to a host that is being scanned has then no part in the scan's
// failures, and none in its different items as long as its own is among the mostFew that came last:
// one that others have driven out counts as new. The places it does not write are zero.
func (s *behaviourStream) count(row []float64, role *role, e *party, f *moment, items [2]uint64) {
	write := func(t *tally, v float32) {
		t.add(v)
		for k := range s.spans {
			if v != 0 {
				row[k] = s.logs.of(t.of(k))
			}
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
	for i := range role.sets {
		gap := e.sets[i].add(items[i], &e.panes, f.ms)
		for k := range s.spans {
			if gap > spans[k] {
				row[k] = s.logs.of(e.sets[i].count(k, &e.panes, f.ms))
			}
		}
		row = row[s.spans:]
	}
}

// application is the group of an application's name and, where it has none, of the protocol.
func (s *behaviourStream) application(name string, protocol float64) application {
	if a, ok := s.applications[name]; ok {
		return a
	}
	if group, known := groupNamed(name); known {
		if len(s.applications) > mostParties {
			clear(s.applications)
		}
		a := s.applicationOf(group)
		s.applications[strings.Clone(name)] = a
		return a
	}
	switch protocol {
	case 6:
		return s.unnamed[0]
	case 17:
		return s.unnamed[1]
	}
	return s.unnamed[2]
}

func (s *behaviourStream) applicationOf(group string) application {
	g, ok := s.number[group]
	if !ok {
		g = int32(len(s.Groups))
	}
	return application{g, hash64(group)}
}

// noName is made of an empty name.
var noName nameHash

func (s *behaviourStream) name(text string) *nameHash {
	if text == "" {
		return &noName
	}
	n := s.names[text]
	if n == nil {
		n = new(nameHash)
		describeName(n.features[:], text)
		n.parent, n.whole = hash64(parent(text)), hash64(text)
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
	if strings.IndexByte(text, ':') < 0 {
		host, net := hashNet(text)
		return address{host, net}
	}
	if a, ok := s.hashes[text]; ok {
		return a
	}
	a := address{host: hash64(text)}
	a.net = a.host
	if ip, err := netip.ParseAddr(text); err == nil {
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
