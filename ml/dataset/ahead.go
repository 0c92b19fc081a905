package dataset

import (
	"io"
	"sync"
)

// ahead reads a stream in a goroutine of its own, some blocks before they are asked for: who cuts
// the rows need not wait for the disk, or for a digest of what is read.
type ahead struct {
	full, free  chan []byte
	block, rest []byte // the block that Read copies from, and what is left of it
	err         error  // of the stream, once full is closed
	quit        chan struct{}
	stopped     sync.Once
}

// readAhead begins to read r. The caller must stop it.
func readAhead(r io.Reader) *ahead {
	const blocks = 3 // one is read, one waits, one is copied from
	a := &ahead{full: make(chan []byte, blocks), free: make(chan []byte, blocks), quit: make(chan struct{})}
	for range blocks {
		a.free <- nil
	}
	go a.run(r)
	return a
}

func (a *ahead) run(r io.Reader) {
	defer close(a.full)
	for {
		var block []byte
		select {
		case block = <-a.free:
		case <-a.quit:
			a.err = io.ErrClosedPipe
			return
		}
		if block == nil {
			block = make([]byte, blockSize)
		}
		n, err := io.ReadAtLeast(r, block[:blockSize], 1)
		if n > 0 {
			a.full <- block[:n] // never blocks: there are no more blocks than places
		}
		if err != nil {
			a.err = err
			return
		}
	}
}

// Read is io.Reader's: after the bytes that stand before it comes the stream's error.
func (a *ahead) Read(p []byte) (int, error) {
	if len(a.rest) == 0 {
		if a.block != nil {
			a.free <- a.block
		}
		a.block = <-a.full
		if a.rest = a.block; a.rest == nil {
			return 0, a.err
		}
	}
	n := copy(p, a.rest)
	a.rest = a.rest[n:]
	return n, nil
}

// stop ends the goroutine once the read at hand is done. It may be called while Read waits, and more
// than once.
func (a *ahead) stop() { a.stopped.Do(func() { close(a.quit) }) }
