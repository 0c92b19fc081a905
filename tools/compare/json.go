package compare

import (
	"encoding/json"
	"fmt"
	"slices"
)

// json compares two JSON values; the order of keys and the way a number is written do not count.
func (c Rules) json(name string, was, is json.RawMessage) []string {
	var a, b any
	if json.Unmarshal(was, &a) != nil || json.Unmarshal(is, &b) != nil {
		return []string{name + ": no JSON\n"}
	}
	if where, ok := c.value("$", a, b); !ok {
		return []string{fmt.Sprintf("%s: differs at %s\n", name, where)}
	}
	return nil
}

func (c Rules) value(path string, a, b any) (string, bool) {
	switch x := a.(type) {
	case map[string]any:
		y, ok := b.(map[string]any)
		if !ok {
			break
		}
		keys := []string{}
		for k := range x {
			keys = append(keys, k)
		}
		for k := range y {
			keys = append(keys, k)
		}
		slices.Sort(keys)
		for _, k := range slices.Compact(keys) {
			v, vok := x[k]
			w, wok := y[k]
			if vok != wok {
				return path + "." + k + ": in one only", false
			}
			if where, ok := c.value(path+"."+k, v, w); !ok {
				return where, false
			}
		}
		return "", true
	case []any:
		y, ok := b.([]any)
		if !ok {
			break
		}
		if len(x) != len(y) {
			return fmt.Sprintf("%s: was %d items, is %d", path, len(x), len(y)), false
		}
		for i := range x {
			if where, ok := c.value(fmt.Sprintf("%s[%d]", path, i), x[i], y[i]); !ok {
				return where, false
			}
		}
		return "", true
	case float64:
		if y, ok := b.(float64); ok && (x == y || closeNumbers(x, y, c.Tolerance)) {
			return "", true
		}
	case string:
		if y, ok := b.(string); ok && (x == y || c.sanitize(x) == c.sanitize(y)) {
			return "", true
		}
	default:
		if a == b {
			return "", true
		}
	}
	return fmt.Sprintf("%s: was %s, is %s", path, short(a), short(b)), false
}

func short(v any) string {
	b, err := json.Marshal(v)
	if err != nil {
		return "?"
	}
	if len(b) > 60 {
		return string(b[:60]) + "…"
	}
	return string(b)
}
