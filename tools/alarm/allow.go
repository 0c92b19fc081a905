package alarm

import (
	"bufio"
	"fmt"
	"io"
	"net/netip"
	"strconv"
	"strings"
	"time"

	"github.com/gaissmai/bart"

	"flowbook/ml/detect"
)

// Allowed are the flows that nobody wants to hear of: a backup each night, a scanner of one's own.
// A file of them has a line each, comments after #:
//
//	10.0.5.0/24                                   # all from and to this network
//	192.0.2.7     port=443 app=TLS                # these together
//	10.9.0.4      port=22  until=2027-03-31       # to the end of that day, UTC
type Allowed struct {
	networks bart.Table[[]rule]
}

type rule struct {
	port  int64     // of destination; -1 for any
	app   string    // the application, or its protocol; "" for any
	until time.Time // zero for ever
}

// ReadAllowed reads a file of allowed flows; name stands for it in errors.
func ReadAllowed(r io.Reader, name string) (*Allowed, error) {
	a := &Allowed{}
	lines := bufio.NewScanner(r)
	for n := 1; lines.Scan(); n++ {
		text, _, _ := strings.Cut(lines.Text(), "#")
		fields := strings.Fields(text)
		if len(fields) == 0 {
			continue
		}
		network, err := prefix(fields[0])
		if err != nil {
			return nil, fmt.Errorf("%s: line %d: %w", name, n, err)
		}
		one, err := parseRule(fields[1:])
		if err != nil {
			return nil, fmt.Errorf("%s: line %d: %w", name, n, err)
		}
		rules, _ := a.networks.Get(network)
		a.networks.Insert(network, append(rules, one))
	}
	if err := lines.Err(); err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	return a, nil
}

func prefix(text string) (netip.Prefix, error) {
	if ip, err := netip.ParseAddr(text); err == nil {
		ip = ip.Unmap().WithZone("")
		return netip.PrefixFrom(ip, ip.BitLen()), nil
	}
	p, err := netip.ParsePrefix(text)
	if err != nil {
		return p, fmt.Errorf("%q is not an address or a network in CIDR form", text)
	}
	return p.Masked(), nil
}

func parseRule(fields []string) (rule, error) {
	r := rule{port: -1}
	for _, f := range fields {
		key, value, ok := strings.Cut(f, "=")
		switch {
		case ok && key == "port":
			port, err := strconv.ParseUint(value, 10, 16)
			if err != nil {
				return r, fmt.Errorf("port %q is not a number up to 65535", value)
			}
			r.port = int64(port)
		case ok && key == "app" && value != "":
			r.app = value
		case ok && key == "until":
			day, err := time.Parse(time.DateOnly, value)
			if err != nil {
				return r, fmt.Errorf("until %q is not a day like 2027-03-31", value)
			}
			r.until = day.AddDate(0, 0, 1)
		default:
			return r, fmt.Errorf("%q is not port=, app= or until=", f)
		}
	}
	return r, nil
}

// IsAddress reports whether a text is an IP address, as rules name them; pseudonyms are none.
func IsAddress(text string) bool {
	_, err := netip.ParseAddr(text)
	return err == nil
}

// Allows reports whether a rule of any network that holds the flow's source or destination allows
// the flow.
func (a *Allowed) Allows(f detect.Flow) bool {
	for _, text := range []string{f.Source, f.Destination} {
		ip, err := netip.ParseAddr(text)
		if err != nil {
			continue // a pseudonym
		}
		ip = ip.Unmap().WithZone("")
		for _, rules := range a.networks.Supernets(netip.PrefixFrom(ip, ip.BitLen())) {
			for _, r := range rules {
				if r.allows(f) {
					return true
				}
			}
		}
	}
	return false
}

func (r rule) allows(f detect.Flow) bool {
	protocol, _, _ := strings.Cut(f.Application, ".")
	return (r.port < 0 || r.port == f.DestinationPort) &&
		(r.app == "" || strings.EqualFold(r.app, f.Application) || strings.EqualFold(r.app, protocol)) &&
		(r.until.IsZero() || f.Ms < 0 || time.UnixMilli(f.Ms).Before(r.until))
}
