// Package parameter sets the parameters of Go and Python notebooks: it knows the constants and variables that a cell tagged
// parameters declares, checks values against their types, and injects the cell that assigns them. It needs no kernel.
package parameter

import (
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

// last keeps the last assignment of each name, in the order of the first ones: what comes later on a command line wins.
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
	comment() string // starts a comment line
}

// declare reads the parameters of a cell's source. dir is where packages that the cell imports are looked up.
func declare(language, source, dir string) (declaration, error) {
	switch language {
	case "go":
		return declareGo(source, dir)
	case "python":
		return declarePython(source), nil
	}
	return nil, fmt.Errorf("parameters of %s notebooks are not supported: only go and python", language)
}

// injected is the source of the cell that sets the parameters.
func injected(d declaration, as []Assignment) (string, error) {
	known := map[string]bool{}
	var names []string
	for _, p := range d.parameters() {
		known[p.Name] = true
		names = append(names, p.Name)
	}
	lines := []string{d.comment() + " Parameters"}
	for _, a := range last(as) {
		if !known[a.Name] {
			return "", &Error{a.Origin, fmt.Errorf("the notebook has no parameter %s%s", a.Name, have(names))}
		}
		var line string
		err := soundYAML(a.Node)
		if err == nil {
			line, err = d.assign(a)
		}
		if err != nil {
			return "", &Error{a.Origin, fmt.Errorf("parameter %s: %w", a.Name, err)}
		}
		lines = append(lines, line)
	}
	return strings.Join(lines, "\n"), nil
}

func have(names []string) string {
	if len(names) == 0 {
		return "; it has none"
	}
	return "; it has " + strings.Join(names, ", ")
}
