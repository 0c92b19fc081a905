package parquet

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"

	"github.com/parquet-go/parquet-go"
	"github.com/parquet-go/parquet-go/encoding/thrift"
	"github.com/parquet-go/parquet-go/format"
)

const (
	maxFooter = 256 << 20 // bytes of a footer; 30,000 row groups of 89 columns take about as many
	maxPage   = 256 << 20 // bytes of an uncompressed page; writers make pages of about one megabyte
)

// openFile opens a Parquet file of size bytes. Sizes that the file states are compared with the
// file before anything is allocated for them.
func openFile(r io.ReaderAt, size int64, name string) (f *parquet.File, err error) {
	defer damaged(name, &err)
	if err := checkFooter(r, size); err != nil {
		return nil, fmt.Errorf("read %s: %w", name, err)
	}
	f, err = parquet.OpenFile(r, size, parquet.SkipPageIndex(true), parquet.SkipBloomFilters(true))
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", name, err)
	}
	return f, nil
}

// damaged turns a panic of the Parquet library, which a damaged file can cause, into an error.
func damaged(name string, err *error) {
	if p := recover(); p != nil {
		*err = fmt.Errorf("read %s: damaged Parquet file: %v", name, p)
	}
}

// checkFooter reads the footer of a Parquet file and checks the lengths of its lists.
func checkFooter(r io.ReaderAt, size int64) error {
	const tail = 8 // the footer's length and the magic number
	if size < tail+4 {
		return fmt.Errorf("no Parquet file: %d bytes are too few", size)
	}
	var end [tail]byte
	if _, err := r.ReadAt(end[:], size-tail); err != nil {
		return err
	}
	if magic := string(end[4:]); magic != "PAR1" {
		return fmt.Errorf("no Parquet file: it ends with %q, not with PAR1", magic)
	}
	length := int64(binary.LittleEndian.Uint32(end[:4]))
	if length > size-tail || length > maxFooter {
		return fmt.Errorf("damaged Parquet file: its footer claims %d of its %d bytes", length, size)
	}
	footer := make([]byte, length)
	if _, err := r.ReadAt(footer, size-tail-length); err != nil {
		return err
	}
	if _, err := skipStruct(footer, 0); err != nil {
		return fmt.Errorf("damaged Parquet file: footer: %w", err)
	}
	return nil
}

// checkPages reads the page headers of a column chunk and checks the sizes that they state.
func checkPages(f *parquet.File, chunk *format.ColumnChunk) error {
	meta := &chunk.MetaData
	start := meta.DataPageOffset
	if d := meta.DictionaryPageOffset; d > 0 && d < start {
		start = d
	}
	end := start + meta.TotalCompressedSize
	if start < 0 || end < start || end > f.Size() {
		return fmt.Errorf("damaged Parquet file: a column chunk claims the bytes %d to %d of %d", start, end, f.Size())
	}
	for at := start; at < end; {
		header, length, err := pageHeader(f, at, end)
		switch {
		case err != nil:
			return fmt.Errorf("damaged Parquet file: page header at byte %d: %w", at, err)
		case header.CompressedPageSize < 0 || int64(header.CompressedPageSize) > end-at-length:
			return fmt.Errorf("damaged Parquet file: the page at byte %d claims %d bytes of %d",
				at, header.CompressedPageSize, end-at-length)
		case header.UncompressedPageSize < 0 || header.UncompressedPageSize > maxPage:
			return fmt.Errorf("the page at byte %d claims %d uncompressed bytes; the limit is %d",
				at, header.UncompressedPageSize, maxPage)
		}
		at += length + int64(header.CompressedPageSize)
	}
	return nil
}

// pageHeader decodes the page header at byte at, which ends before byte end, and returns its
// length.
func pageHeader(r io.ReaderAt, at, end int64) (header format.PageHeader, length int64, err error) {
	for window := int64(1 << 12); ; window *= 16 {
		b := make([]byte, min(window, end-at))
		if _, err := r.ReadAt(b, at); err != nil {
			return header, 0, err
		}
		n, err := skipStruct(b, 0)
		if errors.Is(err, io.ErrUnexpectedEOF) && int64(len(b)) < end-at && window < 1<<24 {
			continue // a header with long statistics
		}
		if err != nil {
			return header, 0, err
		}
		err = thrift.Unmarshal(new(thrift.CompactProtocol), b[:n], &header)
		return header, int64(n), err
	}
}
