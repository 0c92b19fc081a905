package pipeline

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"

	"flowbook/ml/atomicfile"
	"flowbook/tools/notebook"

	"go.yaml.in/yaml/v3"
)

// Read reads the pipeline file of the module in root. Mistakes in it are *FileError. Its notebooks
// have notebook.Usual as their limit.
func Read(root, file string) (*Pipeline, error) {
	p := &Pipeline{Largest: notebook.Usual, root: root, file: filepath.ToSlash(file)}
	if rel, err := filepath.Rel(root, file); err == nil {
		p.file = filepath.ToSlash(rel)
	}
	data, err := os.ReadFile(file)
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", p.file, atomicfile.Reason(err))
	}
	return p, p.parse(data)
}

// parse reads the text of a pipeline file.
func (p *Pipeline) parse(data []byte) error {
	var doc yaml.Node
	if err := yaml.Unmarshal(data, &doc); err != nil {
		return p.yamlError(data, err)
	}
	if len(doc.Content) == 0 {
		return p.errorAt(1, "the file is empty; it needs steps")
	}
	err := p.fields(doc.Content[0], "a pipeline", func(key, n *yaml.Node) error {
		switch key.Value {
		case "title":
			return p.text(n, &p.Title)
		case "steps":
			return p.fields(n, "", func(name, n *yaml.Node) error {
				s, err := p.step(name, n)
				p.Steps = append(p.Steps, s)
				return err
			})
		}
		return errUnknown
	})
	if err != nil {
		return err
	}
	if len(p.Steps) == 0 {
		return p.errorAt(doc.Content[0].Line, "a pipeline needs steps")
	}
	return p.link()
}

var yamlLine = regexp.MustCompile(`^yaml: line (\d+): (.*)$`)

// indentTab matches the lines that are indented with a tab. The parser names the line before.
var indentTab = regexp.MustCompile(`(?m)^ *\t+ *[^\s#]`)

// yamlError gives the parser's error our form of a position.
func (p *Pipeline) yamlError(data []byte, err error) error {
	text := err.Error()
	if at := indentTab.FindIndex(data); at != nil && (strings.Contains(text, "tab character") || strings.Contains(text, "cannot start any token")) {
		return p.errorAt(1+bytes.Count(data[:at[0]], []byte("\n")), "it is indented with a tab; YAML wants blanks")
	}
	if m := yamlLine.FindStringSubmatch(err.Error()); m != nil {
		line, _ := strconv.Atoi(m[1])
		return p.errorAt(line, "%s", m[2])
	}
	return p.errorAt(1, "%s", strings.TrimPrefix(err.Error(), "yaml: "))
}

// errUnknown is the error of a field's reader for an unknown field.
var errUnknown = errors.New("unknown")

// fieldsOf lists the fields for the error of an unknown one.
var fieldsOf = map[string]string{
	"a pipeline": "title and steps",
	"a step":     "notebook, command, inputs, outputs, params, grid, when and needs",
}

// fields calls read for each field of a mapping.
func (p *Pipeline) fields(n *yaml.Node, what string, read func(key, value *yaml.Node) error) error {
	if n.Kind != yaml.MappingNode {
		return p.errorAt(n.Line, "want name: value pairs here")
	}
	seen := map[string]bool{}
	for i := 0; i < len(n.Content); i += 2 {
		key, value := n.Content[i], n.Content[i+1]
		if value.Kind == yaml.AliasNode {
			value = value.Alias
		}
		if seen[key.Value] {
			return p.errorAt(key.Line, "%s is there twice", key.Value)
		}
		seen[key.Value] = true
		if err := read(key, value); err == errUnknown {
			return p.errorAt(key.Line, "%s has no field %q; it may have %s", what, key.Value, fieldsOf[what])
		} else if err != nil {
			return err
		}
	}
	return nil
}

// stepName matches the names of steps: they become file names.
var stepName = regexp.MustCompile(`^[A-Za-z0-9_][A-Za-z0-9_.-]*$`)

// need matches a property that a step may need of a worker.
var need = regexp.MustCompile(`^[a-z0-9]+$`)

func (p *Pipeline) step(key, n *yaml.Node) (*Step, error) {
	name := key.Value
	s := &Step{Name: name, Line: key.Line}
	if !stepName.MatchString(name) || strings.EqualFold(name, "index") {
		return nil, p.errorAt(s.Line, "step %q: a name is made of letters, digits, _, - and ., and is not index", name)
	}
	for _, other := range p.Steps {
		if strings.EqualFold(other.Name, name) {
			return nil, p.errorAt(s.Line, "step %s differs from step %s by case only", name, other.Name)
		}
	}
	err := p.fields(n, "a step", func(key, n *yaml.Node) error {
		switch key.Value {
		case "notebook":
			if err := p.text(n, &s.Notebook); err != nil {
				return err
			}
			return p.local(n, s.Notebook)
		case "command":
			var words string
			err := p.text(n, &words)
			s.Command = strings.Fields(words)
			return err
		case "inputs":
			s.Declared = true
			return p.files(n, &s.Inputs)
		case "outputs":
			return p.files(n, &s.Outputs)
		case "when":
			if n.Value != "missing" {
				return p.errorAt(n.Line, "when: %q; the only condition is missing", n.Value)
			}
			s.Missing = true
			return nil
		case "needs":
			if !need.MatchString(n.Value) {
				return p.errorAt(n.Line, "needs: %q; want a word such as gpu, of the letters a to z and digits", n.Value)
			}
			s.Needs = n.Value
			return nil
		case "params":
			return p.fields(n, "", func(name, n *yaml.Node) error {
				s.Params = append(s.Params, Param{name.Value, n})
				return nil
			})
		case "grid":
			return p.fields(n, "", func(name, n *yaml.Node) error {
				axis, err := p.axis(name.Value, n)
				s.Grid = append(s.Grid, axis)
				return err
			})
		}
		return errUnknown
	})
	if err != nil {
		return nil, err
	}
	switch {
	case (s.Notebook == "") == (len(s.Command) == 0):
		return nil, p.errorAt(s.Line, "step %s: want either a notebook or a command", name)
	case len(s.Command) > 0 && len(s.Params)+len(s.Grid) > 0:
		return nil, p.errorAt(s.Line, "step %s: only notebooks have parameters; write a command's into its words", name)
	case s.Missing && len(s.Outputs) == 0:
		return nil, p.errorAt(s.Line, "step %s: when: missing needs an output to look for", name)
	}
	return s, p.checkGrid(s)
}

// mostRuns is the largest number of runs that a grid may have: beyond, a range is a slip of the
// pen.
const mostRuns = 100_000

// size is the number of runs of the step's grid, without the axes that count files, and the last
// axis.
func (s *Step) size() (runs float64, last Axis) {
	runs = 1
	for _, a := range s.Grid {
		last = a
		switch {
		case a.Values != nil:
			runs *= float64(len(a.Values))
		case !a.counts():
			runs *= float64(a.To) - float64(a.From) + 1
		}
	}
	return runs, last
}

// checkGrid makes sure that each {name} has an axis and that 1..N has files to count.
func (p *Pipeline) checkGrid(s *Step) error {
	axes := map[string]bool{}
	for _, a := range s.Grid {
		axes[a.Name] = true
		for _, param := range s.Params {
			if param.Name == a.Name {
				return p.errorAt(a.Line, "step %s: %s is in params and in the grid", s.Name, a.Name)
			}
		}
	}
	if runs, axis := s.size(); runs > mostRuns {
		return p.errorAt(axis.Line, "step %s: its grid has %.4g runs, and %d are the most", s.Name, runs, mostRuns)
	}
	for _, f := range append(append([]File{}, s.Inputs...), s.Outputs...) {
		for _, name := range placeholders(f.Pattern) {
			if !axes[name] {
				return p.errorAt(f.Line, "step %s: {%s} in %s is no parameter of its grid", s.Name, name, f.Pattern)
			}
		}
	}
	for _, a := range s.Grid {
		if a.counts() && s.counted(a) == nil {
			return p.errorAt(a.Line, "step %s: %s: %d..N counts the files of an input with {%s} in its name; there is none", s.Name, a.Name, a.From, a.Name)
		}
	}
	return nil
}

// text reads a scalar.
func (p *Pipeline) text(n *yaml.Node, to *string) error {
	if n.Kind != yaml.ScalarNode || n.Value == "" {
		return p.errorAt(n.Line, "want a text here")
	}
	*to = n.Value
	return nil
}

// files reads a list of paths.
func (p *Pipeline) files(n *yaml.Node, to *[]File) error {
	if n.Kind != yaml.SequenceNode {
		return p.errorAt(n.Line, "want a list of paths here")
	}
	for _, n := range n.Content {
		f := File{Line: n.Line}
		if err := p.text(n, &f.Pattern); err != nil {
			return err
		}
		f.Pattern, f.Optional = strings.CutSuffix(f.Pattern, "?")
		if err := p.local(n, f.Pattern); err != nil {
			return err
		}
		if _, err := path.Match(f.Pattern, ""); err != nil {
			return p.errorAt(n.Line, "%s: %v", f.Pattern, err)
		}
		*to = append(*to, f)
	}
	return nil
}

// local refuses paths that lead out of the module: a run depends on the module's files alone.
func (p *Pipeline) local(n *yaml.Node, name string) error {
	if !fs.ValidPath(name) || name == "." || strings.Contains(name, `\`) || !filepath.IsLocal(filepath.FromSlash(name)) {
		return p.errorAt(n.Line, "%s: want a path below the module's root, with slashes and without ..", name)
	}
	return nil
}

var numberRange = regexp.MustCompile(`^(\d+)\.\.(\d+|N)$`)

// axis reads the values that a grid gives a parameter: a list, or a range such as 1..5 or 1..N.
func (p *Pipeline) axis(name string, n *yaml.Node) (Axis, error) {
	a := Axis{Name: name, Line: n.Line}
	switch {
	case n.Kind == yaml.SequenceNode && len(n.Content) > 0:
		for _, v := range n.Content {
			if v.Kind != yaml.ScalarNode {
				return a, p.errorAt(v.Line, "%s: a grid's values are numbers, texts and booleans", name)
			}
			a.Values = append(a.Values, v)
		}
		return a, nil
	case n.Kind == yaml.ScalarNode:
		if m := numberRange.FindStringSubmatch(n.Value); m != nil {
			a.From, _ = strconv.Atoi(m[1])
			if m[2] != "N" {
				a.To, _ = strconv.Atoi(m[2])
			}
			if m[2] == "N" || a.To >= a.From && a.To-a.From < 1_000_000 {
				return a, nil
			}
		}
	}
	return a, p.errorAt(n.Line, "%s: want a list of values, or a range such as 1..5 or 1..N", name)
}
