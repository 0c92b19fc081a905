package ml

import (
	"fmt"
	"os"
	"strings"
	"sync"

	"github.com/gomlx/compute"
	_ "github.com/gomlx/compute/gobackend" // the pure-Go backend, "go"
)

// pureGo runs one operation after the other: for networks this small three times faster than the parallel default, with
// the same bits.
const pureGo = "go:ops_sequential"

// Backend tells what computes, and why it was chosen.
type Backend struct {
	Config string // as in $GOMLX_BACKEND: "go:ops_sequential", "xla:cuda"
	Reason string // one line
}

// GPU says whether the backend computes on a GPU.
func (b Backend) GPU() bool { return strings.Contains(b.Config, "cuda") }

// cudaPlugin is set where XLA is linked in: it says why CUDA cannot be used, or nil.
var cudaPlugin func() error

// ChosenBackend is the backend that this process computes on: $GOMLX_BACKEND if set and not empty, else CUDA through XLA
// where a plugin and a GPU are there and cgo was on, else pure Go.
func ChosenBackend() Backend {
	return theBackend().Backend
}

func chooseBackend(env string, plugin func() error) Backend {
	if env != "" {
		return Backend{Config: env, Reason: "GOMLX_BACKEND says so"}
	}
	if plugin == nil {
		return Backend{Config: pureGo, Reason: "built without XLA (cgo off, or not linux/amd64)"}
	}
	if err := plugin(); err != nil {
		return Backend{Config: pureGo, Reason: err.Error()}
	}
	return Backend{Config: "xla:cuda", Reason: "a CUDA plugin and a GPU are there"}
}

// backend is the process's backend, or why there is none.
type backend struct {
	Backend
	compute compute.Backend
	err     error
}

// theBackend makes the backend once. A CUDA backend that was chosen but does not start gives way to pure Go with one
// line on standard error; one that $GOMLX_BACKEND asked for is an error.
var theBackend = sync.OnceValue(func() (b backend) {
	env := os.Getenv(compute.ConfigEnvVar)
	b.Backend = chooseBackend(env, cudaPlugin)
	b.compute, b.err = newBackend(b.Config)
	if b.err != nil && env == "" && b.Config != pureGo {
		b.Backend = Backend{Config: pureGo, Reason: fmt.Sprintf("%s does not start: %v", b.Config, b.err)}
		fmt.Fprintf(os.Stderr, "ml: computing in pure Go: %s\n", b.Reason)
		b.compute, b.err = newBackend(b.Config)
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

// catch turns a panic of GoMLX into the error that it carries; it stands at every way out of this package into GoMLX.
func catch(err *error) {
	switch r := recover().(type) {
	case nil:
	case error:
		*err = r
	default:
		*err = fmt.Errorf("%v", r)
	}
}
