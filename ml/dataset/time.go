package dataset

import (
	"fmt"
	"strings"
	"time"
)

// WithTime returns the frame with one more column: the times that column msColumn gives in
// milliseconds since 1970. It panics when a value is no time of the years 1 to 9999.
func (f *Frame) WithTime(name, msColumn string) *Frame {
	from := f.Column(msColumn)
	if from.kind != Int64 {
		panic(fmt.Sprintf("dataset: column %q is %s, not milliseconds in int64", msColumn, from.dtype()))
	}
	const first, last = -62135596800000, 253402300799999
	c := &Column{name: name, kind: Time, n: from.n, nulls: from.nulls, ints: make([]int64, from.n)}
	for i, ms := range from.ints {
		if (ms < first || ms > last) && !from.nulls.at(i) {
			panic(fmt.Errorf("dataset: row %d, column %s: %d ms is no time of the years 1 to 9999", i, msColumn, ms))
		}
		c.ints[i] = ms * 1000
	}
	return f.With(c)
}

// isoLayouts are the forms of ISO 8601 that pandas's to_datetime takes unasked; Parse takes
// decimals after any seconds.
var isoLayouts = []string{
	"2006-01-02 15:04:05", "2006-01-02T15:04:05", "2006-01-02", "2006-01-02 15:04", "2006-01-02T15:04",
	"2006-01-02T15:04:05Z07:00", "2006-01-02 15:04:05Z07:00",
}

// ToTime returns the frame with the named column of texts turned into times, UTC where they name no
// zone, cut to the microsecond. The layouts are those of package time, "02.01.2006 15:04" for one,
// tried in turn; without any, ISO 8601 is read. A missing value stays missing. The error names the
// first row that no layout fits.
func (f *Frame) ToTime(name string, layouts ...string) (*Frame, error) {
	from := f.Column(name)
	if from.kind == Time {
		return f, nil
	}
	if from.kind != Text {
		panic(fmt.Sprintf("dataset: column %q is %s, not text; WithTime makes times of milliseconds", name, from.dtype()))
	}
	form := strings.Join(layouts, " or ")
	if len(layouts) == 0 {
		layouts, form = isoLayouts, "ISO 8601, as 2006-01-02 15:04:05"
	}
	to := &Column{name: name, kind: Time, n: from.n, nulls: from.nulls, ints: make([]int64, from.n)}
	for i := range to.ints {
		if from.nulls.at(i) {
			continue
		}
		t, err := parseTime(from.texts.at(i), layouts)
		if err != nil {
			place := "dataset"
			if f.source != "" {
				place = "read " + f.source
			}
			return nil, fmt.Errorf("%s: row %s, column %s: %s is no time of the form %s", place, f.label(i), name, shownValue([]byte(from.texts.at(i))), form)
		}
		to.ints[i] = t.UnixMicro()
	}
	return f.With(to), nil
}

// parseTime reads a time in the first layout that fits it.
func parseTime(s string, layouts []string) (t time.Time, err error) {
	for _, layout := range layouts {
		if t, err = time.Parse(layout, s); err == nil {
			return t, nil
		}
	}
	return t, err
}

// timeColumn returns a column of times; it panics when the column is of another kind.
func (f *Frame) timeColumn(name string) *Column {
	c := f.Column(name)
	if c.kind != Time {
		maker := "WithTime makes one of milliseconds"
		if c.kind == Text {
			maker = "ToTime makes one of texts"
		}
		panic(fmt.Sprintf("dataset: column %q is %s, not a time; %s", name, c.dtype(), maker))
	}
	return c
}
