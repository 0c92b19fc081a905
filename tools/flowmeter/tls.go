package flowmeter

const (
	recordAlert     = 21
	recordHandshake = 22
	clientHello     = 1
	serverHello     = 2
)

const (
	extServerName = 0
	extGroups     = 10
	extPoints     = 11
	extSignatures = 13
	extALPN       = 16
	extVersions   = 43
)

// tls looks at the first handshake message of a direction and says whether it needs no more bytes.
func (f *found) tls(b []byte, l *looker) bool {
	for len(b) >= 5 && b[0] == recordAlert {
		n := int(be.Uint16(b[3:]))
		if b[1] != 3 || n > 2 {
			return true // encrypted, or no TLS
		}
		if len(b) < 5+n {
			return false
		}
		b = b[5+n:] // a warning, of a server that does not know the name
	}
	message, complete := handshake(b)
	if len(message) < 4 {
		return complete
	}
	size := 4 + u24(message[1:])
	if len(message) < size {
		return complete || size > keepAll
	}
	f.helloOf(message[:size], 't', l)
	return true
}

// carriers are the protocols that carry TLS's messages, named as JA4 does.
var carriers = map[byte]string{'t': "TLS", 'q': "QUIC", 'd': "DTLS"}

// helloOf reads a whole ClientHello or ServerHello.
func (f *found) helloOf(message []byte, carrier byte, l *looker) {
	body := message[4:]
	switch message[0] {
	case clientHello:
		var h ClientHello
		if !h.parse(body, carrier == 'd') {
			return
		}
		f.protocol, f.ServerName = carriers[carrier], clean(h.ServerName, 79)
		if l.ja3 {
			f.ClientFingerprint = h.JA3()
		} else {
			f.ClientFingerprint = h.JA4(carrier)
		}
	case serverHello:
		var h ServerHello
		if h.parse(body) {
			f.protocol, f.ServerFingerprint = carriers[carrier], h.JA3S()
		}
	}
}

// handshake joins the handshake records that b begins with. complete says that no more can follow.
func handshake(b []byte) (message []byte, complete bool) {
	for len(b) >= 5 && b[0] == recordHandshake {
		if b[1] != 3 {
			return nil, true
		}
		n := int(be.Uint16(b[3:]))
		if n == 0 {
			return message, true
		}
		if 5+n > len(b) {
			return append(message, b[5:]...), false
		}
		message = append(message, b[5:5+n]...)
		b = b[5+n:]
	}
	return message, len(b) >= 5
}

// fields reads lengths and the fields of these lengths from a message; bad is set when the message
// is too short.
type fields struct {
	b   []byte
	bad bool
}

func (f *fields) take(n int) []byte {
	if n > len(f.b) {
		f.bad = true
		n = len(f.b)
	}
	out := f.b[:n:n]
	f.b = f.b[n:]
	return out
}

func (f *fields) u8() int {
	if b := f.take(1); len(b) == 1 {
		return int(b[0])
	}
	return 0
}

func (f *fields) u16() int {
	if b := f.take(2); len(b) == 2 {
		return int(be.Uint16(b))
	}
	return 0
}

// codes are the 16-bit numbers in b.
func codes(b []byte) []uint16 {
	var c []uint16
	for ; len(b) >= 2; b = b[2:] {
		c = append(c, be.Uint16(b))
	}
	return c
}

// parse reads a ClientHello's body (RFC 8446, 4.1.2), which has a cookie in DTLS.
func (h *ClientHello) parse(b []byte, cookie bool) bool {
	f := fields{b: b}
	h.Version = uint16(f.u16())
	f.take(32)
	f.take(f.u8()) // session
	if cookie {
		f.take(f.u8())
	}
	h.Ciphers = codes(f.take(f.u16()))
	f.take(f.u8()) // compression
	if f.bad {
		return false
	}
	rest := fields{b: f.take(f.u16())}
	for len(rest.b) > 0 {
		kind := rest.u16()
		e := fields{b: rest.take(rest.u16())}
		h.Extensions = append(h.Extensions, uint16(kind))
		if !h.extension(kind, &e) {
			return false
		}
	}
	return !rest.bad
}

// extension reads an extension and reports whether it is sound. Only JA3 needs whole lists: nothing
// else that is broken takes the rest along.
func (h *ClientHello) extension(kind int, e *fields) bool {
	switch kind {
	case extServerName:
		if e.u16() > 0 && e.u8() == 0 { // not only announced
			h.ServerName = string(e.take(e.u16()))
		}
	case extGroups:
		h.Groups = codes(e.take(e.u16()))
		return !e.bad
	case extPoints:
		h.Points = append(h.Points, e.take(e.u8())...)
		return !e.bad
	case extSignatures:
		h.Signatures = codes(e.take(e.u16()))
	case extALPN:
		e.u16()
		h.Protocol = string(e.take(e.u8()))
	case extVersions:
		h.Versions = codes(e.take(e.u8()))
	}
	return true
}

// parse reads a ServerHello's body.
func (h *ServerHello) parse(b []byte) bool {
	f := fields{b: b}
	h.Version = uint16(f.u16())
	f.take(32)
	f.take(f.u8())
	h.Cipher = uint16(f.u16())
	f.u8()
	if f.bad {
		return false
	}
	rest := fields{b: f.take(f.u16())}
	for len(rest.b) > 0 {
		h.Extensions = append(h.Extensions, uint16(rest.u16()))
		rest.take(rest.u16())
	}
	return !rest.bad
}
