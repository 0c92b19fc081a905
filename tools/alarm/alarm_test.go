package alarm

import (
	"bufio"
	"bytes"
	stdcsv "encoding/csv"
	"fmt"
	"io"
	"math"
	"net"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"flowbook/ml/detect"
)

var finding = detect.Finding{Row: 7, ID: 42, HasID: true, Score: 8, Threshold: 4, Incident: 3,
	Drivers: []detect.Driver{{Feature: "ports_of_pair_10s", Share: 0.75, Value: 118, Usual: 3}, {Feature: "log_src2dst_bytes", Share: 0.25, Value: 60, Usual: math.NaN()}},
	Flow: detect.Flow{Ms: 1_767_258_000_123, Source: "192.0.2.1", Destination: "2001:db8::1", SourcePort: 40000, DestinationPort: 443,
		Protocol: 6, Application: "TLS.Odd=|\\\nName"}}

var incident = detect.Incident{Number: 3, First: 1_767_258_000_000, Last: 1_767_258_009_000, Flows: 5000, Sources: []string{"192.0.2.1"},
	Destinations: []string{"2001:db8::1", "2001:db8::2"}, Ports: []int64{443}, Worst: finding}

// TestReason: a driver within its usual range is no reason as long as another lies outside.
func TestReason(t *testing.T) {
	ports, bytes := detect.Driver{Feature: "ports_of_pair_10s", Value: 118, Usual: 3}, detect.Driver{Feature: "log_src2dst_bytes", Value: 60, Usual: 60}
	for _, c := range []struct {
		drivers []detect.Driver
		want    string
	}{
		{[]detect.Driver{bytes, ports}, "ports_of_pair_10s 118, usually at most 3"},
		{[]detect.Driver{bytes}, "src2dst_bytes 60, usually at most 60"},
	} {
		if got := reason(c.drivers); got != c.want {
			t.Errorf("%v: %q, want %q", c.drivers, got, c.want)
		}
	}
}

// TestForms compares what each form writes of a finding and of an incident.
func TestForms(t *testing.T) {
	for _, c := range []struct {
		name string
		form func(w io.Writer) (Writer, error)
		want []string
	}{
		{"csv", func(w io.Writer) (Writer, error) { return CSV(w, false) }, []string{
			"row,id,score,threshold,drivers,time,src_ip,src_port,dst_ip,dst_port,protocol,application_name,incident,reason",
			`7,42,8.0,4.0,ports_of_pair_10s=0.75 log_src2dst_bytes=0.25,2026-01-01T09:00:00.123Z,192.0.2.1,40000,2001:db8::1,443,6,"TLS.Odd=|\`,
			`Name",3,"ports_of_pair_10s 118, usually at most 3; src2dst_bytes 60"`}},
		{"csv of incidents", func(w io.Writer) (Writer, error) { return CSV(w, true) }, []string{
			"incident,first,last,flows,sources,destinations,ports,src_ip,dst_ip,dst_port,application_name,score,threshold,reason",
			`3,2026-01-01T09:00:00.000Z,2026-01-01T09:00:09.000Z,5000,1,2,1,192.0.2.1,2001:db8::1,443,"TLS.Odd=|\`,
			`Name",8.0,4.0,"ports_of_pair_10s 118, usually at most 3; src2dst_bytes 60"`}},
		// The escapes are those of the guide: a bar and a backslash in the header, =, backslash and
		// line end in a value.
		{"cef", func(w io.Writer) (Writer, error) { return CEF(Lines(w)), nil }, []string{
			`CEF:0|Flowbook|flowbook|1|flow|Unusual flow|4|rt=1767258000123 src=192.0.2.1 spt=40000 dst=2001:db8::1 dpt=443 proto=TCP ` +
				`app=TLS.Odd\=|\\\nName cn1Label=incident cn1=3 externalId=42 cfp1Label=score cfp1=8 cfp2Label=threshold cfp2=4 ` +
				`msg=ports_of_pair_10s 118, usually at most 3; src2dst_bytes 60`}},
		{"json", func(w io.Writer) (Writer, error) { return JSON(w), nil }, []string{
			`{"row":7,"id":42,"score":8,"threshold":4,"drivers":[{"feature":"ports_of_pair_10s","share":0.75,"value":118,"usually_at_most":3},` +
				`{"feature":"log_src2dst_bytes","share":0.25,"value":60}],"time":"2026-01-01T09:00:00.123Z","src_ip":"192.0.2.1","src_port":40000,` +
				`"dst_ip":"2001:db8::1","dst_port":443,"protocol":6,"application_name":"TLS.Odd=|\\\nName","incident":3}`}},
	} {
		t.Run(c.name, func(t *testing.T) {
			var b bytes.Buffer
			w, err := c.form(&b)
			if err != nil {
				t.Fatal(err)
			}
			if c.name == "csv of incidents" {
				err = w.Incident(incident)
			} else {
				err = w.Finding(finding)
			}
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(strings.Join(c.want, "\n")+"\n", b.String()); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
			if strings.HasPrefix(c.name, "csv") {
				if rows, err := stdcsv.NewReader(&b).ReadAll(); err != nil || len(rows) != 2 {
					t.Errorf("read back: %d rows, %v", len(rows), err)
				}
			}
		})
	}
}

// TestSyslog: a listener of each transport gets messages whose header is RFC 5424's.
func TestSyslog(t *testing.T) {
	header := regexp.MustCompile(`^<108>1 2026-01-01T09:00:00\.123000Z [!-~]{1,255} flowbook \d+ alarm - CEF:0\|.*\|rt=1767258000123 .*$`)
	check := func(t *testing.T, message string) {
		t.Helper()
		if !header.MatchString(message) {
			t.Errorf("message %q", message)
		}
	}
	send := func(t *testing.T, address string) {
		s, err := DialSyslog(address)
		if err != nil {
			t.Error(err)
			return
		}
		s.now = func() time.Time { return time.UnixMilli(1_767_258_000_123) }
		for range 2 {
			if err := CEF(s).Finding(finding); err != nil {
				t.Error(err)
			}
		}
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	}
	t.Run("udp", func(t *testing.T) {
		l, err := net.ListenPacket("udp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		defer l.Close()
		send(t, "udp://"+l.LocalAddr().String())
		buf := make([]byte, 1<<16)
		for range 2 {
			n, _, err := l.ReadFrom(buf)
			if err != nil {
				t.Fatal(err)
			}
			check(t, string(buf[:n]))
		}
	})
	t.Run("tcp", func(t *testing.T) {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		defer l.Close()
		go send(t, "tcp://"+l.Addr().String())
		conn, err := l.Accept()
		if err != nil {
			t.Fatal(err)
		}
		defer conn.Close()
		r := bufio.NewReader(conn)
		for range 2 {
			length, err := r.ReadString(' ')
			if err != nil {
				t.Fatal(err)
			}
			n, err := strconv.Atoi(strings.TrimSpace(length))
			if err != nil {
				t.Fatal(err)
			}
			message := make([]byte, n)
			if _, err := io.ReadFull(r, message); err != nil {
				t.Fatal(err)
			}
			check(t, string(message))
		}
	})
	for _, address := range []string{"localhost:514", "udp://localhost", "http://localhost:514", "tcp://localhost:514/x"} {
		if _, err := DialSyslog(address); err == nil || !strings.Contains(err.Error(), "tcp://HOST:PORT") {
			t.Errorf("%s: error %v", address, err)
		}
	}
}

func TestAllowed(t *testing.T) {
	a, err := ReadAllowed(strings.NewReader(`
# a comment
10.0.5.0/24
192.0.2.7   port=443 app=tls # together
10.9.0.4    port=22  until=2026-01-01
2001:db8::/32 app=DNS
10.0.0.0/8 port=9
`), "allow.txt")
	if err != nil {
		t.Fatal(err)
	}
	const day = 1_767_225_600_000 // 2026-01-01
	for _, c := range []struct {
		source, destination string
		port, ms            int64
		app                 string
		want                bool
	}{
		{"10.0.5.9", "1.1.1.1", 80, day, "HTTP", true},
		{"1.1.1.1", "10.0.5.9", 80, day, "HTTP", true},
		{"10.0.6.9", "1.1.1.1", 80, day, "HTTP", false},
		{"10.0.6.9", "1.1.1.1", 9, day, "HTTP", true}, // a wider network has the rule
		{"10.0.5.9", "1.1.1.1", 9, day, "HTTP", true},
		{"1.1.1.1", "192.0.2.7", 443, day, "TLS.Google", true},
		{"1.1.1.1", "::ffff:192.0.2.7", 443, day, "TLS", true},
		{"1.1.1.1", "192.0.2.7", 443, day, "QUIC", false},
		{"1.1.1.1", "192.0.2.7", 8443, day, "TLS", false},
		{"10.9.0.4", "1.1.1.1", 22, day + 86_399_999, "SSH", true},
		{"10.9.0.4", "1.1.1.1", 22, day + 86_400_000, "SSH", false},
		{"2001:db8:5::1", "2001:db9::1", 53, day, "DNS", true},
		{"e3b0c442", "98fc1c14", 53, day, "DNS", false},
	} {
		f := detect.Flow{Ms: c.ms, Source: c.source, Destination: c.destination, DestinationPort: c.port, Application: c.app}
		if got := a.Allows(f); got != c.want {
			t.Errorf("%+v: allowed %v", f, got)
		}
	}
	for text, want := range map[string]string{
		"nowhere":             `allow.txt: line 1: "nowhere" is not an address`,
		"\n10.0.0.0/33":       `allow.txt: line 2: "10.0.0.0/33" is not an address`,
		"10.0.0.1 port=70000": `allow.txt: line 1: port "70000" is not`,
		"10.0.0.1 until=soon": `allow.txt: line 1: until "soon" is not a day`,
		"10.0.0.1 color=red":  `allow.txt: line 1: "color=red" is not port=`,
	} {
		if _, err := ReadAllowed(strings.NewReader(text), "allow.txt"); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: error %v, want %s", text, err, want)
		}
	}
}

func ExampleCEF() {
	_ = CEF(Lines(printer{})).Finding(detect.Finding{Score: 9, Threshold: 3, Flow: detect.Flow{Ms: 1, Source: "192.0.2.1", SourcePort: -1,
		Destination: "192.0.2.9", DestinationPort: 22, Protocol: 6}, Drivers: []detect.Driver{{Feature: "failed_of_pair_60s", Value: 40, Usual: 2}}})
	// Output: CEF:0|Flowbook|flowbook|1|flow|Unusual flow|5|rt=1 src=192.0.2.1 dst=192.0.2.9 dpt=22 proto=TCP cn1Label=incident cn1=0 cfp1Label=score cfp1=9 cfp2Label=threshold cfp2=3 msg=failed_of_pair_60s 40, usually at most 2
}

type printer struct{}

func (printer) Write(b []byte) (int, error) { return fmt.Print(string(b)) }
