package flowmeter

import (
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// dtlsRecord is a handshake message of DTLS 1.2 in fragments of so many bytes, each in a record.
func dtlsRecords(sequence uint16, message []byte, size int) (records [][]byte) {
	body := message[4:]
	for at := 0; at < len(body); at += size {
		part := body[at:min(at+size, len(body))]
		m := be.AppendUint16(slices.Clone(message[:4]), sequence)
		for _, n := range []int{at, len(part)} {
			m = append(m, byte(n>>16), byte(n>>8), byte(n))
		}
		m = append(m, part...)
		r := append([]byte{recordHandshake, 0xfe, 0xfd, 0, 0, 0, 0, 0, 0, 0, 0}, prefixed(2, m)...)
		records = append(records, r)
	}
	return records
}

// TestDTLS reads hellos in fragments of any order, and again with the cookie that the server has
// asked for.
func TestDTLS(t *testing.T) {
	hello := ClientHello{Version: 0xfefd, Ciphers: []uint16{0xc02b}, Extensions: []uint16{0, 10}, Groups: []uint16{29}, ServerName: "www.google.com"}
	withCookie := func(cookie string) []byte {
		b := helloBytes(hello)[5:]
		b = slices.Concat(b[4:4+2+32+1], prefixed(1, []byte(cookie)), b[4+2+32+1:])
		return append([]byte{clientHello}, prefixed(3, b)...)
	}
	answer := ServerHello{Version: 0xfefd, Cipher: 0xc02b, Extensions: []uint16{23}}
	answered := said{Reverse, dtlsRecords(1, serverHelloBytes(answer)[5:], 1000)[0]}
	parts := dtlsRecords(1, withCookie("cookie"), 30)
	halves := dtlsRecords(0, withCookie(""), 60)
	for name, talk := range map[string][]said{
		"whole":           {{Forward, dtlsRecords(0, withCookie(""), 1000)[0]}, answered},
		"in one datagram": {{Forward, slices.Concat(parts...)}, answered},
		"backwards":       {{Forward, parts[2]}, {Forward, parts[1]}, {Forward, parts[0]}, {Forward, slices.Concat(parts[3:]...)}, answered},
		"one half lost, then with the cookie": {{Forward, halves[0]}, {Reverse, dtlsRecords(0, []byte{3, 0, 0, 3, 0xfe, 0xff, 0}, 100)[0]},
			{Forward, slices.Concat(parts...)}, answered},
	} {
		got := applicationOf(protoUDP, "192.0.2.9", 4433, talk...)
		want := Application{Name: "DTLS.Google", Category: "Web", Confidence: ByDPI, ServerName: "www.google.com", ClientFingerprint: hello.JA4('d'), ServerFingerprint: answer.JA3S()}
		if d := cmp.Diff(want, got); d != "" {
			t.Errorf("%s (-want +got):\n%s", name, d)
		}
	}
}
