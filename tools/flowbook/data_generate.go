package main

import (
	"bufio"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"

	"flowbook/ml/atomicfile"
	"flowbook/ml/dataset"
	"flowbook/tools/flowgen"
)

// generateCmd makes the synthetic data set and its labels.
type generateCmd struct {
	Rows    int    `default:"100000" help:"How many flows; 1000000 is the original's number."`
	Seed    uint64 `default:"1" help:"Another seed, other traffic; the same seed, the same bytes."`
	Out     string `type:"output" placeholder:"FILE" help:"Where to (default: Datasets/27072022.csv)."`
	Labels  string `type:"output" placeholder:"FILE" help:"Where to write which flows are attacks (default: labels.csv beside the flows)."`
	Workers int    `help:"Parts made at once, 20 MB each (default: one for each processor)."`
	Force   bool   `help:"Overwrite files that this command has not made."`
}

// Run writes both files, the flows last, each in one step.
func (c *generateCmd) Run(ctx context.Context, con *console) error {
	switch {
	case c.Rows < 1:
		return &usageError{fmt.Errorf("data generate: --rows must be at least 1 (got %d)", c.Rows)}
	case c.Workers < 0:
		return &usageError{fmt.Errorf("data generate: --workers must not be negative (got %d)", c.Workers)}
	case c.Workers == 0:
		c.Workers = runtime.GOMAXPROCS(0)
	}
	if c.Out == "" {
		c.Out = dataset.Path("27072022.csv")
	}
	if c.Labels == "" {
		c.Labels = filepath.Join(filepath.Dir(c.Out), "labels.csv")
	}
	if same, err := sameFile(c.Out, c.Labels); err != nil || same {
		if err != nil {
			return err
		}
		return &usageError{fmt.Errorf("data generate: %s is to hold both the flows and their labels: choose another --out or --labels", dataset.Rel(c.Out))}
	}
	if !c.Force {
		if err := ownData(c.Out, c.Labels); err != nil {
			return err
		}
	}
	tick := newTicker(con, "data generate: %d of %d rows")
	var list []dataset.Label
	var commit func() error
	sum, err := writeAtomic(c.Out, func(w io.Writer) (err error) {
		list, err = flowgen.Generate(ctx, flowgen.Config{Rows: c.Rows, Seed: c.Seed, Workers: c.Workers, Wrote: tick.show}, w)
		return err
	}, func(sum string) (err error) {
		commit, err = dataset.PendLabels(c.Labels, sum, list)
		return err
	})
	tick.end()
	if err != nil {
		return err
	}
	if err := commit(); err != nil {
		return err
	}
	fmt.Fprintf(con.stdout, "%s: %s, sha256 %s\n", dataset.Rel(c.Out), plural(int(c.Rows), "flow"), sum)
	fmt.Fprintf(con.stdout, "%s: %d of them are attacks\n", dataset.Rel(c.Labels), len(list))
	return nil
}

// sameFile says whether two paths name one file, which need not be there.
func sameFile(a, b string) (bool, error) {
	one, erra := filepath.Abs(a)
	other, errb := filepath.Abs(b)
	if err := errors.Join(erra, errb); err != nil || one == other {
		return err == nil, err
	}
	first, erra := os.Stat(one)
	second, errb := os.Stat(other)
	return erra == nil && errb == nil && os.SameFile(first, second), nil
}

// ownData returns an error when a file that is there was not made by generateCmd: when the labels
// do not name the flows by their content.
func ownData(flows, labels string) error {
	taken := func(path, why string) error {
		return fmt.Errorf("%s is there and %s: choose another --out, or --force to overwrite it", dataset.Rel(path), why)
	}
	first, there, err := firstLine(labels)
	if err != nil {
		return fmt.Errorf("read %s: %w", dataset.Rel(labels), atomicfile.Reason(err))
	}
	sum, ours := strings.CutPrefix(first, "# labels of sha256:")
	if there && !ours {
		return taken(labels, "is no labels file")
	}
	f, err := os.Open(flows)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("read %s: %w", dataset.Rel(flows), atomicfile.Reason(err))
	}
	defer f.Close()
	digest := sha256.New()
	if _, err := io.Copy(digest, f); err != nil {
		return fmt.Errorf("read %s: %w", dataset.Rel(flows), atomicfile.Reason(err))
	}
	if sum != hex.EncodeToString(digest.Sum(nil)) {
		return taken(flows, "was not made by this command")
	}
	return nil
}

// firstLine is the beginning of a file's first line, and whether there is a file.
func firstLine(path string) (line string, there bool, err error) {
	f, err := os.Open(path)
	if errors.Is(err, fs.ErrNotExist) {
		return "", false, nil
	}
	if err != nil {
		return "", false, err
	}
	defer f.Close()
	line, err = bufio.NewReader(io.LimitReader(f, 1024)).ReadString('\n')
	if err != nil && err != io.EOF {
		return "", true, err
	}
	return strings.TrimSpace(line), true, nil
}
