package flowmeter

import "testing"

// TestJA4 has fingerprints that others have published, with the lists they are made of; reserved
// values are put in.
func TestJA4(t *testing.T) {
	// Chrome 143 at browserleaks.com/tls, which shows the lists as ja4_r.
	chrome := ClientHello{Version: 0x0303, ServerName: "tls.browserleaks.com", Protocol: "h2",
		Ciphers: []uint16{0x0a0a, 0x1301, 0x1302, 0x1303, 0xc02b, 0xc02f, 0xc02c, 0xc030, 0xcca9, 0xcca8, 0xc013, 0xc014, 0x009c, 0x009d, 0x002f, 0x0035},
		Extensions: []uint16{0x1a1a, 0x002d, 0x0033, 0x0010, 0xfe0d, 0x0017, 0x44cd, 0x0000, 0x000b, 0x000a, 0x002b, 0xff01, 0x0023, 0x0012, 0x0005, 0x000d, 0x001b,
			0xfafa},
		Signatures: []uint16{0x0403, 0x0804, 0x0401, 0x0503, 0x0805, 0x0501, 0x0806, 0x0601},
		Versions:   []uint16{0xbaba, 0x0304, 0x0303},
	}
	shuffled := chrome
	shuffled.Extensions = append(append([]uint16{}, chrome.Extensions[9:]...), chrome.Extensions[:9]...)
	for _, test := range []struct {
		name    string
		hello   ClientHello
		carrier byte
		want    string
	}{
		{"Chrome", chrome, 't', "t13d1516h2_8daaf6152771_d8a2da3f94cd"},
		{"Chrome, extensions in another order", shuffled, 't', "t13d1516h2_8daaf6152771_d8a2da3f94cd"},
		{"Chrome over QUIC", chrome, 'q', "q13d1516h2_8daaf6152771_d8a2da3f94cd"},
		// The rest follows from the definition: empty lists are zeros.
		{"nothing", ClientHello{Version: 0x0301}, 't', "t10i000000_000000000000_000000000000"},
		{"DTLS 1.2", ClientHello{Version: 0xfefd}, 'd', "dd2i000000_000000000000_000000000000"},
		{"DTLS 1.3", ClientHello{Version: 0xfefd, Versions: []uint16{0xfefd, 0xfefc}}, 'd', "dd3i000000_000000000000_000000000000"},
		{"a draft", ClientHello{Version: 0x0303, Versions: []uint16{0x7f1c}}, 't', "t00i000000_000000000000_000000000000"},
		{"a protocol of one letter", ClientHello{Version: 0x0303, Protocol: "x"}, 't', "t12i0000xx_000000000000_000000000000"},
		{"a protocol of other bytes", ClientHello{Version: 0x0303, Protocol: "\xab\xcd"}, 't', "t12i0000ad_000000000000_000000000000"},
		{"a hundred ciphers", ClientHello{Version: 0x0303, Ciphers: make([]uint16, 100)}, 't', "t12i990000_" + twelve(appendHex(nil, make([]uint16, 100))) + "_000000000000"},
	} {
		if got := test.hello.JA4(test.carrier); got != test.want {
			t.Errorf("%s: %s, want %s", test.name, got, test.want)
		}
	}
}

// TestJA3OnDemand: what NFStream wrote up to 6.5 can still be had.
func TestJA3OnDemand(t *testing.T) {
	o := options()
	for _, ja3 := range []bool{false, true} {
		o.JA3 = ja3
		rows, _, err := metered(o, pcapOf(ethernetFrame(0x0800, ip4(protoTCP, "192.0.2.1", "192.0.2.2", tcpSegment(40000, 443, 1, PSH|ACK, string(helloBytes(browser)))))))
		if err != nil {
			t.Fatal(err)
		}
		want := browser.JA4('t')
		if ja3 {
			want = browser.JA3()
		}
		if got := fieldsOf(t, rows)["client_fingerprint"]; got != want {
			t.Errorf("JA3 %v: %s, want %s", ja3, got, want)
		}
	}
}
