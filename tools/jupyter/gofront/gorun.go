package main

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"path"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"time"

	"flowbook/ml/atomicfile"
	"flowbook/ml/module"
)

// goRun is a `go run PACKAGE ARGUMENTS` of a cell. The go command looks through all packages and the
// whole of the module cache's index each time, which takes longer than most programs. Where there is
// a shelf, goRun notes which program the go command ran, and from which files it was built; while
// these have the same contents, the program is run at once.
type goRun struct {
	shelf
	args    []string // the package and the arguments
	pkg     string   // its import path
	space   *module.Workspace
	environ []string
}

// ran describes on the shelf what the go command ran. The program lies in its cache.
type ran struct {
	Modules, Dirs, Embedding []string
	Content                  string // of the files from which it was built
	Program                  string
	State                    stat
	Path                     string // its PATH, to which the go command adds
}

// envRan names the file into which gofront, as the go command's -exec, writes which program it is to
// run, and the PATH.
const envRan = "FLOWBOOK_RAN"

// newRun returns the run of these arguments of go run; false for one that only the go command can
// do: with flags, of files or a version, for another machine, of a package of no module that is
// built from a folder, or of a vendored one.
func newRun(real, dir string, args []string) (r goRun, ok bool) {
	folder, ok := shelfFolder()
	root := moduleAbove(dir)
	if !ok || root == "" || len(args) == 0 || strings.HasSuffix(args[0], ".go") || !plainBuild() {
		return r, false
	}
	r = goRun{args: args, environ: os.Environ()}
	os.Unsetenv(module.EnvGoWork) // that of cells; the go command looks for one above the folder
	space, err := module.Open(root)
	if err != nil || space.Vendor() != "" {
		return r, false
	}
	r.space = space
	if r.pkg = importPath(space, dir, args[0]); r.pkg == "" {
		return r, false
	}
	k := &keep{dir: root, real: real}
	world, err := k.lastingWorld()
	if err != nil {
		return r, false
	}
	h := sha256.New()
	module.WriteFields(h, "run", world, root, space.GoWork, r.pkg)
	if space.GoWork != "" {
		for _, name := range []string{space.GoWork, filepath.Join(filepath.Dir(space.GoWork), "go.work.sum")} {
			text, err := os.ReadFile(name)
			if err != nil && !errors.Is(err, os.ErrNotExist) {
				return r, false
			}
			module.WriteFields(h, string(text))
		}
	}
	r.shelf = shelf{k, folder, world, hex.EncodeToString(h.Sum(nil))[:32]}
	return r, true
}

// plainBuild reports whether the go command builds for this machine, and without anything that the
// shelf knows nothing of.
func plainBuild() bool {
	ours := func(name, value string) bool { return os.Getenv(name) == "" || os.Getenv(name) == value }
	return os.Getenv(envGuard) == "" && runtime.GOOS != "windows" && ours("GOOS", runtime.GOOS) && ours("GOARCH", runtime.GOARCH) &&
		os.Getenv("CGO_ENABLED") == "0" && os.Getenv("GO111MODULE") != "off" && knownFlags(os.Getenv("GOFLAGS"))
}

// importPath is the path of the package that an argument of go run names in a folder; "" if it is in
// none of the modules.
func importPath(space *module.Workspace, dir, arg string) string {
	if strings.HasPrefix(arg, ".") || filepath.IsAbs(arg) {
		if !filepath.IsAbs(arg) {
			arg = filepath.Join(dir, arg)
		}
		for _, m := range space.Modules {
			if rel, err := filepath.Rel(m.Dir, arg); err == nil && filepath.IsLocal(rel) {
				if pkg := path.Join(m.Path, filepath.ToSlash(rel)); space.Dir(pkg) == filepath.Clean(arg) {
					return pkg
				}
			}
		}
		return ""
	}
	if info, err := os.Stat(space.Dir(arg)); err != nil || !info.IsDir() {
		return "" // a flag, a pattern, a version, a package of another module
	}
	return arg
}

// run runs the program at once, or has the go command do it and notes what it did.
func (r goRun) run() (status int) {
	if known, ok := r.find(); ok {
		return r.start(append(r.environ, "PATH="+known.Path), known.Program, r.args[1:]...)
	}
	asked := append([]string{"run"}, r.args...)
	self, err := os.Executable()
	if err != nil || strings.ContainsAny(self, " '\"") { // -exec splits there
		return pass(r.real, append([]string{"go"}, asked...))
	}
	note, err := os.CreateTemp("", "ran-*")
	if err != nil {
		return pass(r.real, append([]string{"go"}, asked...))
	}
	note.Close()
	defer os.Remove(note.Name())
	start := time.Now()
	status = r.start(append(r.environ, envRan+"="+note.Name()), r.real, append([]string{"run", "-exec", self}, r.args...)...)
	r.note(note.Name(), start)
	return status
}

// start runs a program to its end as the go command does: an interrupt is for the program alone to
// handle, and a failure is told and has the status 1.
func (r goRun) start(environ []string, program string, args ...string) (status int) {
	cmd := exec.Command(program, args...)
	cmd.Stdin, cmd.Stdout, cmd.Stderr, cmd.Env = os.Stdin, os.Stdout, os.Stderr, environ
	signal.Notify(make(chan os.Signal, 1), os.Interrupt, syscall.SIGQUIT)
	err := cmd.Run()
	var ended *exec.ExitError
	switch {
	case err == nil:
		return 0
	case program == r.real && errors.As(err, &ended) && ended.ExitCode() > 0:
		return ended.ExitCode() // the go command has told it
	}
	fmt.Fprintln(os.Stderr, err)
	return 1
}

// find returns what the shelf says of the package, if it is still right.
func (r goRun) find() (known ran, ok bool) {
	text, err := os.ReadFile(r.path(".json"))
	if err != nil || json.Unmarshal(text, &known) != nil {
		return known, false
	}
	if now, there := statOf(known.Program); !there || now != known.State {
		return known, false
	}
	content, err := fileContent(known.Modules, known.Dirs, known.Embedding, "")
	if err != nil || content != known.Content {
		return known, false
	}
	_ = os.Chtimes(r.path(".json"), time.Time{}, time.Now()) // as good as new
	return known, true
}

// note puts on the shelf what the go command has run since start. Files that have changed meanwhile
// may not be those from which it built.
func (r goRun) note(file string, start time.Time) {
	text, err := os.ReadFile(file)
	program, search, found := strings.Cut(string(text), "\n")
	if err != nil || !found {
		return // it ran nothing
	}
	n := ran{Program: program, Path: search}
	if n.State, found = statOf(program); !found {
		return // what it has just linked it runs from a temporary folder, and from the cache later
	}
	sources, err := r.space.Read(r.pkg)
	if err != nil || len(sources.Packages) == 0 {
		return
	}
	for _, m := range r.space.Modules {
		n.Modules = append(n.Modules, m.Dir)
	}
	for _, pkg := range sources.Packages {
		dir := r.space.Dir(pkg)
		n.Dirs = append(n.Dirs, dir)
		if found, err := embeds(dir); err != nil {
			return
		} else if found {
			n.Embedding = append(n.Embedding, dir)
		}
	}
	if n.Content, err = fileContent(n.Modules, n.Dirs, n.Embedding, ""); err != nil {
		return
	}
	if _, newest, err := fileState(n.Modules, n.Dirs, n.Embedding, ""); err != nil || !newest.Before(start) {
		return
	}
	if text, err = json.Marshal(n); err == nil && atomicfile.Write(r.path(".json"), text, 0o600) == nil {
		r.trim(maxShelf)
	}
}

// runNoted is what gofront does as the -exec of a go command: it writes down which program it is to
// run, and becomes it. It returns false where it is none.
func runNoted() (status int, ok bool) {
	note := os.Getenv(envRan)
	if note == "" || len(os.Args) < 2 || !filepath.IsAbs(os.Args[1]) {
		return 0, false
	}
	os.Unsetenv(envRan)
	_ = os.WriteFile(note, []byte(os.Args[1]+"\n"+os.Getenv("PATH")), 0o600) // else it is not kept
	return pass(os.Args[1], os.Args[1:]), true
}
