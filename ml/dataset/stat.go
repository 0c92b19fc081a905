package dataset

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
)

// Stat names a figure of a group of values, as pandas does:
//
//	size                            rows, missing values too
//	count, nunique                  values; different values
//	sum, mean, median, std, var     of numbers, std and var divided by n-1
//	min, max, first, last           of values of any kind
//
// Missing values count for nothing but size. A sum of whole numbers is one, and wraps around beyond
// 64 bits as in pandas. Quantile makes more figures.
type Stat string

// Quantile is the figure below which the share q of the values lies, linear between neighbours.
func Quantile(q float64) Stat {
	if !(q >= 0 && q <= 1) {
		panic(fmt.Sprintf("dataset: quantile %v is not between 0 and 1", q))
	}
	return Stat("quantile(" + strconv.FormatFloat(q, 'g', -1, 64) + ")")
}

// An Aggregation is a column of the result of Groups.Agg. Agg and AggFunc make one.
type Aggregation struct {
	name, column string
	stat         Stat
	of           func([]float64) float64
}

// Agg describes a column called name that holds a statistic of another column for each group:
// pandas's name=(column, stat).
func Agg(name, column string, stat Stat) Aggregation {
	return Aggregation{name: name, column: column, stat: stat}
}

// AggFunc is Agg with a figure that of computes from the values that are not missing, in the rows'
// order.
func AggFunc(name, column string, of func(values []float64) float64) Aggregation {
	return Aggregation{name: name, column: column, of: of}
}

// fits reports whether the statistic is defined for a column. Most need numbers.
func (s Stat) fits(c *Column) bool {
	switch s {
	case "size", "count", "nunique", "min", "max", "first", "last":
		return true
	}
	return c.kind != Text && c.kind != Time
}

// the name of the aggregation in a message.
func (a Aggregation) what(g *Groups) string {
	switch {
	case a.of != nil:
		return "AggFunc"
	case g.windows:
		return "a window's " + string(a.stat)
	}
	return string(a.stat)
}

// columnOf computes the figure of each group of a column's rows.
func (a Aggregation) columnOf(c *Column, g *Groups) *Column {
	if floats := g.windows || a.of != nil; floats || !a.stat.fits(c) {
		if c.kind == Text || c.kind == Time {
			panic(fmt.Sprintf("dataset: column %q is %s; %s wants numbers", a.column, c.dtype(), a.what(g)))
		}
		return a.floats(c, g)
	}
	n := g.len()
	switch a.stat {
	case "size":
		out := Int64Column(a.name, make([]int64, n))
		for k := range n {
			out.ints[k] = int64(len(g.rows(k)))
		}
		return out
	case "count", "nunique":
		out := Int64Column(a.name, make([]int64, n))
		var ranks []int
		if a.stat == "nunique" {
			ranks, _ = c.ranked()
		}
		for k := range n {
			known := known(c, g.rows(k))
			if ranks != nil {
				known = gather(ranks, known)
				slices.Sort(known)
				known = slices.Compact(known)
			}
			out.ints[k] = int64(len(known))
		}
		out.gaps = a.stat == "count" && c.nullable()
		return out
	case "min", "max", "first", "last":
		rows := make([]int, n)
		for k := range n {
			rows[k] = a.stat.chosen(c, known(c, g.rows(k)))
		}
		return c.pick(rows).named(a.name)
	case "sum":
		if c.kind == Int64 || c.kind == Bool {
			out := Int64Column(a.name, make([]int64, n))
			for k := range n {
				for _, i := range known(c, g.rows(k)) {
					if c.kind == Int64 {
						out.ints[k] += c.ints[i]
					} else if c.bools[i] {
						out.ints[k]++
					}
				}
			}
			out.gaps = c.nullable()
			return out
		}
	}
	out := a.floats(c, g)
	out.masked = c.nullable()
	return out
}

// chosen returns the row that holds the figure, -1 of no rows.
func (s Stat) chosen(c *Column, rows []int) int {
	if len(rows) == 0 {
		return -1
	}
	switch s {
	case "first":
		return rows[0]
	case "last":
		return rows[len(rows)-1]
	}
	best := rows[0]
	for _, i := range rows[1:] {
		if d := c.compare(i, best); s == "min" && d < 0 || s == "max" && d > 0 {
			best = i
		}
	}
	return best
}

// known returns those of the rows that have a value.
func known(c *Column, rows []int) []int {
	if len(c.nulls) == 0 {
		return rows
	}
	out := make([]int, 0, len(rows))
	for _, i := range rows {
		if !c.nulls.at(i) {
			out = append(out, i)
		}
	}
	return out
}

// floats computes a figure that is a float of each group.
func (a Aggregation) floats(c *Column, g *Groups) *Column {
	of := a.of
	if of == nil {
		of = a.stat.function()
	}
	out := make([]float64, g.len())
	var values []float64
	for k := range out {
		values = values[:0]
		for _, i := range g.rows(k) {
			v := c.float(i)
			if math.IsNaN(v) || g.windows && math.IsInf(v, 0) { // pandas's windows know no infinity
				continue
			}
			values = append(values, v)
		}
		there := len(values)
		if a.stat == "count" {
			there = len(g.rows(k)) // pandas counts the rows here
		}
		if out[k] = nan; there >= g.minPeriods {
			out[k] = of(values)
		}
	}
	return Float64Column(a.name, out)
}

// function returns the figure as a function of values of which none is missing. It may reorder
// them.
func (s Stat) function() func([]float64) float64 {
	switch s {
	case "count", "size":
		return func(x []float64) float64 { return float64(len(x)) }
	case "sum":
		return kahan
	case "mean":
		return func(x []float64) float64 { return kahan(x) / float64(len(x)) }
	case "median":
		return median
	case "var":
		return func(x []float64) float64 { _, std := moments(x); return std * std }
	case "std":
		return func(x []float64) float64 { _, std := moments(x); return std }
	case "min":
		return func(x []float64) float64 { low, _ := extremes(x); return low }
	case "max":
		return func(x []float64) float64 { _, high := extremes(x); return high }
	}
	q, err := strconv.ParseFloat(strings.TrimSuffix(strings.TrimPrefix(string(s), "quantile("), ")"), 64)
	if err != nil || Quantile(q) != s {
		panic(fmt.Sprintf("dataset: no figure %q; there are size, count, nunique, sum, mean, median, std, var, min, max, first, last and Quantile(q)", s))
	}
	return func(x []float64) float64 {
		slices.Sort(x)
		return quantile(x, q)
	}
}

// kahan adds up with the compensation of Kahan (1965), as pandas does in groups; an infinity stays
// one.
func kahan(x []float64) float64 {
	total, lost := 0.0, 0.0
	for _, v := range x {
		y := v - lost
		t := total + y
		lost = t - total - y
		if math.IsNaN(lost) {
			lost = 0
		}
		total = t
	}
	return total
}

// median returns the middle value, or the mean of the two in the middle; NaN of nothing.
func median(x []float64) float64 {
	slices.Sort(x)
	switch n := len(x); {
	case n == 0:
		return nan
	case n%2 == 1:
		return x[n/2]
	default:
		return (x[n/2-1] + x[n/2]) / 2
	}
}
