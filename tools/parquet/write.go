package parquet

import (
	"bytes"
	"context"
	"fmt"
	"hash/maphash"
	"io"
	"unicode/utf8"

	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/arrow/memory"
	"github.com/apache/arrow-go/v18/parquet"
	"github.com/apache/arrow-go/v18/parquet/compress"
	"github.com/apache/arrow-go/v18/parquet/pqarrow"

	"flowbook/ml/dataset"
)

// Written says what FromCSV has made.
type Written struct {
	Rows  int
	Exact bool // ToCSV would give back the bytes that were read
}

// FromCSV reads CSV from r and writes Parquet to w: zstd, row groups of 32,768 rows. name stands for r in errors,
// which are those of dataset.Reader and *dataset.RowError for a text that is not UTF-8, which Parquet's texts must be.
// progress is called now and then with the rows done; it may be nil.
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
	c := &converter{ctx: ctx, csv: csv, name: name, w: w, again: &again, progress: progress}
	defer c.release()
	if err := c.run(); err != nil {
		return Written{}, err
	}
	return Written{Rows: c.rows, Exact: read.Sum64() == again.Sum64()}, nil
}

type converter struct {
	ctx      context.Context
	csv      *dataset.Reader
	name     string
	w        io.Writer
	again    *maphash.Hash // of the CSV that ToCSV would write
	progress func(int)

	builder *array.RecordBuilder
	out     *pqarrow.FileWriter
	rows    int
	held    int // rows in the builder
	text    []byte
}

func (c *converter) release() {
	if c.builder != nil {
		c.builder.Release()
	}
}

func (c *converter) run() error {
	for c.csv.Scan() {
		if c.ctx.Err() != nil {
			return fmt.Errorf("convert %s: %w", c.name, context.Cause(c.ctx))
		}
		if err := c.add(c.csv.Frame()); err != nil {
			return err
		}
	}
	if err := c.csv.Err(); err != nil {
		return err
	}
	if c.out == nil { // a header and no rows
		if err := c.open(c.csv.Fields()); err != nil {
			return err
		}
	}
	if err := c.flush(); err != nil {
		return err
	}
	return c.out.Close()
}

// open begins the Parquet file.
func (c *converter) open(fields []dataset.Field) (err error) {
	schema := schemaOf(fields)
	props := parquet.NewWriterProperties(
		parquet.WithCompression(compress.Codecs.Zstd), parquet.WithCompressionLevel(1),
		parquet.WithMaxRowGroupLength(rowGroup), parquet.WithDictionaryPageSizeLimit(4<<20), parquet.WithCreatedBy("flowbook"),
	)
	c.builder = array.NewRecordBuilder(memory.DefaultAllocator, schema)
	c.out, err = pqarrow.NewFileWriter(schema, onlyWriter{c.w}, props, pqarrow.DefaultWriterProps())
	for i, f := range fields {
		if i > 0 {
			c.text = append(c.text, ',')
		}
		c.text = dataset.AppendText(c.text, f.Name)
	}
	c.again.Write(append(c.text, '\n'))
	return err
}

// onlyWriter hides a Close method, which the Parquet writer would call.
type onlyWriter struct{ io.Writer }

func (c *converter) add(f *dataset.Frame) error {
	if c.out == nil {
		if err := c.open(f.Fields()); err != nil {
			return err
		}
	}
	for j, field := range f.Fields() {
		if err := c.addColumn(c.builder.Field(j), f.Column(field.Name), f.Labels()); err != nil {
			return err
		}
	}
	c.text = c.text[:0]
	for i := range f.NumRows() {
		c.text = append(f.AppendRow(c.text, i), '\n')
	}
	c.again.Write(c.text)
	c.rows += f.NumRows()
	c.held += f.NumRows()
	if c.held >= batchRows {
		return c.flush()
	}
	return nil
}

func (c *converter) addColumn(b array.Builder, col *dataset.Column, labels []int64) error {
	switch b := b.(type) {
	case *array.Int64Builder:
		addValues(b, col, col.Int64)
	case *array.Float64Builder:
		addValues(b, col, col.Float64)
	case *array.StringBuilder:
		addValues(b, col, col.Text)
		for i := range col.Len() {
			if !utf8.ValidString(col.Text(i)) {
				return fmt.Errorf("read %s: row %d, column %s: %q is not UTF-8", c.name, labels[i], col.Name(), cut(col.Text(i)))
			}
		}
	}
	return nil
}

func cut(s string) string { return string(bytes.TrimSpace([]byte(s[:min(len(s), 60)]))) }

func addValues[T any](b interface {
	Append(T)
	AppendNull()
	Reserve(int)
}, col *dataset.Column, value func(int) T) {
	b.Reserve(col.Len())
	for i := range col.Len() {
		if col.IsNull(i) {
			b.AppendNull()
		} else {
			b.Append(value(i))
		}
	}
}

// flush hands the rows gathered so far to Arrow.
func (c *converter) flush() error {
	if c.held == 0 {
		return nil
	}
	c.held = 0
	batch := c.builder.NewRecordBatch()
	defer batch.Release()
	if err := c.out.WriteBuffered(batch); err != nil {
		return fmt.Errorf("write Parquet: %w", err)
	}
	if c.progress != nil {
		c.progress(c.rows)
	}
	return nil
}
