package runner

import (
	"strconv"
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

// unquote decodes a JSON string and keeps parts that encoding/json would replace: bytes that are no
// UTF-8 stay as they are, half a surrogate pair becomes its three bytes. A kernel that cuts its
// output inside a character sends such halves, and the next message may bring the other one; whole
// repairs the joined text.
func unquote(raw []byte) string {
	if len(raw) < 2 || raw[0] != '"' {
		return ""
	}
	raw = raw[1 : len(raw)-1]
	out := make([]byte, 0, len(raw))
	for i := 0; i < len(raw); i++ {
		if raw[i] != '\\' || i+1 == len(raw) {
			out = append(out, raw[i])
			continue
		}
		i++
		switch c := raw[i]; c {
		case 'b':
			out = append(out, '\b')
		case 'f':
			out = append(out, '\f')
		case 'n':
			out = append(out, '\n')
		case 'r':
			out = append(out, '\r')
		case 't':
			out = append(out, '\t')
		case 'u':
			r := hex4(raw[i+1:])
			i += 4
			if utf16.IsSurrogate(r) && i+2 < len(raw) && raw[i+1] == '\\' && raw[i+2] == 'u' {
				if pair := utf16.DecodeRune(r, hex4(raw[i+3:])); pair != utf8.RuneError {
					r = pair
					i += 6
				}
			}
			out = appendWTF8(out, r)
		default:
			out = append(out, c)
		}
	}
	return string(out)
}

func hex4(b []byte) rune {
	if len(b) < 4 {
		return utf8.RuneError
	}
	n, err := strconv.ParseUint(string(b[:4]), 16, 32)
	if err != nil {
		return utf8.RuneError
	}
	return rune(n)
}

// appendWTF8 is utf8.AppendRune that has bytes for halves of surrogate pairs too.
func appendWTF8(b []byte, r rune) []byte {
	if utf16.IsSurrogate(r) {
		return append(b, 0xe0|byte(r>>12), 0x80|byte(r>>6)&0xbf, 0x80|byte(r)&0x3f)
	}
	return utf8.AppendRune(b, r)
}

// half decodes half a surrogate pair at the start of s; 0 if there is none.
func half(s string) rune {
	if len(s) < 3 || s[0] != 0xed || s[1] < 0xa0 || s[1] > 0xbf || s[2]&0xc0 != 0x80 {
		return 0
	}
	return 0xd000 | rune(s[1]&0x3f)<<6 | rune(s[2]&0x3f)
}

// whole joins halves of surrogate pairs that stand side by side and replaces bytes that never
// became a character by U+FFFD. A half that stays alone is kept: JSON can say it.
func whole(s string) string {
	if utf8.ValidString(s) {
		return s
	}
	var b strings.Builder
	for s != "" {
		if hi := half(s); hi != 0 {
			if r := utf16.DecodeRune(hi, half(s[3:])); r != utf8.RuneError {
				b.WriteRune(r)
				s = s[6:]
			} else {
				b.WriteString(s[:3])
				s = s[3:]
			}
			continue
		}
		r, n := utf8.DecodeRuneInString(s)
		b.WriteRune(r)
		s = s[n:]
	}
	return b.String()
}

const replacement = "\ufffd"

// A seam joins the chunks of one stream. A kernel such as GoNB that cuts its output inside a
// character and replaces each half's bytes by U+FFFD has lost the character; the seam makes one
// U+FFFD of the halves, so that the text does not depend on where the cut fell in it, and counts
// the loss.
type seam struct {
	held int // U+FFFD at the end of the last chunk, not passed on yet
	lost int // characters lost
}

// next returns the text to write for a chunk.
func (m *seam) next(chunk string) string {
	head, rest := 0, chunk
	for strings.HasPrefix(rest, replacement) {
		rest = rest[len(replacement):]
		head++
	}
	prefix := m.held + head
	if m.held > 0 && head > 0 && prefix <= utf8.UTFMax {
		prefix = 1
		m.lost++
	}
	m.held = 0
	if rest == "" { // nothing but U+FFFD
		m.held = prefix
		return ""
	}
	for strings.HasSuffix(rest, replacement) {
		rest = rest[:len(rest)-len(replacement)]
		m.held++
	}
	return strings.Repeat(replacement, prefix) + rest
}

// end returns the text held back.
func (m *seam) end() string { return strings.Repeat(replacement, m.held) }
