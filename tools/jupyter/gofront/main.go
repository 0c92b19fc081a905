// Command gofront stands before the go command and goimports on the PATH of the Go kernel, under
// their names. For each cell GoNB runs, in a folder of its own,
//
//	goimports -w main.go
//	go get
//	go build -o program
//
// and forgets everything about the cell before. gofront remembers. If main.go is unchanged, it
// repeats nothing. If only main.go has changed, it compiles and links with the commands of the last
// build: it does not resolve dependencies again, and it leaves out declarations that the cell does
// not need. All other builds, and all that fail, go to the real programs, so these decide a cell's
// meaning and its errors. The real goimports lies in the folder real beside gofront; the real go
// command is the next on the PATH. With $FLOWBOOK_GOFRONT=off gofront remembers nothing and only
// finds the user's modules.
//
// The 33 cells of Anomaly_Detection, each compiled by itself, took 42 s of processor time without
// gofront's memory (off), 26 s with it (whole), and 21 s when unneeded declarations were left out
// as well (2026-11-29, two loaded cores).
//
// Its memory lies in the folder .gofront of the kernel's folder, which is removed when the kernel
// ends. It is valid until one of these changes: the files of the packages that are built from
// folders (their names, sizes and times), go.mod, go.sum and go.work, the environment and the go
// command itself. Packages of the module cache and of Go do not change. Linked programs outlive the
// kernel on a shelf where $FLOWBOOK_PROGRAMS names one; there it also notes which program a go run
// of a cell has executed.
package main

import (
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"

	"flowbook/ml/module"
)

func main() {
	if status, ok := runGuarded(); ok {
		os.Exit(status)
	}
	if status, ok := runNoted(); ok {
		os.Exit(status)
	}
	name := strings.TrimSuffix(filepath.Base(os.Args[0]), ".exe")
	ahead := buildsAhead()
	if ahead && name != "go" && name != "goimports" {
		os.Exit(0) // in the place of a cell's program
	}
	real, err := realProgram(name)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	dir, err := os.Getwd()
	off := os.Getenv(module.EnvGoFront) == "off"
	if err == nil && cellFolder(dir) {
		status, done := 0, false
		k := &keep{dir: dir, real: real}
		v, isVendored := vendor()
		if len(os.Args) > 1 && os.Args[1] != "mod" && os.Args[1] != "work" {
			k.replaces()
		}
		switch args := os.Args[1:]; {
		case name == "go" && len(args) > 1 && args[0] == "work" && args[1] == "init":
			os.Setenv("GOWORK", filepath.Join(dir, "go.work")) // there may be another in a folder above
		case isVendored && name == "go" && len(args) > 0 && args[0] == "get" && (len(args) == 1 || args[1] == "-t"):
			done = true // the vendor folder holds all modules
		case isVendored && name == "go" && len(args) > 2 && (args[0] == "build" || args[0] == "test"):
			status, done = v.build(k, args), true
		case !off && name == "goimports" && len(args) == 2 && args[0] == "-w" && filepath.Dir(args[1]) == dir:
			done = k.goimports(args[1])
		case name == "go" && len(args) == 1 && args[0] == "get":
			status, done = k.get()
		case name == "go" && len(args) == 3 && args[0] == "build" && args[1] == "-o" && filepath.Dir(args[2]) == dir:
			if os.Getenv(envGuard) != "" {
				status, done = k.guardedBuild(filepath.Join(dir, "main.go"), args[2])
			} else if ahead {
				status, done = k.buildAhead(args[2]), true
			} else if !off {
				status, done = k.build(args[2])
			}
		}
		if done {
			os.Exit(status)
		}
	}
	if name == "go" && len(os.Args) > 2 && os.Args[1] == "get" && os.Getenv("GONB_TMP_DIR") != "" {
		os.Exit(userGet(real, dir, os.Args[1:]))
	}
	if name == "go" && len(os.Args) > 2 && os.Args[1] == "run" && !off && err == nil {
		if r, ok := newRun(real, dir, os.Args[2:]); ok {
			os.Exit(r.run())
		}
	}
	if name == "go" {
		os.Args = ownPackages(dir, os.Args)
	}
	os.Exit(pass(real, os.Args))
}

// buildsAhead reports whether the runner has started this kernel to build programs and run none. A
// kernel that Jupyter starts runs cells whatever the user's environment says.
func buildsAhead() bool {
	return os.Getenv(module.EnvAhead) != "" && os.Getenv("FLOWBOOK_KERNEL_FOLDER") != ""
}

// ownPackages shortens the go list by which gopls, in a kernel's folder, asks for all packages of
// the modules that the kernel's go.work uses: a cell needs those that it imports, which are listed
// with it.
func ownPackages(dir string, args []string) []string {
	all := string(filepath.Separator) + "..."
	if len(args) < 2 || args[1] != "list" || !strings.HasPrefix(filepath.Base(dir), "gonb_") ||
		!slices.Contains(args, "-deps=true") || !slices.Contains(args, dir+all) {
		return args
	}
	return slices.DeleteFunc(slices.Clone(args), func(arg string) bool { return filepath.IsAbs(arg) && strings.HasSuffix(arg, all) && arg != dir+all })
}

// cellFolder reports whether dir is the folder in which the kernel that we descend from composes
// its cells.
func cellFolder(dir string) bool {
	folder := os.Getenv("GONB_TMP_DIR")
	if folder == "" {
		return false
	}
	a, err := os.Stat(folder)
	if err != nil {
		return false
	}
	b, err := os.Stat(dir)
	return err == nil && os.SameFile(a, b)
}

// realProgram finds the program that gofront stands before.
func realProgram(name string) (string, error) {
	own, err := os.Executable()
	if err != nil {
		return "", fmt.Errorf("%s: %w", name, err)
	}
	here := filepath.Dir(own)
	file := name
	if runtime.GOOS == "windows" {
		file += ".exe"
	}
	if name == "goimports" {
		return filepath.Join(here, "real", file), nil
	}
	own, err = filepath.EvalSymlinks(own)
	if err != nil {
		return "", fmt.Errorf("%s: %w", name, err)
	}
	ours, err := os.Stat(filepath.Join(filepath.Dir(own), file)) // gofront, under the name
	if err != nil {
		return "", fmt.Errorf("%s: %w", name, err)
	}
	for _, dir := range filepath.SplitList(os.Getenv("PATH")) {
		path := filepath.Join(dir, file)
		if info, err := os.Stat(path); err == nil && filepath.IsAbs(path) && info.Mode().IsRegular() && !os.SameFile(info, ours) && (info.Mode()&0o111 != 0 || runtime.GOOS == "windows") {
			return path, nil
		}
	}
	return "", fmt.Errorf("the %s command, which compiles cells, is not on the PATH any more", name)
}
