package parquet

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/arrow/memory"
	"github.com/apache/arrow-go/v18/parquet"
	"github.com/apache/arrow-go/v18/parquet/file"
	"github.com/apache/arrow-go/v18/parquet/pqarrow"

	"flowbook/ml/atomicfile"
	"flowbook/ml/dataset"
)

// Reader is a Parquet file as a stream of frames of some of its columns, in memory that does not grow with it. It is read
// as a dataset.Reader is.
type Reader struct {
	name    string
	columns []string
	file    *file.Reader
	batches pqarrow.RecordReader
	frame   *dataset.Frame
	err     error
}

// Is says whether a file calls itself Parquet: by its extension.
func Is(path string) bool { return strings.EqualFold(filepath.Ext(path), ".parquet") }

// Open opens the named columns; a missing one is a *dataset.MissingColumnError.
func Open(ctx context.Context, path string, columns ...string) (p *Reader, err error) {
	name := dataset.Rel(path)
	defer damaged(name, &err)
	f, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", name, atomicfile.Reason(err))
	}
	p = &Reader{name: name, columns: columns}
	props := parquet.NewReaderProperties(memory.DefaultAllocator)
	props.BufferedStreamEnabled = true // pages come as they are needed, not whole columns
	if p.file, err = file.NewParquetReader(f, file.WithReadProps(props)); err != nil {
		f.Close()
		return nil, fmt.Errorf("read %s: %w", name, err)
	}
	if err := p.open(ctx); err != nil {
		p.file.Close()
		return nil, err
	}
	return p, nil
}

func (p *Reader) open(ctx context.Context) error {
	indices := make([]int, len(p.columns))
	for i, c := range p.columns {
		if indices[i] = p.file.MetaData().Schema.ColumnIndexByName(c); indices[i] < 0 {
			return &dataset.MissingColumnError{File: p.name, Column: c}
		}
	}
	r, err := pqarrow.NewFileReader(p.file, pqarrow.ArrowReadProperties{BatchSize: 1 << 13}, memory.DefaultAllocator)
	if err == nil {
		p.batches, err = r.GetRecordReader(ctx, slices.Sorted(slices.Values(indices)), nil)
	}
	if err != nil {
		return fmt.Errorf("read %s: %w", p.name, err)
	}
	return nil
}

// damaged turns a panic of the Arrow library, which a damaged file can cause, into an error.
func damaged(name string, err *error) {
	if p := recover(); p != nil {
		*err = fmt.Errorf("read %s: damaged Parquet file: %v", name, p)
	}
}

// Scan reads some thousand rows. It returns false at the end of the file and on an error.
func (p *Reader) Scan() bool {
	p.frame = nil
	if p.err != nil {
		return false
	}
	p.err = p.scan()
	return p.err == nil && p.frame != nil
}

func (p *Reader) scan() (err error) {
	defer damaged(p.name, &err)
	if !p.batches.Next() {
		if err := p.batches.Err(); err != nil && err != io.EOF {
			return fmt.Errorf("read %s: %w", p.name, err)
		}
		return nil
	}
	batch := p.batches.RecordBatch()
	var columns []*dataset.Column
	for _, name := range p.columns {
		at := batch.Schema().FieldIndices(name)
		c, err := frameColumn(name, batch.Column(at[0]))
		if err != nil {
			return fmt.Errorf("read %s: column %s: %w", p.name, name, err)
		}
		columns = append(columns, c)
	}
	p.frame = dataset.New(columns...)
	return nil
}

// frameColumn copies the values of an array, which the next batch will overwrite. Missing numbers are an error, because
// no detector can score them; missing texts are empty.
func frameColumn(name string, a arrow.Array) (*dataset.Column, error) {
	if text, ok := a.(*array.String); ok {
		out := make([]string, text.Len())
		for i := range out {
			if text.IsValid(i) {
				out[i] = strings.Clone(text.Value(i))
			}
		}
		return dataset.TextColumn(name, out), nil
	}
	if a.NullN() > 0 {
		return nil, errors.New("a value is missing")
	}
	switch v := a.(type) {
	case *array.Int64:
		return dataset.Int64Column(name, slices.Clone(v.Int64Values())), nil
	case *array.Float64:
		return dataset.Float64Column(name, slices.Clone(v.Float64Values())), nil
	case *array.Int32:
		out := make([]int64, v.Len())
		for i := range out {
			out[i] = int64(v.Value(i))
		}
		return dataset.Int64Column(name, out), nil
	}
	return nil, fmt.Errorf("values of type %v, not whole numbers, floats or texts", a.DataType())
}

// Frame returns the rows that Scan has read.
func (p *Reader) Frame() *dataset.Frame { return p.frame }

// Err returns the error that ended Scan, nil at the end of the file.
func (p *Reader) Err() error { return p.err }

// Close ends the reading and closes the file.
func (p *Reader) Close() error {
	p.batches.Release()
	return p.file.Close()
}
