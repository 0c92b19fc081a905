// Package tensorboard writes a training's losses as event files that TensorBoard shows, with the
// names and folders of Keras's callback: epoch_loss and epoch_learning_rate under train, epoch_loss
// under validation.
//
//	must.M(tensorboard.Write("logs", fit.History)) // then: tensorboard --logdir logs
package tensorboard

import (
	"errors"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"time"

	"flowbook/ml"
)

// Writer adds the epochs of one training to event files while it goes on:
//
//	w, err := tensorboard.NewWriter("logs")
//	…
//	fit, err := ml.Train(ml.WithProgress(ctx, w.Report), training)
//	err = errors.Join(err, w.Close())
type Writer struct {
	dir     string
	now     func() time.Time
	files   map[string]*os.File // by run: train, validation
	written int                 // epochs
	err     error               // the first, which Close returns
}

// NewWriter returns a Writer into folders of dir, which are made. Event files that are there stay,
// and TensorBoard shows them as the same run; give each training a dir of its own.
func NewWriter(dir string) (*Writer, error) {
	w := &Writer{dir: dir, now: time.Now, files: map[string]*os.File{}}
	if err := w.open("train"); err != nil {
		return nil, err
	}
	return w, nil
}

// Write writes a whole training.
func Write(dir string, h ml.History) error {
	w, err := NewWriter(dir)
	if err != nil {
		return err
	}
	w.Report(h)
	return w.Close()
}

// Report writes the epochs of h that are not written yet, at the present time. Close returns its
// errors.
func (w *Writer) Report(h ml.History) {
	for ; w.written < len(h.Epochs) && w.err == nil; w.written++ {
		e := h.Epochs[w.written]
		w.add("train", scalar{"epoch_loss", e.Loss}, scalar{"epoch_learning_rate", e.LearningRate})
		if !math.IsNaN(e.ValLoss) {
			w.add("validation", scalar{"epoch_loss", e.ValLoss})
		}
	}
}

// Close ends the files and returns the first error since NewWriter.
func (w *Writer) Close() error {
	for _, f := range w.files {
		if err := f.Close(); w.err == nil {
			w.err = err
		}
	}
	if w.err != nil {
		return fmt.Errorf("tensorboard: %w", w.err)
	}
	return nil
}

type scalar struct {
	tag   string
	value float64
}

// add writes an event for each scalar, at the step of the epoch, from 0.
func (w *Writer) add(run string, scalars ...scalar) {
	if w.files[run] == nil {
		if w.err = w.open(run); w.err != nil {
			return
		}
	}
	for _, s := range scalars {
		if _, err := w.files[run].Write(record(scalarEvent(w.now(), w.written, s))); err != nil {
			w.err = err
			return
		}
	}
}

// open makes a run's file and writes the event that each file begins with.
func (w *Writer) open(run string) error {
	folder := filepath.Join(w.dir, run)
	if err := os.MkdirAll(folder, 0o777); err != nil {
		return err
	}
	// TensorBoard reads files with "tfevents" in their names, in the order of the names. The last
	// number distinguishes files that one process writes within a second.
	var f *os.File
	err := os.ErrExist
	for n := 0; errors.Is(err, os.ErrExist); n++ {
		name := fmt.Sprintf("events.out.tfevents.%d.flowbook.%d.%d.v2", w.now().Unix(), os.Getpid(), n)
		f, err = os.OpenFile(filepath.Join(folder, name), os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o666)
	}
	if err != nil {
		return err
	}
	w.files[run] = f
	_, err = f.Write(record(versionEvent(w.now())))
	return err
}
