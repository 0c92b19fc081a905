package notebook

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"
)

// kind is the type of a JSON value.
type kind int

const (
	null kind = iota
	boolean
	number // also NaN, Infinity and -Infinity, which Python reads and writes
	str
	list
	object
)

func (k kind) String() string {
	return [...]string{"null", "a boolean", "a number", "a string", "a list", "an object"}[k]
}

// node is a parsed value with the bytes it was parsed from. encoding/json gives neither positions
// nor the texts of numbers inside any, and replaces lone surrogates; hence a parser of our own.
type node struct {
	kind  kind
	off   int    // of raw in the file
	raw   []byte // the value's text
	value string // of a string
	keys  []string
	items []node // of a list, or the values of keys; of repeated keys the last counts
}

// maxDepth bounds the nesting, so that a hostile file is an error and no overflow of the stack.
const maxDepth = 10000

// syntaxError is a fault of the JSON text at a byte.
type syntaxError struct {
	off int
	msg string
}

func (e *syntaxError) Error() string { return fmt.Sprintf("byte %d: %s", e.off, e.msg) }

// parse reads exactly one JSON value, by the rules of Python's json module.
func parse(data []byte) (node, error) {
	p := &parser{data: data}
	p.space()
	n, err := p.value(0)
	if err != nil {
		return node{}, err
	}
	if p.space(); p.i < len(data) {
		return node{}, p.errorf("text after the end of the JSON value")
	}
	return n, nil
}

type parser struct {
	data []byte
	i    int
}

func (p *parser) errorf(format string, args ...any) error {
	return &syntaxError{p.i, fmt.Sprintf(format, args...)}
}

func (p *parser) space() {
	for p.i < len(p.data) && strings.IndexByte(" \t\n\r", p.data[p.i]) >= 0 {
		p.i++
	}
}

// peek is the next byte, or 0 at the end.
func (p *parser) peek() byte {
	if p.i < len(p.data) {
		return p.data[p.i]
	}
	return 0
}

func (p *parser) value(depth int) (n node, err error) {
	if depth > maxDepth {
		return n, p.errorf("nested deeper than %d", maxDepth)
	}
	start := p.i
	switch c := p.peek(); {
	case p.i >= len(p.data):
		return n, p.errorf("the text ends where a value is due")
	case c == '{':
		n, err = p.object(depth)
	case c == '[':
		n, err = p.list(depth)
	case c == '"':
		n.kind = str
		n.value, err = p.str()
	default:
		n, err = p.scalar()
	}
	n.off, n.raw = start, p.data[start:p.i]
	return n, err
}

func (p *parser) object(depth int) (node, error) {
	n := node{kind: object}
	p.i++
	if p.space(); p.peek() == '}' {
		p.i++
		return n, nil
	}
	for {
		if p.space(); p.peek() != '"' {
			return n, p.errorf("a key in double quotes is due")
		}
		key, err := p.str()
		if err != nil {
			return n, err
		}
		if p.space(); p.peek() != ':' {
			return n, p.errorf("a colon is due after key %q", key)
		}
		p.i++
		p.space()
		item, err := p.value(depth + 1)
		if err != nil {
			return n, err
		}
		n.keys, n.items = append(n.keys, key), append(n.items, item)
		if done, err := p.next('}'); done || err != nil {
			return n, err
		}
	}
}

func (p *parser) list(depth int) (node, error) {
	n := node{kind: list}
	p.i++
	if p.space(); p.peek() == ']' {
		p.i++
		return n, nil
	}
	for {
		p.space()
		item, err := p.value(depth + 1)
		if err != nil {
			return n, err
		}
		n.items = append(n.items, item)
		if done, err := p.next(']'); done || err != nil {
			return n, err
		}
	}
}

// next passes the comma between two items or the bracket after the last.
func (p *parser) next(end byte) (done bool, err error) {
	p.space()
	switch p.peek() {
	case end:
		p.i++
		return true, nil
	case ',':
		p.i++
		return false, nil
	}
	return false, p.errorf("a comma or %q is due", end)
}

// scalar reads a number or a name.
func (p *parser) scalar() (node, error) {
	rest := p.data[p.i:]
	for _, word := range []struct {
		text string
		kind kind
	}{{"null", null}, {"true", boolean}, {"false", boolean}, {"NaN", number}, {"Infinity", number}, {"-Infinity", number}} {
		if strings.HasPrefix(string(rest[:min(len(rest), len(word.text))]), word.text) {
			p.i += len(word.text)
			return node{kind: word.kind}, nil
		}
	}
	n := numberLen(rest)
	if n == 0 {
		return node{}, p.errorf("%q begins no value", rest[0])
	}
	p.i += n
	return node{kind: number}, nil
}

// numberLen is the length of the number that b begins with, or 0.
func numberLen(b []byte) int {
	digits := func(i int) int {
		for i < len(b) && b[i] >= '0' && b[i] <= '9' {
			i++
		}
		return i
	}
	i := 0
	if i < len(b) && b[i] == '-' {
		i++
	}
	end := digits(i)
	if end == i {
		return 0
	}
	if b[i] == '0' {
		end = i + 1
	}
	if end < len(b) && b[end] == '.' {
		if e := digits(end + 1); e > end+1 {
			end = e
		}
	}
	if end < len(b) && (b[end] == 'e' || b[end] == 'E') {
		i = end + 1
		if i < len(b) && (b[i] == '+' || b[i] == '-') {
			i++
		}
		if e := digits(i); e > i {
			end = e
		}
	}
	return end
}

var errShort = errors.New("the text ends inside a string")

// str reads the string at p.i, with its quotes.
func (p *parser) str() (string, error) {
	start := p.i + 1
	plain := true
	i := start
	for ; i < len(p.data) && p.data[i] != '"'; i++ {
		switch c := p.data[i]; {
		case c == '\\':
			plain = false
			i++
		case c < 0x20:
			p.i = i
			return "", p.errorf("control character %#02x in a string", c)
		}
	}
	if i >= len(p.data) {
		p.i = len(p.data)
		return "", p.errorf("%s", errShort)
	}
	body := p.data[start:i]
	if !utf8.Valid(body) {
		for p.i = start; ; {
			r, n := utf8.DecodeRune(p.data[p.i:])
			if r == utf8.RuneError && n == 1 {
				return "", p.errorf("not UTF-8")
			}
			p.i += n
		}
	}
	p.i = i + 1
	if plain {
		return string(body), nil
	}
	return p.unescape(body, start)
}

// unescape resolves the escapes of a string's body, which begins at byte off.
func (p *parser) unescape(body []byte, off int) (string, error) {
	out := make([]byte, 0, len(body))
	for i := 0; i < len(body); i++ {
		if body[i] != '\\' {
			out = append(out, body[i])
			continue
		}
		i++
		if j := strings.IndexByte(`"\/bfnrt`, body[i]); j >= 0 {
			out = append(out, "\"\\/\b\f\n\r\t"[j])
			continue
		}
		r, ok := hex4(body, i)
		if !ok {
			p.i = off + i - 1
			return "", p.errorf("unknown escape in a string")
		}
		i += 4
		if r >= 0xd800 && r < 0xdc00 && i+1 < len(body) && body[i+1] == '\\' {
			if lo, ok := hex4(body, i+2); ok && lo >= 0xdc00 && lo <= 0xdfff {
				r = (r-0xd800)<<10 + lo - 0xdc00 + 0x10000
				i += 6
			}
		}
		out = appendCode(out, r)
	}
	return string(out), nil
}

// hex4 reads uXXXX at b[i:].
func hex4(b []byte, i int) (rune, bool) {
	if i+5 > len(b) || b[i] != 'u' {
		return 0, false
	}
	n, err := strconv.ParseUint(string(b[i+1:i+5]), 16, 16)
	return rune(n), err == nil
}

// get is the value of key in an object; ok is false where it is missing.
func (n node) get(key string) (item node, ok bool) {
	for i := len(n.keys) - 1; i >= 0; i-- {
		if n.keys[i] == key {
			return n.items[i], true
		}
	}
	return node{}, false
}

// text is a string, or a list of strings joined; ok is false for anything else.
func (n node) text() (text string, ok bool) {
	if n.kind == str {
		return n.value, true
	}
	if n.kind != list {
		return "", false
	}
	var b strings.Builder
	for _, item := range n.items {
		if item.kind != str {
			return "", false
		}
		b.WriteString(item.value)
	}
	return pairUp(b.String()), true
}
