package main

import (
	"bytes"
	"context"
	"io"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestStopped: commands that a signal stops say so, with its exit status, whatever they were doing,
// and leave nothing half written.
func TestStopped(t *testing.T) {
	t.Chdir(t.TempDir())
	var out bytes.Buffer
	for _, args := range []string{"data generate --rows 300 --out flows.csv", "train --data flows.csv --model model --detector zscore"} {
		if code := run(t.Context(), strings.Fields(args), nil, io.Discard, &out); code != exitOK {
			t.Fatalf("%s: exit status %d: %s", args, code, &out)
		}
	}
	if err := os.WriteFile("pings.pcap", pings(t, 3), 0o600); err != nil {
		t.Fatal(err)
	}
	for args, stderr := range map[string]string{
		"data generate --rows 300 --out new.csv":    "flowbook: write new.csv: generate: stopped by signal: terminated\n",
		"data verify flows.csv":                     "flowbook: data verify: stopped by signal: terminated\n",
		"data meter pings.pcap --out new.csv":       "flowbook: data meter: write new.csv: stopped by signal: terminated\n",
		"data convert flows.csv new.parquet":        "flowbook: write new.parquet: convert flows.csv: stopped by signal: terminated\n",
		"data split flows.csv":                      "flowbook: split flows.csv: stopped by signal: terminated\n",
		"detect --model model -":                    "flowbook: stopped by signal: terminated\n",
		"train --data flows.csv --model new.folder": "flowbook: read flows.csv: stopped by signal: terminated\n",
	} {
		t.Run(args, func(t *testing.T) {
			ctx, cancel := context.WithCancelCause(t.Context())
			cancel(&signalError{syscall.SIGTERM})
			silent, _ := io.Pipe() // a stream whose first line never comes
			var got bytes.Buffer
			if code := run(ctx, strings.Fields(args), silent, io.Discard, &got); code != exitTerminated {
				t.Errorf("exit status %d, want %d", code, exitTerminated)
			}
			if diff := cmp.Diff(stderr, got.String()); diff != "" {
				t.Errorf("stderr (-want +got):\n%s", diff)
			}
			left, err := filepath.Glob("*new*")
			if hidden, _ := filepath.Glob(".tmp*"); err != nil || len(left)+len(hidden) > 0 {
				t.Errorf("left behind: %q %q, %v", left, hidden, err)
			}
		})
	}
}
