package detect

import (
	"errors"
	"fmt"
	"slices"

	"flowbook/ml/dataset"
)

// save stores the features.
func (b *Behaviour) save(to *document) {
	to.Behaviour = &behaviour{LongestMs: b.Longest, Columns: b.Present, Groups: b.Groups}
	for _, m := range b.scales() {
		to.add("behaviour_"+m.name, "<f8", m.Data, m.Rows, m.Cols)
	}
	for i := range b.Rarities {
		r := &b.Rarities[i]
		to.Behaviour.Seen = append(to.Behaviour.Seen, r.Flows)
		var counts []float64
		for _, k := range r.keys() {
			counts = append(counts, float64(k), float64(r.Counts[k]))
		}
		to.add("rarity_"+rarityFields[i], "<f8", counts, len(counts)/2, 2)
	}
}

// scales are the matrices of a row for each group and one for all others.
func (b *Behaviour) scales() []struct {
	name string
	*dataset.Matrix
} {
	return []struct {
		name string
		*dataset.Matrix
	}{{"mean", &b.Mean}, {"scale", &b.Scale}, {"usual", &b.Usual}}
}

func loadBehaviour(from *document, width int, read readArray) (*Behaviour, error) {
	stored := from.Behaviour
	b := &Behaviour{Longest: stored.LongestMs, Present: stored.Columns, Groups: stored.Groups}
	rows := len(b.Groups) + 1
	for _, m := range b.scales() {
		data, err := read("behaviour_"+m.name, "<f8", rows, width)
		if err != nil {
			return nil, err
		}
		*m.Matrix = dataset.Matrix{Rows: rows, Cols: width, Data: data}
	}
	if len(stored.Seen) != len(b.Rarities) {
		return nil, fmt.Errorf("it knows the rarity of %d properties, not of %d", len(stored.Seen), len(b.Rarities))
	}
	for i := range b.Rarities {
		name := "rarity_" + rarityFields[i]
		values, err := read(name, "<f8", from.rowsOf(name), 2)
		if err != nil {
			return nil, err
		}
		r := &b.Rarities[i]
		r.Flows, r.Counts = stored.Seen[i], make(map[uint64]uint32, len(values)/2)
		for ; len(values) > 0; values = values[2:] {
			if values[0] < 0 || values[0] >= 1<<52 || values[1] < 0 || values[1] > float64(r.Flows) {
				return nil, fmt.Errorf("%s: a value %v seen %v times", name, values[0], values[1])
			}
			r.Counts[uint64(values[0])] = uint32(values[1])
		}
	}
	return b, nil
}

// check returns an error for parts that do not fit together in features that came from a file.
func (b *Behaviour) check() error {
	for _, name := range neededColumns {
		if !slices.Contains(b.Present, name) {
			return fmt.Errorf("features without the column %s", name)
		}
	}
	for _, name := range b.Present {
		if !slices.Contains(neededColumns, name) && !slices.Contains(optionalColumns, name) {
			return fmt.Errorf("features of a column %q", name)
		}
	}
	for _, v := range b.Scale.Data {
		if !(v > 0) {
			return errors.New("a scale of 0")
		}
	}
	width := len(b.Names())
	for _, m := range b.scales() {
		if m.Rows != len(b.Groups)+1 || m.Cols != width {
			return fmt.Errorf("%s of shape %s for %d groups of %d features", m.name, m.Shape(), len(b.Groups), width)
		}
	}
	return nil
}
