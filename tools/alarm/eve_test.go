package alarm

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math"
	"os"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"flowbook/ml/detect"
)

// eveFacts is as much of Suricata's schema (etc/schema.json of OISF/suricata at 0035673208) as our
// events touch. The file itself is under the GPL and not here. There, the objects are closed
// (additionalProperties false) but for the items of flowvars, and timestamp and event_type are the
// only fields marked as not optional. The types of anomaly.type are those of Suricata's guide.
func eveFacts() any {
	object := func(closed bool, of map[string]any, required ...any) map[string]any {
		return map[string]any{"type": "object", "properties": of, "additionalProperties": !closed, "required": required}
	}
	text, number := map[string]any{"type": "string"}, map[string]any{"type": "integer"}
	variable := object(false, map[string]any{"gid": text, "key": text, "value": text})
	return object(true, map[string]any{
		"timestamp": map[string]any{"type": "string", "pattern": `^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d+[+\-]\d+$`},
		"flow_id":   number, "event_type": text, "src_ip": text, "src_port": number, "dest_ip": text, "dest_port": number,
		"proto": text, "app_proto": text,
		"anomaly": object(true, map[string]any{"app_proto": text, "event": text, "layer": text,
			"type": map[string]any{"enum": []any{"decode", "stream", "applayer"}}}),
		"metadata": object(true, map[string]any{"flowvars": map[string]any{"type": "array", "items": variable}}),
	}, "timestamp", "event_type")
}

// events are what EVE writes of findings and incidents, of flows that say all and that say nothing.
func events(t *testing.T) []string {
	var b bytes.Buffer
	w := EVE(&b)
	bare := detect.Finding{Score: 8, Threshold: 4, Drivers: []detect.Driver{{Feature: "bidirectional_packets", Share: 1, Value: math.NaN(), Usual: math.NaN()}},
		Flow: detect.Flow{Ms: -1, SourcePort: -1, DestinationPort: -1, Protocol: -1}}
	for _, f := range []detect.Finding{finding, bare} {
		i := incident
		i.Worst = f
		if err := w.Finding(f); err != nil {
			t.Fatal(err)
		}
		if err := w.Incident(i); err != nil {
			t.Fatal(err)
		}
	}
	return strings.Split(strings.TrimSpace(b.String()), "\n")
}

func validate(t *testing.T, schema any) {
	t.Helper()
	c := jsonschema.NewCompiler()
	if err := c.AddResource("eve.json", schema); err != nil {
		t.Fatal(err)
	}
	valid, err := c.Compile("eve.json")
	if err != nil {
		t.Fatal(err)
	}
	check := func(event string) error {
		v, err := jsonschema.UnmarshalJSON(strings.NewReader(event))
		if err != nil {
			t.Fatal(err)
		}
		return valid.Validate(v)
	}
	for _, event := range events(t) {
		if err := check(event); err != nil {
			t.Errorf("%s: %v", event, err)
		}
		for _, wrong := range []string{`"tx_id":"1",`, `"flowbook":{},`} { // that the schema does look
			if check(strings.Replace(event, "{", "{"+wrong, 1)) == nil {
				t.Errorf("an event with %s passes", wrong)
			}
		}
	}
}

// TestEVE: a validator of JSON schemas finds nothing wrong in events.
func TestEVE(t *testing.T) {
	t.Run("facts of the schema", func(t *testing.T) { validate(t, eveFacts()) })
	t.Run("Suricata's file", func(t *testing.T) {
		path := os.Getenv("FLOWBOOK_EVE_SCHEMA")
		if path == "" {
			t.Skip("set FLOWBOOK_EVE_SCHEMA to etc/schema.json of https://github.com/OISF/suricata, which is under the GPL and not in any package registry, to validate by it")
		}
		f, err := os.Open(path)
		if err != nil {
			t.Fatal(err)
		}
		defer f.Close()
		schema, err := jsonschema.UnmarshalJSON(f)
		if err != nil {
			t.Fatal(err)
		}
		validate(t, schema)
	})
}

// TestProtocolName: a protocol without a name here is a number as text, not nothing.
func TestProtocolName(t *testing.T) {
	for protocol, want := range map[int64]string{6: "TCP", 89: "89", 0: "0", -1: ""} {
		if got := event(detect.Finding{Flow: detect.Flow{Protocol: protocol}}, "unusual_flow").Protocol; got != want {
			t.Errorf("%d: %q, want %q", protocol, got, want)
		}
	}
}

// TestEVEFields: an event says what happened in Suricata's fields, and the rest in ours.
func TestEVEFields(t *testing.T) {
	for n, event := range events(t)[:2] {
		var e struct {
			Timestamp  string
			EventType  string `json:"event_type"`
			Proto      string
			Anomaly    eveAnomaly
			Metadata   eveMetadata
			SourcePort int `json:"src_port"`
		}
		if err := json.Unmarshal([]byte(event), &e); err != nil {
			t.Fatal(err)
		}
		ours := e.Metadata.Vars[0].Flowbook
		got := fmt.Sprintf("%s %s %s %d %v %v %v %v; %s", e.Timestamp, e.EventType, e.Proto, e.SourcePort, e.Anomaly, ours["score"], ours["incident"],
			ours["flows"], ours["reason"])
		want := []string{
			"2026-01-01T09:00:00.123000+0000 anomaly TCP 40000 {stream unusual_flow} 8 3 <nil>; ports_of_pair_10s 118, usually at most 3; src2dst_bytes 60",
			"2026-01-01T09:00:00.123000+0000 anomaly TCP 40000 {stream unusual_flows} 8 3 5000; ports_of_pair_10s 118, usually at most 3; src2dst_bytes 60",
		}[n]
		if got != want {
			t.Errorf("event %d: %s, want %s", n, got, want)
		}
	}
}
