package dataset

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"math/bits"
	"slices"
	"strconv"
	"strings"
)

// Profile summarises a whole capture, gathered in one pass over its file in memory that does not
// grow with it.
type Profile struct {
	Rows    int
	Minutes []Minute // flows by the minute of their first packet, ascending; empty minutes count

	Packets []int64 // flows by packets: Packets[k] counts those with 2^k to 2^(k+1)-1 packets
	// Durations[0] counts the flows of 0 ms, Durations[k] those of 2^(k-1) to 2^k-1 ms.
	Durations []int64

	Protocols, Categories []Count // by flows: IP protocol, application category
	Talkers               []Count // by bytes: the source addresses, hashed
	Ports                 []Count // by flows: destination ports
	Missing               []Count // empty cells of each column that has any, in the columns' order

	Correlation Correlation // of the numeric columns that vary
}

// Minute counts the flows that began in one minute.
type Minute struct {
	Start        int64 // Unix ms
	Flows, Bytes int64
}

// Count is how much of something there is.
type Count struct {
	Name string
	N    int64
}

// Keys kept while counting addresses and ports: a flood of spoofed sources must not take the
// machine. Above it the rarest are forgotten, so counts of rare values become lower bounds; the
// largest stay right unless millions compete.
const maxCounted = 1 << 18

// ProfileOf reads the capture once and describes it. It stops when ctx ends.
func ProfileOf(ctx context.Context, c Capture) (Profile, error) {
	r, err := Open(c.Path)
	if err != nil {
		return Profile{}, err
	}
	defer r.Close()
	var p Profile
	minutes, protocols, categories := map[int64]Minute{}, counter{}, counter{}
	talkers, ports, missing := counter{}, counter{}, counter{}
	var moments comoments
	for r.Scan() {
		if err := ctx.Err(); err != nil {
			return Profile{}, err
		}
		f := r.Frame()
		p.Rows += f.NumRows()
		packets, durations := f.Int64s("bidirectional_packets"), f.Int64s("bidirectional_duration_ms")
		seen, bytes := f.Int64s("bidirectional_first_seen_ms"), f.Int64s("bidirectional_bytes")
		protocol, port := f.Int64s("protocol"), f.Int64s("dst_port")
		category, source := f.Strings("application_category_name"), f.Strings("src_ip")
		for i := range f.NumRows() {
			p.Packets = bump(p.Packets, max(bits.Len64(uint64(max(packets[i], 0)))-1, 0))
			p.Durations = bump(p.Durations, bits.Len64(uint64(max(durations[i], 0))))
			start := seen[i] - seen[i]%60000
			m := minutes[start]
			minutes[start] = Minute{start, m.Flows + 1, m.Bytes + bytes[i]}
			protocols.add(protocolName(protocol[i]), 1)
			categories.add(category[i], 1)
			talkers.add(source[i], bytes[i])
			ports.add(strconv.FormatInt(port[i], 10), 1)
		}
		for _, field := range f.Fields() {
			if n := f.Column(field.Name).Nulls(); n > 0 {
				missing.add(field.Name, int64(n))
			}
		}
		moments.add(f)
	}
	if err := r.Err(); err != nil {
		return Profile{}, err
	}
	p.Minutes = everyMinute(minutes)
	p.Protocols, p.Categories = protocols.largest(10), categories.largest(10)
	p.Ports, p.Talkers = ports.largest(10), talkers.largest(10)
	for i := range p.Talkers {
		p.Talkers[i].Name = pseudonym(p.Talkers[i].Name)
	}
	for _, name := range r.Names() {
		if n := missing[name]; n > 0 {
			p.Missing = append(p.Missing, Count{name, n})
		}
	}
	p.Correlation = moments.correlation()
	return p, nil
}

// everyMinute orders the minutes and fills the gaps. A capture whose times span more than a week
// keeps its gaps: they would outgrow the flows.
func everyMinute(seen map[int64]Minute) []Minute {
	var list []Minute
	for _, m := range seen {
		list = append(list, m)
	}
	slices.SortFunc(list, func(a, b Minute) int { return int(a.Start/60000 - b.Start/60000) })
	if len(list) == 0 || list[len(list)-1].Start-list[0].Start > 7*24*3600*1000 {
		return list
	}
	var filled []Minute
	for start := list[0].Start; start <= list[len(list)-1].Start; start += 60000 {
		m := seen[start]
		m.Start = start
		filled = append(filled, m)
	}
	return filled
}

// counter adds up by name, for at most maxCounted names.
type counter map[string]int64

func (c counter) add(name string, n int64) {
	if _, known := c[name]; !known && len(c) >= maxCounted {
		c.forget()
	}
	if _, known := c[name]; !known {
		name = strings.Clone(name) // the frame's text is a piece of a large buffer
	}
	c[name] += n
}

// forget drops the smaller half.
func (c counter) forget() {
	for _, rare := range c.largest(len(c))[len(c)/2:] {
		delete(c, rare.Name)
	}
}

// largest are the n largest counts, equal ones by name.
func (c counter) largest(n int) []Count {
	list := make([]Count, 0, len(c))
	for name, count := range c {
		list = append(list, Count{name, count})
	}
	slices.SortFunc(list, func(a, b Count) int {
		if a.N != b.N {
			return int(min(max(b.N-a.N, -1), 1))
		}
		return strings.Compare(a.Name, b.Name)
	})
	return list[:min(n, len(list))]
}

func bump(counts []int64, k int) []int64 {
	for len(counts) <= k {
		counts = append(counts, 0)
	}
	counts[k]++
	return counts
}

// pseudonym shortens an address to eight hexadecimal digits that do not give it away at a glance.
// Addresses that the meter has hashed are hashed again; this is for figures, not a protection of
// clear addresses against guessing.
func pseudonym(address string) string {
	sum := sha256.Sum256([]byte(address))
	return hex.EncodeToString(sum[:4])
}

// protocolName names the IP protocols that flows commonly have (IANA's protocol numbers).
func protocolName(number int64) string {
	switch number {
	case 1:
		return "ICMP"
	case 2:
		return "IGMP"
	case 6:
		return "TCP"
	case 17:
		return "UDP"
	case 47:
		return "GRE"
	case 58:
		return "ICMPv6"
	case 132:
		return "SCTP"
	}
	return fmt.Sprintf("protocol %d", number)
}
