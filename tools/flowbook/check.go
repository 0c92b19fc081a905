package main

import (
	"context"
	"errors"
	"fmt"
	"math"
	"slices"

	"flowbook/tools/compare"
	"flowbook/tools/jupyter"
	"flowbook/tools/notebook"
	"flowbook/tools/runner"
)

type checkCmd struct {
	Notebooks []string `arg:"" name:"nb" sep:"none" help:"Notebooks, folders or globs of notebooks, or addresses (http, https, s3, file)."`

	Update     bool     `help:"Store the new outputs in the notebooks that ran well; outputs that count as equal stay as they are."`
	Sanitize   []string `sep:"none" placeholder:"FILE" help:"File of regex: and replace: lines, as nbval has them, for what differs on each run."`
	Exact      bool     `help:"Compare durations (12ms), addresses (0xc000012345) and temporary paths too, which otherwise count as equal; the tag exact-output does so for a cell."`
	Tolerance  float64  `placeholder:"X" help:"Relative difference up to which numbers are equal, such as 1e-6. Default: they must be the same."`
	Pixels     float64  `default:"0.001" placeholder:"SHARE" help:"Share of an image's pixels that may differ visibly (${default})."`
	MaxPixels  uint32   `default:"50" placeholder:"MILLIONS" help:"Largest image that is compared, in millions of pixels, each of up to 8 bytes. 0 is no limit (${default})."`
	IgnoreMIME []string `name:"ignore-mime" placeholder:"TYPE" help:"MIME type that is not compared."`
	Lax        bool     `help:"Compare only cells tagged nbval-check-output; the others must merely run."`
	JUnit      string   `name:"junit" type:"output" placeholder:"FILE" help:"Write a JUnit XML report with a case for each cell."`

	runFlags `embed:""`
}

// mostPixels is the limit of pictures as compare wants it.
func (c *checkCmd) mostPixels() int64 {
	if c.MaxPixels == 0 {
		return math.MaxInt64
	}
	return int64(c.MaxPixels) * 1_000_000
}

func (c *checkCmd) Run(ctx context.Context, con *console) error {
	switch {
	case slices.Contains(c.Notebooks, "-"):
		return &usageError{errors.New("check does not read standard input: save the notebook to a file")}
	case !(c.Tolerance >= 0): // so that NaN is refused too
		return &usageError{fmt.Errorf("check: --tolerance must not be negative (got %v)", c.Tolerance)}
	case !(c.Pixels >= 0 && c.Pixels <= 1):
		return &usageError{fmt.Errorf("check: --pixels is a share from 0 to 1 (got %v)", c.Pixels)}
	}
	defer jupyter.Prepare()()
	as := &runCmd{Notebooks: c.Notebooks}
	as.Strict = c.Strict
	targets, err := as.targets(ctx, con)
	if err != nil {
		return err
	}
	comparison := runner.Comparison{Rules: compare.Rules{Tolerance: c.Tolerance, Pixels: c.Pixels, MostPixels: c.mostPixels(), IgnoreMIME: c.IgnoreMIME, Exact: c.Exact}, Lax: c.Lax, Storing: c.Update}
	for _, path := range c.Sanitize {
		more, err := compare.ReadSanitizers(path)
		if err != nil {
			return &usageError{err}
		}
		comparison.Sanitizers = append(comparison.Sanitizers, more...)
	}
	defer shutdowns.begin()()
	results, errs, err := runTargets(ctx, con, c.runFlags, targets, func(ctx context.Context, t *target, p *progress) (*runner.Result, error) {
		opt, err := t.options(ctx, c.runFlags)
		if err != nil {
			return nil, err
		}
		opt.Output, opt.Progress, opt.Log = t.output, p.event, p.log
		stored := t.nb.Clone()
		res, err := runner.Run(ctx, t.nb, opt)
		if err != nil {
			return res, err
		}
		if err := runner.Check(stored, t.nb, res, comparison); err != nil {
			return res, err
		}
		if c.Update {
			return res, c.update(con, t, stored, res)
		}
		return res, nil
	})
	return worse(con, err, writeReports(con, c.JUnit, "flowbook check", reportPages(targets, results, errs)))
}

// update rewrites a notebook whose cells all ran. A cell keeps its stored outputs if the new ones
// compare equal, so the file changes only where results did.
func (c *checkCmd) update(con *console, t *target, stored *notebook.Notebook, res *runner.Result) error {
	if st := res.Status; res.Stop != nil || st.Bad() && st != runner.Mismatched {
		return nil // the failure is reported elsewhere; the file stays
	}
	changed := 0
	for i := range res.Cells {
		r := &res.Cells[i]
		was, is := stored.Cells[r.Index], t.nb.Cells[r.Index]
		switch {
		case r.Status == runner.Mismatched:
			r.Status, r.Error = runner.OK, nil
			changed++
		case r.Status == runner.OK && was.ExecutionCount != nil:
			is.Outputs = was.Outputs
		case r.Status == runner.OK:
			changed++
		}
	}
	res.Status = runner.OK
	if err := t.save(); err != nil {
		return err
	}
	if changed > 0 {
		res.Warnings = append(res.Warnings, "stored the new outputs of "+plural(changed, "cell"))
	}
	return nil
}
