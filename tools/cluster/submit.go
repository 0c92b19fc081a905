//go:build temporal

package cluster

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"time"

	enumspb "go.temporal.io/api/enums/v1"
	"go.temporal.io/api/serviceerror"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/converter"

	"flowbook/tools/pipeline"
	"flowbook/tools/status"
	"flowbook/tools/store"
)

// Submitter sends pipelines to workers.
type Submitter struct {
	Server Server
	Store  *store.Store
	Queue  string
	Say    func(line string) // a notice for people
}

// maxSpec bounds a workflow's input: the server's limit is 2 MB.
const maxSpec = 1_500_000

// ErrNoWorker is wrapped by the error for a queue whose workers are all of another build.
var ErrNoWorker = errors.New("no worker of this build")

// BuildError says that the workers of a queue are of other builds of flowbook.
type BuildError struct {
	Queue, Build string
	Workers      []string
}

func (e *BuildError) Error() string {
	return fmt.Sprintf("no worker of queue %s is of this flowbook (%s): %s; install the same one there and here",
		e.Queue, e.Build, strings.Join(e.Workers, ", "))
}

func (e *BuildError) Unwrap() error { return ErrNoWorker }

// ExitCode is that of unusable arguments: nothing was run.
func (e *BuildError) ExitCode() int { return status.ExitUsage }

// Submit stores the sources and the data of a module in root, and starts the workflow of its
// pipeline, or joins it if somebody has started the same one.
func (s *Submitter) Submit(ctx context.Context, p *pipeline.Pipeline, root string, targets []string, force bool) (*Pending, error) {
	build, err := Build()
	if err != nil {
		return nil, err
	}
	c, err := dial(ctx, s.Server)
	if err != nil {
		return nil, err
	}
	pending, err := s.submit(ctx, c, build, p, root, targets, force)
	if err != nil {
		c.Close()
	}
	return pending, err
}

func (s *Submitter) submit(ctx context.Context, c client.Client, build string, p *pipeline.Pipeline, root string, targets []string, force bool) (*Pending, error) {
	outline, err := p.Outline(ctx, targets)
	if err != nil {
		return nil, err
	}
	spec := Spec{Build: build, Title: p.Title, Outline: *outline}
	graph, err := outline.Graph()
	if err != nil {
		return nil, err
	}
	if err := s.askWorkers(ctx, c, build, graph); err != nil {
		return nil, err
	}
	if force {
		_, forced, err := p.Select(targets)
		if err != nil {
			return nil, err
		}
		for _, step := range forced {
			spec.Force = append(spec.Force, step.Name)
		}
	}
	path := func(name string) string { return filepath.Join(root, filepath.FromSlash(name)) }
	if spec.Files, err = s.Store.PutOutputs(ctx, outline.Files, path); err != nil {
		return nil, err
	}
	archive, in, err := Pack(ctx, root, func(name string) bool { return graph.Data(name) })
	if err != nil {
		return nil, err
	}
	if spec.Bundle.Digest, err = s.Store.PutBytes(ctx, archive); err != nil {
		return nil, err
	}
	spec.Bundle.Root = in
	text, err := json.Marshal(spec)
	if err != nil {
		return nil, err
	}
	if len(text) > maxSpec {
		return nil, fmt.Errorf("the pipeline is too large for one workflow: %d bytes describe it, of %d at most; submit some of its steps", len(text), maxSpec)
	}
	sum := sha256.Sum256(text)
	id := "flowbook-" + hex.EncodeToString(sum[:8])
	_, err = c.ExecuteWorkflow(ctx, client.StartWorkflowOptions{
		ID: id, TaskQueue: s.Queue,
		WorkflowIDReusePolicy:    enumspb.WORKFLOW_ID_REUSE_POLICY_ALLOW_DUPLICATE,
		WorkflowIDConflictPolicy: enumspb.WORKFLOW_ID_CONFLICT_POLICY_USE_EXISTING,
		Memo:                     map[string]any{"pipeline": p.Title, "module": filepath.Base(root), "steps": outline.Steps, "flowbook": build},
		StaticSummary:            fmt.Sprintf("%s: %s", filepath.Base(root), strings.Join(outline.Steps, ", ")),
	}, workflowName, spec)
	if err != nil {
		return nil, &AddressError{s.Server, plainly(s.Server, err)}
	}
	return s.follow(c, id), nil
}

// askWorkers makes sure that a worker of this build polls each queue, or that none does yet.
func (s *Submitter) askWorkers(ctx context.Context, c client.Client, build string, g *pipeline.Graph) error {
	queues := []string{s.Queue}
	for _, step := range g.Selected() {
		if q := s.Queue + "-" + step.Needs; step.Needs != "" && !slices.Contains(queues, q) {
			queues = append(queues, q)
		}
	}
	for _, queue := range queues {
		workers, err := pollers(ctx, c, queue)
		if err != nil {
			return &AddressError{s.Server, plainly(s.Server, err)}
		}
		switch {
		case len(workers) == 0:
			s.Say("no worker polls queue " + queue + " yet; waiting for one")
		case !slices.ContainsFunc(workers, func(w string) bool { return builtBy(w) == build }):
			return &BuildError{queue, build, workers}
		}
	}
	return nil
}

// Attach follows a pipeline that was submitted earlier.
// It returns the steps that the pipeline has.
func (s *Submitter) Attach(ctx context.Context, id string) (p *Pending, steps []string, err error) {
	c, err := dial(ctx, s.Server)
	if err != nil {
		return nil, nil, err
	}
	d, err := c.DescribeWorkflow(ctx, id, "")
	if err = s.of(id, err); err == nil {
		err = converter.GetDefaultDataConverter().FromPayload(d.RawResponse.GetWorkflowExecutionInfo().GetMemo().GetFields()["steps"], &steps)
	}
	if err != nil {
		c.Close()
		return nil, nil, err
	}
	return s.follow(c, id), steps, nil
}

// UnknownError says that no pipeline has this ID.
type UnknownError struct {
	Server Server
	ID     string
}

func (e *UnknownError) Error() string {
	return fmt.Sprintf("temporal %s has no pipeline %s", e.Server.Address, e.ID)
}

// ExitCode is that of unusable arguments: nothing was run.
func (e *UnknownError) ExitCode() int { return status.ExitUsage }

// of makes one line of the server's error about a pipeline.
func (s *Submitter) of(id string, err error) error {
	var unknown *serviceerror.NotFound
	switch {
	case errors.As(err, &unknown):
		return &UnknownError{s.Server, id}
	case err != nil:
		return &AddressError{s.Server, plainly(s.Server, err)}
	}
	return nil
}

// Cancel stops a pipeline: its kernels are interrupted, and the notebooks so far are in the store.
func (s *Submitter) Cancel(ctx context.Context, id string) error {
	c, err := dial(ctx, s.Server)
	if err != nil {
		return err
	}
	defer c.Close()
	if err := s.of(id, c.CancelWorkflow(ctx, id, "")); err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, 30*time.Second)
	defer cancel()
	// the error only repeats how the workflow ended: canceled, or earlier
	c.GetWorkflow(ctx, id, "").Get(ctx, nil)
	return nil
}
