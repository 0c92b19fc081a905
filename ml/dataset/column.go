package dataset

import (
	"math"
	"sort"
	"time"
	"unsafe"
)

// Column is one named column of values of one kind, some of which may be missing. Build one with
// Int64Column and its siblings; its values are not to be changed afterwards.
type Column struct {
	name   string
	kind   Kind
	n      int
	ints   []int64 // Int64; Time as microseconds since 1970 UTC
	floats []float64
	bools  []bool
	texts  texts
	nulls  nulls
	gaps   bool // values were missing where these rows come from: the dtype stays the nullable one
	masked bool // floats made of whole numbers with gaps, which pandas keeps in its nullable Float64
}

// Int64Column returns a column of whole numbers; it keeps v.
func Int64Column(name string, v []int64) *Column {
	return &Column{name: name, kind: Int64, n: len(v), ints: v}
}

// Float64Column returns a column of floating-point numbers; it keeps v. NaN means missing, as in
// pandas.
func Float64Column(name string, v []float64) *Column {
	c := &Column{name: name, kind: Float64, n: len(v), floats: v}
	for i, x := range v {
		if math.IsNaN(x) {
			c.nulls.set(i)
		}
	}
	return c
}

// TextColumn returns a column of texts; it keeps v. No text is missing: the empty one is a value.
func TextColumn(name string, v []string) *Column {
	return &Column{name: name, kind: Text, n: len(v), texts: texts{plain: v}}
}

// BoolColumn returns a column of truth values; it keeps v.
func BoolColumn(name string, v []bool) *Column {
	return &Column{name: name, kind: Bool, n: len(v), bools: v}
}

// TimeColumn returns a column of times, kept to the microsecond. The zero Time means missing.
func TimeColumn(name string, v []time.Time) *Column {
	c := &Column{name: name, kind: Time, n: len(v), ints: make([]int64, len(v))}
	for i, t := range v {
		if t.IsZero() {
			c.nulls.set(i)
			continue
		}
		c.ints[i] = t.UnixMicro()
	}
	return c
}

// Missing returns the column with the values of the given rows taken away.
func (c *Column) Missing(rows ...int) *Column {
	out := *c
	out.nulls = append(nulls(nil), c.nulls...)
	for _, i := range rows {
		out.nulls.set(i)
		if c.kind == Float64 {
			if &out.floats[0] == &c.floats[0] {
				out.floats = append([]float64(nil), c.floats...)
			}
			out.floats[i] = math.NaN()
		}
	}
	return &out
}

// named returns the column under another name.
func (c *Column) named(name string) *Column {
	out := *c
	out.name = name
	return &out
}

// Name returns the column's name.
func (c *Column) Name() string { return c.name }

// Kind returns the kind of the column's values.
func (c *Column) Kind() Kind { return c.kind }

// Len returns the number of rows.
func (c *Column) Len() int { return c.n }

// IsNull reports whether row i holds no value.
func (c *Column) IsNull(i int) bool { return c.nulls.at(i) }

// Nulls returns how many rows hold no value.
func (c *Column) Nulls() int { return c.nulls.count() }

// dtype returns pandas's name of the column's type. Whole numbers with gaps are pandas's
// nullable Int64: they stay whole, where read_csv would turn them into floats.
func (c *Column) dtype() string {
	if c.nullable() {
		switch c.kind {
		case Int64:
			return "Int64"
		case Float64:
			return "Float64"
		case Bool:
			return "boolean"
		}
	}
	return c.kind.String()
}

// nullable reports whether pandas would keep the column in one of its nullable types, in which a
// missing value is <NA>.
func (c *Column) nullable() bool {
	if c.kind == Float64 {
		return c.masked
	}
	return (c.kind == Int64 || c.kind == Bool) && (c.gaps || c.nulls.count() > 0)
}

// take returns the given rows, in their order, as a new column.
func (c *Column) take(rows []int) *Column {
	out := &Column{name: c.name, kind: c.kind, n: len(rows), masked: c.masked, gaps: c.gaps || c.nulls.count() > 0}
	switch c.kind {
	case Int64, Time:
		out.ints = gather(c.ints, rows)
	case Float64:
		out.floats = gather(c.floats, rows)
	case Bool:
		out.bools = gather(c.bools, rows)
	default:
		out.texts.plain = make([]string, len(rows))
		for k, i := range rows {
			out.texts.plain[k] = c.texts.at(i)
		}
	}
	if len(c.nulls) > 0 {
		for k, i := range rows {
			if c.nulls.at(i) {
				out.nulls.set(k)
			}
		}
	}
	return out
}

// pick is take with a missing value where a row is -1.
func (c *Column) pick(rows []int) *Column {
	some := make([]int, 0, len(rows))
	for _, i := range rows {
		if i >= 0 {
			some = append(some, i)
		}
	}
	if len(some) == len(rows) {
		return c.take(rows)
	}
	from := c.missable()
	if c.n == 0 { // nothing to take a value from
		from = from.one()
	}
	filled := make([]int, len(rows))
	var missing []int
	for k, i := range rows {
		filled[k] = max(i, 0)
		if i < 0 {
			missing = append(missing, k)
		}
	}
	return from.take(filled).Missing(missing...)
}

// missable returns the column in the type that pandas needs for missing values: whole numbers
// without gaps become floats.
func (c *Column) missable() *Column {
	if c.kind == Int64 && !c.nullable() {
		return Float64Column(c.name, New(c).Float64s(c.name))
	}
	return c
}

// one returns a column of one missing value, of the kind of c.
func (c *Column) one() *Column {
	out := &Column{name: c.name, kind: c.kind, n: 1, gaps: c.gaps, masked: c.masked}
	out.ints, out.floats, out.bools, out.texts.plain = []int64{0}, []float64{nan}, []bool{false}, []string{""}
	out.nulls.set(0)
	return out
}

func gather[T any](v []T, rows []int) []T {
	out := make([]T, len(rows))
	for k, i := range rows {
		out[k] = v[i]
	}
	return out
}

// texts holds a column's texts, either as strings or, as the reader leaves them, packed in segments
// without a pointer per text: a million rows of sixteen text columns then cost their bytes and four
// more each.
type texts struct {
	plain  []string
	segs   []textSegment
	starts []int // first row of each segment
}

// textSegment holds texts end to end: number i is data[ends[i-1]:ends[i]].
type textSegment struct {
	data []byte
	ends []uint32
}

func (s *textSegment) at(i int) string {
	from := uint32(0)
	if i > 0 {
		from = s.ends[i-1]
	}
	b := s.data[from:s.ends[i]]
	return unsafe.String(unsafe.SliceData(b), len(b)) // segments never change once read
}

func (t *texts) at(i int) string {
	if t.plain != nil {
		return t.plain[i]
	}
	k := sort.SearchInts(t.starts, i+1) - 1
	return t.segs[k].at(i - t.starts[k])
}

func (t *texts) add(s textSegment, row int) {
	t.segs = append(t.segs, s)
	t.starts = append(t.starts, row)
}

// all returns every text; they share the segments' memory.
func (t *texts) all() []string {
	if t.plain != nil {
		return t.plain
	}
	var out []string
	if n := len(t.segs); n > 0 {
		out = make([]string, 0, t.starts[n-1]+len(t.segs[n-1].ends))
	}
	for k := range t.segs {
		for i := range t.segs[k].ends {
			out = append(out, t.segs[k].at(i))
		}
	}
	return out
}
