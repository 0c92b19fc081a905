package flowmeter

import (
	"bytes"
	"strings"
)

var httpBegins = []string{"GET ", "POST ", "HEAD ", "PUT ", "DELETE ", "OPTIONS ", "CONNECT ", "PATCH ", "TRACE ", "HTTP/1."}

// http looks at the head of a request or an answer and says whether it needs no more bytes.
func (f *found) http(b []byte) bool {
	known, possible := "", false
	for _, begin := range httpBegins {
		n := min(len(b), len(begin))
		if string(b[:n]) == begin[:n] {
			possible = true
			if n == len(begin) {
				known = begin
			}
		}
	}
	if known == "" {
		return !possible
	}
	end := bytes.Index(b, []byte("\r\n\r\n"))
	head := b
	if end >= 0 {
		head = b[:end]
	}
	first := true
	for line := range bytes.Lines(head) {
		if first {
			first = false
			if !bytes.Contains(line, []byte("HTTP/1")) && bytes.HasSuffix(line, []byte("\n")) {
				return true
			}
			continue
		}
		if !bytes.HasSuffix(line, []byte("\n")) && end < 0 {
			break // half a line
		}
		name, value, ok := strings.Cut(string(line), ":")
		if !ok {
			continue
		}
		value = strings.TrimSpace(value)
		switch answer := known == "HTTP/1."; {
		case !answer && strings.EqualFold(name, "Host"):
			f.ServerName = clean(withoutPort(strings.ToLower(value)), 79)
		case !answer && strings.EqualFold(name, "User-Agent"):
			f.UserAgent = clean(value, 255)
		case answer && strings.EqualFold(name, "Content-Type"):
			kind, _, _ := strings.Cut(value, ";") // without the character set
			f.ContentType = clean(strings.TrimSpace(kind), 63)
		}
	}
	f.protocol = "HTTP"
	return end >= 0
}

// withoutPort is a Host header's host.
func withoutPort(host string) string {
	if i := strings.LastIndexByte(host, ':'); i > 0 && strings.IndexByte(host[i:], ']') < 0 && strings.Trim(host[i+1:], "0123456789") == "" {
		return host[:i]
	}
	return host
}
