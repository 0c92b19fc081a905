// Package runner executes notebooks on live kernels, headlessly.
//
// Its one convention: a cell is done when its reply and the kernel's idle status have both come,
// and it succeeds only with a reply. Failures of the notebook are reported in the Result, cell by
// cell; an error is returned only where the run itself could not be made: no kernel, no place to
// write.
//
//	nb, err := notebook.ReadFile("a.ipynb")
//	spec, err := jupyter.GoNB(ctx, root)
//	res, err := runner.Run(ctx, nb, runner.Options{Spec: spec, Dir: ".", Output: "out/a.ipynb"})
//	os.Exit(res.ExitCode())
//
// Tags that it knows: parameters, injected-parameters, skip-execution (and nbval-skip),
// raises-exception (and nbval-raises-exception: the cell may fail), exact-output (see Check).
// Metadata that it knows of a cell; timeout may stand in the notebook's for all of its cells:
//
//	"flowbook": {"timeout": "90s", "expect-error": "regexp", "pure": ["flowbook/tools/flowbook"]}
//
// A timeout is a Go duration or a number of seconds, 0 for none; Options.Timeout bounds it.
// nbmake's metadata.execution.timeout is known too. A cell with expect-error must fail, with an
// error that the expression matches. pure is for incremental runs, which execute a cell that reads
// or starts things by itself each time: by this its author vouches that its outputs follow from its
// code, the packages that it names and those listed here, and the data files that package dataset
// opens.
package runner

import (
	"context"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"time"

	"flowbook/tools/gocell"
	"flowbook/tools/jupyter"
	"flowbook/tools/notebook"
	"flowbook/tools/parameter"
	"flowbook/tools/sandbox"
)

// Options says how a notebook is run.
type Options struct {
	Spec      *jupyter.Spec
	Dir       string          // the kernel's working directory: the notebook's folder
	Env       []string        // NAME=value, on top of the spec's
	Transport string          // as jupyter.Options
	Sandbox   *sandbox.Policy // isolates the kernel, and disables the notebook's tags and time limits

	Path        string                 // how results name the notebook
	Output      string                 // file that is written after each cell; "" for none
	Assignments []parameter.Assignment // parameters to set

	Start       time.Duration // how long the kernel may take to start; 0 is a minute
	Timeout     time.Duration // of a cell, which may set a shorter one of its own; 0 is none
	Deadline    time.Duration // of the whole run, the kernel's start included; 0 is none
	Quiet       time.Duration // silence of a cell that Progress is told of, once; 0 is 30 minutes
	IdleWait    time.Duration // longest silence between a cell's reply and its idle status; 0 is 10 s
	Grace       time.Duration // from the first interrupt to the kernel's end; 0 is 6 s, GoNB needs 5
	MaxOutput   int           // bytes of output kept for a cell; 0 is 10 MiB, negative has no limit
	AllowErrors bool          // go on after a failing cell; it is a failure all the same

	Cells string // cell results of an incremental run, for GoNB only; "" executes every cell
	Root  string // the module's root, for incremental runs

	NoAhead  bool // build no program before its turn: other runs have the processors
	Separate bool // compile each cell of a GoNB notebook by itself, as it is when it is executed alone

	Timings  bool                        // measure build and link of Go cells
	Progress func(Event)                 // called from Run's goroutine; may be nil
	Log      func(Event, string, string) // cell, stream name, text as it comes; may be nil
}

// An Event tells that a cell starts (Status "") or has ended.
type Event struct {
	Cell  CellResult
	Total int           // number of code cells
	Quiet time.Duration // above 0: the cell has started and has put out nothing for this long
}

// Run executes the notebook's code cells in order on a kernel of its own and changes nb: outputs
// and counts of all cells that can be executed are cleared first, so that nothing old stands beside
// something new, and set as the cells run. Parameters are checked before anything is started. The
// Result is complete whenever err is nil.
func Run(ctx context.Context, nb *notebook.Notebook, opt Options) (*Result, error) {
	if err := parameter.Inject(nb, opt.Assignments, opt.Dir); err != nil {
		return nil, err
	}
	s := newSession(nb, opt)
	if err := s.prepare(); err != nil {
		return nil, err
	}
	if opt.Deadline > 0 {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeoutCause(ctx, opt.Deadline, &DeadlineError{opt.Deadline})
		defer cancel()
	}
	s.res.Started = time.Now()
	running.Add(1)
	defer running.Add(-1)
	if opt.Cells != "" && opt.Spec.Name == "gonb" {
		inc, err := newIncremental(s)
		if err != nil {
			return nil, err
		}
		defer os.Remove(inc.reads)
		s.send = inc
	} else if opt.Spec.Name == "gonb" && !opt.Separate {
		shared := newSharing(s)
		defer func() { shared.ahead.end() }()
		s.send = shared
	}
	if err := s.cells(ctx); err != nil {
		s.stop()
		s.saver.wait()
		return nil, err
	}
	return s.res, s.finish()
}

var importLine = regexp.MustCompile(`^import\b`)

// title is the first line of a cell that says something, shortened.
func title(source string) string {
	t, inImports := "", false
	// also in other languages: nothing there looks like Go's main, or a group of imports
	for _, line := range gocell.Lines(source) {
		text := strings.TrimSpace(line.Text)
		switch {
		case inImports:
			inImports = text != ")"
			continue
		case importLine.MatchString(text):
			inImports = strings.HasSuffix(text, "(")
			continue
		case text == "" || line.Kind == gocell.Main:
			continue
		}
		t = text
		break
	}
	if t == "" {
		t = firstLine(source)
	}
	if t == "import (" {
		t = "imports"
	}
	if r := []rune(t); len(r) > 60 {
		t = string(r[:59]) + "…"
	}
	return t
}

// SidecarPath is where the details of a run are written that have no place in its notebook:
// x.run.json beside x.ipynb.
func SidecarPath(output string) string {
	return strings.TrimSuffix(output, filepath.Ext(output)) + ".run.json"
}
