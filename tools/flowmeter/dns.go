package flowmeter

import "strconv"

// dnsQuestion is the first question's name of a DNS message (RFC 1035), in lower case without the
// last dot.
func dnsQuestion(b []byte) (string, bool) {
	if len(b) < 12 || be.Uint16(b[4:]) == 0 || b[2]>>3&15 != 0 {
		return "", false
	}
	var name []byte
	for at := 12; ; {
		n := int(byteAt(b, at))
		if at >= len(b) || n > 63 || at+1+n > len(b) || len(name)+n > 254 {
			return "", false // cut off, or compressed where nothing precedes
		}
		if n == 0 {
			break
		}
		if len(name) > 0 {
			name = append(name, '.')
		}
		name = append(name, b[at+1:at+1+n]...)
		at += 1 + n
	}
	for i, c := range name {
		if c >= 'A' && c <= 'Z' {
			name[i] = c + 'a' - 'A'
		}
	}
	return string(name), len(name) > 0
}

// dhcpParameters is the list that a DHCP client asks for (option 55), in decimal with commas; "" in
// other messages.
func dhcpParameters(b []byte) string {
	const options = 240
	if len(b) < options || b[0] != 1 || be.Uint32(b[236:]) != 0x63825363 {
		return ""
	}
	for b = b[options:]; len(b) >= 2 && b[0] != 255; {
		if b[0] == 0 {
			b = b[1:]
			continue
		}
		n := int(b[1])
		if 2+n > len(b) {
			return ""
		}
		if b[0] == 55 {
			var list []byte
			for i, p := range b[2 : 2+n] {
				if i > 0 {
					list = append(list, ',')
				}
				list = strconv.AppendUint(list, uint64(p), 10)
			}
			return string(list)
		}
		b = b[2+n:]
	}
	return ""
}
