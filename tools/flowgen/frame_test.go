package flowgen

import (
	"encoding/binary"
	"fmt"
	"strings"

	"flowbook/tools/flowmeter"
)

// traced is one packet as a wire has sent it.
type traced struct {
	us    int64
	row   int32
	size  uint16
	dir   flowmeter.Direction
	flags flowmeter.Flags
}

// talker turns a row's packets into frames: headers in full, and of the payload what the row shows
// in the clear.
type talker struct {
	row  *row
	said [2]int    // data packets so far
	seq  [2]uint32 // TCP
}

var big = binary.BigEndian

// frame is the captured part of a packet: all headers, and a message where there is one.
func (t *talker) frame(p traced) []byte {
	r := t.row
	src, dst, sport, dport := r.src, r.dst, r.sport, r.dport
	if p.dir == rev {
		src, dst, sport, dport = dst, src, dport, sport
	}
	sm, dm := src.mac(), dst.mac()
	b := append(append(make([]byte, 0, 1600), dm[:]...), sm[:]...)
	b = append(b, 8, 0)
	head := 34
	switch r.protocol {
	case tcp:
		if head += 20; p.size >= ackSize {
			head += 12
		}
	case udp:
		head += 8
	default:
		head += 8
	}
	payload := max(int(p.size)-head, 0)
	if r.protocol == tcp && (p.flags&flowmeter.PSH == 0 || p.size < ackSize) {
		payload = 0 // a bare acknowledgement, padded
	}
	ip := make([]byte, 20)
	ip[0] = 0x45
	big.PutUint16(ip[2:], uint16(head-14+payload))
	ip[8], ip[9] = 64, r.protocol
	s4, d4 := src.addr().As4(), dst.addr().As4()
	copy(ip[12:], s4[:])
	copy(ip[16:], d4[:])
	b = append(b, ip...)
	switch r.protocol {
	case tcp:
		h := make([]byte, head-34)
		big.PutUint16(h, sport)
		big.PutUint16(h[2:], dport)
		big.PutUint32(h[4:], t.seq[p.dir])
		h[12], h[13] = byte(len(h)/4)<<4, byte(p.flags)
		for i := 20; i < len(h); i++ {
			h[i] = 1
		}
		b = append(b, h...)
		t.seq[p.dir] += uint32(payload)
		if p.flags&flowmeter.SYN != 0 {
			t.seq[p.dir]++
		}
	case udp:
		h := make([]byte, 8)
		big.PutUint16(h, sport)
		big.PutUint16(h[2:], dport)
		big.PutUint16(h[4:], uint16(8+payload))
		b = append(b, h...)
	default:
		b = append(b, make([]byte, 8)...)
	}
	if payload > 0 {
		b = append(b, t.message(p.dir, payload)...)
		t.said[p.dir]++
	}
	for len(b) < min(int(p.size), 60) {
		b = append(b, 0)
	}
	return b[:min(len(b), int(p.size))]
}

// message is what the row's next data packet says, at most size bytes of it; without anything to
// say, a few bytes that mean nothing.
func (t *talker) message(dir flowmeter.Direction, size int) []byte {
	r := t.row
	c := &classes[r.class]
	first, second := t.said[dir] == 0, t.said[dir] == 1
	var m []byte
	switch {
	case c.how == lookups && r.name != "" && dir == fwd:
		m = question(r.name)
	case c.name == "DHCP" && first && dir == fwd:
		m = discover(r.client)
	case c.how != streams || r.protocol != tcp:
	case c.group == ssh && r.client != "" && r.kind == BruteForce:
		switch {
		case first:
			m = []byte("SSH-2.0-" + strings.Repeat("x", size-10) + "\r\n")
		case second:
			m = kexInit(t.kex(dir))
		}
	case c.group == ssh && r.client != "" && first:
		m = append([]byte("SSH-2.0-OpenSSH_8.4\r\n"), kexInit(t.kex(dir))...)
	case c.group == httpAny && r.name != "" && first && dir == fwd:
		m = []byte("GET / HTTP/1.1\r\nHost: " + r.name + "\r\n")
		if r.agent != "" {
			m = append(m, "User-Agent: "+r.agent+"\r\n"...)
		}
		m = append(m, "\r\n"...)
	case c.group == httpAny && r.content != "" && first && dir == rev:
		m = []byte("HTTP/1.1 200 OK\r\nContent-Type: " + r.content + "\r\n\r\n")
	case (c.group == tlsAny || c.group == tlsNamed) && r.client != "" && first && dir == fwd:
		m = clientHello(t.hello(), r.name)
	case r.server != "" && first && dir == rev:
		for _, a := range answers {
			if a.ja3s == r.server {
				m = serverHello(a.hello)
			}
		}
	}
	if len(m) > size {
		panic(fmt.Sprintf("flowgen: row of class %s says %d bytes in a packet of %d", c.name, len(m), size))
	}
	for len(m) < min(size, 4) {
		m = append(m, 0xff)
	}
	return m
}

func (t *talker) hello() flowmeter.ClientHello {
	if t.row.kind != Benign {
		return rareHello(t.row.kind, t.row.campaign)
	}
	for _, b := range browsers {
		if b.ja3 == t.row.client {
			return b.hello
		}
	}
	panic("flowgen: no browser has the fingerprint " + t.row.client)
}

func (t *talker) kex(dir flowmeter.Direction) flowmeter.KexInit {
	want := [2]string{t.row.client, t.row.server}[dir]
	for _, k := range append(append([]flowmeter.KexInit{sshBrute}, sshClients...), sshServers...) {
		if k.HASSH() == want {
			return k
		}
	}
	panic("flowgen: nobody offers " + want)
}

func question(name string) []byte {
	b := []byte{1, 2, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0}
	for label := range strings.SplitSeq(name, ".") {
		b = append(append(b, byte(len(label))), label...)
	}
	return append(b, 0, 0, 1, 0, 1)
}

func discover(list string) []byte {
	b := make([]byte, 240)
	b[0] = 1
	copy(b[236:], []byte{0x63, 0x82, 0x53, 0x63, 53, 1, 1})
	b = append(b, 53, 1, 1, 55, 0)
	at := len(b) - 1
	for n := range strings.SplitSeq(list, ",") {
		var x byte
		fmt.Sscan(n, &x)
		b = append(b, x)
		b[at]++
	}
	return append(b, 255)
}

// prefixed is b behind its length in size bytes.
func prefixed(size int, b []byte) []byte {
	var n [8]byte
	big.PutUint64(n[:], uint64(len(b)))
	return append(append([]byte{}, n[8-size:]...), b...)
}

func words(v []uint16) []byte {
	var b []byte
	for _, x := range v {
		b = big.AppendUint16(b, x)
	}
	return b
}

func record(kind byte, body []byte) []byte {
	return append([]byte{22, 3, 1}, prefixed(2, append([]byte{kind}, prefixed(3, body)...))...)
}

func clientHello(h flowmeter.ClientHello, name string) []byte {
	b := append(big.AppendUint16(nil, h.Version), make([]byte, 32)...)
	b = append(b, 0)
	b = append(b, prefixed(2, words(h.Ciphers))...)
	b = append(b, 1, 0)
	var ext []byte
	for _, kind := range h.Extensions {
		ext = big.AppendUint16(ext, kind)
		var body []byte
		switch kind {
		case 0:
			if name != "" {
				body = prefixed(2, append([]byte{0}, prefixed(2, []byte(name))...))
			}
		case 10:
			body = prefixed(2, words(h.Groups))
		case 11:
			body = prefixed(1, h.Points)
		}
		ext = append(ext, prefixed(2, body)...)
	}
	return record(1, append(b, prefixed(2, ext)...))
}

func serverHello(h flowmeter.ServerHello) []byte {
	b := append(big.AppendUint16(nil, h.Version), make([]byte, 32)...)
	b = append(b, 0)
	b = append(big.AppendUint16(b, h.Cipher), 0)
	var ext []byte
	for _, kind := range h.Extensions {
		ext = append(big.AppendUint16(ext, kind), 0, 0)
	}
	return record(2, append(b, prefixed(2, ext)...))
}

func kexInit(k flowmeter.KexInit) []byte {
	b := append([]byte{4, 20}, make([]byte, 16)...)
	for _, list := range []string{k.Kex, "ssh-ed25519", k.Cipher, k.Cipher, k.MAC, k.MAC, k.Compression, k.Compression, "", ""} {
		b = append(b, prefixed(4, []byte(list))...)
	}
	return prefixed(4, append(b, make([]byte, 5+4)...))
}
