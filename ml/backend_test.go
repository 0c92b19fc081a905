package ml

import (
	"errors"
	"fmt"
	"strings"
	"testing"
)

func TestChooseBackend(t *testing.T) {
	there := func() error { return nil }
	broken := func() error { return fmt.Errorf("%w: dlopen", errBroken) }
	for _, c := range []struct {
		name, env string
		plugin    func() error
		config    string
		reason    string
		gpu       bool
	}{
		{"asked for", "xla:cpu", there, "xla:cpu", "GOMLX_BACKEND", false},
		{"no XLA linked", "", nil, pureGo, "without XLA", false},
		{"no plugin", "", func() error { return errors.New("none here") }, pureGo, "none here", false},
		{"broken plugin", "", broken, pureGo, "broken: dlopen", false},
		{"plugin and GPU", "", there, "xla:cuda", "GPU", true},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, err := chooseBackend(c.env, c.plugin)
			if want := c.name == "broken plugin"; errors.Is(err, errBroken) != want {
				t.Errorf("error %v; broken: %v", err, want)
			}
			if got.Config != c.config || got.GPU() != c.gpu || !strings.Contains(got.Reason, c.reason) {
				t.Errorf("got %+v, GPU %v; want %s, GPU %v, a reason with %q", got, got.GPU(), c.config, c.gpu, c.reason)
			}
		})
	}
}

func TestUnknownBackendIsAnError(t *testing.T) {
	for _, config := range []string{"abacus", "go:no_such_option"} {
		if _, err := newBackend(config); err == nil {
			t.Errorf("%s: no error", config)
		}
	}
}

func ExampleBackend_GPU() {
	fmt.Println(Backend{Config: "xla:cuda"}.GPU(), Backend{Config: "go:ops_sequential"}.GPU())
	// Output: true false
}
