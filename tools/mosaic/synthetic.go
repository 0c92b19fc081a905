package mosaic

import (
	"cmp"
	"slices"

	"flowbook/ml/dataset"
)

// Synthetic cuts labelled flows into the files of a mosaic, for where there are no captures: the
// ordinary flows of every pieces-th source into files of at most FileFlows flows, the flows of each
// kind of attack into one file. Ordinary hosts of synthetic flows never burst, so the figures
// flatter every detector.
func Synthetic(flows *dataset.Frame, kinds []string, pieces int) (benign, attacks []File) {
	rows, attack := map[string][]int{}, map[string][]int{}
	for r, source := range flows.Strings("src_ip") {
		if kinds[r] != "" {
			attack[kinds[r]] = append(attack[kinds[r]], r)
		} else if h := hash(source); h%uint64(pieces) == 0 {
			rows[source] = append(rows[source], r)
		}
	}
	files := func(of map[string][]int, most int) (out []File) {
		for name, rows := range of {
			out = append(out, File{name, Concat(flows.Rows(rows[:min(most, len(rows))]))})
		}
		slices.SortFunc(out, func(a, b File) int { return cmp.Compare(a.Name, b.Name) })
		return out
	}
	return files(rows, FileFlows), files(attack, AttackFlows)
}

// hash is FNV-1a, which is the same in every process.
func hash(text string) uint64 {
	h := uint64(14695981039346656037)
	for i := range len(text) {
		h = (h ^ uint64(text[i])) * 1099511628211
	}
	return h
}
