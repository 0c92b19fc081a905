package main

import (
	"bufio"
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"

	"flowbook/ml/atomicfile"
	"flowbook/ml/dataset"
	"flowbook/ml/detect"
	"flowbook/tools/alarm"
	"flowbook/tools/parquet"
)

// detectCmd scores flows with a trained model, in constant memory, and writes the anomalies as it
// finds them.
type detectCmd struct {
	Model     string `required:"" placeholder:"DIR" help:"The folder that train has written."`
	File      string `arg:"" optional:"" default:"-" help:"The flows, as CSV or Parquet; - reads CSV from standard input."`
	Format    string `default:"csv" enum:"csv,jsonl,eve,cef" help:"How to write: csv; jsonl, a JSON object a line; eve, Suricata's events; cef, ArcSight's."`
	Incidents bool   `xor:"unit" help:"Write incidents, when they are over, instead of flows: alarms of one source or one victim that follow one another within a minute, for an hour at most."`
	First     bool   `xor:"unit" help:"Write only the first flow of each incident, at once: one alarm an incident, without waiting for its end. One that goes on is told of each hour."`
	Allow     string `placeholder:"FILE" help:"Leave out what this file allows: a line each of CIDR [port=N] [app=NAME] [until=YYYY-MM-DD]."`
	Syslog    string `placeholder:"URL" help:"Send RFC 5424 messages to udp://HOST:PORT or tcp://HOST:PORT instead of writing to standard output."`
}

// Run writes the anomalies to standard output and a last line, with warnings before it, to standard
// error.
func (c *detectCmd) Run(ctx context.Context, con *console) error {
	model, err := loadModel(c.Model)
	if err != nil {
		return err
	}
	allowed, err := c.allowed()
	if err != nil {
		return err
	}
	flows, err := await(ctx, func() (flowSource, error) { return c.open(con.stdin, model.Columns()) })
	if err != nil {
		return err
	}
	defer flows.Close()
	out, closeOut, err := c.writer(con.data)
	if reason := atomicfile.Reason(err); reason != err { // it names the file, which is standard output
		return fmt.Errorf("write standard output: %w", reason)
	}
	if err != nil {
		return err
	}
	var passed, ended, begun int64
	addresses := false // whether any is one of IP
	incidents := &detect.Incidents{Ended: func(i detect.Incident) error {
		if ended++; c.Incidents {
			return out.Incident(i)
		}
		return nil
	}}
	tally, err := model.Scan(ctx, flows, func(f detect.Finding) error {
		if allowed != nil {
			addresses = addresses || alarm.IsAddress(f.Flow.Source) || alarm.IsAddress(f.Flow.Destination)
			if allowed.Allows(f.Flow) {
				passed++
				return nil
			}
		}
		if f.Flow.Source != "" || f.Flow.Destination != "" {
			if err := incidents.Add(&f); err != nil {
				return err
			}
		}
		known := f.Incident > 0 && f.Incident <= begun
		begun = max(begun, f.Incident)
		if c.Incidents || c.First && known {
			return nil
		}
		return out.Finding(f)
	}, func(index float64, t detect.Tally) {
		if t.Drifts == 1 {
			fmt.Fprintf(con.stderr, "flowbook: detect: after %d flows the scores are spread otherwise than when the threshold was chosen "+
				"(population stability index %.2f, above %.2f): it may no longer keep its promise\n", t.Flows, index, detect.DriftLimit)
		}
	})
	err = errors.Join(err, incidents.Close(), closeOut())
	if allowed != nil && !addresses && tally.Anomalies > 0 {
		fmt.Fprintln(con.stderr, "flowbook: detect: warning: --allow matched nothing: the addresses are not IP addresses (hashed by --anonymise or data generate?)")
	}
	if tally.Shuffled {
		fmt.Fprintf(con.stderr, "flowbook: detect: warning: %s: %s\n", c.name(), outOfOrder)
	}
	anomalies := fmt.Sprintf("%d anomalies", tally.Anomalies)
	if tally.Anomalies == 1 {
		anomalies = "1 anomaly"
	}
	fmt.Fprintf(con.stderr, "%s, %s above %.6g", plural(int(tally.Flows), "flow"), anomalies, model.Threshold)
	if ended > 0 {
		fmt.Fprintf(con.stderr, " in %s", plural(int(ended), "incident"))
	}
	if passed > 0 {
		fmt.Fprintf(con.stderr, "; %d of them allowed", passed)
	}
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

// allowed reads the file of allowed flows, if there is one.
func (c *detectCmd) allowed() (*alarm.Allowed, error) {
	if c.Allow == "" {
		return nil, nil
	}
	f, err := os.Open(c.Allow)
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", dataset.Rel(c.Allow), atomicfile.Reason(err))
	}
	defer f.Close()
	return alarm.ReadAllowed(f, dataset.Rel(c.Allow))
}

// writer opens the output for the anomalies; done closes it.
func (c *detectCmd) writer(stdout io.Writer) (w alarm.Writer, done func() error, err error) {
	done = func() error { return nil }
	bare := alarm.Lines(stdout)
	if c.Syslog != "" {
		if c.Format == "csv" {
			return nil, nil, &usageError{errors.New("detect: --syslog takes --format cef, eve or jsonl: a line of CSV means nothing without its header")}
		}
		log, err := alarm.DialSyslog(c.Syslog)
		if err != nil {
			return nil, nil, err
		}
		stdout, bare, done = alarm.Trimmed(log), log, log.Close
	}
	switch c.Format {
	case "csv":
		w, err = alarm.CSV(stdout, c.Incidents)
	case "jsonl":
		w = alarm.JSON(stdout)
	case "eve":
		w = alarm.EVE(stdout)
	default:
		w = alarm.CEF(bare)
	}
	return w, done, err
}

// name stands for the flows in errors.
func (c *detectCmd) name() string {
	if c.File == "-" {
		return "standard input"
	}
	return dataset.Rel(c.File)
}

// flowSource is a stream of flows that can be closed.
type flowSource interface {
	detect.Flows
	Close() error
}

// open opens a stream of the named columns, and of detect.Identity where they are there.
func (c *detectCmd) open(stdin io.Reader, columns []string) (flowSource, error) {
	if c.File == "-" {
		buffered := bufio.NewReaderSize(stdin, 1<<16)
		all := withIdentity(columns, header(buffered))
		if err := c.canGroup(all); err != nil {
			return nil, err
		}
		return dataset.NewReader(buffered, "standard input", dataset.Options{Columns: all})
	}
	if parquet.Is(c.File) {
		r, err := parquet.Open(c.File, withIdentity(columns, detect.Identity)...)
		var missing *dataset.MissingColumnError
		if errors.As(err, &missing) && !slices.Contains(columns, missing.Column) {
			if err := c.canGroup(columns); err != nil {
				return nil, err
			}
			return parquet.Open(c.File, columns...)
		}
		return r, err
	}
	r, err := dataset.Open(c.File)
	if err != nil {
		return nil, err
	}
	names := r.Names()
	if err := cmp.Or(r.Close(), c.canGroup(names)); err != nil {
		return nil, err
	}
	return dataset.Open(c.File, withIdentity(columns, names)...)
}

// canGroup refuses incidents of flows that are between nobody.
func (c *detectCmd) canGroup(columns []string) error {
	if !c.Incidents && !c.First || slices.Contains(columns, "src_ip") || slices.Contains(columns, "dst_ip") {
		return nil
	}
	return fmt.Errorf("detect: --incidents and --first need the columns src_ip and dst_ip; %s has neither", c.name())
}

// withIdentity adds those of detect.Identity that stand in a file of the named columns.
func withIdentity(columns, names []string) []string {
	all := slices.Clone(columns)
	for _, name := range detect.Identity {
		if slices.Contains(names, name) && !slices.Contains(all, name) {
			all = append(all, name)
		}
	}
	return all
}

// await returns open's results, or ctx's cause when it ends first: opening a stream waits for its
// first line, which may never come.
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

// header is the names in the header line that the stream begins with.
func header(r *bufio.Reader) (names []string) {
	for n := 1 << 10; ; n *= 2 {
		head, err := r.Peek(min(n, r.Size()))
		line, _, whole := bytes.Cut(head, []byte("\n"))
		if !whole && err == nil && n < r.Size() {
			continue
		}
		for name := range bytes.SplitSeq(line, []byte(",")) {
			names = append(names, string(bytes.Trim(name, "\" \r\ufeff")))
		}
		return names
	}
}
