package detect

import (
	"math"
	"strings"
)

// Names of servers that carry data, as those of a DNS tunnel do, are long, of many labels, and look
// random.

// nameFeatures describe the name of a server that was asked for.
var nameFeatures = [...]string{"name_length", "name_labels", "name_longest_label", "name_entropy", "name_digit_share"}

// parent is the last two labels of a name, which is mostly the domain that somebody has registered.
func parent(name string) string {
	if i := strings.LastIndexByte(name, '.'); i > 0 {
		if j := strings.LastIndexByte(name[:i], '.'); j >= 0 {
			return name[j+1:]
		}
	}
	return name
}

// describeName writes nameFeatures of a name into dst. Length, labels and the rest are of the part
// before the parent; the entropy is in bits for all of its characters together.
func describeName(dst []float64, name string) {
	clear(dst[:len(nameFeatures)])
	own := strings.TrimSuffix(strings.TrimSuffix(name, parent(name)), ".")
	if name == "" {
		return
	}
	dst[0] = math.Log1p(float64(len(name)))
	dst[1] = math.Log1p(float64(strings.Count(name, ".") + 1))
	if own == "" {
		return
	}
	var count [256]int
	longest, label, digits := 0, 0, 0
	for i := range len(own) {
		c := own[i]
		count[c]++
		if label++; c == '.' {
			label = 0
		}
		longest = max(longest, label)
		if c >= '0' && c <= '9' {
			digits++
		}
	}
	var entropy float64
	for i := range len(own) {
		if n := count[own[i]]; n > 0 {
			entropy += float64(n) * math.Log2(float64(len(own))/float64(n))
			count[own[i]] = 0
		}
	}
	dst[2] = math.Log1p(float64(longest))
	dst[3] = math.Log1p(entropy)
	dst[4] = float64(digits) / float64(len(own))
}
