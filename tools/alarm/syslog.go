package alarm

import (
	"fmt"
	"net"
	"net/url"
	"os"
	"strconv"
	"strings"
	"time"

	"flowbook/tools/netrc"
)

// Syslog sends each write as one message of RFC 5424: over UDP a datagram (RFC 5426), over TCP with
// its length before it (RFC 6587, octet counting).
type Syslog struct {
	conn   net.Conn
	frames bool
	host   string
	now    func() time.Time // time.Now; a test sets another
}

// syslogPriority is facility log audit (13), severity warning (4).
const syslogPriority = 13*8 + 4

// DialSyslog connects to udp://host:port or tcp://host:port.
func DialSyslog(address string) (*Syslog, error) {
	u, err := url.Parse(address)
	if err != nil || u.Scheme != "udp" && u.Scheme != "tcp" || u.Port() == "" || u.Path != "" {
		return nil, fmt.Errorf("syslog: %q is not udp://HOST:PORT or tcp://HOST:PORT", netrc.Hide(address))
	}
	conn, err := net.DialTimeout(u.Scheme, u.Host, 10*time.Second)
	if err != nil {
		return nil, fmt.Errorf("syslog: %w", err)
	}
	host, err := os.Hostname()
	if err != nil || host == "" {
		host = "-"
	}
	return &Syslog{conn: conn, frames: u.Scheme == "tcp", host: field(host, 255), now: time.Now}, nil
}

// field is a header field: printable ASCII without blanks, at most that long.
func field(text string, most int) string {
	text = strings.Map(func(r rune) rune {
		if r <= ' ' || r > '~' {
			return -1
		}
		return r
	}, text)
	if text == "" {
		return "-"
	}
	return text[:min(most, len(text))]
}

// Write sends one message.
func (s *Syslog) Write(message []byte) (int, error) {
	b := fmt.Appendf(nil, "<%d>1 %s %s flowbook %d alarm - %s", syslogPriority, s.now().UTC().Format("2006-01-02T15:04:05.000000Z07:00"),
		s.host, os.Getpid(), message)
	if s.frames {
		b = append(append([]byte(strconv.Itoa(len(b))), ' '), b...)
	}
	if err := s.conn.SetWriteDeadline(time.Now().Add(10 * time.Second)); err != nil {
		return 0, err
	}
	if _, err := s.conn.Write(b); err != nil {
		return 0, fmt.Errorf("syslog: %w", err)
	}
	return len(message), nil
}

// Close ends the connection.
func (s *Syslog) Close() error { return s.conn.Close() }
