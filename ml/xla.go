//go:build cgo && linux && amd64 && !noxla

package ml

import (
	"errors"
	"fmt"

	_ "github.com/gomlx/go-xla/compute/xla" // backend "xla" without autoinstall, which downloads
	"github.com/gomlx/go-xla/pjrt"
)

func init() {
	cudaPlugin = func() (err error) {
		// A plugin that does not load makes the search panic (go-xla v0.4.5).
		defer func() {
			if r := recover(); r != nil {
				err = fmt.Errorf("%w: %v", errBroken, r)
			}
		}()
		if _, ok := pjrt.AvailablePlugins()["cuda"]; !ok {
			return errors.New("XLA's CUDA plugin or an NVIDIA GPU is missing")
		}
		return nil
	}
}
