package flowmeter

import (
	"net/netip"
	"strings"
)

// owner is who a server name belongs to.
type owner struct{ suffix, name, category string }

// owners are found by the end of a server name; the first that fits counts. A short list of large
// ones, after public knowledge.
var owners = []owner{
	{"googleapis.com", "GoogleServices", "Web"}, {"gstatic.com", "GoogleServices", "Web"},
	{"youtube.com", "YouTube", "Media"}, {"googlevideo.com", "YouTube", "Media"}, {"ytimg.com", "YouTube", "Media"},
	{"google.com", "Google", "Web"},
	{"microsoft.com", "Microsoft", "Cloud"}, {"microsoftonline.com", "Microsoft", "Cloud"}, {"office365.com", "Microsoft", "Cloud"}, {"windowsupdate.com", "Microsoft", "Cloud"},
	{"cdninstagram.com", "Instagram", "SocialNetwork"}, {"instagram.com", "Instagram", "SocialNetwork"},
	{"facebook.com", "Facebook", "SocialNetwork"}, {"fbcdn.net", "Facebook", "SocialNetwork"},
	{"whatsapp.net", "WhatsApp", "Chat"}, {"whatsapp.com", "WhatsApp", "Chat"},
	{"icloud.com", "AppleiCloud", "Web"}, {"apple.com", "Apple", "Web"},
	{"amazonaws.com", "AmazonAWS", "Cloud"}, {"amazon.com", "Amazon", "Web"}, {"ssl-images-amazon.com", "Amazon", "Web"}, {"media-amazon.com", "Amazon", "Web"},
	{"tiktokv.com", "TikTok", "SocialNetwork"}, {"tiktokv.us", "TikTok", "SocialNetwork"}, {"tiktokcdn.com", "TikTok", "SocialNetwork"},
	{"cloudflare.com", "Cloudflare", "Web"}, {"one.one.one.one", "Cloudflare", "Web"},
	{"telegram.org", "Telegram", "Chat"}, {"t.me", "Telegram", "Chat"},
	{"netflix.com", "NetFlix", "Video"}, {"nflxvideo.net", "NetFlix", "Video"},
	{"github.com", "Github", "Collaborative"}, {"githubusercontent.com", "Github", "Collaborative"},
}

// telegram are Telegram's own networks (AS62041, AS59930, AS62014), which show no name.
var telegram = []netip.Prefix{
	netip.MustParsePrefix("149.154.160.0/20"), netip.MustParsePrefix("91.108.4.0/22"), netip.MustParsePrefix("91.108.8.0/22"),
	netip.MustParsePrefix("91.108.12.0/22"), netip.MustParsePrefix("91.108.16.0/22"), netip.MustParsePrefix("91.108.56.0/22"),
}

// ownerOf finds the owner of a server name.
func ownerOf(name string) *owner {
	for i := range owners {
		if rest, ok := strings.CutSuffix(name, owners[i].suffix); ok && (rest == "" || strings.HasSuffix(rest, ".")) {
			return &owners[i]
		}
	}
	return nil
}

// application names the flow's application: by its clear text, by its addresses, by its ports, in
// this order.
func (e *entry) application() Application {
	var a Application
	master := service{}
	if d := e.clear; d != nil && d.found != nil {
		a = d.found.Application
		master = service{d.found.protocol, categories[d.found.protocol]}
	}
	if s, ok := protocols[e.key.protocol]; ok {
		master = s
	}
	seen := master.name != ""
	if !seen {
		master = e.byPort()
	}
	switch owner := ownerOf(a.ServerName); {
	case seen && owner != nil:
		a.Name, a.Category, a.Confidence = master.name+"."+owner.name, owner.category, ByDPI
	case (master.name == "TLS" || master.name == "HTTP") && a.ServerName == "" && e.isTelegram():
		a.Name, a.Category, a.Guessed, a.Confidence = master.name+".Telegram", "Chat", true, ByIP
	case seen:
		a.Name, a.Category, a.Confidence = master.name, master.category, ByDPI
	case master.name != "":
		a.Name, a.Category, a.Guessed, a.Confidence = master.name, master.category, true, ByPort
	default:
		a.Name, a.Category = "Unknown", "Unspecified"
	}
	return a
}

var categories = map[string]string{"DNS": "Network", "MDNS": "Network", "LLMNR": "Network", "TLS": "Web", "QUIC": "Web", "DTLS": "Web", "HTTP": "Web", "SSH": "RemoteAccess", "BitTorrent": "Download", "DHCP": "Network"}

// byPort guesses from the ports, the destination's first.
func (e *entry) byPort() service {
	_, to := e.destination()
	_, from := e.source()
	for _, port := range [2]uint16{to, from} {
		if s, ok := services[uint32(e.key.protocol)<<16|uint32(port)]; ok {
			return s
		}
	}
	return service{}
}

func (e *entry) isTelegram() bool {
	if e.key.version != 4 {
		return false
	}
	for _, ip := range [2][16]byte{e.key.lo, e.key.hi} {
		for _, net := range telegram {
			if net.Contains(address(ip, 4)) {
				return true
			}
		}
	}
	return false
}
