package mosaic

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"

	"flowbook/ml/dataset"
	"flowbook/tools/flowmeter"
)

// File is the flows of one capture.
type File struct {
	Name  string
	Flows *dataset.Frame
}

// Read meters every capture of a folder, in the order of their names, and keeps the first most
// flows of each. Captures without a flow, or that cannot be read at all, are left out.
func Read(ctx context.Context, folder string, most int) ([]File, error) {
	entries, err := os.ReadDir(folder)
	if err != nil {
		return nil, fmt.Errorf("mosaic: %w", err)
	}
	var files []File
	for _, e := range entries {
		if e.IsDir() {
			continue
		}
		flows, err := meter(ctx, filepath.Join(folder, e.Name()))
		var damaged *flowmeter.CaptureError
		if err != nil && !errors.As(err, &damaged) {
			return nil, fmt.Errorf("mosaic: %w", err)
		}
		if flows != nil && flows.NumRows() > 0 {
			flows = Concat(flows)
			files = append(files, File{e.Name(), flows.Slice(0, min(most, flows.NumRows()))})
		}
	}
	return files, nil
}

// meter returns the flows of a capture in the order of their beginning; those before a damage come
// with the error.
func meter(ctx context.Context, path string) (*dataset.Frame, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	capture, err := flowmeter.NewCapture(f, filepath.Base(path))
	if err != nil {
		return nil, err
	}
	buf := bytes.NewBuffer(flowmeter.AppendHeader(nil))
	_, damage := flowmeter.Meter(ctx, flowmeter.Options{Limits: flowmeter.DefaultLimits()}, buf, capture)
	r, err := dataset.NewReader(buf, filepath.Base(path), dataset.Options{})
	if err != nil {
		return nil, err
	}
	flows, err := r.ReadAll()
	return flows, cmp.Or(err, damage)
}

// Concat puts frames of the same columns together, in the order of the flows' beginnings, equal
// ones as they come.
func Concat(frames ...*dataset.Frame) *dataset.Frame {
	var columns []*dataset.Column
	for _, f := range frames[0].Fields() {
		name := f.Name
		switch f.Kind {
		case dataset.Int64:
			columns = append(columns, dataset.Int64Column(name, join(frames, func(f *dataset.Frame) []int64 { return f.Int64s(name) })))
		case dataset.Float64:
			columns = append(columns, dataset.Float64Column(name, join(frames, func(f *dataset.Frame) []float64 { return f.Float64s(name) })))
		default:
			columns = append(columns, dataset.TextColumn(name, join(frames, func(f *dataset.Frame) []string { return f.Strings(name) })))
		}
	}
	all := dataset.New(columns...)
	ms := all.Int64s(firstSeen)
	rows := make([]int, len(ms))
	for i := range rows {
		rows[i] = i
	}
	slices.SortStableFunc(rows, func(a, b int) int { return cmp.Compare(ms[a], ms[b]) })
	return all.Rows(rows)
}

func join[T any](frames []*dataset.Frame, column func(*dataset.Frame) []T) []T {
	var parts [][]T
	for _, f := range frames {
		parts = append(parts, column(f))
	}
	return slices.Concat(parts...)
}

const firstSeen = "bidirectional_first_seen_ms"

// fileColumn is a column that numbers the file of each flow of a day.
const fileColumn = "mosaic_file"

// at is a file's flows as number n of a day, moved in time so that the first begins at ms.
func (f File) at(ms int64, n int64) *dataset.Frame {
	old := f.Flows.Int64s(firstSeen)
	moved, number := make([]int64, len(old)), make([]int64, len(old))
	for i, t := range old {
		moved[i], number[i] = t-old[0]+ms, n
	}
	return f.Flows.With(dataset.Int64Column(firstSeen, moved)).With(dataset.Int64Column(fileColumn, number))
}
