package flowgen

import "flowbook/tools/flowmeter"

// behaviour is how a class's packets are made.
type behaviour uint8

const (
	pings    behaviour = iota // ICMP echo
	lookups                   // DNS
	streams                   // TCP
	datagram                  // UDP of two talkers
	quicly                    // QUIC
	announce                  // one-way UDP or IGMP to a group
)

// class is one kind of benign traffic: the names of its flows, how many rows of 10,000 it has, and
// the shape of its flows.
type class struct {
	name, category string
	rows           int // of 10,000
	how            behaviour
	protocol       uint8
	port           uint16  // of the destination, 0 for any
	rank, spread   float64 // where its packet counts stand among all, 0 … 1
	up, down       int     // mean length of a data packet by direction, bytes on the wire
	gapMs          int64   // mean gap between packets
	names          []string
	group          group
}

// group decides which of the optional columns a class can have.
type group uint8

const (
	plain    group = iota
	dnsAny         // "DNS": some questions are seen, the rest is known by its port
	dnsNamed       // DNS.*: the question names the application
	tlsAny
	tlsNamed
	tlsByIP // known by its address, no name in the clear
	httpAny
	httpByIP
	quicNamed
	ssh
)

const (
	icmp = 1
	igmp = 2
	tcp  = 6
	udp  = 17
)

// classes are the benign kinds; their rows add up to 10,000, attacks included, which take rows of
// TLS, Unknown, SSH, Telnet, SMBv23 and RDP.
var classes = []class{
	{"TLS.Telegram", "Chat", 2710, streams, tcp, 443, .52, .20, 128, 122, 180, nil, tlsByIP},
	{"ICMP", "Network", 1234, pings, icmp, 0, .10, .12, 98, 98, 900, nil, plain},
	{"BitTorrent", "Download", 1147, datagram, udp, 0, .22, .30, 145, 330, 400, nil, plain},
	{"DNS", "Network", 767, lookups, udp, 53, .17, .12, 80, 150, 60, otherNames, dnsAny},
	{"Unknown", "Unspecified", 402, streams, tcp, 0, .40, .30, 160, 240, 500, nil, plain},
	{"TLS.Google", "Web", 377, streams, tcp, 443, .86, .12, 420, 1150, 120, []string{"www.google.com", "accounts.google.com", "play.google.com", "mail.google.com", "adservice.google.com"}, tlsNamed},
	{"TLS", "Web", 269, streams, tcp, 443, .80, .14, 380, 980, 160, otherNames, tlsAny},
	{"HTTP.Telegram", "Chat", 197, streams, tcp, 80, .50, .12, 210, 230, 200, nil, httpByIP},
	{"HTTP", "Web", 187, streams, tcp, 80, .75, .12, 420, 1180, 140, otherNames, httpAny},
	{"DNS.AmazonAWS", "Cloud", 141, lookups, udp, 53, .17, .12, 88, 190, 60, []string{"s3.eu-central-1.amazonaws.com", "ec2-3-120-1-1.eu-central-1.compute.amazonaws.com", "dynamodb.eu-west-1.amazonaws.com"}, dnsNamed},

	{"DNS.Google", "Web", 130, lookups, udp, 53, .17, .12, 76, 130, 60, []string{"www.google.com", "accounts.google.com", "mtalk.google.com"}, dnsNamed},
	{"DNS.GoogleServices", "Web", 126, lookups, udp, 53, .17, .12, 86, 160, 60, []string{"fonts.googleapis.com", "firebaseinstallations.googleapis.com", "fonts.gstatic.com"}, dnsNamed},
	{"DNS.Microsoft", "Cloud", 122, lookups, udp, 53, .17, .12, 84, 210, 60, []string{"settings-win.data.microsoft.com", "login.microsoftonline.com", "v10.events.data.microsoft.com"}, dnsNamed},
	{"DNS.Facebook", "SocialNetwork", 118, lookups, udp, 53, .17, .12, 80, 140, 60, []string{"graph.facebook.com", "edge-mqtt.facebook.com", "scontent.fbcdn.net"}, dnsNamed},
	{"DNS.Apple", "Web", 114, lookups, udp, 53, .17, .12, 82, 220, 60, []string{"captive.apple.com", "init.push.apple.com", "gsp64-ssl.ls.apple.com"}, dnsNamed},
	{"DNS.Amazon", "Web", 106, lookups, udp, 53, .17, .12, 82, 180, 60, []string{"www.amazon.com", "device-metrics-us.amazon.com", "images-na.ssl-images-amazon.com"}, dnsNamed},
	{"DNS.TikTok", "SocialNetwork", 84, lookups, udp, 53, .17, .12, 90, 230, 60, []string{"tnc16-platform-useast2a.tiktokv.com", "mon.tiktokv.com", "log16-normal-useast5.tiktokv.us"}, dnsNamed},
	{"DNS.WhatsApp", "Chat", 66, lookups, udp, 53, .17, .12, 78, 130, 60, []string{"g.whatsapp.net", "mmg.whatsapp.net"}, dnsNamed},
	{"DNS.Instagram", "SocialNetwork", 62, lookups, udp, 53, .17, .12, 82, 140, 60, []string{"i.instagram.com", "graph.instagram.com"}, dnsNamed},
	{"DNS.Cloudflare", "Web", 58, lookups, udp, 53, .17, .12, 80, 120, 60, []string{"one.one.one.one", "cdnjs.cloudflare.com"}, dnsNamed},

	{"TLS.GoogleServices", "Web", 110, streams, tcp, 443, .84, .12, 400, 1050, 110, []string{"fonts.googleapis.com", "firestore.googleapis.com", "www.gstatic.com"}, tlsNamed},
	{"TLS.Facebook", "SocialNetwork", 110, streams, tcp, 443, .85, .12, 430, 1160, 130, []string{"graph.facebook.com", "scontent.fbcdn.net"}, tlsNamed},
	{"TLS.Amazon", "Web", 108, streams, tcp, 443, .83, .12, 420, 1040, 150, []string{"www.amazon.com", "m.media-amazon.com"}, tlsNamed},
	{"TLS.AmazonAWS", "Cloud", 104, streams, tcp, 443, .84, .12, 520, 980, 170, []string{"s3.eu-central-1.amazonaws.com", "sqs.eu-west-1.amazonaws.com"}, tlsNamed},
	{"TLS.Microsoft", "Cloud", 102, streams, tcp, 443, .83, .12, 560, 960, 150, []string{"settings-win.data.microsoft.com", "outlook.office365.com"}, tlsNamed},
	{"TLS.TikTok", "SocialNetwork", 84, streams, tcp, 443, .88, .12, 340, 1280, 90, []string{"api16-normal-useast5.tiktokv.us", "v16m.tiktokcdn.com"}, tlsNamed},
	{"TLS.AppleiCloud", "Web", 72, streams, tcp, 443, .85, .12, 620, 900, 160, []string{"gateway.icloud.com", "p44-content.icloud.com"}, tlsNamed},
	{"TLS.WhatsApp", "Chat", 62, streams, tcp, 443, .81, .12, 260, 420, 300, []string{"g.whatsapp.net", "mmg.whatsapp.net"}, tlsNamed},
	{"TLS.Instagram", "SocialNetwork", 58, streams, tcp, 443, .87, .12, 380, 1240, 100, []string{"i.instagram.com", "scontent.cdninstagram.com"}, tlsNamed},
	{"TLS.YouTube", "Media", 40, streams, tcp, 443, .90, .12, 330, 1380, 40, []string{"rr3---sn-2gb7sn7r.googlevideo.com", "www.youtube.com"}, tlsNamed},

	{"QUIC.Google", "Web", 108, quicly, udp, 443, .80, .12, 260, 1180, 60, []string{"www.google.com", "play.google.com"}, quicNamed},
	{"QUIC.YouTube", "Media", 60, quicly, udp, 443, .80, .12, 180, 1250, 30, []string{"rr3---sn-2gb7sn7r.googlevideo.com", "i.ytimg.com"}, quicNamed},
	{"QUIC.Facebook", "SocialNetwork", 52, quicly, udp, 443, .80, .12, 240, 1160, 60, []string{"graph.facebook.com", "scontent.fbcdn.net"}, quicNamed},

	{"NTP", "System", 90, datagram, udp, 123, .10, .12, 90, 90, 800, nil, plain},
	{"STUN", "Network", 60, datagram, udp, 3478, .40, .12, 110, 130, 250, nil, plain},
	{"SNMP", "Network", 56, datagram, udp, 161, .30, .15, 95, 140, 300, nil, plain},
	{"Telnet", "RemoteAccess", 49, streams, tcp, 23, .45, .15, 72, 90, 600, nil, plain},
	{"SMBv23", "System", 44, streams, tcp, 445, .72, .15, 260, 420, 90, nil, plain},
	{"SIP", "VoIP", 40, datagram, udp, 5060, .55, .15, 560, 480, 500, nil, plain},
	{"SSH", "RemoteAccess", 82, streams, tcp, 22, .70, .12, 150, 190, 220, nil, ssh},
	{"RDP", "RemoteAccess", 20, streams, tcp, 3389, .85, .12, 180, 620, 80, nil, plain},
	{"IMAPS", "Email", 12, streams, tcp, 993, .80, .12, 170, 540, 200, nil, plain},
	{"SSDP", "System", 24, announce, udp, 1900, .30, .12, 215, 0, 900, nil, plain},
	{"MDNS", "Network", 20, announce, udp, 5353, .25, .12, 140, 0, 900, nil, plain},
	{"DHCP", "Network", 10, datagram, udp, 67, .15, .10, 342, 342, 700, nil, plain},
	{"IGMP", "Network", 6, announce, igmp, 0, .08, .08, 60, 0, 900, nil, plain},
}

// otherNames are servers that belong to no application of the table.
var otherNames = []string{"www.example.com", "updates.example.net", "static.example.org", "news.example.com", "shop.example.net", "mirror.example.org",
	"api.example.com", "img2.example.net", "ocsp.example.org", "portal.example.edu", "cdn3.example.com", "login.example.edu"}

// heavy are the classes whose flows can have thousands of packets.
var heavy = []string{"TLS.Google", "TLS.YouTube", "TLS.Facebook", "TLS.TikTok", "TLS.Microsoft", "TLS.AppleiCloud", "TLS.AmazonAWS", "TLS.Instagram",
	"QUIC.YouTube", "QUIC.Google", "BitTorrent", "HTTP"}

// classByName finds a class's index.
func classByName(name string) int {
	for i := range classes {
		if classes[i].name == name {
			return i
		}
	}
	panic("flowgen: no class " + name)
}

// application is how the row's application was found: by its clear text, by its addresses, by its
// port.
func (r *row) application() (guessed bool, conf flowmeter.Confidence) {
	switch c := &classes[r.class]; {
	case c.name == "Unknown":
		return false, flowmeter.NotFound
	case c.name == "BitTorrent":
		return false, flowmeter.ByCache
	case c.protocol == icmp || c.protocol == igmp || r.name != "":
		return false, flowmeter.ByDPI
	case c.group == tlsByIP || c.group == httpByIP || c.group == tlsNamed || c.group == quicNamed:
		return true, flowmeter.ByIP
	case r.client != "":
		return false, flowmeter.ByDPI
	default:
		return true, flowmeter.ByPort
	}
}
