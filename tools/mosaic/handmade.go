package mosaic

import (
	"bytes"
	"fmt"

	"flowbook/ml/dataset"
	"flowbook/tools/flowmeter"
)

// HandMade are attacks that no single flow and no ten seconds of one host give away: a wide scan, a
// bombed network, a scan by many, a slow scan.
func HandMade() ([]File, error) {
	syn := func(s *flowmeter.Stats, ms int64) { s.Add(ms, flowmeter.Forward, 60, flowmeter.SYN) }
	wide := func(i int) (f flowmeter.Flow, at int64) {
		return tcp("10.66.0.5", fmt.Sprintf("10.%d.%d.%d", 70+i/62500, i/250%250, 1+i%250), uint16(40000+i), 445), int64(i) * 10
	}
	carpet := func(i int) (f flowmeter.Flow, at int64) {
		f = tcp(fmt.Sprintf("198.%d.%d.%d", 18+i%2, i*37%251, i*101%253), fmt.Sprintf("203.0.113.%d", 1+i*7%254), uint16(1024+i), uint16(1024+i*31%60000))
		f.Protocol, f.Application = 17, flowmeter.Application{Name: "Unknown"}
		return f, int64(i) * 12
	}
	many := func(i int) (f flowmeter.Flow, at int64) {
		return tcp(fmt.Sprintf("100.64.%d.%d", i/250, 1+i%250), "192.0.2.10", uint16(50000+i), uint16(1+i)), int64(i) * 600
	}
	slow := func(i int) (f flowmeter.Flow, at int64) {
		return tcp("10.66.0.9", "192.0.2.20", uint16(50000+i), uint16(1+i*13)), int64(i) * 60_000
	}
	var files []File
	for _, a := range []struct {
		name  string
		flows int
		flow  func(i int) (flowmeter.Flow, int64)
		fill  func(s *flowmeter.Stats, ms int64)
	}{
		{"5,000 hosts scanned by one source in 50 s", 5000, wide, syn},
		{"a /24 carpet bombed in a minute", 5000, carpet, func(s *flowmeter.Stats, ms int64) { s.Add(ms, flowmeter.Forward, 1400, 0) }},
		{"1,000 ports of a host by 1,000 sources in 10 min", 1000, many, syn},
		{"118 ports at one a minute", 118, slow, func(s *flowmeter.Stats, ms int64) {
			syn(s, ms)
			s.Add(ms+1, flowmeter.Reverse, 60, flowmeter.RST|flowmeter.ACK)
		}},
	} {
		rows := flowmeter.AppendHeader(nil)
		for i := range a.flows {
			f, at := a.flow(i)
			f.ID = int64(i)
			a.fill(&f.Stats, dayStart+at)
			rows = f.AppendRow(rows)
		}
		r, err := dataset.NewReader(bytes.NewReader(rows), a.name, dataset.Options{})
		if err != nil {
			return nil, err
		}
		frame, err := r.ReadAll()
		if err != nil {
			return nil, err
		}
		files = append(files, File{a.name, Concat(frame)})
	}
	return files, nil
}

// tcp is a flow of an unknown application between two ends, without its packets.
func tcp(source, destination string, sourcePort, destinationPort uint16) flowmeter.Flow {
	side := func(ip string, port uint16) flowmeter.Side {
		return flowmeter.Side{IP: ip, MAC: "02:00:00:00:00:01", OUI: "02:00:00", Port: port}
	}
	return flowmeter.Flow{Src: side(source, sourcePort), Dst: side(destination, destinationPort), Protocol: 6, IPVersion: 4,
		Application: flowmeter.Application{Name: "Unknown"}}
}
