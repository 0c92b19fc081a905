package ml

import (
	"math"

	"flowbook/ml/dataset"
)

// distinctRows finds the distinct rows of m, as the network sees them, and for each row which of
// them it is. It gives up, with nil, on few rows and when more than half of the first rows are
// distinct: looking up would then cost more than computing.
func distinctRows(m dataset.Matrix) (distinct []float32, which []int32) {
	const few, sample = 64, 1 << 12
	if m.Rows < few {
		return nil, nil
	}
	which = make([]int32, m.Rows)
	if m.Cols == 1 {
		return distinctValues(m.Data, which, sample)
	}
	t := rowTable{features: m.Cols, slots: make([]int32, firstSlots)}
	row := make([]float32, m.Cols)
	for r := range m.Rows {
		if r == sample && t.found > sample/2 {
			return nil, nil
		}
		for c, v := range m.Data[r*m.Cols : (r+1)*m.Cols] {
			row[c] = float32(v)
		}
		which[r] = t.index(row)
	}
	return t.rows, which
}

const firstSlots = 1 << 13

// distinctValues is distinctRows for rows of one value, where the table can hold the values
// themselves: twice as fast.
func distinctValues(values []float64, which []int32, sample int) (distinct []float32, _ []int32) {
	type slot struct {
		bits  uint32
		index int32 // 1 + number of the distinct value, 0 where free
	}
	const golden = 0x9e3779b97f4a7c15 // spreads consecutive bits over the upper ones
	slots, shift := make([]slot, firstSlots), 64-13
	for r, v := range values {
		if r == sample && len(distinct) > sample/2 {
			return nil, nil
		}
		bits := math.Float32bits(float32(v))
		at := int(uint64(bits) * golden >> shift)
		for slots[at].index != 0 && slots[at].bits != bits {
			at = (at + 1) & (len(slots) - 1)
		}
		if slots[at].index == 0 {
			distinct = append(distinct, float32(v))
			slots[at] = slot{bits, int32(len(distinct))}
			which[r] = int32(len(distinct) - 1)
			if 2*len(distinct) > len(slots) {
				old := slots
				slots, shift = make([]slot, 2*len(old)), shift-1
				for _, s := range old {
					if s.index == 0 {
						continue
					}
					at := int(uint64(s.bits) * golden >> shift)
					for slots[at].index != 0 {
						at = (at + 1) & (len(slots) - 1)
					}
					slots[at] = s
				}
			}
			continue
		}
		which[r] = slots[at].index - 1
	}
	return distinct, which
}

// rowTable is an open-addressing table of rows, equal if their bits are.
type rowTable struct {
	features int
	rows     []float32 // the distinct rows, one after the other
	found    int
	slots    []int32 // hash table: 1 + number of a distinct row, 0 if free; at most half full
}

// index is the number of row, which is added if it is new.
func (t *rowTable) index(row []float32) int32 {
	at := t.find(row)
	if t.slots[at] == 0 {
		t.rows = append(t.rows, row...)
		t.found++
		t.slots[at] = int32(t.found)
		if 2*t.found > len(t.slots) {
			t.grow()
			return int32(t.found - 1)
		}
	}
	return t.slots[at] - 1
}

// find is the slot that row has or would have.
func (t *rowTable) find(row []float32) uint64 {
	mask, hash := uint64(len(t.slots)-1), uint64(0)
	for _, v := range row {
		hash = (hash ^ uint64(math.Float32bits(v))) * 0x9e3779b97f4a7c15
		hash ^= hash >> 32
	}
	for at := hash & mask; ; at = (at + 1) & mask {
		k := int(t.slots[at])
		if k == 0 || sameBits(t.rows[(k-1)*t.features:k*t.features], row) {
			return at
		}
	}
}

func (t *rowTable) grow() {
	t.slots = make([]int32, 2*len(t.slots))
	for k := range t.found {
		t.slots[t.find(t.rows[k*t.features:(k+1)*t.features])] = int32(k + 1)
	}
}

func sameBits(a, b []float32) bool {
	for i := range a {
		if math.Float32bits(a[i]) != math.Float32bits(b[i]) {
			return false
		}
	}
	return true
}
