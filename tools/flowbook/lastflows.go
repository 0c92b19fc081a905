package main

import (
	"context"
	"fmt"

	"flowbook/ml/dataset"
	"flowbook/tools/parquet"
)

// lastFlows keeps the last flows of a stream, one after the other as they came, in memory that does
// not grow with the stream.
type lastFlows struct {
	columns []string
	most    int // that are kept; 0 keeps all
	frames  []*dataset.Frame
	held    int // flows in frames: at most one frame more than most
	read    int // flows of the stream
}

// readLastFlows reads the named columns of a CSV or Parquet file.
func readLastFlows(ctx context.Context, path string, columns []string, most int) (*lastFlows, error) {
	r, err := openColumns(path, columns)
	if err != nil {
		return nil, err
	}
	defer r.Close()
	l := &lastFlows{columns: columns, most: most}
	for r.Scan() {
		if ctx.Err() != nil {
			return nil, fmt.Errorf("read %s: %w", dataset.Rel(path), context.Cause(ctx))
		}
		l.add(r.Frame())
	}
	return l, r.Err()
}

// openColumns opens a stream of the named columns, all of which must be there.
func openColumns(path string, columns []string) (flowSource, error) {
	if parquet.Is(path) {
		return parquet.Open(path, columns...)
	}
	return dataset.Open(path, columns...)
}

func (l *lastFlows) add(f *dataset.Frame) {
	l.frames = append(l.frames, f)
	l.held += f.NumRows()
	l.read += f.NumRows()
	for l.most > 0 && l.held-l.frames[0].NumRows() >= l.most {
		l.held -= l.frames[0].NumRows()
		l.frames[0] = nil
		l.frames = l.frames[1:]
	}
}

// passed is how many flows of the stream came before those that are kept.
func (l *lastFlows) passed() int {
	if l.most == 0 {
		return 0
	}
	return max(0, l.read-l.most)
}

// frame is the flows that are kept, labelled 0, 1, 2 …. Then l has none any more.
func (l *lastFlows) frame() *dataset.Frame {
	frames := l.frames
	l.frames = nil
	if more := l.held - (l.read - l.passed()); more > 0 {
		frames[0] = frames[0].Slice(more, frames[0].NumRows())
	}
	if len(frames) > 0 {
		return dataset.Concat(frames[0], frames[1:]...)
	}
	none := make([]*dataset.Column, len(l.columns))
	for i, name := range l.columns {
		switch kind, _ := dataset.KindOf(name); kind {
		case dataset.Float64:
			none[i] = dataset.Float64Column(name, nil)
		case dataset.Text:
			none[i] = dataset.TextColumn(name, nil)
		default:
			none[i] = dataset.Int64Column(name, nil)
		}
	}
	return dataset.New(none...)
}
