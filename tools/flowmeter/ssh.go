package flowmeter

import "bytes"

const kexInit = 20

// ssh looks at a side's banner and key exchange lists (RFC 4253) and says whether it needs no more
// bytes.
func (f *found) ssh(b []byte, dir Direction) bool {
	f.protocol = "SSH"
	line := bytes.IndexByte(b, '\n')
	if line < 0 {
		return len(b) > 255
	}
	if b = b[line+1:]; len(b) < 6 {
		return false
	}
	size := int(be.Uint32(b))
	if size < 18 || size > keepAll || b[5] != kexInit {
		return true
	}
	if len(b) < 4+size {
		return false
	}
	m := fields{b: b[6 : 4+size]}
	m.take(16) // cookie
	var lists [8]string
	for i := range lists {
		n := m.take(4)
		if len(n) < 4 {
			return true
		}
		lists[i] = string(m.take(int(min(be.Uint32(n), keepAll))))
	}
	if m.bad {
		return true
	}
	// the algorithms from client to server
	k := KexInit{Kex: lists[0], Cipher: lists[2], MAC: lists[4], Compression: lists[6]}
	if dir == Reverse {
		k.Cipher, k.MAC, k.Compression = lists[3], lists[5], lists[7]
	}
	if dir == Forward {
		f.ClientFingerprint = k.HASSH()
	} else {
		f.ServerFingerprint = k.HASSH()
	}
	return true
}
