package dataset

import "math/bits"

// nulls is a bitmap of the rows whose value is missing; nil means that none is.
type nulls []uint64

func (m nulls) at(i int) bool { return i>>6 < len(m) && m[i>>6]>>(i&63)&1 != 0 }

// set marks row i as missing.
func (m *nulls) set(i int) {
	for len(*m) <= i>>6 {
		*m = append(*m, 0)
	}
	(*m)[i>>6] |= 1 << (i & 63)
}

func (m nulls) count() int {
	n := 0
	for _, w := range m {
		n += bits.OnesCount64(w)
	}
	return n
}

// addFrom marks, at base and after it, the rows that o marks from 0.
func (m *nulls) addFrom(o nulls, base int) {
	for w, word := range o {
		for ; word != 0; word &= word - 1 {
			m.set(base + w<<6 + bits.TrailingZeros64(word))
		}
	}
}
