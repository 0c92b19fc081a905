package flowmeter

import "regexp"

// texts are the columns of what flows show in the clear.
var texts = []string{"requested_server_name", "client_fingerprint", "server_fingerprint", "user_agent", "content_type"}

// textCauses are why a text differs from NFStream's: the first that fits. Applications are named as
// nDPI does, with a space and NFStream's fingerprint of the client behind.
var textCauses = []struct {
	cause                                string
	columns, applications, files, theirs string // regular expressions; "" fits all
	one                                  bool   // only NFStream has a text, or only we
}{
	{"we read no names of these protocols", "name", "^(DHCP|FTP_CONTROL|NetBIOS|SMTP|SMTPS|SSDP|STUN)", "", ".", true},
	{"we read no QUIC of Google's from before the standard", "name", "^QUIC[^ ]* $", "", ".", true},
	{"we do not look for TLS behind another protocol's greeting", "fingerprint", "^(IMAPS|POPS|SMTPS|TLS.RDP)", "", ".", true},
	{"NFStream has no user agent and content type of requests to proxies", "agent|type", "^HTTP_", "", "^$", true},
	{"NFStream sees no answer to an odd or long request", "type", "^HTTP", "", "^$", true},
	{"NFStream has no name of a request that others follow without an answer", "name", "^HTTP", "request-then-cruft", "^$", true},
	{"HTTP in small letters is none to us", "type", "^HTTP", "http-lower-case", ".", true},
	{"nDPI turns characters that are rare in names into _ and leaves the first out", "name", "^DNS", "", "_", false},
	{"nDPI goes on to other questions in a flow with several", "name", "^(DNS|MDNS)", "starcraft|too_long|nmap-vsn|mdns-no-assoc", ".", false},
	{"nDPI reads the names of answers to nobody, too", "name", "^MDNS", "too_long", ".", true},
	{"nDPI makes an address of a name for the reverse", "name", "^DNS", "invert_query", ".", true},
	{"nDPI hashes an empty list of extensions, JA4 has zeros for it", "client", "", "", "_e3b0c44298fc$", false},
	{"nDPI takes DTLS 1.3 for 1.2", "client", "^DTLS", "", "^dd2", false},
	{"nDPI says that no name was asked for where an empty one was", "client", "FortiClient", "", "^t1[23]i", false},
	{"nDPI hashes no lists of SSH's old library", "client", "^SSH", "", "^D41D8CD98F00B204E9800998ECF8427E$", false},
	{"nDPI has the last of several lists of DHCP", "client", "^DHCP", "nfstream_android", ".", false},
	{"a draft's hello has another form", "server", "^TLS", "tls13draft16", ".", true},
	{"nDPI overlooks the answer to a hello in an old version, or in a flow of two protocols", "server", "^(TLS|DTLS) ", "ssl.v3|stun_zoom", "^$", true},
}

// textDifference is why the texts differ, "" if no cause is known.
func textDifference(column, theirs, ours, application, file string) string {
	fits := func(pattern, text string) bool { return regexp.MustCompile(pattern).MatchString(text) }
	for _, c := range textCauses {
		if c.one == (theirs == "" || ours == "") && fits(c.columns, column) && fits(c.applications, application) && fits(c.files, file) && fits(c.theirs, theirs) {
			return c.cause
		}
	}
	return ""
}
