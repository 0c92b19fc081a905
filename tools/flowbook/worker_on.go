//go:build temporal

package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"sync"
	"time"

	"flowbook/tools/cluster"
	"flowbook/tools/pipeline"
	"flowbook/tools/store"
)

// Run makes runs until a signal.
func (c *workerCmd) Run(ctx context.Context, con *console) error {
	if c.Jobs < 1 {
		return &usageError{fmt.Errorf("worker: --jobs must be at least 1 (got %d)", c.Jobs)}
	}
	shared, err := (&storeFlags{Store: c.Store}).open()
	if err != nil {
		return err
	}
	self, err := os.Executable()
	if err != nil {
		return err
	}
	var mu sync.Mutex
	w := &cluster.Worker{
		Server: cluster.Server{Address: c.Temporal, Namespace: c.Namespace}, Store: shared, Queue: c.Queue, Jobs: c.Jobs, Step: []string{self, "step"},
		Say: func(format string, args ...any) {
			mu.Lock()
			defer mu.Unlock()
			fmt.Fprintf(con.stdout, time.Now().Format("2006-01-02T15:04:05.000 ")+format+"\n", args...)
		},
	}
	return w.Run(ctx)
}

// submit has workers run the pipeline. It returns nil where nothing is left to do.
func (f *clusterFlags) submit(ctx context.Context, con *console, view *pipelineView, p *pipeline.Pipeline, root string, shared *store.Store, opt *pipeline.Options) (elsewhere, error) {
	s := &cluster.Submitter{Server: cluster.Server{Address: f.Temporal, Namespace: f.Namespace}, Store: shared, Queue: f.Queue, Say: view.warn}
	switch {
	case f.Cancel != "":
		if err := s.Cancel(ctx, f.Cancel); err != nil {
			return nil, err
		}
		fmt.Fprintf(con.stdout, "canceled: %s\n", f.Cancel)
		return nil, nil
	case f.Attach != "":
		pending, steps, err := s.Attach(ctx, f.Attach)
		if err != nil {
			return nil, err
		}
		opt.Targets, opt.Force = steps, false
		return pending, nil
	}
	view.say("storing sources and data")
	pending, err := s.Submit(ctx, p, root, opt.Targets, opt.Force)
	if err != nil {
		return nil, err
	}
	if f.Detach {
		pending.Close()
		fmt.Fprintf(con.stdout, "submitted: %s\n", pending.ID)
		return nil, nil
	}
	view.warn("submitted: " + pending.ID)
	return pending, nil
}

// examineTemporal asks a server for its namespace and the workers of a queue.
func examineTemporal(ctx context.Context, con *console, address, namespace, queue string) finding {
	workers, err := cluster.Check(ctx, cluster.Server{Address: address, Namespace: namespace}, queue)
	build, buildErr := cluster.Build()
	switch err = errors.Join(err, buildErr); {
	case err != nil:
		return finding{wrong, "Temporal", err.Error(), nil}
	case len(workers) == 0:
		return finding{absent, "Temporal", address + ", no worker polls queue " + queue, []string{"flowbook worker --temporal " + address + " --store URL"}}
	}
	for _, w := range workers {
		if strings.HasSuffix(w, " "+build) {
			return finding{good, "Temporal", fmt.Sprintf("%s, queue %s: %s", address, queue, strings.Join(workers, ", ")), nil}
		}
	}
	return finding{wrong, "Temporal", (&cluster.BuildError{Queue: queue, Build: build, Workers: workers}).Error(), nil}
}
