package flowmeter

import (
	"cmp"
	"slices"
)

// assembly puts a handshake message together whose parts may come in any order and more than once,
// as QUIC and DTLS send them.
type assembly struct {
	parts []part
	kept  int
	done  bool
}

type part struct {
	at   int
	data []byte
}

// add keeps a copy of a part.
func (a *assembly) add(at int, data []byte, l *looker) {
	if a.done || len(data) == 0 || at < 0 || at+len(data) > keepAll || len(a.parts) == keepParts {
		return
	}
	for _, p := range a.parts {
		if p.at <= at && at+len(data) <= p.at+len(p.data) {
			return // a retransmission
		}
	}
	if a.kept += len(data); a.kept > 2*keepAll || l.kept > keepSum {
		a.kept -= len(data)
		a.drop(l)
		return
	}
	l.kept += int64(len(data))
	a.parts = append(a.parts, part{at, slices.Clone(data)})
}

// keepParts is how many parts are kept of one message.
const keepParts = 64

// message is the handshake message from its beginning, type and length included; nil while parts
// are missing.
func (a *assembly) message() []byte {
	slices.SortStableFunc(a.parts, func(x, y part) int { return cmp.Compare(x.at, y.at) })
	var b []byte
	for _, p := range a.parts {
		if p.at > len(b) {
			break
		}
		if end := p.at + len(p.data); end > len(b) {
			b = append(b, p.data[len(b)-p.at:]...)
		}
	}
	if len(b) < 4 {
		return nil
	}
	size := 4 + int(b[1])<<16 + int(b[2])<<8 + int(b[3])
	if len(b) < size {
		return nil
	}
	return b[:size]
}

// drop lets go of the parts; no more are looked at.
func (a *assembly) drop(l *looker) {
	l.kept -= int64(a.kept)
	*a = assembly{done: true}
}
