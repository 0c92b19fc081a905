package pipeline

import (
	"fmt"
	"os"
	"regexp"
	"strconv"
	"strings"

	"flowbook/tools/parameter"

	"go.yaml.in/yaml/v3"
)

// instance is a step with values for the parameters of its grid: what is run, and what has a key.
type instance struct {
	*Step
	name            string
	inputs, outputs []File
	assignments     []parameter.Assignment
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

// counted is the input whose files an axis 1..N counts: the first with the axis's placeholder, and no other, in its name.
func (s *Step) counted(a Axis) *File {
	for i, f := range s.Inputs {
		if names := placeholders(f.Pattern); len(names) == 1 && names[0] == a.Name {
			return &s.Inputs[i]
		}
	}
	return nil
}

// expand returns the runs of a step, for a grid the values of the last axis changing fastest. What 1..N means depends on the
// files that are there now.
func (p *Pipeline) expand(s *Step) []*instance {
	runs := []*instance{{Step: s, name: s.Name, inputs: s.Inputs, outputs: s.Outputs}}
	for _, param := range s.Params {
		runs[0].assignments = append(runs[0].assignments, p.assignment(param.Name, param.Node))
	}
	for _, axis := range s.Grid {
		values := axis.Values
		if values == nil {
			values = p.numbers(s, axis)
		}
		var next []*instance
		for _, run := range runs {
			for _, v := range values {
				next = append(next, p.fix(run, axis.Name, v))
			}
		}
		runs = next
	}
	return runs
}

// numbers are the values of an axis that is a range.
func (p *Pipeline) numbers(s *Step, axis Axis) []*yaml.Node {
	var values []*yaml.Node
	for k := axis.From; ; k++ {
		if axis.counts() {
			name := fill(s.counted(axis).Pattern, axis.Name, strconv.Itoa(k))
			if _, err := os.Stat(p.path(name)); err != nil {
				return values
			}
		} else if k > axis.To {
			return values
		}
		values = append(values, &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!int", Value: strconv.Itoa(k), Line: axis.Line})
	}
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
