package flowmeter

// service is the service at a well-known port.
type service struct{ name, category string }

// services are the applications that a port alone suggests, by transport protocol and port. The
// list is short on purpose: a port is a guess.
var services = map[uint32]service{
	tcpPort(20):   {"FTP_DATA", "Download"},
	tcpPort(21):   {"FTP_CONTROL", "Download"},
	tcpPort(22):   {"SSH", "RemoteAccess"},
	tcpPort(23):   {"Telnet", "RemoteAccess"},
	tcpPort(25):   {"SMTP", "Email"},
	tcpPort(53):   {"DNS", "Network"},
	tcpPort(80):   {"HTTP", "Web"},
	tcpPort(110):  {"POP3", "Email"},
	tcpPort(143):  {"IMAP", "Email"},
	tcpPort(443):  {"TLS", "Web"},
	tcpPort(445):  {"SMBv23", "System"},
	tcpPort(993):  {"IMAPS", "Email"},
	tcpPort(995):  {"POPS", "Email"},
	tcpPort(3306): {"MySQL", "Database"},
	tcpPort(3389): {"RDP", "RemoteAccess"},
	tcpPort(5060): {"SIP", "VoIP"},
	tcpPort(5432): {"PostgreSQL", "Database"},
	udpPort(53):   {"DNS", "Network"},
	udpPort(67):   {"DHCP", "Network"},
	udpPort(68):   {"DHCP", "Network"},
	udpPort(123):  {"NTP", "System"},
	udpPort(161):  {"SNMP", "Network"},
	udpPort(443):  {"QUIC", "Web"},
	udpPort(500):  {"IPSec", "VPN"},
	udpPort(1900): {"SSDP", "System"},
	udpPort(3478): {"STUN", "Network"},
	udpPort(5060): {"SIP", "VoIP"},
	udpPort(5353): {"MDNS", "Network"},
}

func tcpPort(p uint16) uint32 { return protoTCP<<16 | uint32(p) }
func udpPort(p uint16) uint32 { return protoUDP<<16 | uint32(p) }

// protocols are the applications that the IP protocol alone tells.
var protocols = map[uint8]service{
	protoICMP:   {"ICMP", "Network"},
	protoIGMP:   {"IGMP", "Network"},
	protoICMPv6: {"ICMPV6", "Network"},
	47:          {"GRE", "Network"},
	50:          {"IPSec", "VPN"},
	89:          {"OSPF", "Network"},
	132:         {"SCTP", "Network"},
}

// IANA protocol numbers.
const (
	protoICMP   = 1
	protoIGMP   = 2
	protoIPIP   = 4
	protoTCP    = 6
	protoUDP    = 17
	protoGRE    = 47
	protoIPv6   = 41
	protoICMPv6 = 58
)

// KnownPort says whether a port, of TCP or UDP, suggests an application.
func KnownPort(p uint16) bool {
	_, t := services[tcpPort(p)]
	_, u := services[udpPort(p)]
	return t || u
}
