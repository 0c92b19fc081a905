package dataset

import (
	"cmp"
	"slices"
	"strings"
)

// compare orders rows i and j of the column, neither of which is missing; texts by their bytes,
// which is by code points.
func (c *Column) compare(i, j int) int {
	switch c.kind {
	case Float64:
		return cmp.Compare(c.floats[i], c.floats[j])
	case Text:
		return strings.Compare(c.texts.at(i), c.texts.at(j))
	case Bool:
		switch {
		case c.bools[i] == c.bools[j]:
			return 0
		case c.bools[j]:
			return -1
		}
		return 1
	default:
		return cmp.Compare(c.ints[i], c.ints[j])
	}
}

// ranked gives each row the rank of its value among the different values of the column, -1 where it
// is missing. first is a row of each rank.
func (c *Column) ranked() (ranks, first []int) {
	switch c.kind {
	case Text:
		all := c.texts.all()
		ranks, first = distinct(c, func(i int) string { return all[i] })
	case Float64:
		ranks, first = distinct(c, func(i int) float64 { return c.floats[i] })
	case Bool:
		ranks, first = distinct(c, func(i int) bool { return c.bools[i] })
	default:
		ranks, first = distinct(c, func(i int) int64 { return c.ints[i] })
	}
	order := everyRow(len(first))
	slices.SortFunc(order, func(a, b int) int { return c.compare(first[a], first[b]) })
	rank := make([]int, len(order))
	for r, k := range order {
		rank[k] = r
	}
	for i, k := range ranks {
		if k >= 0 {
			ranks[i] = rank[k]
		}
	}
	return ranks, gather(first, order)
}

// distinct numbers the different values of the column in the order in which they come, -1 where one
// is missing. first is the row in which each comes first.
func distinct[K comparable](c *Column, value func(i int) K) (numbers, first []int) {
	place := map[K]int{}
	numbers = make([]int, c.n)
	for i := range c.n {
		if c.nulls.at(i) {
			numbers[i] = -1
			continue
		}
		v := value(i)
		k, seen := place[v]
		if !seen {
			k = len(first)
			place[v] = k
			first = append(first, i)
		}
		numbers[i] = k
	}
	return numbers, first
}

// rankedTogether is ranked for the combinations of values of several columns, the first column's
// ranks first. A row in which any is missing has -1.
func rankedTogether(cols []*Column) (ranks, first []int) {
	ranks, first = cols[0].ranked()
	for _, c := range cols[1:] {
		next, _ := c.ranked()
		combined := make([][2]int, len(ranks))
		pair := &Column{n: len(ranks)}
		for i := range combined {
			combined[i] = [2]int{ranks[i], next[i]}
			if ranks[i] < 0 || next[i] < 0 {
				pair.nulls.set(i)
			}
		}
		ranks, first = distinct(pair, func(i int) [2]int { return combined[i] })
		order := everyRow(len(first))
		slices.SortFunc(order, func(a, b int) int { return slices.Compare(combined[first[a]][:], combined[first[b]][:]) })
		rank := make([]int, len(order))
		for r, k := range order {
			rank[k] = r
		}
		for i, k := range ranks {
			if k >= 0 {
				ranks[i] = rank[k]
			}
		}
		first = gather(first, order)
	}
	return ranks, first
}
