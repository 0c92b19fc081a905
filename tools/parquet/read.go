package parquet

import (
	"context"
	"fmt"
	"io"

	"github.com/parquet-go/parquet-go"

	"flowbook/ml/dataset"
)

// ReaderAtSeeker is a file: its size is found by seeking to its end.
type ReaderAtSeeker interface {
	io.ReaderAt
	io.Seeker
}

// ToCSV reads Parquet from r and writes CSV of pandas's form to w: a null and an empty text alike
// as an empty field. Whole numbers of any width, floats, texts, truth values, dates and times have
// such a form; a column of another type is refused by name. name stands for r in errors. progress
// is called now and then with the rows done; it may be nil.
func ToCSV(ctx context.Context, r ReaderAtSeeker, name string, w io.Writer, progress func(rows int)) (done int, err error) {
	defer damaged(name, &err)
	size, err := r.Seek(0, io.SeekEnd)
	if err != nil {
		return 0, fmt.Errorf("read %s: %w", name, err)
	}
	f, err := openFile(r, size, name)
	if err != nil {
		return 0, err
	}
	var columns []column
	var text []byte
	for i, node := range f.Root().Columns() {
		c, _, err := columnOf(f, node.Name())
		if err != nil {
			return 0, fmt.Errorf("read %s: %w have no form in CSV", name, err)
		}
		columns = append(columns, c)
		if i > 0 {
			text = append(text, ',')
		}
		text = dataset.AppendText(text, c.name)
	}
	if _, err := w.Write(append(text, '\n')); err != nil {
		return 0, err
	}
	rows := newRows(f, columns)
	defer rows.close()
	for {
		if ctx.Err() != nil {
			return done, fmt.Errorf("convert %s: %w", name, context.Cause(ctx))
		}
		values, err := rows.next()
		if err != nil {
			return done, fmt.Errorf("read %s: after row %d: %w", name, done, err)
		}
		if values == nil {
			return done, nil
		}
		text = appendRows(text[:0], columns, values)
		if _, err := w.Write(text); err != nil {
			return done, err
		}
		done += len(values[0])
		if progress != nil {
			progress(done)
		}
	}
}

// appendRows appends the CSV form of rows, whose values stand by column.
func appendRows(dst []byte, columns []column, values [][]parquet.Value) []byte {
	for i := range values[0] {
		for j := range columns {
			if j > 0 {
				dst = append(dst, ',')
			}
			if v := values[j][i]; !v.IsNull() {
				dst = columns[j].text(dst, v)
			}
		}
		dst = append(dst, '\n')
	}
	return dst
}
