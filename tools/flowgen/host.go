package flowgen

import (
	"net/netip"
	"sync"

	"flowbook/tools/flowmeter"
)

// The made-up network: clients in 10.0.0.0/8 behind four kinds of router, servers in 198.18.0.0/15
// (set aside for benchmarks), some of them in Telegram's networks, and forged sources in
// 100.64.0.0/10. Nobody's real address is in the data, and all are hashed.
const (
	clients   = 20_000
	servers   = 50_000
	telegrams = 1_024 // servers below this are Telegram's
	resolvers = 12    // servers from here on below telegrams+resolvers answer DNS
)

var (
	clientOUI = []string{"34:f8:e7", "60:73:5c", "a4:4b:d5", "00:1c:7f"}
	serverOUI = []string{"e8:b7:48", "00:25:b4", "70:4c:a5", "00:09:0f"}
)

// secret is the key of the addresses' hashes. There is nothing to protect: the addresses are made
// up.
var secret = []byte("flowbook: synthetic traffic has no secrets")

// host names one address: a client, a server, or a forged source.
type host uint32

const (
	serverBit host = 1 << 30
	forgedBit host = 1 << 31
)

// addr is the host's address.
func (h host) addr() netip.Addr {
	n := uint32(h &^ (serverBit | forgedBit))
	switch {
	case h&forgedBit != 0:
		n |= 100<<24 | 64<<16
	case h&serverBit != 0 && n < telegrams:
		n = 149<<24 | 154<<16 | 160<<8 + n
	case h&serverBit != 0:
		n += 198<<24 | 18<<16
	default:
		n = 10<<24 | n/250<<16 | n%250 + 2
	}
	return netip.AddrFrom4([4]byte{byte(n >> 24), byte(n >> 16), byte(n >> 8), byte(n)})
}

// mac returns the MAC address of the router in front of the host.
func (h host) mac() [6]byte {
	n := uint32(h)
	oui, mixed := clientOUI, scramble(uint64(n))
	if h&serverBit != 0 {
		oui = serverOUI
	}
	pick := [8]int{0, 0, 0, 1, 1, 2, 2, 3}[mixed&7] // weights: the first is the most frequent
	text := oui[pick]
	var m [6]byte
	for i := range 3 {
		m[i] = hex(text[3*i])<<4 | hex(text[3*i+1])
	}
	m[5] = byte(mixed>>8) & 3
	return m
}

func (h host) macText() string { return flowmeter.MACText(h.mac()) }

func hex(c byte) byte {
	if c >= 'a' {
		return c - 'a' + 10
	}
	return c - '0'
}

// hostTable holds the hashed text of every client and server.
type hostTable struct {
	ip   [2][]string // clients, servers
	macs map[[6]byte][2]string
}

// hashedHosts is made once: 70,000 hashes in 9 MB.
var hashedHosts = sync.OnceValue(func() *hostTable {
	t := &hostTable{ip: [2][]string{make([]string, clients), make([]string, servers)}, macs: map[[6]byte][2]string{}}
	a := newAnonymiser()
	for i, ips := range t.ip {
		for n := range ips {
			h := host(n) | host(i)*serverBit
			ips[n] = a.Hash(h.addr().String())
			m := h.mac()
			if _, ok := t.macs[m]; !ok {
				text := h.macText()
				t.macs[m] = [2]string{a.Hash(text), text[:8]}
			}
		}
	}
	return t
})

func newAnonymiser() *flowmeter.Anonymiser {
	a, err := flowmeter.NewAnonymiser(secret)
	if err != nil {
		panic(err) // the key is a constant of good length
	}
	return a
}

// side returns the columns of a flow that describe one of its hosts. a hashes forged source
// addresses, which the table does not hold.
func (t *hostTable) side(h host, port uint16, a *flowmeter.Anonymiser) flowmeter.Side {
	s := flowmeter.Side{Port: port}
	if h&forgedBit != 0 {
		s.IP = a.Hash(h.addr().String())
	} else {
		s.IP = t.ip[min(h&serverBit, 1)][h&^serverBit]
	}
	m := t.macs[h.mac()]
	s.MAC, s.OUI = m[0], m[1]
	return s
}
