package dataset

import (
	"fmt"
	"io"
	"math"
	"os"
	"runtime"
	"slices"
	"sync"

	"flowbook/ml/atomicfile"
)

var nan = math.NaN()

// Read reads the named columns of a file, or all when none is named, into memory. Columns are found
// by name, wherever they stand; those of the schema have its kinds, of any other the kind follows
// from the values as in pandas. Errors: *MissingColumnError, *RowError, fs errors, wrapped.
//
// Of files below 16 MiB it remembers the last four frames, and reads the same columns again only
// when the file has changed.
func Read(path string, columns ...string) (*Frame, error) {
	again, remember := readAgain(path, columns)
	if again != nil {
		if err := noteRead(path); err != nil {
			return nil, err
		}
		return again, nil
	}
	f, err := Options{Columns: columns}.Read(path)
	if err == nil {
		remember(f)
	}
	return f, err
}

// Read is the function Read with options. It remembers nothing.
func (o Options) Read(path string) (*Frame, error) {
	r, err := o.Open(path)
	if err != nil {
		return nil, err
	}
	defer r.Close()
	return r.ReadAll()
}

// Open opens a file for reading it piece by piece, in memory that does not grow with the file.
func Open(path string, columns ...string) (*Reader, error) {
	return Options{Columns: columns}.Open(path)
}

// Open is the function Open with options.
func (o Options) Open(path string) (*Reader, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", Rel(path), atomicfile.Reason(err))
	}
	if err := noteRead(path); err != nil {
		f.Close()
		return nil, err
	}
	r, err := NewReader(f, Rel(path), o)
	if err != nil {
		f.Close()
		return nil, err
	}
	r.file = f
	if info, err := f.Stat(); err == nil && info.Mode().IsRegular() && !r.recoded {
		r.size = info.Size()
	}
	return r, nil
}

// Reader reads a file as frames of some hundred rows:
//
//	r, err := dataset.Open(path, "protocol", "bidirectional_bytes")
//	…
//	defer r.Close()
//	for r.Scan() {
//		use(r.Frame())
//	}
//	if err := r.Err(); err != nil { … }
//
// Columns outside the schema come as texts here, because their kind is known only after the last
// row.
type Reader struct {
	src     *source
	layout  *layout
	skipBad bool
	recoded bool // the stream is decoded, so the file's size is not its own
	file    io.Closer
	size    int64

	queue   chan *piece // in the file's order
	work    chan *piece
	idle    chan *piece // free for use again
	quit    chan struct{}
	closed  sync.Once
	started bool

	frame    *Frame
	err      error
	read     int64 // bytes of the rows handed out
	skipped  int
	firstBad *RowError
}

// piece is a block on its way through the workers.
type piece struct {
	block  block
	parsed parsed
	err    error
	done   chan struct{}
}

// NewReader reads CSV from any stream; name stands for it in errors.
func NewReader(r io.Reader, name string, o Options) (*Reader, error) {
	d, err := o.dialect()
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", name, err)
	}
	text, recoded, err := decoded(r, o.Encoding)
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", name, atomicfile.Reason(err))
	}
	src, err := newSource(text, name, d, o)
	if err != nil {
		return nil, err
	}
	l, err := newLayout(src, o)
	if err != nil {
		return nil, err
	}
	src.count = true
	return &Reader{src: src, layout: l, recoded: recoded, skipBad: o.SkipBad, quit: make(chan struct{})}, nil
}

// Names returns the names of all columns of the file, also of those not read.
func (r *Reader) Names() []string { return slices.Clone(r.src.names) }

// Fields returns the names and kinds of the columns that are read, in the order asked for.
func (r *Reader) Fields() []Field {
	out := make([]Field, len(r.layout.order))
	for i, k := range r.layout.order {
		out[i] = r.layout.steps[k].field
	}
	return out
}

// Progress returns how many bytes of the file the frames up to now stand for, and the file's size,
// 0 when that is unknown.
func (r *Reader) Progress() (done, size int64) { return r.read, r.size }

// Skipped returns how many rows were left out as unreadable, and the first one's error. It is 0
// without SkipBad.
func (r *Reader) Skipped() (int, *RowError) { return r.skipped, r.firstBad }

// Err returns the error that has ended Scan, or will after the frame at hand; nil at the end of the
// file.
func (r *Reader) Err() error { return r.err }

// Frame returns the rows that Scan has read. It stays valid, its labels are the rows' numbers in
// the file.
func (r *Reader) Frame() *Frame { return r.frame }

// Close ends the reading and closes a file that Open opened.
func (r *Reader) Close() error {
	r.closed.Do(func() { close(r.quit) })
	if r.file != nil {
		return r.file.Close()
	}
	return nil
}

const workers = 2

// start lets one goroutine read a large file, one cut the stream into blocks and a few parse them.
func (r *Reader) start() {
	r.started = true
	stop := func() {}
	if r.size > blockSize {
		text := readAhead(r.src.r)
		r.src.r, stop = text, text.stop
	}
	n := min(workers, runtime.GOMAXPROCS(0))
	r.queue, r.work, r.idle = make(chan *piece, n+1), make(chan *piece, n+1), make(chan *piece, n+2)
	for range n + 2 {
		r.idle <- &piece{done: make(chan struct{}, 1)}
	}
	for range n {
		go func() {
			for p := range r.work {
				r.layout.parse(&p.block, &p.parsed, r.skipBad)
				p.done <- struct{}{}
			}
		}()
	}
	go func() {
		defer close(r.work)
		defer close(r.queue)
		defer stop()
		for {
			var p *piece
			select {
			case p = <-r.idle:
			case <-r.quit:
				return
			}
			p.err = r.src.next(&p.block)
			r.queue <- p // never blocks: there are no more pieces than places
			if p.err != nil {
				return
			}
			r.work <- p
		}
	}()
}

// nextPiece returns the next parsed piece, to be given back to idle; nil at the end or after an
// error. The rows before a bad one are a piece too.
func (r *Reader) nextPiece() *piece {
	if r.err != nil {
		return nil
	}
	if !r.started {
		r.start()
	}
	p, ok := <-r.queue
	if !ok {
		return nil
	}
	if p.err != nil {
		if p.err != io.EOF {
			r.err = p.err
		}
		return nil
	}
	<-p.done
	if n := len(p.parsed.bad); n > 0 {
		if !r.skipBad {
			r.err = p.parsed.bad[0]
			r.closed.Do(func() { close(r.quit) })
			if p.parsed.rows == 0 {
				return nil
			}
			return p
		}
		if r.firstBad == nil {
			r.firstBad = p.parsed.bad[0]
		}
		r.skipped += n
	}
	r.read += int64(len(p.block.data))
	return p
}

// Scan reads some rows more, at most a few thousand. It returns false at the end of the file and on
// an error, after all rows that stand before it.
func (r *Reader) Scan() bool {
	p := r.nextPiece()
	if p == nil {
		r.frame = nil
		return false
	}
	b := newBuilder(r.layout, p.parsed.rows)
	b.number = true
	b.add(p)
	r.idle <- p
	r.frame = b.frame()
	return true
}

// ReadAll reads the rest into one frame. Unless rows were left out, they are labelled 0, 1, 2 ….
func (r *Reader) ReadAll() (*Frame, error) {
	var b *builder
	for p := r.nextPiece(); p != nil; p = r.nextPiece() {
		if b == nil {
			rows := p.parsed.rows
			// the first block gives an estimate of the file's rows
			if r.size > 0 && r.read > 0 {
				rows = int(float64(rows)*float64(r.size)/float64(r.read)*1.01) + 1
			}
			b = newBuilder(r.layout, rows)
			b.number = r.skipBad
		}
		b.add(p)
		r.idle <- p
	}
	if r.err != nil {
		return nil, r.err
	}
	if b == nil {
		b = newBuilder(r.layout, 0)
	}
	f := b.frame()
	if r.skipped == 0 {
		f.index = nil
	}
	for i, c := range f.cols {
		if _, known := KindOf(c.name); !known {
			f.cols[i] = r.layout.infer(c)
		}
	}
	return f, nil
}
