// Package flowmeter turns packets into bidirectional flows with the 89 columns of NFStream 6, from
// pcap and pcapng captures or from whoever calls Stats.Add. It is written from the semantics of the
// columns.
//
// A flow is all packets of one pair of ends (addresses, ports, protocol, VLAN, tunnel) until a gap
// of the idle timeout; the sender of its first packet is the source. Times are ms since 1970, sizes
// bytes on the wire.
//
//	capture, err := flowmeter.NewCapture(file, "lan.pcap")
//	…
//	w.Write(flowmeter.AppendHeader(nil))
//	summary, err := flowmeter.Meter(ctx, flowmeter.Options{Limits: flowmeter.DefaultLimits()}, w, capture)
package flowmeter
