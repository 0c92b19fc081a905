package flowgen

// options are a row's texts that many rows lack; an empty one is missing.
type options struct {
	name           string // requested_server_name
	client, server string // fingerprints
	agent, content string
}

// The published number of each in split_1.
const (
	serverNames        = 3006
	clientFingerprints = 1265
	serverFingerprints = 881
	agentTexts         = 173
	contentTexts       = 74
)

// assignOptions decides which rows show a server name, a fingerprint, a user agent, a content type.
// Which rows could is decided by their packets: a name needs the packet that carries it. Which of
// those do, is the first so many in a random order.
func (p *plan) assignOptions() {
	d := disclosure{plan: p, s: newStream(p.seed, p.split, placeOption)}
	order := make([]int, SplitRows)
	for i := range order {
		order[i] = i
	}
	shuffle(&d.s, order)
	for _, i := range order {
		d.sortOut(i)
	}
	withAgent, withType, withAnswer := d.some(agentTexts), d.some(contentTexts), d.some(serverFingerprints)-d.servers
	d.sayHello(d.some(clientFingerprints)-d.clients, withAnswer)
	d.ask(withAgent, withType)
	for _, r := range d.questions[:min(max(d.some(serverNames)-d.named, 0), len(d.questions))] {
		r.name = pick(&d.s, classes[r.class].names)
	}
}

// disclosure counts the disclosures of the rows, and collects those that could show more.
type disclosure struct {
	*plan
	s                       stream
	named, clients, servers int
	hellos                  []*row // TLS that could show its ClientHello
	pages                   []*row // HTTP that could show its request
	questions               []*row // DNS that could show its question
}

// some is the published number in split_1, within 3 % of it elsewhere.
func (d *disclosure) some(want int) int {
	if d.split == 0 {
		return want
	}
	return want + d.s.between(-want*3/100, want*3/100)
}

// sortOut settles the rows that have no choice and collects the others.
func (d *disclosure) sortOut(i int) {
	r := &d.rows[i]
	c := &classes[r.class]
	able := r.packets >= 5 && !r.refused
	switch {
	case r.kind == SYNFlood || r.kind == PortScan || r.kind == UDPFlood:
	case c.name == "DHCP":
		r.client = "1,3,6,15,31,33,43,44,46,47,119,121,249,252"
		d.clients++
	case c.group == ssh:
		if able {
			r.client, r.server = sshPrint(r, &d.s)
			d.clients, d.servers = d.clients+1, d.servers+1
		}
	case r.kind == Beaconing || r.kind == Exfiltration:
		d.disguise(r)
		d.clients++
		if r.name != "" {
			d.named++
		}
	case c.group == dnsNamed:
		if r.name == "" {
			r.name = pick(&d.s, c.names)
		}
		d.named++
	case c.group == dnsAny && i != 4: // row 4 is published as known by its port
		d.questions = append(d.questions, r)
	case c.group == quicNamed && d.s.chance(80):
		r.name = pick(&d.s, c.names)
		d.named++
	case able && (c.group == tlsNamed || c.group == tlsAny):
		d.hellos = append(d.hellos, r)
	case able && c.group == httpAny:
		d.pages = append(d.pages, r)
	}
}

// sayHello gives so many TLS rows a client's fingerprint, most of them a name with it, and some the
// server's.
func (d *disclosure) sayHello(rows, answered int) {
	rows = min(rows, len(d.hellos))
	for k, r := range d.hellos[:rows] {
		h := d.s.below(len(browsers))
		r.client = browsers[h].ja3
		if k < rows*96/100 {
			r.name = pick(&d.s, classes[r.class].names)
			d.named++
		}
		if k < answered {
			r.server = answers[(r.class+h)%len(answers)].ja3s
		}
	}
}

// ask gives HTTP rows a host, all but a few a user agent, and some a content type.
func (d *disclosure) ask(withAgent, withType int) {
	for k, r := range d.pages[:min(withAgent+6, len(d.pages))] {
		r.name = pick(&d.s, classes[r.class].names)
		d.named++
		if k < withAgent {
			r.agent = pick(&d.s, userAgents)
		}
		if k < withType {
			r.content = pick(&d.s, contentTypes)
		}
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
