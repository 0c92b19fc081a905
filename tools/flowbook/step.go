package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"sync"
	"syscall"
	"time"

	"flowbook/tools/cluster"
	"flowbook/tools/notebook"
	"flowbook/tools/pipeline"
	"flowbook/tools/runner"
	"flowbook/tools/store"
)

// stepCmd makes one run of a pipeline for a worker: it reads a cluster.Request from standard input
// and writes cluster.Messages to standard output. It stops the run when the input ends, as it does
// when the worker dies.
type stepCmd struct{}

// Run answers with how the run ended; its error is that of the conversation alone.
func (c *stepCmd) Run(ctx context.Context, con *console) error {
	in := bufio.NewReader(con.stdin)
	line, err := in.ReadBytes('\n')
	var req cluster.Request
	if err == nil {
		err = json.Unmarshal(line, &req)
	}
	if err != nil {
		return &usageError{fmt.Errorf("step: workers call this: %w", err)}
	}
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	go func() {
		io.Copy(io.Discard, in)
		cancel(&signalError{syscall.SIGINT})
	}()
	var mu sync.Mutex
	say := func(m cluster.Message) {
		mu.Lock()
		defer mu.Unlock()
		if err := json.NewEncoder(con.data).Encode(m); err != nil {
			cancel(err)
		}
	}
	say(cluster.Message{End: makeRun(ctx, con, req, say)})
	return nil
}

// makeRun makes the run in the module of the current folder.
func makeRun(ctx context.Context, con *console, req cluster.Request, say func(cluster.Message)) *cluster.Ending {
	end := &cluster.Ending{}
	root, err := os.Getwd()
	if err != nil {
		return failed(end, err)
	}
	p, err := pipeline.Read(root, filepath.Join(root, filepath.FromSlash(req.File)))
	if err != nil {
		return failed(end, err)
	}
	p.Command, p.CommandPackages = runWords(root), commandPackages
	view := newPipelineView(&console{stdout: io.Discard, stderr: io.Discard})
	p.Notebook = func(ctx context.Context, nb *notebook.Notebook, opt runner.Options) (*runner.Result, error) {
		opt.NoAhead = true // the worker's other runs have processes of their own
		return view.runNotebook(ctx, nb, opt)
	}
	started := time.Now()
	t, did, err := p.Make(ctx, req.Job, func(e pipeline.Event) {
		switch e.Kind {
		case pipeline.CellEvent:
			cell := e.Cell.Cell
			say(cluster.Message{Cell: &cluster.Beat{Number: cell.Number, Total: e.Cell.Total, Title: cell.Title, Status: cell.Status, Quiet: e.Cell.Quiet}})
		case pipeline.TextEvent:
			say(cluster.Message{Text: e.Text})
		}
	})
	if t != nil && did != nil {
		end.Executed, end.Untouched, end.Outputs = t.Run.Executed, did.Untouched, did.Outputs
		end.Record = store.RecordOf(t, did, time.Since(started))
		end.Detail = cluster.Detail{Source: t.Source, Result: did.Result}
		if did.Result != nil {
			did.Result.Stop = nil // an interface, and the ending says it
		}
	}
	if err == nil {
		return end
	}
	end.Stopped = ctx.Err() != nil
	return failed(end, err)
}

// failed tells of an error, and whether another machine may do better.
func failed(end *cluster.Ending, err error) *cluster.Ending {
	end.Detail.Error, end.Code = err.Error(), exitFailed
	var coder exitCoder
	if errors.As(err, &coder) {
		end.Code = coder.ExitCode()
	}
	var cell *pipeline.CellError
	var key *pipeline.KeyError
	var form *notebook.Error
	var file *pipeline.FileError
	var undeclared *pipeline.UndeclaredError
	var missing *pipeline.MissingError
	var unwritten *pipeline.UnwrittenError
	var command *commandError
	switch {
	case errors.As(err, &cell):
		end.Detail.Cell = true
	case errors.As(err, &key):
		end.Retry = true
	case errors.As(err, &form), errors.As(err, &file), errors.As(err, &undeclared), errors.As(err, &missing), errors.As(err, &unwritten),
		errors.As(err, &command), errors.Is(err, fs.ErrNotExist), end.Stopped, end.Code != exitFailed:
	default:
		end.Retry = true
	}
	return end
}
