package parquet

import (
	"bytes"
	"context"
	"fmt"
	"hash/maphash"
	"io"
	"unicode/utf8"

	"github.com/parquet-go/parquet-go"
	"github.com/parquet-go/parquet-go/compress/zstd"

	"flowbook/ml/dataset"
)

// Written describes the file that FromCSV has made.
type Written struct {
	Rows  int
	Exact bool // ToCSV would give back the bytes that were read
}

// FromCSV reads CSV from r and writes Parquet to w: zstd, row groups of 32,768 rows. name stands
// for r in errors, which are those of dataset.Reader and *dataset.RowError for a text that is not
// UTF-8, which Parquet's texts must be. progress is called now and then with the rows done; it may
// be nil.
func FromCSV(ctx context.Context, r io.Reader, name string, w io.Writer, progress func(rows int)) (out Written, err error) {
	seed := maphash.MakeSeed()
	var read, again maphash.Hash
	read.SetSeed(seed)
	again.SetSeed(seed)
	csv, err := dataset.NewReader(io.TeeReader(r, &read), name, dataset.Options{})
	if err != nil {
		return Written{}, err
	}
	defer csv.Close()
	c := &converter{csv: csv, name: name, w: w, again: &again, progress: progress}
	if err := c.run(ctx); err != nil {
		return Written{}, err
	}
	return Written{Rows: c.rows, Exact: read.Sum64() == again.Sum64()}, nil
}

type converter struct {
	csv      *dataset.Reader
	name     string
	w        io.Writer
	again    *maphash.Hash // of the CSV that ToCSV would write
	progress func(int)

	out  *parquet.GenericWriter[any]
	held int // rows in the current row group
	rows int
	text []byte

	values []parquet.Value // of one column of one frame
}

func (c *converter) run(ctx context.Context) error {
	for c.csv.Scan() {
		if ctx.Err() != nil {
			return fmt.Errorf("convert %s: %w", c.name, context.Cause(ctx))
		}
		if err := c.add(c.csv.Frame()); err != nil {
			return err
		}
	}
	if err := c.csv.Err(); err != nil {
		return err
	}
	if c.out == nil { // a header and no rows
		c.open(c.csv.Fields())
	}
	if err := c.out.Close(); err != nil {
		return fmt.Errorf("write Parquet: %w", err)
	}
	return nil
}

// open begins the Parquet file.
func (c *converter) open(fields []dataset.Field) {
	c.out = parquet.NewGenericWriter[any](c.w, schemaOf(fields),
		parquet.Compression(&zstd.Codec{Level: zstd.SpeedFastest}), parquet.DictionaryMaxBytes(4<<20),
		parquet.CreatedBy("flowbook", "", ""), parquet.DataPageStatistics(true), parquet.PageBufferSize(1<<20))
	for i, f := range fields {
		if i > 0 {
			c.text = append(c.text, ',')
		}
		c.text = dataset.AppendText(c.text, f.Name)
	}
	c.again.Write(append(c.text, '\n'))
}

func (c *converter) add(f *dataset.Frame) error {
	if c.out == nil {
		c.open(f.Fields())
	}
	for i := 0; i < f.NumRows(); { // a row group ends at rowGroup rows, wherever a frame ends
		n := min(f.NumRows()-i, rowGroup-c.held)
		for j, field := range f.Fields() {
			if err := c.addColumn(j, f.Column(field.Name), i, i+n, f.Labels()); err != nil {
				return err
			}
		}
		i += n
		if c.held += n; c.held == rowGroup {
			if err := c.out.Flush(); err != nil {
				return fmt.Errorf("write Parquet: %w", err)
			}
			c.held = 0
		}
	}
	c.text = c.text[:0]
	for i := range f.NumRows() {
		c.text = append(f.AppendRow(c.text, i), '\n')
	}
	c.again.Write(c.text)
	c.rows += f.NumRows()
	if c.progress != nil {
		c.progress(c.rows)
	}
	return nil
}

// addColumn writes the rows from to to of column j of the file.
func (c *converter) addColumn(j int, col *dataset.Column, from, to int, labels []int64) error {
	const present, missing = 1, 0 // definition levels
	c.values = c.values[:0]
	for i := from; i < to; i++ {
		var v parquet.Value
		switch {
		case col.IsNull(i):
			c.values = append(c.values, parquet.NullValue().Level(0, missing, j))
			continue
		case col.Kind() == dataset.Int64:
			v = parquet.Int64Value(col.Int64(i))
		case col.Kind() == dataset.Float64:
			v = parquet.DoubleValue(col.Float64(i))
		default:
			text := col.Text(i)
			if !utf8.ValidString(text) {
				return fmt.Errorf("read %s: row %d, column %s: %q is not UTF-8", c.name, labels[i], col.Name(), cut(text))
			}
			v = parquet.ByteArrayValue([]byte(text))
		}
		c.values = append(c.values, v.Level(0, present, j))
	}
	if _, err := c.out.ColumnWriters()[j].WriteRowValues(c.values); err != nil {
		return fmt.Errorf("write Parquet: %w", err)
	}
	return nil
}

func cut(s string) string { return string(bytes.TrimSpace([]byte(s[:min(len(s), 60)]))) }
