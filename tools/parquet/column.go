package parquet

import (
	"fmt"
	"math"
	"time"

	"github.com/parquet-go/parquet-go"
	"github.com/parquet-go/parquet-go/format"

	"flowbook/ml/dataset"
)

// column is a column of a Parquet file: its place and the kind of its values here.
type column struct {
	name  string
	index int // among the file's columns
	kind  dataset.Kind
	other bool // a truth value, a date or a time: it has a form in CSV, but no kind in a frame

	text   func(dst []byte, v parquet.Value) []byte // appends the CSV form of a value that is not null
	number func(v parquet.Value) int64              // of kind Int64
	float  func(v parquet.Value) float64            // of kind Float64
}

// columnOf returns the named column of a file; ok is false if the file has none of that name. A
// column of another type than whole numbers, floats, texts, truth values, dates and times is an
// error.
func columnOf(f *parquet.File, name string) (c column, ok bool, err error) {
	node := f.Root().Column(name)
	if node == nil {
		return column{}, false, nil
	}
	c = column{name: name, index: node.Index()}
	if !node.Leaf() || node.Repeated() {
		return c, true, fmt.Errorf("column %s: nested or repeated values", name)
	}
	t := node.Type()
	var logical any // nil, or one of package format's types
	if l := t.LogicalType(); l != nil {
		logical = l.Value
	}
	if !c.setForm(t.Kind(), logical) {
		return c, true, fmt.Errorf("column %s: values of type %v", name, t)
	}
	return c, true, nil
}

// setForm sets how a value of a type is read and written. It returns false for a type that has no
// form.
func (c *column) setForm(kind parquet.Kind, logical any) bool {
	switch logical := logical.(type) {
	case nil:
		return c.setPlain(kind)
	case *format.IntType:
		return c.setInteger(kind, logical.IsSigned)
	case *format.StringType, *format.EnumType, *format.JsonType:
		c.kind = dataset.Text
		c.text = func(dst []byte, v parquet.Value) []byte { return dataset.AppendText(dst, string(v.ByteArray())) }
		return kind == parquet.ByteArray
	case *format.DateType:
		c.setTime(func(v parquet.Value) time.Time { return time.Unix(int64(v.Int32())*86_400, 0) })
		return kind == parquet.Int32
	case *format.TimestampType:
		if kind != parquet.Int64 || logical.Unit.Value == nil {
			return false
		}
		unit := logical.Unit.Value.Duration()
		perSecond := int64(time.Second / unit)
		c.setTime(func(v parquet.Value) time.Time {
			n := v.Int64()
			return time.Unix(n/perSecond, n%perSecond*int64(unit))
		})
		return true
	}
	return false
}

func (c *column) setPlain(kind parquet.Kind) bool {
	switch kind {
	case parquet.Boolean:
		c.other = true
		c.text = func(dst []byte, v parquet.Value) []byte { return dataset.AppendBool(dst, v.Boolean()) }
	case parquet.Int32, parquet.Int64:
		return c.setInteger(kind, true)
	case parquet.Float, parquet.Double:
		c.kind = dataset.Float64
		c.float = parquet.Value.Double
		if kind == parquet.Float {
			c.float = func(v parquet.Value) float64 { return float64(v.Float()) }
		}
		c.text = func(dst []byte, v parquet.Value) []byte { return dataset.AppendFloat(dst, c.float(v)) }
	case parquet.Int96: // the old form of times: nanoseconds of a Julian day
		c.setTime(func(v parquet.Value) time.Time {
			const unixEpoch = 2_440_588 // the Julian day of 1970-01-01
			raw := v.Int96()
			nanoseconds := int64(uint64(raw[1])<<32 | uint64(raw[0]))
			return time.Unix((int64(raw[2])-unixEpoch)*86_400, nanoseconds)
		})
	default:
		return false
	}
	return true
}

func (c *column) setInteger(kind parquet.Kind, signed bool) bool {
	c.kind = dataset.Int64
	switch {
	case kind == parquet.Int32 && signed:
		c.number = func(v parquet.Value) int64 { return int64(v.Int32()) }
	case kind == parquet.Int32:
		c.number = func(v parquet.Value) int64 { return int64(v.Uint32()) }
	case kind == parquet.Int64:
		c.number = parquet.Value.Int64
	default:
		return false
	}
	c.text = func(dst []byte, v parquet.Value) []byte { return dataset.AppendInt(dst, c.number(v)) }
	if kind == parquet.Int64 && !signed {
		c.other = true // a frame's whole numbers are signed
		c.text = func(dst []byte, v parquet.Value) []byte {
			if u := v.Uint64(); u > math.MaxInt64 {
				return fmt.Append(dst, u)
			}
			return dataset.AppendInt(dst, v.Int64())
		}
	}
	return true
}

func (c *column) setTime(at func(parquet.Value) time.Time) {
	c.other = true
	c.text = func(dst []byte, v parquet.Value) []byte { return dataset.AppendTime(dst, at(v)) }
}
