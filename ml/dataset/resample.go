package dataset

import (
	"fmt"
	"time"
)

// maxSpans bounds the groups of Resample: one wrong time of another century must not take the
// machine.
const maxSpans = 100_000_000

// Resample groups the rows by spans of time, of a column of times: [t, t+every), counted from the
// midnight (UTC) before the first time. Spans without a row are groups, too; rows without a time
// belong to no interval. It panics when every is not a number of whole microseconds, or so short
// that there would be more than 100 million spans.
//
//	f.Resample("timestamp", time.Minute).Agg(dataset.Agg("flows", "id", "count"))
func (f *Frame) Resample(column string, every time.Duration) *Groups {
	c := f.timeColumn(column)
	step := every.Microseconds()
	if step <= 0 || every%time.Microsecond != 0 {
		panic(fmt.Sprintf("dataset: Resample every %v; a positive number of microseconds is wanted", every))
	}
	g := &Groups{f: f, keys: []string{column}}
	starts := &Column{name: column, kind: Time}
	number := make([]int, c.n)
	if low, high, any := c.timeRange(); any {
		const day = 24 * 60 * 60 * 1e6
		midnight := low - (low%day+day)%day
		start := low - (low-midnight)%step
		if (high-start)/step >= maxSpans {
			panic(fmt.Sprintf("dataset: Resample every %v: more than %d spans from the first time to the last", every, maxSpans))
		}
		for t := start; t <= high; t += step {
			starts.ints = append(starts.ints, t)
		}
		for i, t := range c.ints {
			if number[i] = -1; !c.nulls.at(i) {
				number[i] = int((t - start) / step)
			}
		}
	} else {
		for i := range number {
			number[i] = -1
		}
	}
	starts.n = len(starts.ints)
	g.fill(number, starts.n)
	g.index = []*Column{starts}
	return g
}

// timeRange returns the first and the last time in the column, if there is one.
func (c *Column) timeRange() (low, high int64, any bool) {
	for i, t := range c.ints {
		if c.nulls.at(i) {
			continue
		}
		if !any {
			low, high, any = t, t, true
		}
		low, high = min(low, t), max(high, t)
	}
	return low, high, any
}
