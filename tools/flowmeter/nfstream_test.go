package flowmeter

import (
	"bufio"
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"maps"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"flowbook/ml/dataset"
)

var captures = flag.String("captures", "", "compare with NFStream on all captures below this folder")

// differences are captures of which flows differ from NFStream's, each with its cause.
var differences = map[string]string{
	"ndpi_c1222.pcapng":                 timeJump,
	"ndpi_codm.pcap":                    timeJump,
	"ndpi_gaijin_warthunder.pcap":       timeJump,
	"ndpi_jsonrpc.pcap":                 timeJump,
	"nfstream_ajp.pcap":                 "NFStream makes flows with addresses out of 12 frames that are no IP",
	"zeek_gap-data-missing.pcapng":      "NFStream's libpcap stops at an interface with another snapshot length",
	"zeek_missing_ldap_logs.pcapng":     "IPv4 packets with a total length of 0, from segmentation offload, which NFStream passes over",
	"zeek_openjdk-25.0.2-zeek.org.pcap": "NFStream does not read Linux cooked captures of version 2",
}

const timeJump = "the time runs back by more than the idle timeout; NFStream lets later flows begin at the time before it"

// TestNFStream meters every capture beside the real NFStream 6.6.0: the same flows, and in each the
// same value in every numeric column.
func TestNFStream(t *testing.T) {
	if *captures == "" {
		t.Skip("go test ./tools/flowmeter -run NFStream -captures DIR meters the captures of DIR beside NFStream")
	}
	peers := os.Getenv("FLOWBOOK_PEERS")
	if peers == "" {
		t.Skip("set FLOWBOOK_PEERS to the bin folder of an environment with .ci/peers.txt, which has NFStream")
	}
	cmd := exec.Command(filepath.Join(peers, "python"), filepath.Join("testdata", "peer.py"))
	in, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	cmd.Stderr = os.Stderr
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	defer func() { in.Close(); cmd.Wait() }()
	lines := bufio.NewScanner(out)
	lines.Buffer(nil, 1<<24)
	var paths []string
	err = filepath.WalkDir(*captures, func(path string, d os.DirEntry, err error) error {
		if err == nil && d.Type().IsRegular() && strings.Contains(filepath.Ext(path), "cap") {
			paths = append(paths, path)
		}
		return err
	})
	if err != nil || len(paths) == 0 {
		t.Fatalf("%d captures are found below %s: %v", len(paths), *captures, err)
	}
	c := comparison{causes: map[string]int{}}
	for _, path := range paths {
		fmt.Fprintln(in, path)
		theirs, failed := readPeer(t, lines)
		ours, err := ourFlows(t, path)
		name := filepath.Base(path)
		if failed != "" || err != nil {
			if (failed == "") != (err == nil) && filepath.Ext(path) != ".gz" { // NFStream does not read compressed captures
				t.Errorf("%s: NFStream says %q, we say %v", name, failed, err)
			}
			continue
		}
		bad := c.capture(name, theirs, ours)
		if len(bad) == 0 && differences[name] != "" {
			t.Errorf("%s has no difference any more: take it out of the list", name)
		}
		if len(bad) > 0 && differences[name] == "" {
			t.Errorf("%s: %d differences: %s", name, len(bad), strings.Join(bad[:min(len(bad), 4)], "\n\t"))
		}
	}
	t.Logf("%d captures, %d of %d flows equal, %d of %d values, %d texts equal", len(paths), c.equal, c.flows, c.same, c.values, c.shown)
	for _, cause := range slices.Sorted(maps.Keys(c.causes)) {
		t.Logf("%d texts differ: %s", c.causes[cause], cause)
	}
	for _, cause := range textCauses {
		if c.causes[cause.cause] == 0 {
			t.Logf("no text of these captures differs because of %q", cause.cause)
		}
	}
}

// comparison counts what is equal.
type comparison struct {
	flows, equal, values, same, shown int
	causes                            map[string]int
}

// capture compares the flows of a capture and lists the differences without a known cause.
func (c *comparison) capture(name string, theirs map[string]map[string]any, ours map[string]map[string]string) (bad []string) {
	for key, want := range theirs {
		c.flows++
		got := ours[key]
		if got == nil {
			bad = append(bad, key+" is not there")
			continue
		}
		bad = append(bad, c.text(name, key, want, got)...)
		before := len(bad)
		for _, column := range numeric() {
			if c.values++; sameNumber(want[column], got[column]) {
				c.same++
			} else {
				bad = append(bad, fmt.Sprintf("%s: %s is %s, want %v", key, column, got[column], want[column]))
			}
		}
		if len(bad) == before {
			c.equal++
		}
	}
	for key := range ours {
		if theirs[key] == nil {
			bad = append(bad, key+" is ours alone")
		}
	}
	return bad
}

// text compares a flow's texts; nDPI writes SSH's fingerprints in capitals.
func (c *comparison) text(name, key string, want map[string]any, got map[string]string) (bad []string) {
	for _, column := range texts {
		a, b := fmt.Sprint(want[column]), got[column]
		switch cause := textDifference(column, a, b, fmt.Sprint(want["application_name"], " ", want["client_fingerprint"]), name); {
		case a == "" && b == "":
		case a == b || a == strings.ToUpper(b):
			c.shown++
		case cause == "":
			bad = append(bad, fmt.Sprintf("%s: %s is %q, want %q", key, column, b, a))
		default:
			c.causes[cause]++
		}
	}
	return bad
}

// numeric are the columns that are compared: all numbers but the id, how the flow ended and what
// nDPI thinks.
func numeric() []string {
	var names []string
	for _, f := range dataset.Columns() {
		if f.Kind != dataset.Text && !slices.Contains([]string{"id", "expiration_id", "application_is_guessed", "application_confidence"}, f.Name) {
			names = append(names, f.Name)
		}
	}
	return names
}

// flowKey names a flow by what tells it from the others of its capture.
func flowKey(get func(string) string) string {
	var parts []string
	for _, name := range []string{"src_ip", "src_port", "dst_ip", "dst_port", "protocol", "vlan_id", "tunnel_id", "bidirectional_first_seen_ms"} {
		parts = append(parts, get(name))
	}
	return strings.Join(parts, " ")
}

func readPeer(t *testing.T, lines *bufio.Scanner) (flows map[string]map[string]any, failed string) {
	flows = map[string]map[string]any{}
	for lines.Scan() {
		if lines.Text() == "end" {
			return flows, failed
		}
		row := map[string]any{}
		d := json.NewDecoder(strings.NewReader(lines.Text()))
		d.UseNumber()
		if err := d.Decode(&row); err != nil {
			t.Fatal(err)
		}
		if why, ok := row["error"]; ok {
			failed = fmt.Sprint(why)
			continue
		}
		flows[flowKey(func(name string) string { return fmt.Sprint(row[name]) })] = row
	}
	t.Fatalf("NFStream has ended: %v", lines.Err())
	return nil, ""
}

func ourFlows(t *testing.T, path string) (map[string]map[string]string, error) {
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	c, err := NewCapture(f, filepath.Base(path))
	if err != nil {
		return nil, err
	}
	var csv bytes.Buffer
	csv.Write(AppendHeader(nil))
	if _, err := Meter(t.Context(), Options{Limits: DefaultLimits()}, &csv, c); err != nil {
		return nil, err
	}
	r, err := dataset.NewReader(&csv, "flows", dataset.Options{})
	if err != nil {
		if err == io.EOF {
			return nil, nil
		}
		t.Fatal(err)
	}
	flows := map[string]map[string]string{}
	for r.Scan() {
		frame := r.Frame()
		for i := range frame.NumRows() {
			row := map[string]string{}
			for _, field := range frame.Fields() {
				switch col := frame.Column(field.Name); field.Kind {
				case dataset.Int64:
					row[field.Name] = strconv.FormatInt(col.Int64(i), 10)
				case dataset.Float64:
					row[field.Name] = strconv.FormatFloat(col.Float64(i), 'g', -1, 64)
				default:
					row[field.Name] = col.Text(i)
				}
			}
			flows[flowKey(func(name string) string { return row[name] })] = row
		}
	}
	return flows, r.Err()
}

// sameNumber compares with NFStream's number, whose mean and standard deviation are computed
// another way: to nine digits.
func sameNumber(want any, got string) bool {
	a, err1 := strconv.ParseFloat(fmt.Sprint(want), 64)
	b, err2 := strconv.ParseFloat(got, 64)
	return err1 == nil && err2 == nil && math.Abs(a-b) <= 1e-9*math.Max(1, math.Abs(a))
}
