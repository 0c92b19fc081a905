package flowmeter

import (
	"crypto/md5" //nolint:gosec // the fingerprints are defined with it; nothing is protected by it
	"encoding/hex"
	"strconv"
)

// ClientHello holds the fields that JA3 (Althouse, Atkinson, Atkins 2017) and JA4 (Althouse, FoxIO
// 2023) read of a TLS client's first message.
type ClientHello struct {
	Version    uint16
	Ciphers    []uint16
	Extensions []uint16
	Groups     []uint16
	Points     []uint8
	ServerName string
	Versions   []uint16 // of the extension that lists them
	Signatures []uint16 // algorithms
	Protocol   string   // the first of those offered above TLS (ALPN)
}

// JA3 is the fingerprint: the MD5 of the five lists in decimal, reserved (GREASE, RFC 8701) values
// left out.
func (h *ClientHello) JA3() string {
	b := strconv.AppendUint(nil, uint64(h.Version), 10)
	b = appendCodes(append(b, ','), h.Ciphers)
	b = appendCodes(append(b, ','), h.Extensions)
	b = appendCodes(append(b, ','), h.Groups)
	b = append(b, ',')
	for i, p := range h.Points {
		if i > 0 {
			b = append(b, '-')
		}
		b = strconv.AppendUint(b, uint64(p), 10)
	}
	return digest(b)
}

// ServerHello holds the fields that JA3S reads of a TLS server's first message.
type ServerHello struct {
	Version    uint16
	Cipher     uint16
	Extensions []uint16
}

// JA3S is the fingerprint of the answer.
func (h *ServerHello) JA3S() string {
	b := strconv.AppendUint(nil, uint64(h.Version), 10)
	b = strconv.AppendUint(append(b, ','), uint64(h.Cipher), 10)
	return digest(appendCodes(append(b, ','), h.Extensions))
}

// KexInit holds the fields that HASSH (Salesforce 2018) reads of an SSH key exchange: the name
// lists of the sender's direction.
type KexInit struct{ Kex, Cipher, MAC, Compression string }

// HASSH is the fingerprint: the MD5 of the four lists.
func (k *KexInit) HASSH() string {
	return digest([]byte(k.Kex + ";" + k.Cipher + ";" + k.MAC + ";" + k.Compression))
}

func digest(b []byte) string {
	sum := md5.Sum(b) //nolint:gosec // see the import
	return hex.EncodeToString(sum[:])
}

// appendCodes appends numbers in decimal with dashes between, without the reserved ones 0x0a0a,
// 0x1a1a … 0xfafa.
func appendCodes(b []byte, codes []uint16) []byte {
	first := true
	for _, c := range codes {
		if reserved(c) {
			continue
		}
		if !first {
			b = append(b, '-')
		}
		b = strconv.AppendUint(b, uint64(c), 10)
		first = false
	}
	return b
}

// reserved says whether a number is one of those that mean nothing (GREASE, RFC 8701).
func reserved(c uint16) bool { return c&0x0f0f == 0x0a0a && c>>8 == c&0xff }
