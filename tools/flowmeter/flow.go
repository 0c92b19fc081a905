package flowmeter

// Side is one end of a flow as it is written: addresses as text, clear or pseudonymised.
type Side struct {
	IP, MAC, OUI string
	Port         uint16
}

// Application is the application of a flow. An empty string is a missing value.
type Application struct {
	Name, Category    string
	Guessed           bool
	Confidence        Confidence
	ServerName        string // DNS question, TLS server name, HTTP host
	ClientFingerprint string // JA4 or JA3, HASSH, or the DHCP parameter list
	ServerFingerprint string // JA3S, HASSH of the server
	UserAgent         string
	ContentType       string
}

// Confidence says how an application was found; the numbers are nDPI 4.2's.
type Confidence uint8

const (
	NotFound Confidence = 0
	ByPort   Confidence = 1
	ByIP     Confidence = 2
	ByCache  Confidence = 3
	ByDPI    Confidence = 4
)

// Flow is one row: the identity of a bidirectional flow, its statistics, and its application.
type Flow struct {
	ID         int64
	Expiration int8 // 0 idle or end of capture, 1 active timeout
	Src, Dst   Side
	Protocol   uint8 // IANA number
	IPVersion  uint8
	VLAN       uint16
	Tunnel     Tunnel
	Stats
	Application
}

// Tunnel is the protocol that carried a flow's packets.
type Tunnel uint8

const (
	NoTunnel Tunnel = 0
	GTP      Tunnel = 1
	CAPWAP   Tunnel = 2
	TZSP     Tunnel = 3

	// Those below are looked into on demand; NFStream has no numbers for them.
	VXLAN  Tunnel = 4
	GENEVE Tunnel = 5
	GRE    Tunnel = 6 // ERSPAN, too
)

// flagColumns is the order of the flag columns.
var flagColumns = [8]uint8{1, 7, 6, 5, 4, 3, 2, 0} // syn cwr ece urg ack psh rst fin

// AppendRow appends the flow as one line of CSV, in the order of AppendHeader and in pandas's form:
// only fields that need it are quoted, a missing value is empty, floats read as Python's repr, the
// line ends in LF.
func (f *Flow) AppendRow(dst []byte) []byte {
	dst = appendInt(dst, f.ID)
	dst = appendInt(dst, int64(f.Expiration))
	for _, s := range [2]*Side{&f.Src, &f.Dst} {
		dst = appendText(dst, s.IP)
		dst = appendText(dst, s.MAC)
		dst = appendText(dst, s.OUI)
		dst = appendInt(dst, int64(s.Port))
	}
	dst = appendInt(dst, int64(f.Protocol))
	dst = appendInt(dst, int64(f.IPVersion))
	dst = appendInt(dst, int64(f.VLAN))
	dst = appendInt(dst, int64(f.Tunnel))
	dst = f.Stats.append(dst)
	dst = appendText(dst, f.Name)
	dst = appendText(dst, f.Category)
	guessed := int64(0)
	if f.Guessed {
		guessed = 1
	}
	dst = appendInt(dst, guessed)
	dst = appendInt(dst, int64(f.Confidence))
	dst = appendText(dst, f.ServerName)
	dst = appendText(dst, f.ClientFingerprint)
	dst = appendText(dst, f.ServerFingerprint)
	dst = appendText(dst, f.UserAgent)
	dst = appendText(dst, f.ContentType)
	dst[len(dst)-1] = '\n'
	return dst
}

// append appends the columns from bidirectional_first_seen_ms to splt_piat_ms.
func (s *Stats) append(dst []byte) []byte {
	both := s.both()
	scopes := [3]*scope{&both, &s.half[0], &s.half[1]}
	for _, c := range scopes {
		dst = appendInt(dst, c.firstMs)
		dst = appendInt(dst, c.lastMs)
		dst = appendInt(dst, c.lastMs-c.firstMs)
		dst = appendInt(dst, c.packets)
		dst = appendInt(dst, c.bytes)
	}
	for _, c := range scopes {
		dst = c.size.append(dst, int64(c.least), int64(c.most), c.packets)
	}
	for _, c := range scopes {
		dst = c.gap.append(dst, c.gap.min, c.gap.max, c.packets-1)
	}
	for _, b := range flagColumns {
		dst = appendInt(dst, int64(s.flags[0][b])+int64(s.flags[1][b]))
	}
	for d := range s.flags {
		for _, b := range flagColumns {
			dst = appendInt(dst, int64(s.flags[d][b]))
		}
	}
	var dir, size, gap [SPLT]int64
	n := int(min(both.packets, SPLT))
	for i := range n {
		d, z, g := s.entry(i)
		dir[i], size[i], gap[i] = int64(d), int64(z), int64(g)
	}
	dst = appendList(dst, dir[:n])
	dst = appendList(dst, size[:n])
	return appendList(dst, gap[:n])
}

// append appends minimum, mean, standard deviation and maximum of n values.
func (s *spread) append(dst []byte, least, most, n int64) []byte {
	dst = appendInt(dst, least)
	dst = appendFloat(dst, s.mean)
	dst = appendFloat(dst, s.std(n))
	return appendInt(dst, most)
}

// MACText is a hardware address in lower-case hexadecimal pairs with colons.
func MACText(m [6]byte) string {
	const digits = "0123456789abcdef"
	b := make([]byte, 0, 17)
	for i, x := range m {
		if i > 0 {
			b = append(b, ':')
		}
		b = append(b, digits[x>>4], digits[x&15])
	}
	return string(b)
}
