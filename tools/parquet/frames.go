package parquet

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/parquet-go/parquet-go"

	"flowbook/ml/atomicfile"
	"flowbook/ml/dataset"
)

// Reader is a Parquet file as a stream of frames of some of its columns, in memory that does not
// grow with the file. It is read as a dataset.Reader is.
type Reader struct {
	name  string
	file  *os.File
	rows  *rows
	frame *dataset.Frame
	err   error
}

// Is reports whether a path has the extension .parquet.
func Is(path string) bool { return strings.EqualFold(filepath.Ext(path), ".parquet") }

// Open opens the named columns; a missing one is a *dataset.MissingColumnError.
func Open(path string, columns ...string) (p *Reader, err error) {
	name := dataset.Rel(path)
	f, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", name, atomicfile.Reason(err))
	}
	defer func() {
		if err != nil {
			f.Close()
		}
	}()
	defer damaged(name, &err)
	info, err := f.Stat()
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", name, err)
	}
	file, err := openFile(f, info.Size(), name)
	if err != nil {
		return nil, err
	}
	chosen := make([]column, len(columns))
	for i, wanted := range columns {
		c, ok, err := columnOf(file, wanted)
		if !ok {
			return nil, &dataset.MissingColumnError{File: name, Column: wanted}
		}
		if err == nil && c.other {
			err = fmt.Errorf("column %s: values of type %v", wanted, file.Root().Column(wanted).Type())
		}
		if err != nil {
			return nil, fmt.Errorf("read %s: %w, not whole numbers, floats or texts", name, err)
		}
		chosen[i] = c
	}
	return &Reader{name: name, file: f, rows: newRows(file, chosen)}, nil
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
	builders := make([]builder, len(p.rows.columns))
	n := 0
	for n < batchRows {
		values, err := p.rows.next()
		if err != nil {
			return fmt.Errorf("read %s: %w", p.name, err)
		}
		if values == nil {
			break
		}
		for i := range builders {
			if err := builders[i].add(&p.rows.columns[i], values[i]); err != nil {
				return fmt.Errorf("read %s: column %s: %w", p.name, p.rows.columns[i].name, err)
			}
		}
		n += len(values[0])
	}
	if n == 0 {
		return nil
	}
	columns := make([]*dataset.Column, len(builders))
	for i := range builders {
		columns[i] = builders[i].column(&p.rows.columns[i])
	}
	p.frame = dataset.New(columns...)
	return nil
}

// builder gathers the values of a frame's column.
type builder struct {
	ints   []int64
	floats []float64
	texts  []string
}

// add copies values, whose bytes the next page will overwrite. A missing number is an error,
// because no detector can score it; a missing text is empty.
func (b *builder) add(c *column, values []parquet.Value) error {
	for _, v := range values {
		switch {
		case c.kind == dataset.Text && v.IsNull():
			b.texts = append(b.texts, "")
		case c.kind == dataset.Text:
			b.texts = append(b.texts, string(v.ByteArray()))
		case v.IsNull():
			return errors.New("a value is missing")
		case c.kind == dataset.Int64:
			b.ints = append(b.ints, c.number(v))
		default:
			b.floats = append(b.floats, c.float(v))
		}
	}
	return nil
}

func (b *builder) column(c *column) *dataset.Column {
	switch c.kind {
	case dataset.Text:
		return dataset.TextColumn(c.name, b.texts)
	case dataset.Int64:
		return dataset.Int64Column(c.name, b.ints)
	}
	return dataset.Float64Column(c.name, b.floats)
}

// Frame returns the rows that Scan has read.
func (p *Reader) Frame() *dataset.Frame { return p.frame }

// Err returns the error that ended Scan, nil at the end of the file.
func (p *Reader) Err() error { return p.err }

// Close ends the reading and closes the file.
func (p *Reader) Close() error {
	p.rows.close()
	return p.file.Close()
}
