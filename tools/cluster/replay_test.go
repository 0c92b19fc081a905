//go:build temporal

package cluster

import (
	"path/filepath"
	"testing"

	"go.temporal.io/sdk/worker"
	"go.temporal.io/sdk/workflow"
)

// TestReplay replays recorded histories with the workflow of now: a worker of this build can go on
// with a pipeline that one of an earlier build of the same Format has begun. `go test -tags
// temporal -run Servers -record` records them anew, after Format was raised.
func TestReplay(t *testing.T) {
	files, err := filepath.Glob(filepath.Join("testdata", "*.json"))
	if err != nil {
		t.Fatal(err)
	}
	if len(files) < 3 {
		t.Fatalf("%d histories", len(files))
	}
	for _, file := range files {
		t.Run(filepath.Base(file), func(t *testing.T) {
			replay := func(flow any) error {
				r := worker.NewWorkflowReplayer()
				r.RegisterWorkflowWithOptions(flow, workflow.RegisterOptions{Name: workflowName})
				return r.ReplayWorkflowHistoryFromJSONFile(nil, file)
			}
			if err := replay(Pipeline); err != nil {
				t.Error(err)
			}
			other := func(ctx workflow.Context, spec Spec) (*State, error) {
				spec.Outline.Code = map[string]string{} // other keys, so other activities
				return Pipeline(ctx, spec)
			}
			if err := replay(other); err == nil {
				t.Error("another workflow replays as well")
			}
		})
	}
}
