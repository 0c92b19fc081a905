package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"time"

	"flowbook/ml/atomicfile"
	"flowbook/ml/dataset"
	"flowbook/tools/flowmeter"
)

// keyVariable holds the key of --anonymise where there is no key file. A key is never an argument:
// everyone on the machine sees those.
const keyVariable = "FLOWBOOK_ANONYMISE_KEY"

// meterCmd turns captures into flows.
type meterCmd struct {
	Captures   []string      `arg:"" name:"pcap" sep:"none" help:"Captures, pcap or pcapng, compressed with gzip, zstd or not, the earliest first; - is standard input."`
	Out        string        `type:"output" placeholder:"FILE" help:"Where to (default: standard output)."`
	Force      bool          `help:"Overwrite the file."`
	Anonymise  bool          `help:"Hash the four address columns with keyed BLAKE2b; server names stay clear. The key comes from --key-file or $$FLOWBOOK_ANONYMISE_KEY."`
	KeyFile    string        `placeholder:"FILE" help:"A file with the key, 16 to 64 bytes, readable by its owner alone."`
	Inner      bool          `help:"Look into VXLAN, GENEVE and GRE, too (tunnel_id 4, 5, 6). Default: into GTP, CAPWAP and TZSP, as NFStream does."`
	Orient     bool          `help:"A flow whose first packet is a SYN-ACK goes from its receiver to its sender. Default: from the sender of the first packet, as NFStream has it."`
	JA3        bool          `name:"ja3" help:"Fingerprint TLS clients by JA3, as NFStream did up to 6.5. Default: by JA4, as NFStream 6.6 does; browsers change their JA3 with each connection."`
	Reassemble bool          `help:"Put fragments of IP together: all count in the flow of the whole datagram. Default: the first alone counts, as in NFStream."`
	FirstID    int64         `default:"0" help:"The first flow's id."`
	Idle       time.Duration `default:"2m" help:"A gap that ends a flow."`
	Active     time.Duration `default:"30m" help:"The age at which a flow is cut."`
	MaxFlows   int           `default:"1000000" help:"Flows in memory at once, up to 1 kB each; beyond, the one longest without a packet ends early."`
}

// Run writes the flows of all captures to one file. Flows before the damage in a capture are
// written, then the damage is reported.
func (c *meterCmd) Run(ctx context.Context, con *console) error {
	if c.Idle <= 0 || c.Active <= 0 || c.MaxFlows < 1 {
		return &usageError{fmt.Errorf("data meter: --idle, --active and --max-flows must be above zero")}
	}
	o := flowmeter.Options{FirstID: c.FirstID, JA3: c.JA3, Orient: c.Orient, Reassemble: c.Reassemble, Inner: c.Inner, Live: slices.Contains(c.Captures, "-"),
		Limits: flowmeter.Limits{IdleMs: c.Idle.Milliseconds(), ActiveMs: c.Active.Milliseconds(), Flows: c.MaxFlows}}
	if c.Anonymise || c.KeyFile != "" {
		key, err := c.key()
		if err != nil {
			return &usageError{err}
		}
		if o.Anonymise, err = flowmeter.NewAnonymiser(key); err != nil {
			return &usageError{err}
		}
	}
	if _, err := os.Lstat(c.Out); c.Out != "" && err == nil && !c.Force {
		return fmt.Errorf("%s is there: choose another --out, or --force to overwrite it", dataset.Rel(c.Out))
	}
	captures, err := c.open(con.stdin)
	if err != nil {
		return err
	}
	var s flowmeter.Summary
	var damage error
	write := func(w io.Writer) error {
		if _, err := w.Write(flowmeter.AppendHeader(nil)); err != nil {
			return err
		}
		s, damage = flowmeter.Meter(ctx, o, w, captures...)
		var bad *flowmeter.CaptureError
		if errors.As(damage, &bad) {
			return nil // the flows before it are good
		}
		return damage
	}
	name := "standard output"
	if c.Out == "" {
		err = write(con.data)
	} else {
		name = dataset.Rel(c.Out)
		_, err = writeAtomic(c.Out, write, nil)
	}
	if err != nil {
		return fmt.Errorf("data meter: %w", err)
	}
	fmt.Fprintf(con.stderr, "%s: %s of %s, %s\n", name, plural(int(s.Flows), "flow"), plural(int(s.Packets), "packet"), skipped(s.Skipped))
	if s.Longer > 0 {
		were := "packets were captured longer than they were"
		if s.Longer == 1 {
			were = "packet was captured longer than it was"
		}
		fmt.Fprintf(con.stderr, "%s: %d %s on the wire\n", name, s.Longer, were)
	}
	if told := s.Back.String(); told != "" {
		fmt.Fprintf(con.stderr, "%s: %s\n", name, told)
	}
	if s.Evicted > 0 {
		fmt.Fprintf(con.stderr, "%s: %s ended early, the table of %d was full\n", name, plural(int(s.Evicted), "flow"), c.MaxFlows)
	}
	return damage
}

// skipped says how many packets belong to no flow, and why.
func skipped(s flowmeter.Skips) string {
	n := s.Total()
	if n == 0 {
		return "0 packets skipped"
	}
	return fmt.Sprintf("%s skipped (%v)", plural(int(n), "packet"), s)
}

// open opens all captures, so that a wrong name is found before anything is metered. They are read
// to the end of the program.
func (c *meterCmd) open(stdin io.Reader) ([]*flowmeter.Capture, error) {
	var captures []*flowmeter.Capture
	for _, path := range c.Captures {
		in, name := stdin, "standard input"
		if path != "-" {
			f, err := os.Open(filepath.Clean(path))
			if err != nil {
				return nil, fmt.Errorf("read %s: %w", dataset.Rel(path), atomicfile.Reason(err))
			}
			in, name = f, dataset.Rel(path)
		}
		capture, err := flowmeter.NewCapture(in, name)
		if err != nil {
			return nil, err
		}
		captures = append(captures, capture)
	}
	return captures, nil
}

// key reads the key of the hashes.
func (c *meterCmd) key() ([]byte, error) {
	if c.KeyFile == "" {
		if key := os.Getenv(keyVariable); key != "" {
			return []byte(key), nil
		}
		return nil, fmt.Errorf("data meter: --anonymise wants a key, in a --key-file or in $%s", keyVariable)
	}
	info, err := os.Stat(c.KeyFile)
	if err != nil {
		return nil, err
	}
	if runtime.GOOS != "windows" && info.Mode().Perm()&0o077 != 0 {
		return nil, &fs.PathError{Op: "read key", Path: c.KeyFile, Err: fmt.Errorf("others may read it (%v): chmod 600", info.Mode().Perm())}
	}
	key, err := os.ReadFile(c.KeyFile)
	return bytes.TrimRight(key, "\r\n"), err
}
