package parameter

import (
	"bytes"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"os"
	"regexp"
	"strings"

	"go.yaml.in/yaml/v3"

	"flowbook/ml/atomicfile"
)

// ReadFile reads a YAML file: one document, a mapping from parameter names to values.
func ReadFile(path string) ([]Assignment, error) {
	origin := "-f " + path
	f, err := os.Open(path)
	if err != nil {
		return nil, &Error{origin, atomicfile.Reason(err)}
	}
	defer f.Close()
	return read(f, path, origin)
}

// ReadText reads YAML from the command line, as -y gives it.
func ReadText(text string) ([]Assignment, error) { return read(strings.NewReader(text), "-y", "-y") }

// ReadBase64 reads YAML in base64, as -b gives it.
func ReadBase64(text string) ([]Assignment, error) {
	yaml, err := base64.StdEncoding.DecodeString(text)
	if err != nil {
		return nil, &Error{"-b", err}
	}
	return read(bytes.NewReader(yaml), "-b", "-b")
}

// read reads a mapping; place and origin say where it stands.
func read(r io.Reader, place, origin string) ([]Assignment, error) {
	var doc, second yaml.Node
	decoder := yaml.NewDecoder(r)
	if err := decoder.Decode(&doc); err == io.EOF {
		return nil, nil
	} else if err != nil {
		return nil, &Error{origin, err}
	}
	switch err := decoder.Decode(&second); {
	case err == nil:
		return nil, &Error{origin, fmt.Errorf("line %d: a second document begins; put all parameters into one", second.Line)}
	case err != io.EOF:
		return nil, &Error{origin, err}
	}
	if err := soundYAML(&doc); err != nil {
		return nil, &Error{origin, err}
	}
	root := resolve(&doc)
	if root.Kind != yaml.MappingNode {
		return nil, &Error{origin, fmt.Errorf("line %d: want a mapping from parameter names to values", root.Line)}
	}
	var as []Assignment
	for i := 0; i < len(root.Content); i += 2 {
		key := root.Content[i]
		as = append(as, Assignment{Name: key.Value, Node: resolve(root.Content[i+1]), Origin: fmt.Sprintf("%s:%d", place, key.Line)})
	}
	return as, nil
}

// resolve follows documents and aliases to the node that has the value. An alias that leads back to
// itself has been refused by soundYAML.
func resolve(n *yaml.Node) *yaml.Node {
	for {
		switch {
		case n.Kind == yaml.DocumentNode && len(n.Content) > 0:
			n = n.Content[0]
		case n.Kind == yaml.AliasNode:
			n = n.Alias
		default:
			return n
		}
	}
}

// maxYAML is how many nodes a parameter's value may have, aliases written out: a million numbers.
const maxYAML = 1 << 20

// soundYAML refuses a value whose aliases lead back to themselves or write out to more than maxYAML
// nodes, and a mapping with a key twice, of which one would be lost in silence. A nil node is
// sound.
func soundYAML(n *yaml.Node) error {
	count, open := 0, map[*yaml.Node]bool{}
	var walk func(n *yaml.Node) error
	walk = func(n *yaml.Node) error {
		if count++; count > maxYAML {
			return fmt.Errorf("the value has more than %d nodes, its aliases written out", maxYAML)
		}
		if n.Kind == yaml.AliasNode {
			if open[n.Alias] {
				return fmt.Errorf("line %d: the alias *%s is part of its own value", n.Line, n.Value)
			}
			return walk(n.Alias)
		}
		open[n] = true
		defer delete(open, n)
		seen := map[string]int{}
		for i, c := range n.Content {
			if n.Kind == yaml.MappingNode && i%2 == 0 && c.Kind == yaml.ScalarNode {
				if line, twice := seen[c.Value]; twice {
					return fmt.Errorf("line %d: %s is set twice, first on line %d", c.Line, c.Value, line)
				}
				seen[c.Value] = c.Line
			}
			if err := walk(c); err != nil {
				return err
			}
		}
		return nil
	}
	if n == nil {
		return nil
	}
	return walk(n)
}

var (
	decimal     = regexp.MustCompile(`^[-+]?[0-9]+(_[0-9]+)*$`)
	leadingZero = regexp.MustCompile(`^[-+]?0[0-9_]+$`)
)

// errZero refuses 012: that is ten in YAML 1.1 and for Go, twelve in YAML 1.2 and for Python's
// int().
func errZero(text string) error {
	if !leadingZero.MatchString(text) {
		return nil
	}
	sign := text[:len(text)-len(strings.TrimLeft(text, "+-"))]
	digits := strings.TrimLeft(text[len(sign):], "0_")
	if digits == "" {
		digits = "0"
	}
	if strings.ContainsAny(digits, "89") {
		return fmt.Errorf("%s begins with 0, which may mean octal; write %s%s", text, sign, digits)
	}
	return fmt.Errorf("%s begins with 0, which may mean octal; write %s%s, or %s0o%s", text, sign, digits, sign, digits)
}

// number writes a YAML number as Go and Python both read it.
func number(n *yaml.Node) (string, error) {
	if err := errZero(n.Value); err != nil {
		return "", err
	}
	if n.ShortTag() == "!!int" {
		if strings.HasSuffix(n.Value, "_") || strings.Contains(n.Value, "__") || strings.Contains(n.Value, "x_") {
			return "", errors.New(n.Value + " has an underscore that separates no digits")
		}
	}
	return strings.TrimPrefix(n.Value, "+"), nil
}
