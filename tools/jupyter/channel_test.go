package jupyter

import (
	"bufio"
	"bytes"
	"io"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// FuzzFrames: receive reads what appendFrames has laid out, and nothing of the next message.
func FuzzFrames(f *testing.F) {
	f.Add([]byte("<IDS|MSG>"), []byte{}, 255)
	f.Add([]byte{}, []byte("x"), 256)
	f.Add([]byte{0, 4}, []byte("\x04PING"), 70_000)
	f.Fuzz(func(t *testing.T, a, b []byte, n int) {
		want := [][]byte{a, b, bytes.Repeat([]byte{'n'}, max(0, min(n, 1<<17)))}
		wire := appendFrames(appendFrames(nil, want), [][]byte{b})
		c := &channel{in: bufio.NewReader(bytes.NewReader(wire))}
		for _, message := range [][][]byte{want, {b}} {
			got, err := c.receive()
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(message, got); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
		}
		if got, err := c.receive(); err != io.EOF {
			t.Errorf("then %q, %v, want EOF", got, err)
		}
	})
}

// TestFrames: the layout is that of ZMTP 3.0, RFC 23: flags (1 more, 2 long), the length in one
// byte or eight, the body.
func TestFrames(t *testing.T) {
	long := bytes.Repeat([]byte{'l'}, 256)
	want := "\x01\x01a" + "\x03\x00\x00\x00\x00\x00\x00\x01\x00" + string(long) + "\x01\x00" + "\x00\xff" + string(long[1:])
	got := string(appendFrames(nil, [][]byte{[]byte("a"), long, nil, long[1:]}))
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}
