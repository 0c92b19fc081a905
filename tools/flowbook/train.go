package main

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"runtime/debug"
	"slices"
	"time"

	"flowbook/ml/dataset"
	"flowbook/ml/detect"
	"flowbook/tools/parquet"
)

// trainCmd trains a detector on a file of flows and keeps it in a folder.
type trainCmd struct {
	Data  string `required:"" placeholder:"FILE" help:"The flows to learn from, as CSV or Parquet."`
	Model string `required:"" type:"output" placeholder:"DIR" help:"The folder to keep the model in; a model that is there is replaced."`

	Detector        string  `default:"ensemble" enum:"original,autoencoder,pca,forest,zscore,tail,ensemble" help:"One of ${enum}; original is the network of the notebook Anomaly_Detection, which sees the packets alone."`
	Seed            uint64  `default:"18" help:"Another seed, another model; the same seed, the same."`
	Percentile      float64 `default:"95" help:"The percentile of the calibration flows' scores that becomes the threshold."`
	AlarmsPerDay    float64 `xor:"promise" placeholder:"N" help:"Instead: choose the threshold so that at most N ordinary flows a day are flagged."`
	IncidentsPerDay float64 `xor:"promise" placeholder:"N" help:"Instead: choose it so that ordinary flows make at most N incidents a day: flagged flows of one source or one victim that follow one another within a minute. It stays at --percentile or above."`
	Last            int     `default:"1000000" placeholder:"N" help:"Learn from the last N flows of the file, a stretch without gaps that is held in memory; 0 takes all (1000000)."`
	Update          bool    `help:"Learn anew from the flows of the last days: those that the model in --model flags teach nothing; its detector and its promise stay."`
	Labels          string  `placeholder:"FILE" help:"Leave the attacks listed there out of calibration and judgement."`
}

// Run trains, saves and prints what came of it.
func (c *trainCmd) Run(ctx context.Context, con *console) error {
	if !(c.Percentile >= 0 && c.Percentile <= 100) || !(c.AlarmsPerDay >= 0) || !(c.IncidentsPerDay >= 0) || c.Last < 0 { // NaN is none of them
		return &usageError{errors.New("train: --percentile goes from 0 to 100, --alarms-per-day, --incidents-per-day and --last from 0 up")}
	}
	// The heap is mostly a few large arrays of numbers, which are soon marked: a fifth more of it
	// instead of twice as much costs no time that could be measured.
	defer debug.SetGCPercent(debug.SetGCPercent(20))
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
	columns, err := c.columns(old)
	if err != nil {
		return err
	}
	last, err := readLastFlows(ctx, c.Data, columns, c.Last)
	if err != nil {
		return err
	}
	flows := last.frame()
	t := detect.Training{Kind: c.Detector, Flows: flows, Seed: c.Seed, Percentile: c.Percentile, AlarmsPerDay: c.AlarmsPerDay,
		IncidentsPerDay: c.IncidentsPerDay}
	if c.Labels != "" {
		if t.Attack, err = attacks(c.Labels, c.Data, flows); err != nil {
			return err
		}
	}
	if old != nil {
		if t.Left, err = old.Flags(flows); err != nil {
			return c.refused(err, last.passed())
		}
	}
	model, report, err := detect.Train(ctx, t)
	if err != nil {
		return c.refused(err, last.passed())
	}
	if err := model.Save(c.Model); err != nil {
		return err
	}
	if last.passed() > 0 {
		at := func(ms int64) string { return time.UnixMilli(ms).UTC().Format(time.RFC3339) }
		from, to := detect.Between(flows)
		fmt.Fprintf(con.stdout, "%s: taken from %s: the last %d of %d flows, from %s to %s; --last 0 takes all\n",
			c.Model, dataset.Rel(c.Data), flows.NumRows(), last.read, at(from), at(to))
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
	c.print(con, model, report)
	return nil
}

// print says what the model learnt from, what it promises, and how it did on flows not seen before.
func (c *trainCmd) print(con *console, model *detect.Model, report detect.Report) {
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
}

// refused is the error of a training on flows that so many others came before in the file.
func (c *trainCmd) refused(err error, passed int) error {
	var unfit *detect.UnfitError
	var few *detect.TooFewError
	switch {
	case errors.As(err, &unfit):
		unfit.Row += int64(passed)
		return fmt.Errorf("train: read %s: %w", dataset.Rel(c.Data), unfit)
	case errors.As(err, &few) && passed > 0:
		return fmt.Errorf("%w; the %d flows before the last %d were passed over: --last 0 takes them too", err, passed, c.Last)
	}
	return err
}

// columns are those of the file that are read: what the detector learns from, what the model before
// looks at, if there is one, and what labels go by.
func (c *trainCmd) columns(old *detect.Model) ([]string, error) {
	columns, err := c.chosen()
	if err != nil {
		return nil, err
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
	return columns, nil
}

// chosen are the columns of the file that the detector learns from.
func (c *trainCmd) chosen() ([]string, error) {
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
