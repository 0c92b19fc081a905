package flowmeter

import "strconv"

// lists checks the three splt lists of a row against its counters.
func (v *verifier) lists(i int) {
	const rule = "the splt lists agree with the counters"
	var list [3]spltList
	for k := range list {
		if !list[k].parse(v.splt[k][i]) {
			v.fail(i, "splt columns hold lists of whole numbers", "%.40q", v.splt[k][i])
			return
		}
	}
	dir, size, gap := &list[0], &list[1], &list[2]
	if dir.entries != size.entries || dir.entries != gap.entries || dir.used != size.used || dir.used != gap.used {
		v.fail(i, rule, "%d of %d directions, %d of %d lengths, %d of %d gaps", dir.used, dir.entries, size.used, size.entries, gap.used, gap.entries)
		return
	}
	n := v.scopes[0].packets[i]
	switch {
	case int64(dir.used) != min(n, int64(dir.entries)):
		v.fail(i, rule, "%d of %d entries are used, the flow has %d packets", dir.used, dir.entries, n)
	case dir.used > 0 && (dir.first != 0 && !v.answered(i) || gap.first != 0):
		v.fail(i, rule, "the first entry has direction %d and gap %d", dir.first, gap.first)
	case dir.max > 1:
		v.fail(i, rule, "direction %d", dir.max)
	case n <= int64(dir.entries) && (size.sum != v.scopes[0].bytes[i] || dir.sum != v.scopes[2].packets[i]):
		v.fail(i, rule, "lengths add up to %d of %d bytes, %d of %d packets go back", size.sum, v.scopes[0].bytes[i], dir.sum, v.scopes[2].packets[i])
	}
}

// spltList sums up a list such as [0, 1, -1]: its entries, how many are used (a -1 ends them), and
// the first, the sum and the greatest of those.
type spltList struct {
	entries, used   int
	first, sum, max int64
}

// parse reads a list's text and says whether it is one.
func (l *spltList) parse(s string) bool {
	*l = spltList{}
	if len(s) < 2 || s[0] != '[' || s[len(s)-1] != ']' {
		return false
	}
	s = s[1 : len(s)-1]
	for s != "" {
		end := 0
		for end < len(s) && s[end] != ',' {
			end++
		}
		x, err := strconv.ParseInt(s[:end], 10, 64)
		if err != nil || x < -1 || x >= 0 && l.used < l.entries {
			return false // no number, or one after the padding
		}
		if x >= 0 {
			if l.entries == 0 {
				l.first = x
			}
			l.used++
			l.sum += x
			l.max = max(l.max, x)
		}
		l.entries++
		if s = s[end:]; s != "" {
			if s = s[1:]; s == "" {
				return false
			}
			if s[0] == ' ' {
				s = s[1:]
			}
		}
	}
	return true
}
