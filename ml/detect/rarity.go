package detect

import (
	"cmp"
	"math"
	"slices"

	"flowbook/ml/dataset"
)

// rarityFields are the properties of a flow whose rarity is a feature: how seldom the flows that
// were learnt from had the same. One that a flow lacks is not rare.
var rarityFields = [...]string{"destination", "service", "domain", "client_fingerprint"}

// mostRarities bounds the values that are kept of each field; those beyond, the rarest, count as
// never seen.
const mostRarities = 10_000

// Rarity is how often each value of a field was seen.
type Rarity struct {
	Flows  int               // that had the field
	Counts map[uint64]uint32 // by the upper 52 bits of the value's hash, so that float64 holds it
}

// rareValues are the hashes of a flow's values of rarityFields; 0 for one that it lacks.
type rareValues [len(rarityFields)]uint64

func rarityKey(hash uint64) uint64 { return hash >> 12 }

// of is the logarithm of how much rarer the value is than one that all flows have.
func (r *Rarity) of(hash uint64) float64 {
	if hash == 0 || r.Flows == 0 {
		return 0
	}
	return math.Log(float64(r.Flows+1) / float64(r.Counts[rarityKey(hash)]+1))
}

// learnRarities counts the values of flows, and writes into features c on of their rows how rare
// each is among the flows of the other blocks, as those of another day will find it.
func learnRarities(values []rareValues, blocks []int, m dataset.Matrix, c int) (rarities [len(rarityFields)]Rarity) {
	for i := range rarities {
		r := &rarities[i]
		r.Counts = map[uint64]uint32{}
		for _, v := range values {
			if v[i] != 0 {
				r.Counts[rarityKey(v[i])]++
				r.Flows++
			}
		}
		for k := range len(blocks) - 1 {
			own := map[uint64]uint32{}
			flows := 0
			for _, v := range values[blocks[k]:blocks[k+1]] {
				if v[i] != 0 {
					own[rarityKey(v[i])]++
					flows++
				}
			}
			for row := blocks[k]; row < blocks[k+1]; row++ {
				if v := values[row][i]; v != 0 && r.Flows > flows {
					key := rarityKey(v)
					m.Row(row)[c+i] = math.Log(float64(r.Flows-flows+1) / float64(r.Counts[key]-own[key]+1))
				}
			}
		}
		r.trim()
	}
	return rarities
}

// trim keeps the most frequent values, of equally frequent ones those of the smaller hash.
func (r *Rarity) trim() {
	keys := r.keys()
	for _, k := range keys[min(mostRarities, len(keys)):] {
		delete(r.Counts, k)
	}
}

// keys are the values, the most frequent first.
func (r *Rarity) keys() []uint64 {
	keys := make([]uint64, 0, len(r.Counts))
	for k := range r.Counts {
		keys = append(keys, k)
	}
	slices.SortFunc(keys, func(a, b uint64) int {
		return cmp.Or(cmp.Compare(r.Counts[b], r.Counts[a]), cmp.Compare(a, b))
	})
	return keys
}
