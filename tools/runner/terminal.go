package runner

import (
	"strings"
	"unicode/utf8"
)

// A terminal is the text of one stream as a terminal would show it: a carriage return goes back to
// the start of the line and the following text overwrites ("xxxxx\ry" shows "yxxxx"), a backspace
// moves one column left, and the erase-line sequence erases. A cursor that leaves a line by a line
// feed leaves the line as it is. Colours and other escape sequences are kept where they stood.
type terminal struct {
	done strings.Builder // finished lines
	tail []byte          // the current line, while the cursor stands at its end
	line []string        // the current line by columns, once the cursor has moved; nil before
	col  int             // cursor in line
	zero string          // escape sequences waiting for the next column
	cut  []byte          // an escape sequence or a rune that the last write cut
}

// write adds a chunk of output.
func (t *terminal) write(s string) {
	if len(t.cut) > 0 {
		s = string(t.cut) + s
		t.cut = t.cut[:0]
	}
	if t.line == nil && !strings.ContainsAny(s, "\r\b\x1b") { // nearly all output
		if i := strings.LastIndexByte(s, '\n'); i >= 0 {
			t.done.Write(t.tail)
			t.done.WriteString(s[:i+1])
			t.tail = t.tail[:0]
			s = s[i+1:]
		}
		t.tail = append(t.tail, s...)
		return
	}
	for s != "" {
		switch c := s[0]; c {
		case '\n':
			t.newline()
			s = s[1:]
		case '\r':
			t.columns()
			t.col = 0
			s = s[1:]
		case '\b':
			t.columns()
			t.col = max(0, t.col-1)
			s = s[1:]
		case '\x1b':
			n := escapeLen(s)
			if n == 0 {
				t.cut = append(t.cut, s...)
				return
			}
			t.escape(s[:n])
			s = s[n:]
		default:
			if !utf8.FullRuneInString(s) {
				t.cut = append(t.cut, s...)
				return
			}
			_, n := utf8.DecodeRuneInString(s)
			t.put(s[:n])
			s = s[n:]
		}
	}
}

// put writes one rune at the cursor.
func (t *terminal) put(r string) {
	if t.line == nil {
		t.tail = append(t.tail, r...)
		return
	}
	r, t.zero = t.zero+r, ""
	if t.col < len(t.line) {
		t.line[t.col] = r
	} else {
		t.line = append(t.line, r)
	}
	t.col++
}

// columns switches the current line to its form by columns.
func (t *terminal) columns() {
	if t.line != nil {
		return
	}
	t.line = make([]string, 0, len(t.tail))
	s := string(t.tail)
	t.tail = t.tail[:0]
	for s != "" {
		n := 0
		if s[0] == '\x1b' {
			n = escapeLen(s)
		}
		if n > 0 {
			t.zero += s[:n]
		} else {
			_, n = utf8.DecodeRuneInString(s)
			t.line = append(t.line, t.zero+s[:n])
			t.zero = ""
		}
		s = s[n:]
	}
	t.col = len(t.line)
}

// escape applies the erase-line sequences and keeps every other one.
func (t *terminal) escape(seq string) {
	switch seq {
	case "\x1b[K", "\x1b[0K":
		t.columns()
		t.line = t.line[:min(t.col, len(t.line))]
	case "\x1b[2K":
		t.columns()
		for i := range t.line {
			t.line[i] = " "
		}
		t.line = t.line[:min(t.col, len(t.line))]
	default:
		if t.line == nil {
			t.tail = append(t.tail, seq...)
		} else {
			t.zero += seq
		}
	}
}

func (t *terminal) newline() {
	t.done.WriteString(t.current())
	t.done.WriteByte('\n')
	t.tail, t.line, t.zero, t.col = t.tail[:0], nil, "", 0
}

// current is the unfinished line.
func (t *terminal) current() string {
	if t.line == nil {
		return string(t.tail)
	}
	return strings.Join(t.line, "") + t.zero
}

// len is about how many bytes the text has.
func (t *terminal) len() int { return t.done.Len() + len(t.tail) + len(t.line) + len(t.cut) }

// String is the text so far; a sequence that was cut and never went on comes last.
func (t *terminal) String() string { return t.done.String() + t.current() + string(t.cut) }

// escapeLen is the length of the escape sequence that s begins with, 0 if s ends before it does.
func escapeLen(s string) int {
	if len(s) < 2 {
		return 0
	}
	if s[1] != '[' { // not CSI: two bytes
		return 2
	}
	for i := 2; i < len(s); i++ {
		if s[i] >= 0x40 && s[i] <= 0x7e {
			return i + 1
		}
		if s[i] < 0x20 { // a broken sequence ends where a control character begins
			return i
		}
	}
	if len(s) > 64 {
		return 2
	}
	return 0
}
