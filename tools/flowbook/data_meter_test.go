package main

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/gopacket/gopacket"
	"github.com/gopacket/gopacket/layers"
	"github.com/gopacket/gopacket/pcapgo"
)

// pings is a capture of so many echo requests.
func pings(t *testing.T, n int) []byte {
	t.Helper()
	var b bytes.Buffer
	w := pcapgo.NewWriter(&b)
	if err := w.WriteFileHeader(65535, layers.LinkTypeEthernet); err != nil {
		t.Fatal(err)
	}
	buf := gopacket.NewSerializeBuffer()
	err := gopacket.SerializeLayers(buf, gopacket.SerializeOptions{FixLengths: true, ComputeChecksums: true},
		&layers.Ethernet{SrcMAC: []byte{2, 0, 0, 0, 0, 1}, DstMAC: []byte{2, 0, 0, 0, 0, 2}, EthernetType: layers.EthernetTypeIPv4},
		&layers.IPv4{Version: 4, TTL: 64, Protocol: layers.IPProtocolICMPv4, SrcIP: []byte{192, 0, 2, 1}, DstIP: []byte{192, 0, 2, 2}},
		&layers.ICMPv4{TypeCode: layers.CreateICMPv4TypeCode(8, 0), Id: 1, Seq: 1}, gopacket.Payload(make([]byte, 56)))
	if err != nil {
		t.Fatal(err)
	}
	for i := range n {
		info := gopacket.CaptureInfo{Timestamp: time.Unix(1000+int64(i), 0), CaptureLength: len(buf.Bytes()), Length: len(buf.Bytes())}
		if err := w.WritePacket(info, buf.Bytes()); err != nil {
			t.Fatal(err)
		}
	}
	return b.Bytes()
}

// TestMeter meters a good and a damaged capture: what was good is written either way, and passes
// data verify.
func TestMeter(t *testing.T) {
	t.Chdir(t.TempDir())
	capture := pings(t, 5)
	for name, b := range map[string][]byte{"good.pcap": capture, "cut.pcap": capture[:len(capture)-10]} {
		if err := os.WriteFile(name, b, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for _, test := range []struct {
		args   string
		stdin  []byte
		code   int
		stderr string
		rows   string // how the row begins
	}{
		{"good.pcap", nil, exitOK, "flows.csv: 1 flow of 5 packets, 0 packets skipped\n", "0,0,192.0.2.1,02:00:00:00:00:01,02:00:00,0,192.0.2.2,"},
		{"- --first-id 77", capture, exitOK, "1 flow of 5 packets", "77,0,192.0.2.1,"},
		{"good.pcap good.pcap --idle 3s", nil, exitOK, "2 flows of 10 packets", "0,0,192.0.2.1,"},
		{"cut.pcap", nil, exitFailed, "flowbook: read cut.pcap: packet 5: the capture is cut off\n", "0,0,192.0.2.1,"},
	} {
		out := filepath.Join(t.TempDir(), "flows.csv")
		var stdout, stderr bytes.Buffer
		args := append([]string{"data", "meter", "--out", out}, strings.Fields(test.args)...)
		code := run(context.Background(), args, bytes.NewReader(test.stdin), &stdout, &stderr)
		if code != test.code || !strings.Contains(stderr.String(), test.stderr) || stdout.Len() > 0 {
			t.Errorf("%s: exit %d, stderr %q; want %d and %q", test.args, code, stderr.String(), test.code, test.stderr)
		}
		data, err := os.ReadFile(out)
		if err != nil {
			t.Fatal(err)
		}
		if _, row, _ := strings.Cut(string(data), "\n"); !strings.HasPrefix(row, test.rows) {
			t.Errorf("%s: row %q, want %q …", test.args, row, test.rows)
		}
		if code := run(context.Background(), []string{"data", "verify", out}, nil, &stdout, &stderr); code != exitOK {
			t.Errorf("%s: data verify: exit %d, %s%s", test.args, code, stdout.String(), stderr.String())
		}
	}

	// Without --out the flows go to standard output.
	var stdout, stderr bytes.Buffer
	if code := run(context.Background(), []string{"data", "meter", "good.pcap"}, nil, &stdout, &stderr); code != exitOK {
		t.Fatalf("exit %d: %s", code, stderr.String())
	}
	if got := strings.Count(stdout.String(), "\n"); got != 2 {
		t.Errorf("%d lines on standard output, want header and flow", got)
	}
}
