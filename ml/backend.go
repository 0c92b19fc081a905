package ml

import (
	"errors"
	"fmt"
	"os"
	"strings"
	"sync"

	"github.com/gomlx/compute"
	_ "github.com/gomlx/compute/gobackend" // the pure-Go backend, "go"
)

// pureGo runs one operation after the other: for networks this small three times faster than the
// parallel default, with the same bits.
const pureGo = "go:ops_sequential"

// Backend names the part that computes and the reason for the choice.
type Backend struct {
	Config string // as in $GOMLX_BACKEND: "go:ops_sequential", "xla:cuda"
	Reason string // one line
}

// GPU says whether the backend computes on a GPU.
func (b Backend) GPU() bool { return strings.Contains(b.Config, "cuda") }

// cudaPlugin is set where XLA is linked in: it says why CUDA cannot be used, or nil.
var cudaPlugin func() error

// errBroken reports a plugin that exists but does not load. Users are told of it; a missing plugin
// is no error.
var errBroken = errors.New("a PJRT plugin is broken")

// ChosenBackend is the backend that this process computes on: $GOMLX_BACKEND if set and not empty,
// else CUDA through XLA where a plugin and a GPU are there and cgo was on, else pure Go.
func ChosenBackend() Backend {
	return theBackend().Backend
}

// chooseBackend also returns the plugin's fault.
func chooseBackend(env string, plugin func() error) (Backend, error) {
	if env != "" {
		return Backend{Config: env, Reason: "GOMLX_BACKEND says so"}, nil
	}
	if plugin == nil {
		return Backend{Config: pureGo, Reason: "built without XLA (cgo off, or not linux/amd64)"}, nil
	}
	if err := plugin(); err != nil {
		return Backend{Config: pureGo, Reason: err.Error()}, err
	}
	return Backend{Config: "xla:cuda", Reason: "a CUDA plugin and a GPU are there"}, nil
}

// backend is the process's backend, or why there is none.
type backend struct {
	Backend
	compute compute.Backend
	err     error
}

// theBackend makes the backend once. A broken plugin, or a CUDA backend that does not start, gives
// way to pure Go with one line on standard error; a backend that $GOMLX_BACKEND names and that does
// not start is an error.
var theBackend = sync.OnceValue(func() (b backend) {
	env := os.Getenv(compute.ConfigEnvVar)
	var wrong error
	b.Backend, wrong = chooseBackend(env, cudaPlugin)
	b.compute, b.err = newBackend(b.Config)
	if b.err != nil && env == "" && b.Config != pureGo {
		wrong = fmt.Errorf("%w: %s does not start: %v", errBroken, b.Config, b.err)
		b.Backend = Backend{Config: pureGo, Reason: wrong.Error()}
		b.compute, b.err = newBackend(b.Config)
	}
	if errors.Is(wrong, errBroken) {
		fmt.Fprintf(os.Stderr, "ml: computing in pure Go: %v\n", wrong)
	}
	if b.err != nil {
		b.err = fmt.Errorf("backend %s: %w", b.Config, b.err)
	}
	return b
})

func newBackend(config string) (b compute.Backend, err error) {
	defer catch(&err)
	return compute.NewWithConfig(config)
}

// catch turns a panic of GoMLX into the error that it carries; it stands at every way out of this
// package into GoMLX.
func catch(err *error) {
	switch r := recover().(type) {
	case nil:
	case error:
		*err = r
	default:
		*err = fmt.Errorf("%v", r)
	}
}
