package main

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"

	"flowbook/ml/dataset"
	"flowbook/ml/detect"
	"flowbook/tools/parquet"
)

// trainCmd trains a detector on a file of flows and keeps it in a folder.
type trainCmd struct {
	Data  string `required:"" placeholder:"FILE" help:"The flows to learn from, as CSV or Parquet; all of them are read into memory."`
	Model string `required:"" type:"output" placeholder:"DIR" help:"The folder to keep the model in; a model that is there is replaced."`

	Detector        string  `default:"ensemble" enum:"original,autoencoder,pca,forest,zscore,tail,ensemble" help:"One of ${enum}; original is the network of the notebook Anomaly_Detection, which sees the packets alone."`
	Seed            uint64  `default:"18" help:"Another seed, another model; the same seed, the same."`
	Percentile      float64 `default:"95" help:"The percentile of the calibration flows' scores that becomes the threshold."`
	AlarmsPerDay    float64 `xor:"promise" placeholder:"N" help:"Instead: choose the threshold so that at most N ordinary flows a day are flagged."`
	IncidentsPerDay float64 `xor:"promise" placeholder:"N" help:"Instead: choose it so that ordinary flows make at most N incidents a day: flagged flows of one source or one victim that follow one another within a minute. It stays at --percentile or above."`
	Update          bool    `help:"Learn anew from the flows of the last days: those that the model in --model flags teach nothing; its detector and its promise stay."`
	Labels          string  `placeholder:"FILE" help:"Leave the attacks listed there out of calibration and judgement."`
}

// Run trains, saves, and prints the threshold's promise and its result on flows not seen before.
func (c *trainCmd) Run(ctx context.Context, con *console) error {
	if !(c.Percentile >= 0 && c.Percentile <= 100) || !(c.AlarmsPerDay >= 0) || !(c.IncidentsPerDay >= 0) { // NaN is none of them
		return &usageError{errors.New("train: --percentile goes from 0 to 100, --alarms-per-day and --incidents-per-day from 0 up")}
	}
	var old *detect.Model
	if c.Update {
		var err error
		if old, err = detect.Load(c.Model); err != nil {
			return err
		}
		c.Detector = old.Kind
		if c.AlarmsPerDay == 0 && c.IncidentsPerDay == 0 {
			c.AlarmsPerDay, c.IncidentsPerDay = old.Calibration.AlarmsPerDay(), old.Calibration.IncidentsPerDay
		}
	}
	columns, err := c.columns()
	if err != nil {
		return err
	}
	if old != nil {
		for _, name := range old.Columns() {
			if !slices.Contains(columns, name) {
				columns = append(columns, name)
			}
		}
	}
	if c.Labels != "" {
		columns = append([]string{"id"}, columns...)
	}
	flows, err := readFlows(ctx, c.Data, columns)
	if err != nil {
		return err
	}
	t := detect.Training{Kind: c.Detector, Flows: flows, Seed: c.Seed, Percentile: c.Percentile, AlarmsPerDay: c.AlarmsPerDay,
		IncidentsPerDay: c.IncidentsPerDay}
	if c.Labels != "" {
		if t.Attack, err = attacks(c.Labels, c.Data, flows); err != nil {
			return err
		}
	}
	if old != nil {
		if t.Left, err = old.Flags(flows); err != nil {
			return fmt.Errorf("train: read %s: %w", dataset.Rel(c.Data), err)
		}
	}
	model, report, err := detect.Train(ctx, t)
	var unfit *detect.UnfitError
	if errors.As(err, &unfit) {
		return fmt.Errorf("train: read %s: %w", dataset.Rel(c.Data), unfit)
	}
	if err != nil {
		return err
	}
	if err := model.Save(c.Model); err != nil {
		return err
	}
	if old != nil {
		left := 0
		for _, l := range t.Left {
			if l {
				left++
			}
		}
		fmt.Fprintf(con.stdout, "%s: %d of %d flows, which the model before flags, taught nothing\n", c.Model, left, len(t.Left))
	}
	fmt.Fprintf(con.stdout, "%s: %s trained on %d flows, threshold %.6g from %d others\n",
		c.Model, c.Detector, report.Train, report.Threshold, report.Calibrate)
	switch cal := model.Calibration; {
	case cal.IncidentsPerDay > 0:
		fmt.Fprintf(con.stdout, "promised: at most %.4g incidents of ordinary flows a day at %.0f flows a day\n", cal.IncidentsPerDay, cal.FlowsPerDay)
	case report.Promised > 0:
		fmt.Fprintf(con.stdout, "promised: at most %.4g of ordinary flows flagged, %.4g a day at %.0f flows a day\n",
			report.Promised, cal.AlarmsPerDay(), cal.FlowsPerDay)
	}
	fmt.Fprintf(con.stdout, "on %d flows not seen before: %d flagged, %.4g of them", report.Judge, report.Flagged, report.Got())
	if model.Calibration.IncidentsPerDay > 0 {
		fmt.Fprintf(con.stdout, ", in %s where up to %.1f were promised", plural(report.Alarms, "incident"), report.Promised*float64(report.Judge))
	}
	fmt.Fprintln(con.stdout)
	if report.Widened {
		fmt.Fprintf(con.stdout, "that is more than promised, so the threshold was raised to %.6g\n", model.Threshold)
	}
	return nil
}

// columns are those of the file that the detector learns from.
func (c *trainCmd) columns() ([]string, error) {
	if parquet.Is(c.Data) {
		return detect.Columns(c.Detector) // Parquet files are our own and hold all columns
	}
	r, err := dataset.Open(c.Data)
	if err != nil {
		return nil, err
	}
	defer r.Close()
	return detect.Choose(c.Detector, r.Names())
}

// readFlows reads the named columns of a CSV or Parquet file into memory.
func readFlows(ctx context.Context, path string, columns []string) (*dataset.Frame, error) {
	if !parquet.Is(path) {
		return dataset.Read(path, columns...)
	}
	r, err := parquet.Open(path, columns...)
	if err != nil {
		return nil, err
	}
	defer r.Close()
	var frames []*dataset.Frame
	for r.Scan() {
		if ctx.Err() != nil {
			return nil, fmt.Errorf("read %s: %w", dataset.Rel(path), context.Cause(ctx))
		}
		frames = append(frames, r.Frame())
	}
	if err := r.Err(); err != nil || len(frames) == 0 {
		return dataset.New(), err
	}
	var out []*dataset.Column
	for _, f := range frames[0].Fields() {
		switch name := f.Name; f.Kind {
		case dataset.Int64:
			out = append(out, dataset.Int64Column(name, joined(frames, func(f *dataset.Frame) []int64 { return f.Int64s(name) })))
		case dataset.Float64:
			out = append(out, dataset.Float64Column(name, joined(frames, func(f *dataset.Frame) []float64 { return f.Float64s(name) })))
		default:
			out = append(out, dataset.TextColumn(name, joined(frames, func(f *dataset.Frame) []string { return f.Strings(name) })))
		}
	}
	return dataset.New(out...), nil
}

// joined returns the values of a column of all frames, one after the other.
func joined[T any](frames []*dataset.Frame, column func(*dataset.Frame) []T) []T {
	var parts [][]T
	for _, f := range frames {
		parts = append(parts, column(f))
	}
	return slices.Concat(parts...)
}

// attacks reports for each flow whether a labels file marks it as an attack.
func attacks(labels, data string, flows *dataset.Frame) ([]bool, error) {
	f, err := os.Open(data)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	sum := sha256.New()
	if _, err := io.Copy(sum, f); err != nil {
		return nil, err
	}
	known, err := dataset.ReadLabels(labels, hex.EncodeToString(sum.Sum(nil)))
	if err != nil {
		return nil, err
	}
	if !known.Known() {
		return nil, fmt.Errorf("train: %s", known.Why)
	}
	if n := flows.Column("id").Nulls(); n > 0 {
		return nil, fmt.Errorf("train: %s: column id: %d values are missing", data, n)
	}
	out := make([]bool, flows.NumRows())
	for i, id := range flows.Int64s("id") {
		_, out[i] = known.Of(id)
	}
	return out, nil
}
