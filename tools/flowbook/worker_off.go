//go:build !temporal

package main

import (
	"flowbook/tools/pipeline"
	"flowbook/tools/store"
)

func (c *workerCmd) Run(*console) error { return errNoTemporal }

func (f *clusterFlags) submit(*console, *pipelineView, *pipeline.Pipeline, string, *store.Store, *pipeline.Options) (remote, error) {
	return nil, errNoTemporal
}

func examineTemporal(*console, string, string, string) finding {
	return finding{wrong, "Temporal", errNoTemporal.Error(), nil}
}
