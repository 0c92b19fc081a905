package main

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"runtime/debug"
	"slices"
	"strconv"
	"time"

	"flowbook/ml/dataset"
	"flowbook/ml/detect"
	"flowbook/tools/parquet"
)

// trainCmd trains a detector on a file of flows and keeps it in a folder.
type trainCmd struct {
	Data  string `required:"" placeholder:"FILE" help:"The flows to learn from, as CSV or Parquet."`
	Model string `required:"" type:"output" placeholder:"DIR" help:"The folder to keep the model in; a model that is there is replaced."`

	Detector        string   `placeholder:"ensemble" help:"One of original, autoencoder, pca, forest, zscore, tail and ensemble; original is the network of the notebook Anomaly_Detection, which sees the packets alone."`
	Seed            uint64   `default:"18" help:"Another seed, another model; the same seed, the same."`
	Percentile      *float64 `placeholder:"95" help:"The percentile of the calibration flows' scores that becomes the threshold; with --incidents-per-day the lowest one that may, with --alarms-per-day unused. 95 unless given or, with --update, the model's."`
	AlarmsPerDay    float64  `xor:"promise" placeholder:"N" help:"Instead: choose the threshold so that at most N ordinary flows a day are flagged."`
	IncidentsPerDay float64  `xor:"promise" placeholder:"N" help:"Instead: choose the threshold so that ordinary flows make at most N incidents a day: flagged flows of one source or one victim that follow one another within a minute, for an hour at most. It is never below that of --percentile."`
	Last            int      `default:"1000000" placeholder:"N" help:"Learn from the last N flows of the file, a stretch without gaps that is held in memory; 0 takes all (1000000)."`
	Update          bool     `help:"Learn anew from the flows of the last days: those that the model in --model flags teach nothing; its detector stays, and so do its promise and percentile unless others are given."`
	Labels          string   `placeholder:"FILE" help:"Leave the attacks listed there out of calibration and judgement; for flows as CSV."`
}

// Run trains, saves and prints what came of it.
func (c *trainCmd) Run(ctx context.Context, con *console) error {
	if err := c.check(); err != nil {
		return err
	}
	// The heap is mostly a few large arrays of numbers, which are soon marked: a fifth more of it
	// instead of twice as much costs no time that could be measured.
	defer debug.SetGCPercent(debug.SetGCPercent(20))
	t := detect.Training{Seed: c.Seed, Kind: cmp.Or(c.Detector, "ensemble"), AlarmsPerDay: c.AlarmsPerDay, IncidentsPerDay: c.IncidentsPerDay}
	var old *detect.Model
	if c.Update {
		var err error
		if old, err = c.old(&t); err != nil {
			return err
		}
	}
	if c.Percentile != nil {
		t.Percentile = *c.Percentile
	}
	columns, err := c.columns(t.Kind, old)
	if err != nil {
		return err
	}
	last, err := readLastFlows(ctx, c.Data, columns, c.Last)
	if err != nil {
		return err
	}
	t.Flows = last.frame()
	if c.Labels != "" {
		if t.Attack, err = attacks(c.Labels, c.Data, t.Flows); err != nil {
			return err
		}
	}
	if old != nil {
		if t.Left, err = old.Flags(t.Flows); err != nil {
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
		from, to := detect.Between(t.Flows)
		fmt.Fprintf(con.stdout, "%s: taken from %s: the last %d of %d flows, from %s to %s; --last 0 takes all\n",
			c.Model, dataset.Rel(c.Data), t.Flows.NumRows(), last.read, at(from), at(to))
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
	if report.Shuffled {
		fmt.Fprintf(con.stderr, "flowbook: train: warning: %s: %s\n", dataset.Rel(c.Data), outOfOrder)
	}
	return nil
}

// outOfOrder warns of flows whose counts within windows of time mean nothing.
const outOfOrder = "the rows are in no order of time, which the features need: sort them by bidirectional_first_seen_ms"

// check refuses what makes no sense.
func (c *trainCmd) check() error {
	switch {
	case c.Labels != "" && parquet.Is(c.Data):
		return &usageError{errors.New("train: --labels does not go with Parquet: labels are bound to the bytes of their CSV file; train on that")}
	case c.Percentile != nil && !(*c.Percentile > 0 && *c.Percentile <= 100): // NaN neither
		return &usageError{fmt.Errorf("train: --percentile goes from above 0 to 100 (got %v)", *c.Percentile)}
	case !(c.AlarmsPerDay >= 0):
		return &usageError{fmt.Errorf("train: --alarms-per-day must not be negative (got %v)", c.AlarmsPerDay)}
	case !(c.IncidentsPerDay >= 0):
		return &usageError{fmt.Errorf("train: --incidents-per-day must not be negative (got %v)", c.IncidentsPerDay)}
	case c.Last < 0:
		return &usageError{fmt.Errorf("train: --last must not be negative (got %d)", c.Last)}
	case c.Detector != "" && !slices.Contains(detect.Kinds, c.Detector):
		return &usageError{fmt.Errorf("train: --detector must be one of %q, got %q", detect.Kinds, c.Detector)}
	}
	return nil
}

// old loads the model that is to be updated, and has t do as it was trained.
func (c *trainCmd) old(t *detect.Training) (*detect.Model, error) {
	old, err := loadModel(c.Model)
	if err != nil {
		return nil, err
	}
	if c.Detector != "" {
		return nil, &usageError{fmt.Errorf("train: --update keeps the model's detector (%s): leave out --detector", old.Kind)}
	}
	t.Kind, t.Percentile = old.Kind, old.Calibration.Percentile
	if c.AlarmsPerDay == 0 && c.IncidentsPerDay == 0 {
		t.AlarmsPerDay, t.IncidentsPerDay = old.Calibration.AlarmsPerDay(), old.Calibration.IncidentsPerDay
	}
	return old, nil
}

// print says what the model learnt from, what it promises, and how it did on flows not seen before.
func (c *trainCmd) print(con *console, model *detect.Model, report detect.Report) {
	calibrated := plural(report.Calibrate, "other")
	if report.Crossed {
		calibrated = fmt.Sprintf("the scores of %s by detectors that had not seen them", plural(report.Calibrate, "flow"))
	}
	fmt.Fprintf(con.stdout, "%s: %s trained on %s, threshold %.6g from %s\n",
		c.Model, model.Kind, plural(report.Train, "flow"), report.Threshold, calibrated)
	switch cal := model.Calibration; {
	case cal.IncidentsPerDay > 0:
		fmt.Fprintf(con.stdout, "promised: at most %s incidents of ordinary flows a day at %.0f flows a day\n", aDay(cal.IncidentsPerDay), cal.FlowsPerDay)
	case report.Promised > 0:
		fmt.Fprintf(con.stdout, "promised: at most %.4g of ordinary flows flagged, %s a day at %.0f flows a day\n",
			report.Promised, aDay(cal.AlarmsPerDay()), cal.FlowsPerDay)
	}
	fmt.Fprintf(con.stdout, "on %d flows not seen before: %d flagged, %.4g of them", report.Judge, report.Flagged, report.Got())
	if model.Calibration.IncidentsPerDay > 0 {
		expected := report.Promised * float64(report.Judge)
		fmt.Fprintf(con.stdout, ", in %s where up to %.1f were promised", plural(report.Alarms, "incident"), expected)
		if float64(report.Alarms) > expected && !report.Widened {
			fmt.Fprint(con.stdout, " (within what chance allows on so few flows)")
		}
	}
	fmt.Fprintln(con.stdout)
	if report.Widened {
		fmt.Fprintf(con.stdout, "that is more than promised, so the threshold was raised to %.6g\n", model.Threshold)
	}
}

// aDay writes how many come a day.
func aDay(n float64) string {
	if n >= 100 {
		return strconv.FormatFloat(n, 'f', 0, 64)
	}
	return strconv.FormatFloat(n, 'g', 4, 64)
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

// columns are those of the file that are read: what a detector of that kind learns from, what the
// model before looks at, if there is one, and what labels go by.
func (c *trainCmd) columns(kind string, old *detect.Model) ([]string, error) {
	columns, err := c.chosen(kind)
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

// chosen are the columns of the file that a detector of that kind learns from.
func (c *trainCmd) chosen(kind string) ([]string, error) {
	if parquet.Is(c.Data) {
		return detect.Columns(kind) // Parquet files are our own and hold all columns
	}
	r, err := dataset.Open(c.Data)
	if err != nil {
		return nil, err
	}
	defer r.Close()
	return detect.Choose(kind, r.Names())
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
