package flowmeter

// isDTLS says whether a datagram begins with a handshake record of DTLS 1.0 to 1.3 that is not
// encrypted.
func isDTLS(b []byte) bool {
	return len(b) > 25 && b[0] == recordHandshake && b[1] == 0xfe && b[2] >= 0xfc && b[3] == 0 && b[4] == 0
}

// dtls reads a side's hello out of the records of a datagram (RFC 6347, 4.2.2).
func (t *talk) dtls(f *found, b []byte, dir Direction, l *looker) {
	for isDTLS(b) {
		n := int(be.Uint16(b[11:]))
		if 13+n > len(b) {
			return
		}
		for m := b[13 : 13+n]; len(m) >= 12; {
			at, size := u24(m[6:]), u24(m[9:])
			if 12+size > len(m) {
				return
			}
			if kind := m[0]; kind == clientHello || kind == serverHello {
				t.fragment(f, m[:12+size], at, dir, l)
			}
			m = m[12+size:]
		}
		b = b[13+n:]
	}
}

// fragment adds a part of a hello. The message's type and length go before its first part, so that
// it reads like one of TLS.
func (t *talk) fragment(f *found, m []byte, at int, dir Direction, l *looker) {
	a := &t.hello[dir]
	// the client repeats its hello with the server's cookie
	if sequence := be.Uint16(m[4:]); sequence != t.sequence[dir] && !a.done {
		l.kept -= int64(a.kept)
		*a = assembly{}
		t.sequence[dir] = sequence
	}
	if at == 0 {
		a.add(0, append(m[:4:4], m[12:]...), l)
	} else {
		a.add(4+at, m[12:], l)
	}
	if message := a.message(); message != nil {
		f.helloOf(message, 'd', l)
		a.drop(l)
	}
}

func u24(b []byte) int { return int(b[0])<<16 | int(b[1])<<8 | int(b[2]) }
