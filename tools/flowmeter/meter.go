package flowmeter

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math"
	"net/netip"
)

// Options says how to meter.
type Options struct {
	Limits
	Anonymise *Anonymiser // hashes the four addresses; nil leaves them clear
	FirstID   int64
	JA3       bool // fingerprints TLS clients by JA3, as NFStream did up to 6.5; else by JA4
	// Orient reverses a flow that begins with a SYN-ACK. NFStream always takes the sender of the
	// first packet as the source.
	Orient bool
	// Reassemble puts fragments of IP datagrams together: each counts in the flow of the whole
	// datagram, which has its ports and flags. Else the first is a packet of its own, and the
	// others belong to no flow, as NFStream has it.
	Reassemble bool

	Inner bool // looks into VXLAN, GENEVE and GRE, which NFStream does not
	Live  bool // writes each flow when it ends, not when there are many
}

// Summary counts the packets and flows of a metering.
type Summary struct {
	Packets int64 // read
	Skipped Skips // of them no part of a flow, by the reason
	Longer  int64 // of them captured longer than they were on the wire
	Back    Back  // those whose time ran back
	Flows   int64 // written
	Evicted int64 // of them ended early because the table was full
}

// Meter reads captures one after the other and appends their flows as CSV lines, without a header,
// to w in the order in which they end. Flows go on from one capture to the next. Of a capture
// that cannot be read to its end, the flows before the fault are written, and then the error is
// returned; a *CaptureError has the packet's number.
func Meter(ctx context.Context, o Options, w io.Writer, captures ...*Capture) (Summary, error) {
	var s Summary
	out := &flowWriter{w: w, options: o, next: o.FirstID}
	t := newTable(o.Limits, out.write)
	t.looker.ja3, t.orient = o.JA3, o.Orient
	r := newReassembly(&s.Skipped)
	var failed error
	for _, c := range captures {
		c.inner, c.hold = o.Inner, o.Reassemble
		if failed = meterOne(ctx, c, t, r, &s); failed != nil {
			break
		}
	}
	var write *writeError
	if !errors.As(failed, &write) {
		failed = errors.Join(failed, r.expire(math.MaxInt64, t.add), t.flush(), out.flush())
	}
	s.Evicted, s.Flows = t.evicted, out.next-o.FirstID
	return s, failed
}

func meterOne(ctx context.Context, c *Capture, t *table, r *reassembly, s *Summary) error {
	var p Packet
	for {
		if s.Packets&0xfff == 0 && ctx.Err() != nil {
			return context.Cause(ctx)
		}
		ok, err := c.next(&p)
		if err == io.EOF {
			s.Longer += c.longer
			return c.unmetered()
		}
		if err != nil {
			return err
		}
		s.Packets++
		if !ok && p.fragment == nil {
			s.Skipped[p.skip]++
			continue
		}
		if s.Back.note(t, &p, c) {
			// The fragments that are held belong to the time before.
			if err := r.expire(math.MaxInt64, t.add); err != nil {
				return err
			}
			t.reset = true
		}
		if p.fragment != nil {
			if err := r.add(&p, t.add); err != nil {
				return err
			}
			continue
		}
		if err := t.add(&p); err != nil {
			return err
		}
	}
}

// writeError is a failure of the writer, after which nothing more is to be written.
type writeError struct{ error }

func (e *writeError) Unwrap() error { return e.error }

// flowWriter turns ended flows into lines.
type flowWriter struct {
	w       io.Writer
	options Options
	next    int64
	buf     []byte
	flow    Flow
}

func (o *flowWriter) write(e *entry) error {
	f := &o.flow
	*f = Flow{ID: o.next, Expiration: e.expiration, Protocol: e.key.protocol, IPVersion: e.key.version, VLAN: e.key.vlan, Tunnel: e.key.tunnel,
		Application: e.application()}
	e.fill(&f.Stats)
	ip, port := e.source()
	f.Src = o.side(ip, e.srcMAC, port, e.key.version)
	ip, port = e.destination()
	f.Dst = o.side(ip, e.dstMAC, port, e.key.version)
	o.next++
	o.buf = f.AppendRow(o.buf)
	if len(o.buf) > 1<<18 || o.options.Live {
		return o.flush()
	}
	return nil
}

func (o *flowWriter) flush() error {
	_, err := o.w.Write(o.buf)
	o.buf = o.buf[:0]
	if err != nil {
		return &writeError{fmt.Errorf("write flows: %w", err)}
	}
	return nil
}

func (o *flowWriter) side(ip [16]byte, mac [6]byte, port uint16, version uint8) Side {
	s := Side{IP: address(ip, version).String(), MAC: MACText(mac), Port: port}
	s.OUI = s.MAC[:8]
	if a := o.options.Anonymise; a != nil {
		s.IP, s.MAC = a.Hash(s.IP), a.Hash(s.MAC)
	}
	return s
}

func address(ip [16]byte, version uint8) netip.Addr {
	if version == 4 {
		return netip.AddrFrom4([4]byte(ip[12:]))
	}
	return netip.AddrFrom16(ip)
}
