package notebook

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"unicode/utf8"
)

// encoder writes values in the layout of Python's json.dumps(indent=1, sort_keys=True,
// ensure_ascii=False).
type encoder struct {
	buf []byte
}

// value writes a map, a list, a string, a number, a raw JSON value or an encoded value.
func (e *encoder) value(v any, depth int) error {
	switch v := v.(type) {
	case map[string]any:
		keys := slices.Sorted(maps.Keys(v))
		return e.nest('{', '}', len(keys), depth, func(i int) error {
			e.str(keys[i])
			e.buf = append(e.buf, ": "...)
			if err := e.value(v[keys[i]], depth+1); err != nil {
				return fmt.Errorf("%s: %w", keys[i], err)
			}
			return nil
		})
	case []any:
		return e.nest('[', ']', len(v), depth, func(i int) error {
			if err := e.value(v[i], depth+1); err != nil {
				return fmt.Errorf("[%d]: %w", i, err)
			}
			return nil
		})
	case []string:
		return e.nest('[', ']', len(v), depth, func(i int) error { e.str(v[i]); return nil })
	case string:
		e.str(v)
	case int:
		e.buf = strconv.AppendInt(e.buf, int64(v), 10)
	case *int:
		if v == nil {
			e.buf = append(e.buf, "null"...)
			return nil
		}
		e.buf = strconv.AppendInt(e.buf, int64(*v), 10)
	case encoded:
		e.buf = append(e.buf, v...)
	case json.RawMessage:
		n, err := parse(v)
		if err != nil {
			return err
		}
		e.node(n, depth)
	default:
		panic(fmt.Sprintf("notebook: no way to write a %T", v))
	}
	return nil
}

// node writes a parsed value, keys sorted, numbers as they were.
func (e *encoder) node(n node, depth int) {
	switch n.kind {
	case object:
		last := map[string]node{}
		for i, key := range n.keys {
			last[key] = n.items[i]
		}
		keys := slices.Sorted(maps.Keys(last))
		e.nest('{', '}', len(keys), depth, func(i int) error {
			e.str(keys[i])
			e.buf = append(e.buf, ": "...)
			e.node(last[keys[i]], depth+1)
			return nil
		})
	case list:
		e.nest('[', ']', len(n.items), depth, func(i int) error { e.node(n.items[i], depth+1); return nil })
	case str:
		e.str(n.value)
	default:
		e.buf = append(e.buf, n.raw...)
	}
}

// nest writes brackets around n items, each on a line of its own; without items they stay together.
func (e *encoder) nest(open, end byte, n, depth int, item func(i int) error) error {
	e.buf = append(e.buf, open)
	for i := range n {
		if i > 0 {
			e.buf = append(e.buf, ',')
		}
		e.newline(depth + 1)
		if err := item(i); err != nil {
			return err
		}
	}
	if n > 0 {
		e.newline(depth)
	}
	e.buf = append(e.buf, end)
	return nil
}

func (e *encoder) newline(depth int) {
	e.buf = append(e.buf, '\n')
	for range depth {
		e.buf = append(e.buf, ' ')
	}
}

// str writes a string as Python does: short escapes, \u00XX for the other control characters,
// everything else as it is. A lone surrogate, which UTF-8 has no bytes for, is escaped; other bytes
// that are no UTF-8 become U+FFFD.
func (e *encoder) str(s string) {
	e.buf = append(e.buf, '"')
	start := 0 // of the run of bytes that stay as they are
	for i := 0; i < len(s); {
		c := s[i]
		if c >= 0x20 && c < 0x80 && c != '"' && c != '\\' {
			i++
			continue
		}
		e.buf = append(e.buf, s[start:i]...)
		switch {
		case c >= 0x80:
			i += e.rune(s[i:])
		case c >= 0x20:
			e.buf = append(e.buf, '\\', c)
			i++
		default:
			e.control(c)
			i++
		}
		start = i
	}
	e.buf = append(append(e.buf, s[start:]...), '"')
}

func (e *encoder) control(c byte) {
	if i := bytes.IndexByte([]byte("\b\f\n\r\t"), c); i >= 0 {
		e.buf = append(e.buf, '\\', "bfnrt"[i])
		return
	}
	e.buf = fmt.Appendf(e.buf, `\u%04x`, c)
}

// rune writes the first code point of s and says how many bytes it took.
func (e *encoder) rune(s string) int {
	if hi := surrogate(s); hi != 0 {
		if lo := surrogate(s[3:]); hi < 0xdc00 && lo >= 0xdc00 {
			e.buf = appendCode(e.buf, (hi-0xd800)<<10+lo-0xdc00+0x10000)
			return 6
		}
		e.buf = fmt.Appendf(e.buf, `\u%04x`, hi)
		return 3
	}
	r, n := utf8.DecodeRuneInString(s)
	e.buf = utf8.AppendRune(e.buf, r)
	return n
}
