package dataset

import (
	"fmt"
	"math"

	"github.com/go-gota/gota/dataframe"
	"github.com/go-gota/gota/series"
)

// Gota returns the frame as a gota data frame, whose Select, Filter, GroupBy and Arrange a cell may
// use. Whole numbers stay whole, missing values of every kind become gota's NaN, the text "NaN"
// stays a text, times become texts in the form that the frame prints. Row labels have no place in
// gota: Rows of the frame keeps them. A frame without columns gives gota's error in Err, where gota
// keeps all its errors.
func (f *Frame) Gota() dataframe.DataFrame {
	all := make([]series.Series, len(f.cols))
	for i, c := range f.cols {
		all[i] = c.gota()
	}
	return dataframe.New(all...)
}

func (c *Column) gota() series.Series {
	var s series.Series
	switch c.kind {
	case Int64:
		s = c.gotaInts()
	case Float64:
		s = series.New(c.floats, series.Float, c.name)
	case Bool:
		s = series.New(c.bools, series.Bool, c.name)
	case Time:
		s = series.New(formatTimes(c), series.String, c.name)
	default:
		texts := c.texts.all()
		s = series.New(texts, series.String, c.name)
		for i, t := range texts {
			if t == "NaN" {
				s.Elem(i).Set(literal{text: t})
			}
		}
	}
	if c.kind == Float64 {
		return s // NaN already
	}
	for i := range c.n {
		if c.nulls.at(i) {
			s.Elem(i).Set(nil) // values that gota does not know become NaN
		}
	}
	return s
}

// gotaInts hands over whole numbers as Go's int, gota's only kind of them: gota silently turns a
// []int64 into NaN values. Where int has 32 bits and a value needs more, the column goes as float,
// which holds it up to 2^53.
func (c *Column) gotaInts() series.Series {
	ints, floats := make([]int, c.n), []float64(nil)
	for i, v := range c.ints {
		ints[i] = int(v)
		if int64(ints[i]) != v {
			floats = make([]float64, c.n)
			break
		}
	}
	if floats == nil {
		return series.New(ints, series.Int, c.name)
	}
	for i, v := range c.ints {
		floats[i] = float64(v)
	}
	return series.New(floats, series.Float, c.name)
}

// literal is a text that gota is not to interpret: set as a string, "NaN" would become a missing
// value.
type literal struct {
	series.Element
	text string
}

func (l literal) String() string { return l.text }

// FromGota returns a gota data frame as a frame, NaN as missing values. The error is the one that
// gota has kept in the data frame.
func FromGota(df dataframe.DataFrame) (*Frame, error) {
	if df.Err != nil {
		return nil, fmt.Errorf("gota data frame: %w", df.Err)
	}
	f := &Frame{rows: df.Nrow()}
	for _, name := range df.Names() {
		s := df.Col(name)
		if s.Err != nil {
			return nil, fmt.Errorf("gota column %q: %w", name, s.Err)
		}
		c, err := fromGota(s)
		if err != nil {
			return nil, fmt.Errorf("gota column %q: %w", name, err)
		}
		f.cols = append(f.cols, c)
	}
	return f, nil
}

func fromGota(s series.Series) (*Column, error) {
	c := &Column{name: s.Name, n: s.Len()}
	switch s.Type() {
	case series.Int:
		c.kind, c.ints = Int64, make([]int64, c.n)
	case series.Float:
		c.kind, c.floats = Float64, make([]float64, c.n)
	case series.Bool:
		c.kind, c.bools = Bool, make([]bool, c.n)
	default:
		c.kind, c.texts.plain = Text, make([]string, c.n)
	}
	for i := range c.n {
		e := s.Elem(i)
		if e.IsNA() {
			c.nulls.set(i)
			if c.kind == Float64 {
				c.floats[i] = math.NaN()
			}
			continue
		}
		var err error
		switch c.kind {
		case Int64:
			var v int
			v, err = e.Int()
			c.ints[i] = int64(v)
		case Float64:
			c.floats[i] = e.Float()
		case Bool:
			c.bools[i], err = e.Bool()
		default:
			c.texts.plain[i] = e.String()
		}
		if err != nil {
			return nil, fmt.Errorf("row %d: %w", i, err)
		}
	}
	return c, nil
}
