package flowmeter

const (
	recordHandshake = 22
	clientHello     = 1
	serverHello     = 2
)

// tls looks at the first handshake message of a direction and says whether it needs no more bytes.
func (f *found) tls(b []byte) bool {
	message, complete := handshake(b)
	if len(message) < 4 {
		return complete
	}
	size := 4 + int(message[1])<<16 + int(message[2])<<8 + int(message[3])
	if len(message) < size {
		return complete || size > keepAll
	}
	switch message[0] {
	case clientHello:
		var h ClientHello
		if h.parse(message[4:size]) {
			f.protocol, f.ServerName, f.ClientFingerprint = "TLS", clean(h.ServerName, 79), h.JA3()
		}
	case serverHello:
		var h ServerHello
		if h.parse(message[4:size]) {
			f.protocol, f.ServerFingerprint = "TLS", h.JA3S()
		}
	}
	return true
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

// fields reads lengths and what they announce from a message; bad is set when the message is too short.
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

// parse reads a ClientHello's body (RFC 8446, 4.1.2).
func (h *ClientHello) parse(b []byte) bool {
	f := fields{b: b}
	h.Version = uint16(f.u16())
	f.take(32)
	f.take(f.u8()) // session
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
		switch kind {
		case 0: // server name
			if e.u16() == 0 {
				break // announced, not said
			}
			if e.u8() == 0 {
				h.ServerName = string(e.take(e.u16()))
			}
		case 10:
			h.Groups = codes(e.take(e.u16()))
		case 11:
			h.Points = append(h.Points, e.take(e.u8())...)
		}
		if e.bad && kind != 0 {
			return false
		}
	}
	return !rest.bad
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
