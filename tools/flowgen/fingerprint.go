package flowgen

import (
	"strconv"

	"flowbook/tools/flowmeter"
)

// browser is a TLS client by its ClientHello, answer a TLS server by its ServerHello, with their
// fingerprints.
type browser struct {
	hello flowmeter.ClientHello
	ja3   string
}

type answer struct {
	hello flowmeter.ServerHello
	ja3s  string
}

var (
	browsers = makeBrowsers()
	answers  = makeAnswers()
)

// makeBrowsers varies a modern ClientHello into fourteen.
func makeBrowsers() []browser {
	ciphers := []uint16{4865, 4866, 4867, 49195, 49199, 49196, 49200, 52393, 52392, 49171, 49172, 156, 157, 47, 53}
	extensions := []uint16{0, 23, 65281, 10, 11, 35, 16, 5, 13, 18, 51, 45, 43, 27}
	b := make([]browser, 14)
	for i := range b {
		b[i].hello = flowmeter.ClientHello{
			Version:    771,
			Ciphers:    ciphers[i%4 : len(ciphers)-i%5],
			Extensions: extensions[:len(extensions)-i%7],
			Groups:     []uint16{29, 23, 24, 25}[:2+i%3],
			Points:     []uint8{0},
		}
		b[i].ja3 = b[i].hello.JA3()
	}
	return b
}

func makeAnswers() []answer {
	a := make([]answer, 9)
	for i := range a {
		a[i].hello = flowmeter.ServerHello{
			Version:    771,
			Cipher:     []uint16{4865, 49199, 49200}[i%3],
			Extensions: []uint16{65281, 0, 11, 35, 16}[:2+i/3],
		}
		a[i].ja3s = a[i].hello.JA3S()
	}
	return a
}

// rareHello is the ClientHello of a campaign's implant: an old library's, unlike every browser's.
func rareHello(k Kind, campaign int32) flowmeter.ClientHello {
	return flowmeter.ClientHello{
		Version:    771,
		Ciphers:    []uint16{49196, 49195, 49200, 49199, 159, 158, uint16(100 + campaign%60), 49188 + uint16(k)},
		Extensions: []uint16{0, 10, 11, 13, 35, 23, 65281},
		Groups:     []uint16{29, 23, 24},
		Points:     []uint8{0},
	}
}

// disguise gives an implant's flows their visible fields: one rare fingerprint a campaign, and for
// an exfiltration a server nobody else asks.
func (p *plan) disguise(r *row) {
	hello := rareHello(r.kind, r.campaign)
	r.client = hello.JA3()
	if r.kind == Exfiltration {
		r.name = "sync-" + strconv.Itoa(int(r.campaign)) + ".backup.example.org"
	}
}

// sshHello are the algorithms that SSH clients and servers offer, named by the lists that HASSH
// hashes.
var sshClients, sshServers = []flowmeter.KexInit{
	{Kex: "curve25519-sha256,ecdh-sha2-nistp256", Cipher: "chacha20-poly1305@openssh.com,aes128-ctr", MAC: "umac-64-etm@openssh.com,hmac-sha2-256", Compression: "none,zlib@openssh.com"},
	{Kex: "curve25519-sha256@libssh.org,diffie-hellman-group14-sha256", Cipher: "aes256-gcm@openssh.com,aes256-ctr", MAC: "hmac-sha2-256,hmac-sha1", Compression: "none"},
	{Kex: "diffie-hellman-group-exchange-sha256", Cipher: "aes128-ctr,aes192-ctr,aes256-ctr", MAC: "hmac-sha2-512", Compression: "none,zlib"},
}, []flowmeter.KexInit{
	{Kex: "curve25519-sha256,diffie-hellman-group16-sha512", Cipher: "chacha20-poly1305@openssh.com,aes256-gcm@openssh.com", MAC: "umac-128-etm@openssh.com", Compression: "none,zlib@openssh.com"},
	{Kex: "diffie-hellman-group14-sha1", Cipher: "aes128-ctr,3des-cbc", MAC: "hmac-sha1", Compression: "none"},
}

// sshBrute is the offer of a password guesser's library.
var sshBrute = flowmeter.KexInit{Kex: "diffie-hellman-group14-sha256,diffie-hellman-group14-sha1", Cipher: "aes128-cbc,aes128-ctr", MAC: "hmac-sha1,hmac-sha2-256", Compression: "none"}

func sshPrint(r *row, s *stream) (client, server string) {
	c := &sshClients[s.below(len(sshClients))]
	if r.kind == BruteForce {
		c = &sshBrute
	}
	return c.HASSH(), sshServers[uint32(r.dst)%uint32(len(sshServers))].HASSH()
}
