//go:build temporal

package cluster

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	enumspb "go.temporal.io/api/enums/v1"
	"go.temporal.io/sdk/activity"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/worker"
	"go.temporal.io/sdk/workflow"

	"flowbook/ml/module"
	"flowbook/tools/store"
)

// Worker makes runs.
type Worker struct {
	Server Server
	Store  *store.Store
	Queue  string
	Jobs   int      // runs at the same time
	Step   []string // command line of `flowbook step`
	Say    func(format string, args ...any)
}

// Run makes runs until ctx ends; those that are not over then are left to other workers.
func (w *Worker) Run(ctx context.Context) error {
	build, err := Build()
	if err != nil {
		return err
	}
	host, err := os.Hostname()
	if err != nil {
		return err
	}
	name := fmt.Sprintf("%s-%d", host, os.Getpid())
	if err := w.Store.Check(ctx); err != nil {
		return err
	}
	dir, release, err := workFolder(ctx)
	if err != nil {
		return err
	}
	defer release()
	c, err := dialAs(ctx, w.Server, identity(name, build))
	if err != nil {
		return err
	}
	defer c.Close()
	m := &maker{name: name, build: build, program: w.Step, store: w.Store, trees: newTrees(dir, w.Store, w.Jobs), say: w.Say, verified: map[string]bool{}}
	poll := worker.New(c, w.Queue, worker.Options{
		Identity: identity(name, build), MaxConcurrentActivityExecutionSize: w.Jobs, MaxHeartbeatThrottleInterval: time.Second,
		DefaultHeartbeatThrottleInterval: time.Second, WorkerStopTimeout: grace + 3*time.Second,
	})
	poll.RegisterWorkflowWithOptions(Pipeline, workflow.RegisterOptions{Name: workflowName})
	poll.RegisterActivityWithOptions(m.Make, activity.RegisterOptions{Name: activityName})
	if err := poll.Start(); err != nil {
		return &AddressError{w.Server, plainly(w.Server, err)}
	}
	w.Say("worker %s of flowbook %s takes runs of queue %s at %s, %d at a time", name, build, w.Queue, w.Server.Address, w.Jobs)
	<-ctx.Done()
	poll.Stop()
	return context.Cause(ctx)
}

// workFolder returns a folder that no other worker of this user has.
func workFolder(ctx context.Context) (dir string, release func(), err error) {
	cache, err := os.UserCacheDir()
	if err != nil {
		return "", nil, err
	}
	for i := 0; ; i++ {
		dir = filepath.Join(cache, "flowbook", "worker", fmt.Sprint(i))
		if err := os.MkdirAll(dir, 0o700); err != nil {
			return "", nil, err
		}
		soon, cancel := context.WithTimeout(ctx, 50*time.Millisecond)
		release, err = module.Lock(soon, filepath.Join(dir, "lock"))
		cancel()
		if err == nil || !errors.Is(err, context.DeadlineExceeded) {
			return dir, release, err
		}
	}
}

// identity is the worker's name at the server.
func identity(name, build string) string { return name + " flowbook " + build }

// builtBy is the build in an identity, "" if it has none.
func builtBy(identity string) string {
	_, build, _ := strings.Cut(identity, " flowbook ")
	return build
}

// pollers are the identities of a queue's workers.
func pollers(ctx context.Context, c client.Client, queue string) (names []string, err error) {
	resp, err := c.DescribeTaskQueue(ctx, queue, enumspb.TASK_QUEUE_TYPE_ACTIVITY)
	if err != nil {
		return nil, err
	}
	for _, p := range resp.Pollers {
		if time.Since(p.LastAccessTime.AsTime()) < 2*time.Minute {
			names = append(names, p.Identity)
		}
	}
	return names, nil
}
