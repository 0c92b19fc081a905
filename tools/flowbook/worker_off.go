//go:build !temporal

package main

import (
	"context"
	"fmt"

	"flowbook/tools/pipeline"
	"flowbook/tools/store"
)

func (c *workerCmd) Run(*console) error { return errNoTemporal }

func (f *clusterFlags) submit(context.Context, *console, *pipelineView, *pipeline.Pipeline, string, *store.Store, *pipeline.Options) (elsewhere, error) {
	return nil, errNoTemporal
}

func examineTemporal(context.Context, *console, string, string, string) finding {
	return finding{wrong, "Temporal", errNoTemporal.Error(), nil}
}

// errNoTemporal is for a program without the part that speaks to Temporal, which costs a quarter
// more to compile.
var errNoTemporal = &usageError{fmt.Errorf("this flowbook is built without Temporal; in a clone of Flowbook: go install -tags temporal ./tools/flowbook")}
