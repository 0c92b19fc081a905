package flowmeter

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/sha256"
	"encoding/hex"
	"slices"
)

// quicVersion is how one version of QUIC protects its Initial packets, with keys that anyone can
// derive from the first connection ID.
type quicVersion struct {
	salt    []byte
	label   string // before "key", "iv" and "hp"
	initial byte   // the packet type
}

var (
	quic1   = quicVersion{salt: unhex("38762cf7f55934b34d179ae6a4c80cadccbb7f0a"), label: "quic "}               // RFC 9001
	quic2   = quicVersion{salt: unhex("0dede3def700a6db819381be6e269dcbf9bd2ed9"), label: "quicv2 ", initial: 1} // RFC 9369
	draft29 = quicVersion{salt: unhex("afbfec289993d24c9e9786f19c6111e04390a899"), label: "quic "}               // draft-ietf-quic-tls-29 to 32
	draft23 = quicVersion{salt: unhex("c3eef712c72ebb5a11a7d2432bb46365bef9f502"), label: "quic "}               // 23 to 28
)

func unhex(s string) []byte {
	b, err := hex.DecodeString(s)
	if err != nil {
		panic(err) // a constant above
	}
	return b
}

// quicByVersion is nil for numbers of other protocols and of versions nobody speaks any more.
func quicByVersion(v uint32) *quicVersion {
	switch draft := v & 0xff; {
	case v == 1:
		return &quic1
	case v == 0x6b3343cf:
		return &quic2
	case v == 0xfaceb002: // Facebook's, as draft 27
		return &draft23
	case v>>8 != 0xff0000 || draft < 23 || draft > 34:
		return nil
	case draft < 29:
		return &draft23
	case draft < 33:
		return &draft29
	}
	return &quic1
}

// quicKeys protect the Initial packets of a client.
type quicKeys struct {
	version *quicVersion
	id      []byte // the connection ID that they are derived from

	aead   cipher.AEAD
	iv     []byte
	header cipher.Block
}

// clientKeys derives a client's keys from the connection ID that its first packet is sent to (RFC
// 9001, 5.2).
func (v *quicVersion) clientKeys(id []byte) (*quicKeys, error) {
	initial, err := hkdf.Extract(sha256.New, id, v.salt)
	if err != nil {
		return nil, err
	}
	expand := func(secret []byte, label string, n int) (out []byte) {
		if err == nil {
			out, err = hkdf.Expand(sha256.New, secret, expandLabel(label, n), n)
		}
		return out
	}
	client := expand(initial, "client in", 32)
	key, iv, hp := expand(client, v.label+"key", 16), expand(client, v.label+"iv", 12), expand(client, v.label+"hp", 16)
	if err != nil {
		return nil, err
	}
	block, err := aes.NewCipher(key)
	if err != nil {
		return nil, err
	}
	k := &quicKeys{version: v, id: slices.Clone(id), iv: iv}
	if k.aead, err = cipher.NewGCM(block); err != nil {
		return nil, err
	}
	k.header, err = aes.NewCipher(hp)
	return k, err
}

// expandLabel is TLS 1.3's HkdfLabel without a context (RFC 8446, 7.1).
func expandLabel(label string, n int) string {
	b := append([]byte{byte(n >> 8), byte(n), byte(len("tls13 ") + len(label))}, "tls13 "...)
	return string(append(append(b, label...), 0))
}

// isQUIC says whether a datagram begins with a long header of a version whose keys are known.
func isQUIC(b []byte) bool {
	return len(b) > 7 && b[0]&0xc0 == 0xc0 && quicByVersion(be.Uint32(b[1:])) != nil
}

// quicPacket is an Initial packet as it was sent.
type quicPacket struct {
	version *quicVersion
	to      []byte // connection ID
	number  int    // where the packet number stands
	b       []byte // the whole packet
}

// nextInitial finds the first Initial packet in a datagram and the bytes that follow it; nil where
// none does.
func nextInitial(b []byte) (p *quicPacket, rest []byte) {
	for isQUIC(b) {
		v := quicByVersion(be.Uint32(b[1:]))
		f := fields{b: b[5:]}
		to := f.take(f.u8())
		f.take(f.u8()) // the sender's connection ID
		kind := b[0] >> 4 & 3
		if kind == (v.initial+3)&3 {
			return nil, nil // Retry has no length
		}
		if kind == v.initial {
			f.take(f.varint()) // token
		}
		n := f.varint()
		number := len(b) - len(f.b)
		f.take(n)
		if f.bad {
			return nil, nil
		}
		size := len(b) - len(f.b)
		if kind == v.initial {
			return &quicPacket{v, to, number, b[:size]}, b[size:]
		}
		b = b[size:]
	}
	return nil, nil
}

// open takes off the protection (RFC 9001, 5.3 and 5.4) and returns the frames; nil where the keys
// are of somebody else.
func (p *quicPacket) open(keys *quicKeys) []byte {
	sample := p.number + 4
	if sample+aes.BlockSize > len(p.b) {
		return nil
	}
	var mask [aes.BlockSize]byte
	keys.header.Encrypt(mask[:], p.b[sample:sample+aes.BlockSize])
	header := slices.Clone(p.b[:p.number+4])
	header[0] ^= mask[0] & 15
	n := int(header[0]&3) + 1
	header = header[:p.number+n]
	nonce := slices.Clone(keys.iv)
	for i := range n {
		header[p.number+i] ^= mask[1+i]
		nonce[len(nonce)-n+i] ^= header[p.number+i]
	}
	frames, err := keys.aead.Open(nil, nonce, p.b[p.number+n:], header)
	if err != nil {
		return nil
	}
	return frames
}

// cryptoFrames hands over the parts of the handshake in an Initial packet's frames (RFC 9000, 19).
func cryptoFrames(b []byte, part func(at int, data []byte)) {
	f := fields{b: b}
	for len(f.b) > 0 && !f.bad {
		switch kind := f.varint(); kind {
		case 0, 1: // padding, ping
		case 2, 3: // the bytes that the sender has received
			f.varint()
			f.varint()
			ranges := f.varint()
			f.varint()
			for i := 0; i < 2*ranges && !f.bad; i++ {
				f.varint()
			}
			for i := 0; kind == 3 && i < 3; i++ {
				f.varint()
			}
		case 6:
			at := f.varint()
			data := f.take(f.varint())
			if !f.bad {
				part(at, data)
			}
		default:
			return // the connection is closed
		}
	}
}

// varint is a number of QUIC's, of 1, 2, 4 or 8 bytes.
func (f *fields) varint() int {
	first := f.u8()
	n := first & 63
	for range 1<<(first>>6) - 1 {
		n = n<<8 | f.u8()
	}
	if n < 0 || n > 1<<30 { // no length and no place in a hello
		f.bad = true
		return 0
	}
	return n
}

// mostInitials is how many Initial packets of one datagram are looked at. A client sends one or
// two; each costs a derivation of keys if it opens with none that are known.
const mostInitials = 4

// quic reads the client's hello out of the Initial packets of a datagram.
func (t *talk) quic(f *found, b []byte, l *looker) {
	for range mostInitials {
		p, rest := nextInitial(b)
		if p == nil || t.hello[0].done {
			return
		}
		if frames := t.open(p); frames != nil {
			f.protocol = "QUIC"
			cryptoFrames(frames, func(at int, data []byte) { t.hello[0].add(at, data, l) })
			if message := t.hello[0].message(); message != nil {
				f.helloOf(message, 'q', l)
				t.hello[0].drop(l)
				t.keys = nil
			}
		}
		b = rest
	}
}

// open opens an Initial packet with the keys of those before it. The first packet, or that after a
// Retry, is sent to the connection ID that the keys are derived from.
func (t *talk) open(p *quicPacket) []byte {
	if t.keys != nil {
		if t.keys.version != p.version { // the two agreed on another
			if keys, err := p.version.clientKeys(t.keys.id); err == nil {
				t.keys = keys
			}
		}
		if frames := p.open(t.keys); frames != nil {
			return frames
		}
	}
	if len(p.to) > 20 { // RFC 9000, 17.2
		return nil
	}
	keys, err := p.version.clientKeys(p.to)
	if err != nil {
		return nil
	}
	frames := p.open(keys)
	if frames != nil {
		t.keys = keys
	}
	return frames
}
