// Package parameter sets the parameters of Go and Python notebooks: it knows the constants and
// variables that a cell tagged parameters declares, checks values against their types, and injects
// the cell that assigns them. It needs no kernel.
package parameter

import (
	"errors"
	"fmt"
	"strings"

	"flowbook/tools/status"

	"go.yaml.in/yaml/v3"
)

// A Parameter is a value that a notebook's cell tagged "parameters" declares and a run may set.
type Parameter struct {
	Name    string
	Type    string // as the cell's author would write it; "" where the language says none
	Default string // source of its value in the cell
	Help    string // the comment at its declaration
}

// An Assignment sets a parameter: Text where the command line did, Node where a YAML file did.
type Assignment struct {
	Name   string
	Text   string
	Node   *yaml.Node
	Origin string // "-p alpha=0.9" or "params.yaml:3", for messages
	Free   bool   // may have a name that the notebook does not declare
}

// Error is a parameter that does not exist or cannot have the value; nothing has been run.
type Error struct {
	Origin string
	Err    error
}

func (e *Error) Error() string { return e.Origin + ": " + e.Err.Error() }
func (e *Error) Unwrap() error { return e.Err }

// ExitCode is that of unusable arguments.
func (e *Error) ExitCode() int { return status.ExitUsage }

// Parse reads name=value as -p gives it.
func Parse(arg string) (Assignment, error) {
	name, text, ok := strings.Cut(arg, "=")
	name = strings.TrimSpace(name)
	if !ok || name == "" {
		return Assignment{}, &Error{"-p " + arg, fmt.Errorf("want name=value")}
	}
	return Assignment{Name: name, Text: text, Origin: "-p " + arg}, nil
}

// Raw is an assignment of a string, whatever it looks like, as -r gives it.
func Raw(name, text string) Assignment {
	return Assignment{Name: name, Node: &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!str", Style: yaml.DoubleQuotedStyle, Value: text}, Origin: "-r " + name + "=" + text}
}

// ParseRaw reads name=value as -r gives it.
func ParseRaw(arg string) (Assignment, error) {
	a, err := Parse(arg)
	if err != nil {
		return a, &Error{"-r " + arg, errors.Unwrap(err)}
	}
	return Raw(a.Name, a.Text), nil
}

// String is the value as a path has it; the error says that a list or mapping has no such form.
func (a Assignment) String() (string, error) {
	if a.Node == nil {
		return a.Text, nil
	}
	if n := resolve(a.Node); n.Kind == yaml.ScalarNode {
		return n.Value, nil
	}
	return "", &Error{a.Origin, fmt.Errorf("%s is a list or mapping, which a path cannot have", a.Name)}
}

// last keeps the last assignment of each name, in the order of the first ones: the last one on a
// command line wins.
func last(as []Assignment) []Assignment {
	var out []Assignment
	at := map[string]int{}
	for _, a := range as {
		if i, ok := at[a.Name]; ok {
			out[i] = a
			continue
		}
		at[a.Name] = len(out)
		out = append(out, a)
	}
	return out
}

// A declaration knows the parameters that one cell declares, in its language.
type declaration interface {
	parameters() []Parameter
	// assign gives the source line that sets the parameter; the error does not name it.
	assign(a Assignment) (string, error)
	// guess gives the source line that sets a name that is not declared, of the type that its value
	// looks like.
	guess(a Assignment) (string, error)
	valid(name string) bool // as a variable's
	comment() string        // starts a comment line
}

// declare reads the parameters of a cell's source. dir is where packages that the cell imports are
// looked up.
func declare(language, source, dir string) (declaration, error) {
	switch language {
	case "go":
		return declareGo(source, dir)
	case "python":
		return declarePython(source), nil
	}
	return nil, fmt.Errorf("parameters of %s notebooks are not supported: only go and python", language)
}

// injected is the source of the cell that sets the parameters, and the names among them that nobody
// declares.
func injected(d declaration, as []Assignment, undeclared bool) (source string, unknown []string, err error) {
	known := map[string]bool{}
	var names []string
	for _, p := range d.parameters() {
		known[p.Name] = true
		names = append(names, p.Name)
	}
	lines := []string{d.comment() + " Parameters"}
	for _, a := range last(as) {
		set := d.assign
		if !known[a.Name] {
			if !undeclared && !a.Free {
				return "", nil, &Error{a.Origin, fmt.Errorf("the notebook has no parameter %s%s", a.Name, have(names))}
			}
			if !d.valid(a.Name) {
				return "", nil, &Error{a.Origin, fmt.Errorf("%q is no name of a variable", a.Name)}
			}
			if !a.Free {
				unknown = append(unknown, a.Name)
			}
			set = d.guess
		}
		var line string
		err := soundYAML(a.Node)
		if err == nil {
			line, err = set(a)
		}
		if err != nil {
			return "", nil, &Error{a.Origin, fmt.Errorf("parameter %s: %w", a.Name, err)}
		}
		lines = append(lines, line)
	}
	return strings.Join(lines, "\n"), unknown, nil
}

func have(names []string) string {
	if len(names) == 0 {
		return "; it has none"
	}
	return "; it has " + strings.Join(names, ", ")
}
