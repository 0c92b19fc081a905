package dataset

import (
	"io/fs"
	"slices"
	"sync"

	"flowbook/ml/module"
)

// Functions of a notebook read their data by themselves, so a cell that calls a few of them reads
// the same columns of the same file many times. Read keeps the last frames of small files, and gives
// copies of them while the files stay as they are.
const (
	mostKept    = 4
	largestKept = 16 << 20 // bytes of a file
)

// kept is a frame that Read has made. Nobody else has it, as values of a frame can be changed by
// those who got them.
type kept struct {
	path    string
	columns []string
	info    fs.FileInfo
	frame   *Frame
}

var keptFrames struct {
	sync.Mutex
	all []kept // the last used first
}

// readAgain returns a copy of the frame that was read from the file before, as it is now; else
// nil, and what remembers the one that is read then.
func readAgain(path string, columns []string) (again *Frame, remember func(*Frame)) {
	remember = func(*Frame) {}
	info, ok := module.Settled(path)
	if !ok || info.Size() > largestKept {
		return nil, remember
	}
	keptFrames.Lock()
	defer keptFrames.Unlock()
	same := func(k kept) bool { return k.path == path && slices.Equal(k.columns, columns) }
	if i := slices.IndexFunc(keptFrames.all, same); i >= 0 {
		k := keptFrames.all[i]
		keptFrames.all = slices.Delete(keptFrames.all, i, i+1)
		if module.Unchanged(k.info, info) {
			keptFrames.all = slices.Insert(keptFrames.all, 0, k)
			return k.frame.copied(), remember
		}
	}
	return nil, func(f *Frame) {
		if now, ok := module.Settled(path); !ok || !module.Unchanged(info, now) {
			return
		}
		k := kept{path, slices.Clone(columns), info, f.copied()}
		keptFrames.Lock()
		defer keptFrames.Unlock()
		keptFrames.all = slices.Insert(slices.DeleteFunc(keptFrames.all, same), 0, k)
		if len(keptFrames.all) > mostKept {
			keptFrames.all = slices.Delete(keptFrames.all, mostKept, len(keptFrames.all))
		}
	}
}

// copied returns a frame with values of its own. Texts cannot be changed, and are shared.
func (f *Frame) copied() *Frame {
	out := *f
	out.cols, out.index = copiedColumns(f.cols), copiedColumns(f.index)
	return &out
}

func copiedColumns(cols []*Column) []*Column {
	if cols == nil {
		return nil
	}
	out := make([]*Column, len(cols))
	for i, c := range cols {
		own := *c
		own.ints, own.floats, own.bools = slices.Clone(c.ints), slices.Clone(c.floats), slices.Clone(c.bools)
		own.nulls, own.texts.plain = slices.Clone(c.nulls), slices.Clone(c.texts.plain)
		out[i] = &own
	}
	return out
}
