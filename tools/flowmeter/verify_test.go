package flowmeter

import (
	"fmt"
	"strings"
	"testing"

	"flowbook/ml/dataset"

	"github.com/google/go-cmp/cmp"
)

// verified is the report on rows of CSV.
func verified(t testing.TB, rows string) *Report {
	t.Helper()
	r, err := dataset.NewReader(strings.NewReader(string(AppendHeader(nil))+rows), "flows.csv", dataset.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	report, err := Verify(r, nil)
	if err != nil {
		t.Fatal(err)
	}
	return report
}

// checkRows fails when metered rows break a rule.
func checkRows(t testing.TB, rows string, want int64) {
	t.Helper()
	if want == 0 {
		return
	}
	if report := verified(t, rows); !report.OK() || report.Rows != want {
		t.Errorf("%d rows, want %d; %+v\n%s", report.Rows, want, report.Rules, rows)
	}
}

// threeFlows are a TCP flow of two ways, a ping without an answer, and a longer UDP flow.
func threeFlows() string {
	var b []byte
	web := Flow{ID: 7, Protocol: protoTCP, IPVersion: 4, Src: Side{Port: 40000}, Dst: Side{Port: 80},
		Application: Application{Name: "HTTP", Category: "Web", ClientFingerprint: "c", ServerFingerprint: "s", UserAgent: "curl, by hand"}}
	web.Add(5, Forward, 74, SYN)
	web.Add(9, Reverse, 74, SYN|ACK)
	web.Add(11, Forward, 500, PSH|ACK)
	b = web.AppendRow(b)
	ping := Flow{ID: 8, Protocol: protoICMP, IPVersion: 4, Application: Application{Name: "ICMP", Category: "Network"}}
	ping.Add(20, Forward, 98, 0)
	b = ping.AppendRow(b)
	long := Flow{ID: 9, Protocol: protoUDP, IPVersion: 4, Src: Side{Port: 1}, Dst: Side{Port: 2}, Application: Application{Name: "Unknown"}}
	for i := range int64(30) {
		long.Add(100+i*i, Direction(i%3/2), uint16(60+i), 0)
	}
	return string(long.AppendRow(b))
}

func TestVerifyPasses(t *testing.T) { checkRows(t, threeFlows(), 3) }

// TestVerifyAcceptsWhatIsMetered: a capture that begins with the server's hello, and a request over
// HTTP that SSH answers, are metered as they are.
func TestVerifyAcceptsWhatIsMetered(t *testing.T) {
	segment := func(from, to string, b []byte) []byte {
		return ethernetFrame(0x0800, ip4(protoTCP, from, to, b))
	}
	const a, b = "192.0.2.1", "192.0.2.2"
	rows, s, err := metered(options(),
		pcapOf(segment(b, a, tcpSegment(443, 40000, 1, PSH|ACK, string(serverHelloBytes(ServerHello{Version: 771, Cipher: 4865, Extensions: []uint16{43, 51}}))))),
		pcapOf(segment(a, b, tcpSegment(40001, 22, 1, PSH|ACK, "GET / HTTP/1.1\r\nHost: a\r\nUser-Agent: x\r\n\r\n")),
			segment(b, a, tcpSegment(22, 40001, 1, PSH|ACK, "SSH-2.0-x\r\n"))))
	if err != nil || s.Flows != 2 {
		t.Fatalf("%+v, %v", s, err)
	}
	checkRows(t, rows, 2)
}

// TestOrient: a capture that begins after the request has the client as the source with Orient, and
// the sender of the first packet, as NFStream has it, without. Verify accepts both.
func TestOrient(t *testing.T) {
	const client, server = "192.0.2.9", "192.0.2.1"
	answer := ethernetFrame(0x0800, ip4(protoTCP, server, client, tcpSegment(443, 40000, 1, SYN|ACK, "")))
	ack := ethernetFrame(0x0800, ip4(protoTCP, client, server, tcpSegment(40000, 443, 1, ACK, "")))
	for _, test := range []struct {
		name   string
		orient bool
		frames [][]byte
		want   string // source, destination, packets, packets there and back, directions
	}{
		{"as NFStream", false, [][]byte{answer, ack}, "192.0.2.1 443 192.0.2.9 40000 2 1 1 " + list(SPLT, 0, 1)},
		{"turned", true, [][]byte{answer, ack}, "192.0.2.9 40000 192.0.2.1 443 2 1 1 " + list(SPLT, 1, 0)},
		{"nobody has asked", true, [][]byte{answer}, "192.0.2.9 40000 192.0.2.1 443 1 0 1 " + list(SPLT, 1)},
		{"begun before", true, [][]byte{ack, answer}, "192.0.2.9 40000 192.0.2.1 443 2 1 1 " + list(SPLT, 0, 1)},
	} {
		o := options()
		o.Orient = test.orient
		rows, s, err := metered(o, pcapOf(test.frames...))
		if err != nil {
			t.Fatal(err)
		}
		f := fieldsOf(t, rows)
		var got []string
		for _, name := range []string{"src_ip", "src_port", "dst_ip", "dst_port", "bidirectional_packets", "src2dst_packets", "dst2src_packets", "splt_direction"} {
			got = append(got, f[name])
		}
		if d := cmp.Diff(test.want, strings.Join(got, " ")); d != "" {
			t.Errorf("%s (-want +got):\n%s", test.name, d)
		}
		if want := f["dst_mac"]; test.orient && len(test.frames) == 1 && want != "02:00:00:00:00:01" {
			t.Errorf("%s: the server's hardware address is %s", test.name, want)
		}
		checkRows(t, rows, s.Flows)
	}
}

// TestVerifyFinds breaks each rule by changing one field of one row.
func TestVerifyFinds(t *testing.T) {
	columns := dataset.Columns()
	for _, test := range []struct {
		row           int
		column, value string
		rule          string
	}{
		{1, "id", "12", "ids are consecutive"},
		{0, "bidirectional_packets", "4", "the directions add up"},
		{0, "src2dst_bytes", "573", "the directions add up"},
		{0, "dst2src_syn_packets", "2", "the directions add up"},
		{1, "bidirectional_ack_packets", "1", "only TCP has flags"},
		{0, "src2dst_packets", "0", "the first packet goes forward"},
		{0, "bidirectional_first_seen_ms", "4", "a flow begins with its first direction and ends with its last packet"},
		{0, "bidirectional_last_seen_ms", "12", "a flow begins with its first direction and ends with its last packet"},
		{2, "src2dst_duration_ms", "1", "duration is last minus first"},
		{1, "dst2src_first_seen_ms", "20", "a direction without packets is all zeros"},
		{1, "dst2src_mean_ps", "1.5", "a direction without packets is all zeros"},
		{0, "bidirectional_mean_ps", "216.1", "mean length times packets is bytes"},
		{0, "bidirectional_max_ps", "100", "the mean lies within its range"},
		{2, "bidirectional_min_piat_ms", "40", "the mean lies within its range"},
		{2, "dst2src_stddev_ps", "-1.0", "the mean lies within its range"},
		{1, "bidirectional_max_ps", "99", "one packet has no spread"},
		{1, "src2dst_stddev_piat_ms", "2.0", "one packet has no spread"},
		{1, "dst_port", "8", "ICMP has no ports"},
		{1, "user_agent", "curl", "only TCP and UDP show texts"},
		{1, "content_type", "text/html", "only TCP and UDP show texts"},
		{1, "server_fingerprint", "s", "only TCP and UDP show texts"},
		{0, "splt_direction", list(SPLT, 1, 1, 0), "the splt lists agree with the counters"},
		{0, "splt_direction", list(SPLT, 0, 2, 0), "the splt lists agree with the counters"},
		{0, "splt_piat_ms", list(SPLT, 3, 4, 2), "the splt lists agree with the counters"},
		{0, "splt_ps", list(SPLT, 74, 74, 501), "the splt lists agree with the counters"},
		{0, "splt_ps", list(SPLT, 74, 74), "the splt lists agree with the counters"},
		{0, "splt_ps", list(SPLT-1, 74, 74, 500), "the splt lists agree with the counters"},
		{0, "splt_ps", "[74, -1, 74]", "splt columns hold lists of whole numbers"},
		{0, "splt_ps", "74", "splt columns hold lists of whole numbers"},
		{0, "splt_ps", "[74, x]", "splt columns hold lists of whole numbers"},
		{2, "vlan_id", "", "every number is there"},
		{2, "bidirectional_mean_piat_ms", "inf", "every number is there"},
	} {
		var rows strings.Builder
		for i, line := range strings.SplitAfter(threeFlows(), "\n") {
			if i != test.row {
				rows.WriteString(line)
				continue
			}
			fields := fieldsOf(t, line)
			fields[test.column] = test.value
			for j, c := range columns {
				if j > 0 {
					rows.WriteByte(',')
				}
				rows.Write(dataset.AppendText(nil, fields[c.Name]))
			}
			rows.WriteByte('\n')
		}
		report := verified(t, rows.String())
		found := false
		for _, b := range report.Rules {
			for _, f := range b.First {
				found = found || b.Rule == test.rule && (f.Row == int64(test.row) || test.column == "id")
			}
		}
		if !found {
			t.Errorf("row %d, %s = %q: want a breach of %q, got %+v", test.row, test.column, test.value, test.rule, report.Rules)
		}
	}
}

func ExampleVerify() {
	bad := strings.Replace(threeFlows(), "\n8,", "\n80,", 1)
	r, err := dataset.NewReader(strings.NewReader(string(AppendHeader(nil))+bad), "flows.csv", dataset.Options{})
	if err != nil {
		fmt.Println(err)
		return
	}
	report, err := Verify(r, nil)
	fmt.Println(report.Rules[0].Rule, "-", report.Rules[0].First[0].What, err)
	// Output: ids are consecutive - id 80 after 7 <nil>
}
