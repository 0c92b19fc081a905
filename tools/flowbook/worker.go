package main

import (
	"errors"

	"flowbook/tools/pipeline"
)

// workerCmd makes runs of pipelines that others submit.
type workerCmd struct {
	Temporal  string `env:"TEMPORAL_ADDRESS" placeholder:"HOST:PORT" required:"" help:"The Temporal server."`
	Namespace string `env:"TEMPORAL_NAMESPACE" placeholder:"NAME" help:"Its namespace, default."`
	Store     string `env:"FLOWBOOK_STORE" placeholder:"URL" required:"" help:"The store that submitters and workers share: http(s)://HOST or file:///FOLDER."`
	Queue     string `default:"flowbook" help:"The task queue; for steps that need a gpu, ${default}-gpu."`
	Jobs      int    `short:"j" default:"2" help:"Runs at the same time."`
}

// clusterFlags have a pipeline run by workers.
type clusterFlags struct {
	Temporal  string `placeholder:"HOST:PORT" help:"Have the workers of this Temporal server run the pipeline; needs --store. Needs a flowbook built with -tags temporal."`
	Namespace string `env:"TEMPORAL_NAMESPACE" placeholder:"NAME" help:"The server's namespace, default."`
	Queue     string `default:"flowbook" help:"The workers' task queue."`
	Detach    bool   `xor:"cluster" help:"Submit the pipeline, print its ID and end. Needs a flowbook built with -tags temporal."`
	Attach    string `xor:"cluster" placeholder:"ID" help:"Follow a pipeline that was submitted earlier and fetch what it wrote. Needs a flowbook built with -tags temporal."`
	Cancel    string `xor:"cluster" placeholder:"ID" help:"Stop a pipeline; the notebooks so far stay in the store. Needs a flowbook built with -tags temporal."`
}

// check refuses flags that do not go together.
func (f *clusterFlags) check(store string) error {
	switch {
	case f.Temporal == "" && (f.Detach || f.Attach != "" || f.Cancel != ""):
		return &usageError{errors.New("pipeline: --detach, --attach and --cancel need --temporal")}
	case f.Temporal != "" && store == "" && f.Cancel == "":
		return &usageError{errors.New("pipeline: --temporal needs --store: sources, data and results travel through it")}
	}
	return nil
}

// elsewhere is a pipeline that workers run.
type elsewhere interface {
	pipeline.Executor
	Close()
}
