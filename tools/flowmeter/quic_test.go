package flowmeter

import (
	"bytes"
	"crypto/aes"
	"crypto/cipher"
	"encoding/hex"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestQUICVector opens the client's Initial packet of RFC 9001, appendix A.2.
func TestQUICVector(t *testing.T) {
	text, err := os.ReadFile("testdata/rfc9001-a2.hex")
	if err != nil {
		t.Fatal(err)
	}
	datagram, err := hex.DecodeString(strings.ReplaceAll(string(text), "\n", ""))
	if err != nil {
		t.Fatal(err)
	}
	got := applicationOf(protoUDP, "192.0.2.9", 4433, said{Forward, datagram})
	// The hello has ciphers 1301,1302, eleven extensions and the protocol "alpn"; echo -n 1301,1302 | sha256sum, and so on.
	want := Application{Name: "QUIC", Category: "Web", Confidence: ByDPI, ServerName: "example.com", ClientFingerprint: "q13d0211an_62ed6f6ca7ad_4d634acda6c0"}
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("-want +got:\n%s", d)
	}
	datagram[len(datagram)-1]++
	if got := applicationOf(protoUDP, "192.0.2.9", 4433, said{Forward, datagram}); got.Name != "Unknown" || got.ServerName != "" {
		t.Errorf("a forged packet is read: %+v", got)
	}
}

// TestQUICKeys compares with the keys in RFC 9001 and RFC 9369, appendices A.1.
func TestQUICKeys(t *testing.T) {
	for _, test := range []struct {
		version     uint32
		key, iv, hp string
	}{
		{1, "1f369613dd76d5467730efcbe3b1a22d", "fa044b2f42a3fd3b46fb255c", "9f50449e04a0e810283a1e9933adedd2"},
		{0x6b3343cf, "8b1a0bc121284290a29e0971b5cd045d", "91f73e2351d8fa91660e909f", "45b95e15235d6f45a6b19cbcb0294ba9"},
	} {
		k, err := quicByVersion(test.version).clientKeys(unhex("8394c8f03e515708"))
		if err != nil {
			t.Fatal(err)
		}
		if got := hex.EncodeToString(k.iv); got != test.iv {
			t.Errorf("version %x: iv %s, want %s", test.version, got, test.iv)
		}
		var sealed, block [16]byte
		k.header.Encrypt(sealed[:], block[:])
		if want := encrypted(t, unhex(test.hp)); sealed != want {
			t.Errorf("version %x: another header key", test.version)
		}
		if got, want := k.aead.Seal(nil, k.iv, nil, nil), sealedWith(t, unhex(test.key), k.iv); !bytes.Equal(got, want) {
			t.Errorf("version %x: another key", test.version)
		}
	}
}

// TestQUICHello reads a hello whose parts come in any order, in packets to two connection IDs, behind other frames and packets.
func TestQUICHello(t *testing.T) {
	hello := helloBytes(browser)[5:]
	crypto := func(from, to int) []byte {
		b := append([]byte{6}, 0x40, byte(from), 0x40, byte(to-from))
		return append(b, hello[from:to]...)
	}
	id := []byte("original")
	n := len(hello)
	ack := []byte{2, 1, 0, 1, 0, 0, 0, 3, 1, 0, 0, 1, 2, 3, 4} // of two ranges; with congestion marks
	first := slices.Concat(crypto(20, n-10), ack, crypto(n-10, n))
	for name, version := range map[string]uint32{"1": 1, "2": 0x6b3343cf, "draft 29": 0xff00001d, "draft 27 of Facebook": 0xfaceb002} {
		for order, talk := range map[string][]said{
			"one packet":     {{Forward, initial(t, version, id, id, 0, slices.Concat(first, crypto(0, 20)))}},
			"two datagrams":  {{Forward, initial(t, version, id, id, 0, first)}, {Reverse, []byte{0x40}}, {Forward, initial(t, version, id, []byte("server's"), 1, crypto(0, 20))}},
			"one datagram":   {{Forward, slices.Concat(initial(t, version, id, id, 0, first), initial(t, version, id, id, 1, crypto(0, 20)))}},
			"overlaps":       {{Forward, initial(t, version, id, id, 0, first)}, {Forward, initial(t, version, id, id, 1, crypto(0, 40))}},
			"twice the same": {{Forward, initial(t, version, id, id, 0, first)}, {Forward, initial(t, version, id, id, 0, first)}, {Forward, initial(t, version, id, id, 1, crypto(0, 20))}},
			"the server had a packet first": {{Reverse, initial(t, version, []byte("another"), []byte("client's"), 0, ack)},
				{Forward, initial(t, version, id, id, 0, slices.Concat(first, crypto(0, 20)))}},
		} {
			got := applicationOf(protoUDP, "192.0.2.9", 443, talk...)
			want := Application{Name: "QUIC.Google", Category: "Web", Confidence: ByDPI, ServerName: "www.google.com", ClientFingerprint: browser.JA4('q')}
			if d := cmp.Diff(want, got); d != "" {
				t.Errorf("version %s, %s (-want +got):\n%s", name, order, d)
			}
		}
		got := applicationOf(protoUDP, "192.0.2.9", 443, said{Forward, initial(t, version, id, id, 0, first)})
		if got.Name != "QUIC" || got.ServerName != "" {
			t.Errorf("version %s: a hello without its beginning gives %+v", name, got)
		}
	}
}

// TestQUICManyInitials: a datagram full of Initial packets that do not open costs the derivation of few keys. What is behind them is not read.
func TestQUICManyInitials(t *testing.T) {
	id := []byte("original")
	hello := helloBytes(browser)[5:]
	good := initial(t, 1, id, id, 0, append([]byte{6, 0, 0x40 | byte(len(hello)>>8), byte(len(hello))}, hello...))
	bad := initial(t, 1, []byte("another"), id, 0, []byte{1})
	for before, want := range map[int]string{0: "www.google.com", 3: "www.google.com", 4: "", 400: ""} {
		datagram := append(bytes.Repeat(bad, before), good...)
		if got := applicationOf(protoUDP, "192.0.2.9", 443, said{Forward, datagram}); got.ServerName != want {
			t.Errorf("behind %d packets that do not open: name %q, want %q", before, got.ServerName, want)
		}
	}
}

// TestQUICKeysAreKept: keys that opened a packet are not derived again, and a packet in another version is opened by those of the same ID.
func TestQUICKeysAreKept(t *testing.T) {
	id := []byte("original")
	packet := func(version uint32, to string) *quicPacket {
		p, _ := nextInitial(initial(t, version, id, []byte(to), 0, []byte{1}))
		return p
	}
	var kept talk
	if kept.open(packet(1, "server's")) != nil || kept.keys != nil {
		t.Error("a packet of an unknown ID was opened")
	}
	if kept.open(packet(1, "original")) == nil {
		t.Fatal("the first packet was not opened")
	}
	first := kept.keys
	if kept.open(packet(1, "server's")) == nil || kept.keys != first {
		t.Error("the second packet was not opened by the same keys")
	}
	if kept.open(packet(0x6b3343cf, "server's")) == nil || kept.keys.version != &quic2 {
		t.Error("a packet in version 2 was not opened")
	}
}

// initial protects frames as a client's Initial packet does that is sent to a connection ID, with the keys of the first one.
func initial(t testing.TB, version uint32, id, to []byte, number byte, frames []byte) []byte {
	t.Helper()
	v := quicByVersion(version)
	k, err := v.clientKeys(id)
	if err != nil {
		t.Fatal(err)
	}
	frames = append(bytes.Clone(frames), make([]byte, 40)...) // padding
	b := append(be.AppendUint32([]byte{0xc0 | v.initial<<4}, version), byte(len(to)))
	b = append(append(b, to...), 0, 1, 'T') // no ID of its own, a token of one byte
	b = be.AppendUint16(b, 0x4000|uint16(1+len(frames)+16))
	at := len(b)
	b = append(b, number)
	nonce := bytes.Clone(k.iv)
	nonce[11] ^= number
	b = k.aead.Seal(b, nonce, frames, b)
	var mask [16]byte
	k.header.Encrypt(mask[:], b[at+4:at+20])
	b[0] ^= mask[0] & 15
	b[at] ^= mask[1]
	return b
}

func encrypted(t *testing.T, key []byte) (out [16]byte) {
	t.Helper()
	block, err := aes.NewCipher(key)
	if err != nil {
		t.Fatal(err)
	}
	block.Encrypt(out[:], out[:])
	return out
}

func sealedWith(t *testing.T, key, nonce []byte) []byte {
	t.Helper()
	block, err := aes.NewCipher(key)
	if err != nil {
		t.Fatal(err)
	}
	gcm, err := cipher.NewGCM(block)
	if err != nil {
		t.Fatal(err)
	}
	return gcm.Seal(nil, nonce, nil, nil)
}
