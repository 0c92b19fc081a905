package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"

	"flowbook/ml/dataset"
	"flowbook/ml/detect"
	"flowbook/tools/parquet"
)

// detectCmd scores flows with a trained model, in constant memory, and writes the anomalies as it finds them.
type detectCmd struct {
	Model  string `required:"" placeholder:"DIR" help:"The folder that train has written."`
	File   string `arg:"" optional:"" default:"-" help:"The flows, as CSV or Parquet; - reads CSV from standard input."`
	Format string `default:"csv" enum:"csv,jsonl" help:"How to write the anomalies: csv, or a JSON object a line."`
}

// Run writes the anomalies to standard output and a last line, with warnings before it, to standard error.
func (c *detectCmd) Run(con *console) error {
	model, err := detect.Load(c.Model)
	if err != nil {
		return err
	}
	ctx := con.ctx
	flows, err := await(ctx, func() (flowSource, error) { return openFlows(ctx, c.File, con.stdin, model.Columns()) })
	if err != nil {
		return err
	}
	defer flows.Close()
	write := writeJSON(con.data)
	if c.Format == "csv" {
		write = writeCSV(con.data)
	}
	tally, err := model.Scan(ctx, flows, write, func(index float64, t detect.Tally) {
		if t.Drifts == 1 {
			fmt.Fprintf(con.stderr, "flowbook: detect: after %d flows the scores are spread otherwise than when the threshold was chosen "+
				"(population stability index %.2f, above %.2f): it may no longer keep its promise\n", t.Flows, index, detect.DriftLimit)
		}
	})
	fmt.Fprintf(con.stderr, "%d flows, %d anomalies above %.6g", tally.Flows, tally.Anomalies, model.Threshold)
	if tally.Drifts > 1 {
		fmt.Fprintf(con.stderr, "; scores drifted in %d blocks of %d flows, index up to %.2f", tally.Drifts, detect.Block, tally.WorstDrift)
	}
	fmt.Fprintln(con.stderr)
	var unfit *detect.UnfitError
	if errors.As(err, &unfit) {
		return fmt.Errorf("read %s: %w", c.name(), err)
	}
	return err
}

// name stands for the flows in errors.
func (c *detectCmd) name() string {
	if c.File == "-" {
		return "standard input"
	}
	return dataset.Rel(c.File)
}

// writeCSV writes a header at once, then a line for each anomaly.
func writeCSV(w io.Writer) func(detect.Finding) error {
	_, failed := io.WriteString(w, "row,id,score,threshold,drivers\n")
	var line []byte
	return func(f detect.Finding) error {
		if failed != nil {
			return failed
		}
		line = strconv.AppendInt(line[:0], f.Row, 10)
		line = append(line, ',')
		if f.HasID {
			line = strconv.AppendInt(line, f.ID, 10)
		}
		line = dataset.AppendFloat(append(line, ','), f.Score)
		line = dataset.AppendFloat(append(line, ','), f.Threshold)
		var drivers []string
		for _, d := range f.Drivers {
			drivers = append(drivers, fmt.Sprintf("%s=%.2f", d.Feature, d.Share))
		}
		line = dataset.AppendText(append(line, ','), strings.Join(drivers, " "))
		_, err := w.Write(append(line, '\n'))
		return err
	}
}

// writeJSON writes an object a line.
func writeJSON(w io.Writer) func(detect.Finding) error {
	type driver struct {
		Feature string  `json:"feature"`
		Share   float64 `json:"share"`
	}
	encoder := json.NewEncoder(w)
	return func(f detect.Finding) error {
		object := struct {
			Row       int64    `json:"row"`
			ID        *int64   `json:"id,omitempty"`
			Score     float64  `json:"score"`
			Threshold float64  `json:"threshold"`
			Drivers   []driver `json:"drivers"`
		}{Row: f.Row, Score: f.Score, Threshold: f.Threshold, Drivers: []driver{}}
		if f.HasID {
			object.ID = &f.ID
		}
		for _, d := range f.Drivers {
			object.Drivers = append(object.Drivers, driver(d))
		}
		return encoder.Encode(object)
	}
}

// flowSource is a stream of flows that can be closed.
type flowSource interface {
	detect.Flows
	Close() error
}

// openFlows opens a stream of the named columns, and of id where there is one.
func openFlows(ctx context.Context, path string, stdin io.Reader, columns []string) (flowSource, error) {
	if path == "-" {
		buffered := bufio.NewReaderSize(stdin, 1<<16)
		if hasID(buffered) {
			columns = append([]string{"id"}, columns...)
		}
		return dataset.NewReader(buffered, "standard input", dataset.Options{Columns: columns})
	}
	open := func(columns []string) (flowSource, error) {
		if parquet.Is(path) {
			return parquet.Open(ctx, path, columns...)
		}
		return dataset.Open(path, columns...)
	}
	r, err := open(append([]string{"id"}, columns...))
	var missing *dataset.MissingColumnError
	if errors.As(err, &missing) && missing.Column == "id" {
		return open(columns)
	}
	return r, err
}

// await returns what open does, or why ctx ended when it ends first: opening a stream waits for its first line, which may never come.
func await(ctx context.Context, open func() (flowSource, error)) (flowSource, error) {
	type result struct {
		flows flowSource
		err   error
	}
	opened := make(chan result, 1)
	go func() {
		flows, err := open()
		opened <- result{flows, err}
	}()
	select {
	case r := <-opened:
		return r.flows, r.err
	case <-ctx.Done():
		return nil, context.Cause(ctx)
	}
}

// hasID looks for the column id in the header line that the stream begins with.
func hasID(r *bufio.Reader) bool {
	for n := 1 << 10; ; n *= 2 {
		head, err := r.Peek(min(n, r.Size()))
		line, _, whole := bytes.Cut(head, []byte("\n"))
		if !whole && err == nil && n < r.Size() {
			continue
		}
		for name := range bytes.SplitSeq(line, []byte(",")) {
			if string(bytes.Trim(name, "\" \r\ufeff")) == "id" {
				return true
			}
		}
		return false
	}
}
