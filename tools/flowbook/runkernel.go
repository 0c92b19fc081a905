package main

import (
	"context"
	"fmt"
	"sync"

	"flowbook/tools/jupyter"
)

// kernelName is the kernel to run on: the one asked for, else the notebook's, else GoNB for a Go
// notebook. The kernels that Flowbook installs for modules are all GoNB.
func (t *target) kernelName(asked string) string {
	if asked != "" {
		return asked
	}
	if name := t.nb.KernelName(); jupyter.Ours(name) {
		return "gonb"
	} else if name != "" {
		return name
	}
	if lang := t.nb.Language(); lang != "" && lang != "go" {
		return lang
	}
	return "gonb"
}

// gonbOnce builds the kernel once for all notebooks of a command.
var gonbOnce struct {
	sync.Mutex
	specs map[string]*jupyter.Spec
}

// stock is the name for the kernelspec gonb as it is installed, where gonb means ours.
const stock = "stock"

// spec finds the kernel; gonb is always ours, of the version that the module's go.mod pins if it does.
func (t *target) spec(ctx context.Context, asked string) (*jupyter.Spec, error) {
	name := t.kernelName(asked)
	if name == stock {
		name = "gonb"
	} else if name == "gonb" {
		return t.goSpec(ctx)
	}
	spec, err := jupyter.FindSpec(name)
	if err != nil {
		return nil, &usageError{fmt.Errorf("%s: %w", t.name, err)}
	}
	return spec, nil
}

func (t *target) goSpec(ctx context.Context) (*jupyter.Spec, error) {
	root, err := t.root()
	if err != nil {
		return nil, &usageError{fmt.Errorf("%s: %w", t.name, err)}
	}
	gonbOnce.Lock()
	defer gonbOnce.Unlock()
	if spec := gonbOnce.specs[root]; spec != nil {
		return spec, nil
	}
	spec, err := jupyter.GoNB(ctx, root)
	if err != nil {
		if cause := context.Cause(ctx); cause != nil {
			return nil, cause
		}
		return nil, fmt.Errorf("%s: %w", t.name, err)
	}
	if gonbOnce.specs == nil {
		gonbOnce.specs = map[string]*jupyter.Spec{}
	}
	gonbOnce.specs[root] = spec
	return spec, nil
}
