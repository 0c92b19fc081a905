package flowmeter

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
)

// JA4 is the fingerprint that replaces JA3, since browsers send their extensions in another order
// each time: carrier is t for TLS over TCP, q for QUIC and d for DTLS. See
// https://github.com/FoxIO-LLC/ja4 (the client's part is under BSD-3-Clause). NFStream writes it
// since 6.6.
func (h *ClientHello) JA4(carrier byte) string {
	ciphers, extensions := unreserved(h.Ciphers), unreserved(h.Extensions)
	name := byte('i')
	if slices.Contains(extensions, extServerName) {
		name = 'd'
	}
	a := fmt.Sprintf("%c%s%c%02d%02d%s", carrier, h.newest(), name, min(len(ciphers), 99), min(len(extensions), 99), ends(h.Protocol))
	extensions = slices.DeleteFunc(extensions, func(c uint16) bool { return c == extServerName || c == extALPN })
	slices.Sort(ciphers)
	slices.Sort(extensions)
	c := appendHex(nil, extensions)
	if signatures := unreserved(h.Signatures); len(signatures) > 0 {
		c = appendHex(append(c, '_'), signatures)
	}
	return a + "_" + twelve(appendHex(nil, ciphers)) + "_" + twelve(c)
}

// newest is the highest version that the client speaks, in two characters.
func (h *ClientHello) newest() string {
	v := h.Version
	if versions := unreserved(h.Versions); len(versions) > 0 {
		v = slices.MaxFunc(versions, func(a, b uint16) int { return cmp.Compare(age(a), age(b)) })
	}
	if name := versionNames[v]; name != "" {
		return name
	}
	return "00"
}

// age orders versions: those of DTLS count downwards.
func age(v uint16) uint16 {
	if v >= 0xfe00 {
		return 0xffff - v
	}
	return v
}

var versionNames = map[uint16]string{
	0x0304: "13", 0x0303: "12", 0x0302: "11", 0x0301: "10", 0x0300: "s3", 0x0002: "s2", 0xfeff: "d1", 0xfefd: "d2", 0xfefc: "d3",
}

// ends are the first and the last character of a protocol's name, or of its hexadecimal digits
// where one is no letter or digit.
func ends(name string) string {
	if name == "" {
		return "00"
	}
	first, last := name[0], name[len(name)-1]
	if !alphanumeric(first) || !alphanumeric(last) {
		digits := hex.EncodeToString([]byte(name))
		first, last = digits[0], digits[len(digits)-1]
	}
	return string([]byte{first, last})
}

func alphanumeric(c byte) bool {
	return c >= '0' && c <= '9' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z'
}

// unreserved returns a copy without the reserved (GREASE) numbers.
func unreserved(codes []uint16) []uint16 {
	return slices.DeleteFunc(slices.Clone(codes), reserved)
}

// appendHex appends numbers in four digits each, with commas between.
func appendHex(b []byte, codes []uint16) []byte {
	for i, c := range codes {
		if i > 0 {
			b = append(b, ',')
		}
		b = fmt.Appendf(b, "%04x", c)
	}
	return b
}

// twelve is the beginning of a list's SHA-256, zeros for an empty list.
func twelve(b []byte) string {
	if len(b) == 0 {
		return "000000000000"
	}
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:6])
}
