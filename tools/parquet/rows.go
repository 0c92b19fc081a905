package parquet

import (
	"errors"
	"fmt"
	"io"

	"github.com/parquet-go/parquet-go"
)

// rows are the values of some columns of a file, row group by row group. Each column holds one
// page.
type rows struct {
	file    *parquet.File
	columns []column
	group   int // the next row group
	readers []parquet.ColumnChunkValueReader
	held    [][]parquet.Value // the values read and not yet handed out, for each column
	buffers [][]parquet.Value
	left    int64 // rows of the current group
}

func newRows(f *parquet.File, columns []column) *rows {
	r := &rows{file: f, columns: columns}
	for range columns {
		r.buffers = append(r.buffers, make([]parquet.Value, 1<<10))
	}
	r.held = make([][]parquet.Value, len(columns))
	return r
}

// next returns the next values of every column, equally many, or none at the end of the file. They
// are valid until the next call.
func (r *rows) next() ([][]parquet.Value, error) {
	for r.left == 0 {
		if more, err := r.nextGroup(); !more || err != nil {
			return nil, err
		}
	}
	n := int(min(r.left, int64(len(r.buffers[0]))))
	for i, c := range r.columns {
		if len(r.held[i]) == 0 {
			read, err := r.readers[i].ReadValues(r.buffers[i])
			if read == 0 {
				if err == nil || errors.Is(err, io.EOF) {
					err = io.ErrUnexpectedEOF
				}
				return nil, fmt.Errorf("column %s: %w", c.name, err)
			}
			r.held[i] = r.buffers[i][:read]
		}
		n = min(n, len(r.held[i]))
	}
	out := make([][]parquet.Value, len(r.columns))
	for i := range r.columns {
		out[i], r.held[i] = r.held[i][:n], r.held[i][n:]
	}
	r.left -= int64(n)
	return out, nil
}

// nextGroup begins the next row group.
func (r *rows) nextGroup() (bool, error) {
	r.close()
	groups := r.file.RowGroups()
	if r.group == len(groups) {
		return false, nil
	}
	group := groups[r.group]
	meta := &r.file.Metadata().RowGroups[r.group]
	for _, c := range r.columns {
		if err := checkPages(r.file, &meta.Columns[c.index]); err != nil {
			return false, fmt.Errorf("column %s: %w", c.name, err)
		}
		chunk := group.ColumnChunks()[c.index]
		r.readers = append(r.readers, parquet.NewColumnChunkValueReader(chunk))
	}
	r.left = group.NumRows()
	if r.left < 0 {
		return false, fmt.Errorf("damaged Parquet file: row group %d claims %d rows", r.group, r.left)
	}
	r.group++
	return true, nil
}

// close releases the pages.
func (r *rows) close() {
	for _, reader := range r.readers {
		reader.Close()
	}
	r.readers = r.readers[:0]
	clear(r.held)
}
