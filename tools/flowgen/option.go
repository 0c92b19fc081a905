package flowgen

// options are a row's texts that many rows lack; an empty one is missing.
type options struct {
	name           string // requested_server_name
	client, server string // fingerprints
	agent, content string
}

// What split_1 has of each, as published.
const (
	serverNames        = 3006
	clientFingerprints = 1265
	serverFingerprints = 881
	agentTexts         = 173
	contentTexts       = 74
)

// assignOptions decides which rows show a server name, a fingerprint, a user agent, a content type. Which rows could is decided by
// their packets: a name needs the packet that carries it. Which of those do, is the first so many in a random order.
func (p *plan) assignOptions() {
	s := newStream(p.seed, p.split, placeOption)
	order := make([]int, SplitRows)
	for i := range order {
		order[i] = i
	}
	shuffle(&s, order)
	some := func(want int) int { // the published number in split_1, within 3 % of it elsewhere
		if p.split == 0 {
			return want
		}
		return want + s.between(-want*3/100, want*3/100)
	}

	var hellos, pages, questions []*row
	named, clients, servers := 0, 0, 0
	for _, i := range order {
		r := &p.rows[i]
		c := &classes[r.class]
		able := r.packets >= 5 && !r.refused
		switch {
		case r.kind == SYNFlood || r.kind == PortScan || r.kind == UDPFlood:
		case c.name == "DHCP":
			r.client = "1,3,6,15,31,33,43,44,46,47,119,121,249,252"
			clients++
		case c.group == ssh:
			if able {
				r.client, r.server = sshPrint(r, &s)
				clients, servers = clients+1, servers+1
			}
		case r.kind == Beaconing || r.kind == Exfiltration:
			p.disguise(r)
			clients++
			if r.name != "" {
				named++
			}
		case c.group == dnsNamed:
			if r.name == "" {
				r.name = c.names[s.below(len(c.names))]
			}
			named++
		case c.group == dnsAny && i != 4: // row 4 is published as known by its port
			questions = append(questions, r)
		case c.group == quicNamed && s.chance(80):
			r.name = c.names[s.below(len(c.names))]
			named++
		case able && (c.group == tlsNamed || c.group == tlsAny):
			hellos = append(hellos, r)
		case able && c.group == httpAny:
			pages = append(pages, r)
		}
	}

	withAgent, withType, withAnswer := some(agentTexts), some(contentTexts), some(serverFingerprints)-servers
	hellos = hellos[:min(some(clientFingerprints)-clients, len(hellos))]
	for k, r := range hellos {
		h := s.below(len(browsers))
		r.client = browsers[h].ja3
		if k < len(hellos)*96/100 {
			r.name = pick(&s, classes[r.class].names)
			named++
		}
		if k < withAnswer {
			r.server = answers[(r.class+h)%len(answers)].ja3s
		}
	}
	pages = pages[:min(withAgent+6, len(pages))]
	for k, r := range pages {
		r.name = pick(&s, classes[r.class].names)
		named++
		if k < withAgent {
			r.agent = pick(&s, userAgents)
		}
		if k < withType {
			r.content = pick(&s, contentTypes)
		}
	}
	for _, r := range questions[:min(max(some(serverNames)-named, 0), len(questions))] {
		r.name = pick(&s, classes[r.class].names)
	}
}

func pick(s *stream, v []string) string { return v[s.below(len(v))] }

var userAgents = []string{
	"Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/103.0.0.0 Safari/537.36",
	"Mozilla/5.0 (X11; Linux x86_64; rv:102.0) Gecko/20100101 Firefox/102.0",
	"Mozilla/5.0 (iPhone; CPU iPhone OS 15_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/15E148",
	"Dalvik/2.1.0 (Linux; U; Android 12; SM-A525F Build/SP1A.210812.016)",
	"Microsoft-Delivery-Optimization/10.0",
	"Debian APT-HTTP/1.3 (2.2.4)",
	"okhttp/4.9.3",
	"curl/7.74.0",
}

var contentTypes = []string{"text/html; charset=utf-8", "application/json", "application/octet-stream", "image/jpeg", "text/plain", "application/javascript"}
