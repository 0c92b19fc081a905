package pipeline

import (
	"fmt"
	"path"
	"slices"
	"strings"

	"flowbook/tools/status"

	"go.yaml.in/yaml/v3"
)

// Step is one entry of a pipeline file.
type Step struct {
	Name     string
	Notebook string   // path of the notebook, or
	Command  []string // words of a flowbook command
	Inputs   []File
	Declared bool // the file says what the step reads, though it may be nothing: inputs: []
	Outputs  []File
	Missing  bool   // run only while the first output is not there
	Needs    string // a property that a worker on another machine must have, such as gpu
	Params   []Param
	Grid     []Axis
	Line     int // in the pipeline file

	after []*Step // steps that write inputs of this one
}

// File is a path that a step reads or writes, from the module's root and with slashes.
type File struct {
	Pattern  string // may contain *, ? and […] as in package path, and {name} for a grid parameter
	Optional bool   // may be missing
	Line     int
}

// Param is a parameter's value.
type Param struct {
	Name string
	Node *yaml.Node
}

// Axis is a parameter with the values that a grid gives it.
type Axis struct {
	Name   string
	Values []*yaml.Node // the values; empty for a range of numbers
	From   int          // first number of the range
	To     int          // last number; 0 ends the range with the last existing file
	Line   int
}

// overlaps reports whether a file of one pattern may be one of the other.
func overlaps(a, b File) bool {
	x, y := blank(a.Pattern), blank(b.Pattern)
	if x == y {
		return true
	}
	xs, ys := strings.Split(x, "/"), strings.Split(y, "/")
	if len(xs) != len(ys) {
		return false
	}
	for i := range xs {
		if !elementsOverlap(xs[i], ys[i]) {
			return false
		}
	}
	return true
}

// elementsOverlap compares two path elements. Of two patterns only the parts before and after the
// wild cards are compared, which errs on the side of an order too many.
func elementsOverlap(x, y string) bool {
	if ok, _ := path.Match(x, y); ok || x == y {
		return true
	}
	if ok, _ := path.Match(y, x); ok {
		return true
	}
	i, j := strings.IndexAny(x, wild), strings.IndexAny(y, wild)
	if i < 0 || j < 0 {
		return false
	}
	head := strings.HasPrefix(x[:i], y[:j]) || strings.HasPrefix(y[:j], x[:i])
	xt, yt := x[strings.LastIndexAny(x, wild)+1:], y[strings.LastIndexAny(y, wild)+1:]
	return head && (strings.HasSuffix(xt, yt) || strings.HasSuffix(yt, xt))
}

const wild = `*?[]\`

// blank puts * in the place of {name}.
func blank(pattern string) string {
	for {
		i := strings.IndexByte(pattern, '{')
		j := strings.IndexByte(pattern, '}')
		if i < 0 || j < i {
			return pattern
		}
		pattern = pattern[:i] + "*" + pattern[j+1:]
	}
}

// link finds out which step waits for which and brings the steps into an order in which they can
// run, as near to the file's as may be.
func (p *Pipeline) link() error {
	for _, s := range p.Steps {
		for _, in := range s.Inputs {
			for _, other := range p.Steps {
				for _, out := range other.Outputs {
					if overlaps(in, out) && other != s && !slices.Contains(s.after, other) {
						s.after = append(s.after, other)
					}
				}
			}
		}
		for _, out := range s.Outputs {
			for _, other := range p.Steps {
				for _, o := range other.Outputs {
					if other.Line > s.Line && overlaps(out, o) {
						return p.errorAt(o.Line, "%s may be written by step %s and by step %s", o.Pattern, s.Name, other.Name)
					}
				}
			}
		}
	}
	var order []*Step
	state := map[*Step]int{} // 1 being visited, 2 done
	var visit func(s *Step, trail []string) error
	visit = func(s *Step, trail []string) error {
		trail = append(trail, s.Name)
		switch state[s] {
		case 1:
			return p.errorAt(s.Line, "steps wait for each other: %s", strings.Join(trail, " after "))
		case 2:
			return nil
		}
		state[s] = 1
		for _, before := range s.after {
			if err := visit(before, trail); err != nil {
				return err
			}
		}
		state[s] = 2
		order = append(order, s)
		return nil
	}
	for _, s := range p.Steps {
		if err := visit(s, nil); err != nil {
			return err
		}
	}
	p.Steps = order
	return nil
}

// FileError is a mistake in a pipeline file.
type FileError struct {
	File string
	Line int
	Msg  string
}

func (e *FileError) Error() string { return fmt.Sprintf("%s:%d: %s", e.File, e.Line, e.Msg) }

// ExitCode is that of unusable arguments: nothing was run.
func (e *FileError) ExitCode() int { return status.ExitUsage }

func (p *Pipeline) errorAt(line int, format string, args ...any) error {
	return &FileError{p.file, line, fmt.Sprintf(format, args...)}
}

// Select returns the steps with these names, or notebook paths, and all that they wait for; all
// steps without names.
func (p *Pipeline) Select(names []string) (selected, targets []*Step, err error) {
	if len(names) == 0 {
		return p.Steps, p.Steps, nil
	}
	wanted := map[*Step]bool{}
	var want func(*Step)
	want = func(s *Step) {
		wanted[s] = true
		for _, before := range s.after {
			want(before)
		}
	}
	for _, name := range names {
		var found *Step
		clean := strings.TrimPrefix(path.Clean(strings.ReplaceAll(name, `\`, "/")), "./")
		for _, s := range p.Steps {
			if s.Name == name || s.Notebook != "" && (s.Notebook == clean || path.Base(s.Notebook) == clean) {
				found = s
			}
		}
		if found == nil {
			var all []string
			for _, s := range p.Steps {
				all = append(all, s.Name)
			}
			return nil, nil, &TargetError{name, all}
		}
		want(found)
		targets = append(targets, found)
	}
	for _, s := range p.Steps {
		if wanted[s] {
			selected = append(selected, s)
		}
	}
	return selected, targets, nil
}

// TargetError names a step that is not there.
type TargetError struct {
	Name  string
	Steps []string
}

func (e *TargetError) Error() string {
	return fmt.Sprintf("no step %q in the pipeline; there are %s", e.Name, strings.Join(e.Steps, ", "))
}

// ExitCode is that of unusable arguments: nothing was run.
func (e *TargetError) ExitCode() int { return status.ExitUsage }
