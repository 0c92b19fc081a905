package parameter

import (
	"fmt"
	"math"
	"math/big"
	"regexp"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"
)

// pythonDecl reads assignments at the left margin, as papermill does: name: type = value  # help
type pythonDecl struct{ params []Parameter }

var pythonAssign = regexp.MustCompile(`(?m)^([A-Za-z_]\w*)[ \t]*(?::[ \t]*([^=\n]+?))?[ \t]*=[ \t]*([^=\n#][^#\n]*?|)[ \t]*(?:#[ \t]*(.*))?$`)

var pythonName = regexp.MustCompile(`^[\pL_][\pL\pN_]*$`)

func declarePython(source string) *pythonDecl {
	d := &pythonDecl{}
	for _, m := range pythonAssign.FindAllStringSubmatch(source, -1) {
		d.params = append(d.params, Parameter{Name: m[1], Type: m[2], Default: m[3], Help: strings.TrimPrefix(m[4], "type: ")})
	}
	return d
}

func (d *pythonDecl) parameters() []Parameter { return d.params }
func (d *pythonDecl) comment() string         { return "#" }
func (d *pythonDecl) valid(name string) bool  { return pythonName.MatchString(name) }

func (d *pythonDecl) assign(a Assignment) (string, error) {
	if a.Node == nil {
		return a.Name + " = " + pythonGuess(a.Text), nil
	}
	value, err := pythonValue(a.Node)
	return a.Name + " = " + value, err
}

func (d *pythonDecl) guess(a Assignment) (string, error) { return d.assign(a) }

// pythonGuess is papermill's reading of -p: True, False, None, then int(), then float(), else a
// string.
func pythonGuess(text string) string {
	switch text {
	case "True", "False", "None":
		return text
	}
	if digits := strings.TrimSpace(text); decimal.MatchString(digits) {
		i, _ := new(big.Int).SetString(strings.ReplaceAll(digits, "_", ""), 10) // it is one
		return i.String()
	}
	if f, err := strconv.ParseFloat(strings.TrimSpace(text), 64); err == nil {
		return pythonFloat(f)
	}
	return pythonString(text)
}

// pythonValue translates a YAML value as papermill's Python translator does.
func pythonValue(n *yaml.Node) (string, error) {
	n = resolve(n)
	switch n.Kind {
	case yaml.SequenceNode:
		items := make([]string, len(n.Content))
		for i, c := range n.Content {
			v, err := pythonValue(c)
			if err != nil {
				return "", err
			}
			items[i] = v
		}
		return "[" + strings.Join(items, ", ") + "]", nil
	case yaml.MappingNode:
		var items []string
		for i := 0; i < len(n.Content); i += 2 {
			v, err := pythonValue(n.Content[i+1])
			if err != nil {
				return "", err
			}
			items = append(items, pythonString(n.Content[i].Value)+": "+v)
		}
		return "{" + strings.Join(items, ", ") + "}", nil
	}
	switch n.ShortTag() {
	case "!!null":
		return "None", nil
	case "!!bool":
		var b bool
		if err := n.Decode(&b); err != nil {
			return "", err
		}
		return map[bool]string{true: "True", false: "False"}[b], nil
	case "!!int":
		return number(n)
	case "!!float":
		if err := errZero(n.Value); err != nil {
			return "", err
		}
		var f float64
		if err := n.Decode(&f); err != nil {
			return "", err
		}
		return pythonFloat(f), nil
	case "!!str", "!!timestamp": // papermill reads dates as text
		return pythonString(n.Value), nil
	}
	return "", fmt.Errorf("line %d: a YAML %s cannot become a Python value", n.Line, n.ShortTag())
}

func pythonFloat(f float64) string {
	switch {
	case math.IsNaN(f):
		return "float('nan')"
	case math.IsInf(f, 1):
		return "float('inf')"
	case math.IsInf(f, -1):
		return "float('-inf')"
	}
	s := strconv.FormatFloat(f, 'g', -1, 64)
	if !strings.ContainsAny(s, ".e") {
		s += ".0"
	}
	return s
}

var pythonEscapes = strings.NewReplacer(`\`, `\\`, `"`, `\"`, "\n", `\n`, "\r", `\r`, "\t", `\t`)

// control matches characters that a cell's source cannot contain, or that are invisible there.
var control = regexp.MustCompile(`[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]`)

func pythonString(s string) string {
	s = control.ReplaceAllStringFunc(pythonEscapes.Replace(s), func(c string) string { return fmt.Sprintf(`\x%02x`, c[0]) })
	return `"` + s + `"`
}
