package ml

import (
	"math"
	"math/bits"
	"math/rand/v2"
)

// The generator is seeded with a seed and one of these, so that asking more of one stream never
// moves another.
const (
	weightStream = iota + 1
	orderStream
	maskStream
	splitStream
)

// shuffler yields the order in which each epoch takes the training rows.
type shuffler struct {
	random *rand.PCG
	order  []int
}

func newShuffler(seed uint64, rows int) *shuffler {
	s := &shuffler{random: rand.NewPCG(seed, orderStream), order: make([]int, rows)}
	for i := range s.order {
		s.order[i] = i
	}
	return s
}

// next shuffles (Fisher and Yates) and returns the order, which is valid until the next call.
func (s *shuffler) next() []int {
	for i := len(s.order) - 1; i > 0; i-- {
		j, _ := bits.Mul64(s.random.Uint64(), uint64(i+1))
		s.order[i], s.order[j] = s.order[j], s.order[i]
	}
	return s.order
}

// masker makes dropout masks: 0 for a dropped activation, 1/(1-rate) for a kept one.
type masker struct {
	random *rand.PCG
	drop   []uint32  // per column: an activation is dropped if its random number is below this
	keep   []float32 // per column: the value of a kept one
}

// newMasker makes masks with one column for each value that a dropout layer sees, layer by layer.
func newMasker(c Config, features int) *masker {
	m := &masker{random: rand.NewPCG(c.Seed, maskStream)}
	for _, s := range c.stages(features) {
		if s.dense() {
			continue
		}
		for range s.out {
			m.drop = append(m.drop, uint32(math.Round(s.dropout*(1<<32))))
			m.keep = append(m.keep, float32(1/(1-s.dropout)))
		}
	}
	return m
}

// fill writes the masks of rows rows into dst, row-major.
func (m *masker) fill(dst []float32, rows int) {
	var spare uint64
	have := false
	i := 0
	for range rows {
		for c, drop := range m.drop {
			if have = !have; have {
				spare = m.random.Uint64()
			} else {
				spare >>= 32
			}
			dst[i] = m.keep[c]
			if uint32(spare) < drop {
				dst[i] = 0
			}
			i++
		}
	}
}
