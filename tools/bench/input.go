package main

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"flowbook/ml/atomicfile"
	"flowbook/ml/dataset"
	"flowbook/tools/flowgen"
)

// flowsPath is the file of that many generated flows.
func flowsPath(state string, rows int) string {
	return filepath.Join(state, fmt.Sprintf("flows_%d.csv", rows))
}

// makeFlows generates the file unless it is there.
func makeFlows(ctx context.Context, state string, rows int) error {
	path := flowsPath(state, rows)
	if _, err := os.Stat(path); err == nil {
		return nil
	}
	f, err := atomicfile.Create(path, 0o666)
	if err != nil {
		return err
	}
	defer f.Discard()
	if err := generate(ctx, f, rows); err != nil {
		return err
	}
	return f.Commit()
}

// generate writes flows to a file.
func generate(ctx context.Context, f io.Writer, rows int) error {
	w := bufio.NewWriterSize(f, 1<<20)
	if _, err := flowgen.Generate(ctx, flowgen.Config{Rows: rows, Seed: 1, Workers: workers()}, w); err != nil {
		return err
	}
	return w.Flush()
}

// The columns that the notebook looks at.
const (
	packetsColumn = "bidirectional_packets"
	timeColumn    = "bidirectional_first_seen_ms"
	sizeColumn    = "bidirectional_mean_ps"
	nameColumn    = "application_name"
)

// packets reads the number of packets of each flow in the file of that many rows and repeats the
// column until it has n rows.
func packets(state string, rows, n int) (dataset.Matrix, error) {
	frame, err := dataset.Read(flowsPath(state, rows), packetsColumn)
	if err != nil {
		return dataset.Matrix{}, err
	}
	column := frame.Float64s(packetsColumn)
	m := dataset.Matrix{Rows: n, Cols: 1, Data: make([]float64, n)}
	for i := range m.Data {
		m.Data[i] = column[i%len(column)]
	}
	return m, nil
}
