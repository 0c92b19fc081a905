//go:build temporal

package cluster

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"go.temporal.io/sdk/temporal"

	"flowbook/tools/pipeline"
)

// TestLeftToOthers gives a worker runs of another format and of another build: it says so, and the
// run is tried again, elsewhere.
func TestLeftToOthers(t *testing.T) {
	for name, tt := range map[string]struct {
		task Task
		want string
	}{
		"a newer format": {Task{Format: Format + 1, Build: "here"}, fmt.Sprintf("run a has message format %d, this flowbook knows %d", Format+1, Format)},
		"another build":  {Task{Format: Format, Build: "there"}, "run a is of flowbook there, this worker is here"},
	} {
		var said []string
		m := &maker{name: "w", build: "here", say: func(format string, args ...any) { said = append(said, fmt.Sprintf(format, args...)) }}
		tt.task.Job = pipeline.Job{Name: "a"}
		_, err := m.Make(t.Context(), tt.task)
		var failed *temporal.ApplicationError
		if !errors.As(err, &failed) || failed.NonRetryable() || failed.NextRetryDelay() != later || !strings.Contains(err.Error(), "w: "+tt.want) {
			t.Errorf("%s: error %v", name, err)
		}
		if len(said) != 1 || said[0] != tt.want+"; left to others" {
			t.Errorf("%s: said %q", name, said)
		}
	}
}
