package jupyter

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"

	"flowbook/ml/module"
)

// GoNB returns the spec of the Go kernel for the module in root.
//
// The kernel finds the module, and all that its go.work uses, without a set-up cell. The user's
// settings of the go command hold in it, those of `go env -w`, too; but GOOS and GOARCH are this
// machine's and CGO_ENABLED is 0, for a cell runs here and a link with C is slow; of GOFLAGS -mod
// and -modfile are left out, which are about the user's own builds; and GOWORK is the kernel's own.
//
// Where neither HOME nor GOCACHE are set, the home is the one that the system knows for the user; a
// user that it does not know gets a home in the module's state, and so does a build cache that
// cannot be where the go command wants it.
func GoNB(ctx context.Context, root string) (*Spec, error) {
	spec, err := goNB(ctx, root)
	if err != nil {
		if refused := refusedSetting(err.Error()); refused != nil {
			err = refused
		}
		return nil, fmt.Errorf("prepare the Go kernel: %w", err)
	}
	return spec, nil
}

func goNB(ctx context.Context, root string) (*Spec, error) {
	k, err := openKernel(ctx, root)
	if err != nil {
		return nil, err
	}
	bin, err := k.build(ctx)
	if err != nil {
		return nil, err
	}
	// The toolchain that go.mod asks for may be another than the go command on the PATH, which then
	// only calls it.
	goDir := filepath.Join(k.settings.GOROOT, "bin")
	if _, err := os.Stat(filepath.Join(goDir, "go"+exe)); err != nil {
		goDir = filepath.Dir(k.goCommand)
	}
	env := map[string]string{
		"PATH":           strings.Join([]string{bin, goDir, "${PATH}"}, string(os.PathListSeparator)),
		"GOFLAGS":        cellFlags(k.settings.GOFLAGS),
		"CGO_ENABLED":    "0",
		"GOPATH":         k.settings.GOPATH,
		"GOMODCACHE":     k.settings.GOMODCACHE,
		"GOCACHE":        k.settings.GOCACHE,
		"GOWORK":         "",
		"GOOS":           runtime.GOOS,
		"GOARCH":         runtime.GOARCH,
		module.EnvRoot:   k.space.Root,
		module.EnvGoWork: k.space.GoWork,
		module.EnvVendor: k.space.Vendor(),
	}
	if k.space.GoWork == "" {
		env[module.EnvGoWork] = "off"
	}
	if isScratch(k.space.Root, k.cache) {
		env[module.EnvScratch] = k.space.Root
	}
	if _, err := os.UserHomeDir(); err != nil {
		env["HOME"] = homeOf(goEnvironment(k.state))
	}
	var dirs []string
	for _, m := range k.space.Modules {
		if m.Main {
			dirs = append(dirs, m.Dir)
		}
	}
	return &Spec{
		Name:          "gonb",
		Argv:          []string{filepath.Join(bin, "gonb"+exe), "-go_work=" + strings.Join(dirs, ","), "-raw_error", "--kernel", "{connection_file}"},
		Env:           env,
		DisplayName:   "Go (gonb)",
		Language:      "go",
		InterruptMode: "message",
	}, nil
}

// cellFlags are the user's GOFLAGS as cells have them. Without a symbol table a cell links in two
// thirds of the time.
func cellFlags(user string) string {
	flags := []string{}
	linked := false
	for _, flag := range strings.Fields(user) {
		name, _, _ := strings.Cut(strings.TrimLeft(flag, "-"), "=")
		linked = linked || name == "ldflags"
		if name != "mod" && name != "modfile" {
			flags = append(flags, flag)
		}
	}
	if !linked {
		flags = append(flags, "-ldflags=-s")
	}
	return strings.Join(flags, " ")
}

// exe ends the names of programs.
var exe = map[bool]string{true: ".exe"}[runtime.GOOS == "windows"]

func homeOf(env []string) string {
	for _, pair := range env {
		if home, ok := strings.CutPrefix(pair, "HOME="); ok {
			return home
		}
	}
	return ""
}

// GoNB returns the spec of the Go kernel for the module or workspace in root, whatever it is
// called. Its programs are built once for each version and toolchain, into the user's cache folder
// (see programs.go); nothing is installed elsewhere, and root stays as it is.
