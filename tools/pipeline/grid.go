package pipeline

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"

	"flowbook/tools/parameter"

	"go.yaml.in/yaml/v3"
)

// instance is a step with values for the parameters of its grid: the unit that is run and has a
// key.
type instance struct {
	*Step
	name            string
	inputs, outputs []File
	assignments     []parameter.Assignment
	at              []int // its place in the grid
}

var placeholder = regexp.MustCompile(`\{([^{}]*)\}`)

func placeholders(pattern string) (names []string) {
	for _, m := range placeholder.FindAllStringSubmatch(pattern, -1) {
		names = append(names, m[1])
	}
	return names
}

// counts reports whether the axis goes as far as there are files.
func (a Axis) counts() bool { return a.Values == nil && a.To == 0 }

// counted returns the input whose files an axis 1..N counts: the first whose name contains only the
// axis's placeholder.
func (s *Step) counted(a Axis) *File {
	for i, f := range s.Inputs {
		if names := placeholders(f.Pattern); len(names) == 1 && names[0] == a.Name {
			return &s.Inputs[i]
		}
	}
	return nil
}

// expand returns the runs of a step, for a grid the values of the last axis changing fastest. The
// meaning of 1..N depends on the files that are there now.
func (p *Pipeline) expand(t tree, s *Step) []*instance {
	var spans []span
	for _, axis := range s.Grid {
		spans = append(spans, s.span(t, axis))
	}
	runs := [][]int{nil}
	for _, span := range spans {
		var next [][]int
		for _, at := range runs {
			for k := span.from; k < span.end; k++ {
				next = append(next, append(at[:len(at):len(at)], k))
			}
		}
		runs = next
	}
	var instances []*instance
	for _, at := range runs {
		instances = append(instances, p.at(s, at))
	}
	return instances
}

// span are the numbers of an axis, or the indices of its values.
type span struct{ from, end int }

func (s *Step) span(t tree, a Axis) span {
	switch {
	case a.Values != nil:
		return span{0, len(a.Values)}
	case !a.counts():
		return span{a.From, a.To + 1}
	}
	end := a.From
	for t.has(fill(s.counted(a).Pattern, a.Name, strconv.Itoa(end))) {
		end++
	}
	return span{a.From, end}
}

// at returns the run of a step at a place of its grid.
func (p *Pipeline) at(s *Step, at []int) *instance {
	run := &instance{Step: s, name: s.Name, inputs: s.Inputs, outputs: s.Outputs, at: at}
	for _, param := range s.Params {
		run.assignments = append(run.assignments, p.assignment(param.Name, param.Node))
	}
	for i, axis := range s.Grid {
		value := &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!int", Value: strconv.Itoa(at[i]), Line: axis.Line}
		if axis.Values != nil {
			value = axis.Values[at[i]]
		}
		run = p.fix(run, axis.Name, value)
	}
	return run
}

// fix gives a parameter of the grid its value.
func (p *Pipeline) fix(run *instance, name string, value *yaml.Node) *instance {
	fixed := *run
	fixed.name = fmt.Sprintf("%s-%s-%s", run.name, name, fileSafe(value.Value))
	fixed.inputs = fillAll(run.inputs, name, value.Value)
	fixed.outputs = fillAll(run.outputs, name, value.Value)
	fixed.assignments = append(run.assignments[:len(run.assignments):len(run.assignments)], p.assignment(name, value))
	return &fixed
}

func (p *Pipeline) assignment(name string, value *yaml.Node) parameter.Assignment {
	return parameter.Assignment{Name: name, Node: value, Origin: fmt.Sprintf("%s:%d", p.file, value.Line)}
}

func fill(pattern, name, value string) string {
	return strings.ReplaceAll(pattern, "{"+name+"}", value)
}

func fillAll(files []File, name, value string) []File {
	filled := make([]File, len(files))
	for i, f := range files {
		f.Pattern = fill(f.Pattern, name, value)
		filled[i] = f
	}
	return filled
}

// fileSafe keeps the bytes of a value that a file name on any system may hold.
func fileSafe(value string) string {
	return strings.Map(func(r rune) rune {
		if strings.ContainsRune("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_.-", r) {
			return r
		}
		return '_'
	}, value)
}
