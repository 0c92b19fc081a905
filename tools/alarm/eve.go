package alarm

import (
	"encoding/json"
	"io"
	"strconv"
	"strings"

	"flowbook/ml/detect"
)

// EVE writes Suricata's event format, event_type anomaly, a JSON object a line. Suricata's schema
// (etc/schema.json) is closed, but for the items of metadata.flowvars: one of them, "flowbook", has
// all that has no field of its own there.
func EVE(w io.Writer) Writer { return &eve{json.NewEncoder(w)} }

type eve struct{ *json.Encoder }

type eveEvent struct {
	Timestamp   string      `json:"timestamp"`
	FlowID      *int64      `json:"flow_id,omitempty"`
	EventType   string      `json:"event_type"`
	Source      string      `json:"src_ip,omitempty"`
	SourcePort  *int64      `json:"src_port,omitempty"`
	Destination string      `json:"dest_ip,omitempty"`
	Port        *int64      `json:"dest_port,omitempty"`
	Protocol    string      `json:"proto,omitempty"`
	Application string      `json:"app_proto,omitempty"`
	Anomaly     eveAnomaly  `json:"anomaly"`
	Metadata    eveMetadata `json:"metadata"`
}

type eveMetadata struct {
	Vars []eveVar `json:"flowvars"` // one
}

type eveVar struct {
	Flowbook map[string]any `json:"flowbook"`
}

type eveAnomaly struct {
	Type  string `json:"type"`
	Event string `json:"event"`
}

// eveTime is Suricata's layout: microseconds and an offset without a colon.
const eveTime = "2006-01-02T15:04:05.000000-0700"

// protocolNames are Suricata's names of the IP protocols that flows have most.
var protocolNames = map[int64]string{1: "ICMP", 2: "IGMP", 6: "TCP", 17: "UDP", 47: "GRE", 50: "ESP", 58: "IPv6-ICMP", 132: "SCTP"}

// protocolName is Suricata's name of the flow's protocol, its number if that has none here, and ""
// for an unknown one.
func protocolName(f detect.Flow) string {
	if name, ok := protocolNames[f.Protocol]; ok || f.Protocol < 0 {
		return name
	}
	return strconv.FormatInt(f.Protocol, 10)
}

func event(f detect.Finding, name string) eveEvent {
	o := objectOf(f)
	e := eveEvent{Timestamp: when(max(f.Flow.Ms, 0)).Format(eveTime), FlowID: o.ID, EventType: "anomaly", Source: o.Source, SourcePort: o.SourcePort,
		Destination: o.Destination, Port: o.Port, Protocol: protocolName(f.Flow),
		Application: strings.ToLower(f.Flow.Application), Anomaly: eveAnomaly{"stream", name},
		Metadata: eveMetadata{[]eveVar{{map[string]any{"row": f.Row, "score": f.Score, "threshold": f.Threshold, "drivers": o.Drivers,
			"incident": f.Incident, "reason": reason(f.Drivers)}}}}}
	return e
}

func (e *eve) Finding(f detect.Finding) error { return e.Encode(event(f, "unusual_flow")) }

func (e *eve) Incident(i detect.Incident) error {
	v := event(i.Worst, "unusual_flows")
	v.FlowID = nil
	ours := v.Metadata.Vars[0].Flowbook
	ours["incident"], ours["flows"] = i.Number, i.Flows
	ours["first"], ours["last"] = when(i.First).Format(eveTime), when(i.Last).Format(eveTime)
	ours["sources"], ours["destinations"], ours["ports"], ours["more"] = i.Sources, i.Destinations, i.Ports, i.More
	delete(ours, "row")
	return e.Encode(v)
}
