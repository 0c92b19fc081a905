package main

import (
	"crypto/rand"
	"fmt"
	"strings"
	"time"

	"github.com/alecthomas/kong"

	"flowbook/tools/parameter"
	"flowbook/tools/remote"
)

// paramFlags set parameters. The flags and their order of precedence are papermill's: what comes later here goes before what comes earlier.
type paramFlags struct {
	ParamBase64 []string `short:"b" name:"param-base64" aliases:"parameters_base64" sep:"none" placeholder:"TEXT" help:"Set parameters from YAML in base64."`
	ParamFile   []string `short:"f" name:"param-file" aliases:"parameters_file" sep:"none" placeholder:"FILE" help:"Set parameters from a YAML file."`
	ParamYAML   []string `short:"y" name:"param-yaml" aliases:"parameters_yaml" sep:"none" placeholder:"TEXT" help:"Set parameters from YAML."`
	Param       pairs    `short:"p" name:"param" aliases:"parameters" placeholder:"NAME=VALUE" help:"Set a parameter that the notebook's parameters cell declares; NAME VALUE, in two words, is the same."`
	ParamRaw    pairs    `short:"r" name:"param-raw" aliases:"parameters_raw" placeholder:"NAME=VALUE" help:"Set a parameter to a string, whatever that looks like."`

	InjectInputPath  bool `help:"Set PAPERMILL_INPUT_PATH to the notebook's path, declared or not."`
	InjectOutputPath bool `help:"Set PAPERMILL_OUTPUT_PATH to the path of the executed notebook, declared or not."`
	InjectPaths      bool `help:"Set both."`

	assigned []parameter.Assignment
}

// pairs are names with their values, in one word or in two.
type pairs []string

// Decode takes one word with an equals sign, or two words.
func (p *pairs) Decode(ctx *kong.DecodeContext) error {
	first, err := ctx.Scan.PopValue("NAME=VALUE")
	if err != nil {
		return err
	}
	word := fmt.Sprint(first.Value)
	if !strings.Contains(word, "=") && ctx.Scan.Len() > 0 {
		word += "=" + fmt.Sprint(ctx.Scan.Pop().Value)
	}
	*p = append(*p, word)
	return nil
}

// swallowed explains the error of a command line without notebooks where a parameter has taken the
// word that may have been meant as one: -p n nb.ipynb. It is "" otherwise.
func swallowed(err error, args []string) string {
	n := len(args)
	if n < 3 || !strings.HasPrefix(err.Error(), `expected "<nb>`) || strings.Contains(args[n-2], "=") {
		return ""
	}
	switch flag := args[n-3]; flag {
	case "-p", "-r", "--param", "--param-raw", "--parameters", "--parameters_raw":
		return fmt.Sprintf("; %s %s %s sets %s to %q, so no notebook is left: %s NAME=VALUE takes one word", flag, args[n-2], args[n-1], args[n-2], args[n-1], flag)
	}
	return ""
}

// assignments reads the parameters of the command line.
func (c *paramFlags) assignments() ([]parameter.Assignment, error) {
	one := func(parse func(string) (parameter.Assignment, error)) func(string) ([]parameter.Assignment, error) {
		return func(word string) ([]parameter.Assignment, error) {
			a, err := parse(word)
			return []parameter.Assignment{a}, err
		}
	}
	var as []parameter.Assignment
	for _, source := range []struct {
		words []string
		read  func(string) ([]parameter.Assignment, error)
	}{
		{c.ParamBase64, parameter.ReadBase64}, {c.ParamFile, parameter.ReadFile}, {c.ParamYAML, parameter.ReadText},
		{c.Param, one(parameter.Parse)}, {c.ParamRaw, one(parameter.ParseRaw)},
	} {
		for _, word := range source.words {
			more, err := source.read(word)
			if err != nil {
				return nil, err
			}
			as = append(as, more...)
		}
	}
	return as, nil
}

// injected are the paths that are set as parameters. They are strings, and need no declaration.
func (c *paramFlags) injected(input, output string) []parameter.Assignment {
	var as []parameter.Assignment
	for _, path := range []struct {
		wanted            bool
		flag, name, value string
	}{
		{c.InjectInputPath || c.InjectPaths, "--inject-input-path", "PAPERMILL_INPUT_PATH", input},
		{c.InjectOutputPath || c.InjectPaths, "--inject-output-path", "PAPERMILL_OUTPUT_PATH", output},
	} {
		if path.wanted {
			a := parameter.Raw(path.name, path.value)
			a.Free, a.Origin = true, path.flag
			as = append(as, a)
		}
	}
	return as
}

// fill replaces {name} in a path by the parameter's value, and {{ and }} by a brace.
func fill(path string, as []parameter.Assignment, built map[string]string) (string, error) {
	var b strings.Builder
	for rest := path; rest != ""; {
		at := strings.IndexAny(rest, "{}")
		if at < 0 {
			b.WriteString(rest)
			break
		}
		b.WriteString(rest[:at])
		brace := rest[at]
		rest = rest[at+1:]
		if strings.HasPrefix(rest, string(brace)) {
			b.WriteByte(brace)
			rest = rest[1:]
			continue
		}
		name, after, ok := strings.Cut(rest, "}")
		if brace == '}' || !ok {
			return "", &usageError{fmt.Errorf("%s: a brace has no other; write {{ or }} for a brace that is part of the name", remote.Shown(path))}
		}
		value, err := valueOf(name, as, built)
		if err != nil {
			return "", &usageError{fmt.Errorf("%s: %w", remote.Shown(path), err)}
		}
		b.WriteString(value)
		rest = after
	}
	return b.String(), nil
}

// valueOf is the value of what a path has between braces; the last assignment of a name counts.
func valueOf(name string, as []parameter.Assignment, built map[string]string) (string, error) {
	if value, ok := built[name]; ok {
		return value, nil
	}
	for i := len(as) - 1; i >= 0; i-- {
		if as[i].Name == name {
			return as[i].String()
		}
	}
	return "", fmt.Errorf("the command line sets no parameter %q; write {{ and }} for braces that are part of the name", name)
}

// builtins are papermill's own names in paths: a name for the run, and the time.
func builtins(now time.Time) map[string]string {
	const python = "2006-01-02 15:04:05.000000" // str() of a datetime
	var id [16]byte
	rand.Read(id[:])
	id[6], id[8] = id[6]&0x0f|0x40, id[8]&0x3f|0x80 // a UUID of version 4
	return map[string]string{
		"pm[run_uuid]":               fmt.Sprintf("%x-%x-%x-%x-%x", id[:4], id[4:6], id[6:8], id[8:10], id[10:]),
		"pm[current_datetime_local]": now.Local().Format(python),
		"pm[current_datetime_utc]":   now.UTC().Format(python),
	}
}
