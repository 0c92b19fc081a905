package main

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"time"

	"flowbook/ml/module"
	"flowbook/tools/gocell"
)

const (
	buildFile = "build.json"
	declsFile = "decls.json" // the declarations of the last program that was compiled

	// linkedFile is there once a program had to be linked and was put on the shelf; the runner looks
	// for it.
	linkedFile = "linked"
)

// built is the last build of main.go, with the commands that repeat it.
type built struct {
	World         string
	From, Main    string   // digests of main.go, as GoNB composed it first and as it was built
	Imports       []string // sorted: imports of main.go, present and earlier ones
	Package       string   // the import path of main.go, which errors name
	Modules       []string // the folders of the modules that are built from folders
	Path          string   // of the program
	Program       stat     // the program, as it was built
	Dirs          []string // the folders of the packages in them
	Embedding     []string // those of Dirs whose packages embed files
	Stamp         string   // of the files in them
	Content       string   // of the files from which they were compiled; "" if there is no shelf
	Compile, Link []string // commands; nil if the build was none that can be repeated
}

// stat identifies the state of a file.
type stat struct {
	Size int64
	Time int64 // modification, ns
}

func statOf(path string) (stat, bool) {
	info, err := os.Lstat(path)
	if err != nil || !info.Mode().IsRegular() {
		return stat{}, false
	}
	return stat{info.Size(), info.ModTime().UnixNano()}, true
}

// build builds main.go into program, or finds that it is built. It leaves builds that it cannot do,
// or that fail, to the go command; errors of main.go alone it reports as the go command would.
func (k *keep) build(program string) (status int, done bool) {
	if !knownFlags(os.Getenv("GOFLAGS")) {
		return 0, false
	}
	main, err := readMain(filepath.Join(k.dir, "main.go"))
	if err != nil {
		return 0, false
	}
	if slices.Contains(main.imports, "C") {
		return withCgo(k.real, []string{"build", "-o", program}), true
	}
	world, err := k.world(k.real)
	if err != nil {
		return 0, false
	}
	b, ok := k.last(world)
	if s, there := statOf(program); ok && there && b.Main == main.digest && s == b.Program {
		writeGraph(nil)
		return 0, true
	}
	shelf := k.shelf(main)
	defer shelf.lock()()
	if taken, ok := shelf.take(program); ok {
		taken.World = world
		k.remember(&taken, main.digest, program)
		shelf.putFrom(taken.From)
		writeGraph(nil)
		return 0, true
	}
	if ok && within(main.imports, b.Imports) {
		errors, ok := k.repeat(&b, main, program)
		if errors != "" {
			fmt.Fprintf(os.Stderr, "# %s\n%s", b.Package, errors)
			return 1, true
		}
		if ok {
			k.remember(&b, main.digest, program)
			shelf.put(b, program)
			return 0, true
		}
	}
	return k.goBuild(b, main, world, program, shelf)
}

// goBuild has the go command build main.go, after a build before or none, and learns from its log.
func (k *keep) goBuild(before built, main mainFile, world, program string, shelf shelf) (status int, done bool) {
	start := time.Now()
	log, err := exec.Command(k.real, "build", "-x", "-o", program).CombinedOutput()
	if err != nil {
		if excluded.Match(log) {
			fmt.Fprint(os.Stderr, namesCgo(excluded.FindString(string(log))+"\n"))
			return 1, true
		}
		return 0, false // and again, for its messages without the commands between them
	}
	_, decls, _ := gocell.Prune(string(main.text), nil)
	k.store(declsFile, decls)
	b := built{World: world, Imports: main.imports}
	if k.record(&b, &before, string(log), start, shelf.dir != "") {
		k.remember(&b, main.digest, program)
		shelf.put(b, program)
	}
	return 0, true
}

// remember stores how the program of a main.go was built.
func (k *keep) remember(b *built, main, program string) {
	b.Main, b.Path = main, program
	b.Program, _ = statOf(program)
	var kept arranged
	if b.From = ""; k.load(goimportsFile, &kept) {
		b.From = kept.From
	}
	k.store(buildFile, b)
}

// last returns the previous build, if only main.go has changed since.
func (k *keep) last(world string) (built, bool) {
	var b built
	if k.load(buildFile, &b) && b.World == world {
		if now, _, err := fileState(b.Modules, b.Dirs, b.Embedding, k.dir); err == nil && now == b.Stamp {
			return b, true
		}
	}
	return built{}, false
}

// repeat compiles and links by the commands of the last build. It returns the errors of main.go if
// these stop it.
func (k *keep) repeat(b *built, main mainFile, program string) (errors string, ok bool) {
	linked := k.file("program")
	os.Remove(linked)
	compiled := step{Mode: "build", TimeStart: time.Now()}
	out, err := k.compile(b, main)
	if err != nil {
		if inMain.Match(out) && !bytes.Contains(out, []byte("could not import ")) {
			return string(out), false
		}
		return "", false // the build cache was emptied, say
	}
	compiled.TimeDone = time.Now()
	link := step{Mode: "link", TimeStart: compiled.TimeDone}
	cmd := exec.Command(b.Link[0], b.Link[1:]...)
	// The linker keeps all its inputs in memory: collecting less often saves an eighth of its
	// processor time and costs 10 MB.
	cmd.Env = append([]string{"GOGC=400"}, os.Environ()...)
	if cmd.Run() != nil || os.Rename(linked, program) != nil {
		return "", false
	}
	link.TimeDone = time.Now()
	compiled.TimeReady, link.TimeReady = compiled.TimeStart, link.TimeStart
	writeGraph([]step{compiled, link})
	return "", true
}

// compile compiles main.go without the declarations that the cell does not need (see gocell.Prune).
// It restores main.go afterwards, so readers find GoNB's own text. If that fails main.go is
// compiled as it is, and the errors are of that. $FLOWBOOK_GOFRONT=whole leaves nothing out.
func (k *keep) compile(b *built, main mainFile) (out []byte, err error) {
	path := filepath.Join(k.dir, "main.go")
	run := func() ([]byte, error) { return exec.Command(b.Compile[0], b.Compile[1:]...).CombinedOutput() }
	var valid map[string]string
	k.load(declsFile, &valid)
	pruned, decls, ok := gocell.Prune(string(main.text), valid)
	ok = ok && os.Getenv(module.EnvGoFront) != "whole"
	if ok {
		if err = os.WriteFile(path, []byte(pruned), 0o600); err == nil {
			out, err = run()
		}
		if restored := os.WriteFile(path, main.text, 0o600); restored != nil {
			return nil, restored
		}
	}
	if !ok || err != nil {
		out, err = run()
	}
	if err == nil {
		k.store(declsFile, decls)
	}
	return out, err
}

// inMain matches the compiler's output if all errors are in main.go.
var inMain = regexp.MustCompile(`^(\./main\.go:\d+(:\d+)?: .*\n(\t.*\n)*)+(\./main\.go:\d+(:\d+)?: )?(too many errors\n)?$`)

// knownFlags reports whether the flags of every go command are such that a build with them can be
// repeated.
func knownFlags(flags string) bool {
	for _, flag := range strings.Fields(flags) {
		name, _, _ := strings.Cut(strings.TrimLeft(flag, "-"), "=")
		if !slices.Contains([]string{"ldflags", "gcflags", "tags", "trimpath", "buildvcs", "debug-actiongraph"}, name) || strings.ContainsAny(flag, `'"`) {
			return false
		}
	}
	return true
}
