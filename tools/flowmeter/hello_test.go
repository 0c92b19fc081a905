package flowmeter

import "strings"

// The messages of the tests, as they go over the wire.

// prefixed is b behind its length in size bytes.
func prefixed(size int, b []byte) []byte {
	var n [8]byte
	be.PutUint64(n[:], uint64(len(b)))
	return append(append([]byte{}, n[8-size:]...), b...)
}

func words(v ...uint16) []byte {
	var b []byte
	for _, x := range v {
		b = be.AppendUint16(b, x)
	}
	return b
}

// helloBytes is a ClientHello in one record.
func helloBytes(h ClientHello) []byte {
	b := append(be.AppendUint16(nil, h.Version), make([]byte, 32)...)
	b = append(b, 0)
	b = append(b, prefixed(2, words(h.Ciphers...))...)
	b = append(b, 1, 0)
	var ext []byte
	for _, kind := range h.Extensions {
		var body []byte
		switch kind {
		case 0:
			body = prefixed(2, append([]byte{0}, prefixed(2, []byte(h.ServerName))...))
		case 10:
			body = prefixed(2, words(h.Groups...))
		case 11:
			body = prefixed(1, h.Points)
		}
		ext = append(be.AppendUint16(ext, kind), prefixed(2, body)...)
	}
	b = append(b, prefixed(2, ext)...)
	return append([]byte{22, 3, 1}, prefixed(2, append([]byte{1}, prefixed(3, b)...))...)
}

func serverHelloBytes(h ServerHello) []byte {
	b := append(be.AppendUint16(nil, h.Version), make([]byte, 33)...)
	b = append(be.AppendUint16(b, h.Cipher), 0)
	var ext []byte
	for _, kind := range h.Extensions {
		ext = append(be.AppendUint16(ext, kind), 0, 0)
	}
	b = append(b, prefixed(2, ext)...)
	return append([]byte{22, 3, 3}, prefixed(2, append([]byte{2}, prefixed(3, b)...))...)
}

func kexBytes(k KexInit) []byte {
	b := append([]byte{4, 20}, make([]byte, 16)...)
	for _, l := range []string{k.Kex, "ssh-rsa", k.Cipher, k.Cipher, k.MAC, k.MAC, k.Compression, k.Compression, "", ""} {
		b = append(b, prefixed(4, []byte(l))...)
	}
	return prefixed(4, append(b, make([]byte, 9)...))
}

func dnsBytes(name string) []byte {
	b := []byte{1, 2, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0}
	for l := range strings.SplitSeq(name, ".") {
		b = append(append(b, byte(len(l))), l...)
	}
	return append(b, 0, 0, 1, 0, 1)
}

// dnsAnswer has the question and no answer.
func dnsAnswer(name string) []byte {
	b := dnsBytes(name)
	b[2] |= 0x80
	return b
}
