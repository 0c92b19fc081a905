package notebook

import (
	"cmp"
	"embed"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"

	"github.com/santhosh-tekuri/jsonschema/v6"
	schemakind "github.com/santhosh-tekuri/jsonschema/v6/kind"
)

//go:embed schema/*.json
var schemas embed.FS

// Validate checks the notebook as it would be written: against the official schema of its minor
// version (that of 4.5, open to new fields, for later ones), and that no two cells have the same
// id, which the schema cannot say. The first fault is an *Error with the cell's line; nil means
// valid.
func Validate(nb *Notebook) error {
	bad, err := Faults(nb)
	if err != nil {
		return err
	}
	if len(bad) > 0 {
		return bad[0]
	}
	return nil
}

// Faults are all that Validate finds, in the order of the notebook, at most one for a place in the
// document and a rule. The error is that of a notebook that cannot be written.
func Faults(nb *Notebook) ([]*Error, error) {
	data, err := nb.bytes()
	if err != nil {
		return nil, fmt.Errorf("validate notebook: %w", err)
	}
	root, err := parse(data)
	if err != nil {
		return nil, fmt.Errorf("validate notebook: %w", err)
	}
	var all []*Error
	if nb.upgraded {
		all = append(all, &Error{Line: 1, Offset: -1, Path: "nbformat", Msg: "format 3, upgraded to 4.5 in memory"})
	}
	if nb.absent.has("metadata") {
		all = append(all, &Error{Line: 1, Offset: -1, Msg: "missing property 'metadata'"})
	}
	schema, err := schemaOf(nb.Minor, "")
	if err != nil {
		return nil, err
	}
	doc := root.any().(map[string]any)
	whole := schema.Validate(doc)
	if whole != nil {
		parts, err := nb.faultsOfParts(doc)
		if err != nil {
			return nil, err
		}
		if len(parts) == 0 {
			if parts, err = faults(whole, "", 0); err != nil {
				return nil, err
			}
		}
		all = append(all, parts...)
	}
	for i, c := range nb.Cells {
		if c.absent.has("metadata") {
			all = append(all, &Error{Line: c.Line, Offset: -1, Path: fmt.Sprintf("cells[%d]", i), Msg: "missing property 'metadata'"})
		}
	}
	return append(all, nb.sharedIDs()...), nil
}

// sharedIDs are the ids that an earlier cell has too.
func (nb *Notebook) sharedIDs() (all []*Error) {
	seen := map[string]int{}
	for i, c := range nb.Cells {
		if j, ok := seen[c.ID]; ok {
			all = append(all, &Error{Line: c.Line, Offset: -1, Path: fmt.Sprintf("cells[%d].id", i), Msg: fmt.Sprintf("%q is the id of cells[%d] too", c.ID, j)})
		} else if c.ID != "" {
			seen[c.ID] = i
		}
	}
	return all
}

// faultsOfParts finds the reasons of the whole schema's refusal by asking it part by part. The
// schema says "one of three kinds of cell"; its own report would list why the cell is none of them.
func (nb *Notebook) faultsOfParts(doc map[string]any) (all []*Error, err error) {
	check := func(definition string, v any, path string, line int) error {
		found, err := check(nb.Minor, definition, v, path, line)
		all = append(all, found...)
		return err
	}
	cells := doc["cells"].([]any)
	doc["cells"] = []any{}
	if err := check("", doc, "", 0); err != nil {
		return nil, err
	}
	for i, cell := range cells {
		path, c := fmt.Sprintf("cells[%d]", i), cell.(map[string]any)
		kind, line := nb.Cells[i].Type, nb.Cells[i].Line
		if kind != Code && kind != Markdown && kind != Raw {
			if nb.Minor <= formatMinor {
				all = append(all, &Error{Line: line, Offset: -1, Path: path + ".cell_type", Msg: fmt.Sprintf("%q is no type of cell", kind)})
			}
			continue
		}
		if outputs, ok := c["outputs"].([]any); ok && kind == Code {
			c["outputs"] = []any{}
			for j, output := range outputs {
				kind, _ := output.(map[string]any)["output_type"].(string)
				where := fmt.Sprintf("%s.outputs[%d]", path, j)
				switch kind {
				case Stream, DisplayData, ExecuteResult, ErrorOutput:
					if err := check(kind, output, where, line); err != nil {
						return nil, err
					}
				default:
					if nb.Minor <= formatMinor {
						all = append(all, &Error{Line: line, Offset: -1, Path: where + ".output_type", Msg: fmt.Sprintf("%q is no type of output", kind)})
					}
				}
			}
		}
		if err := check(kind+"_cell", cell, path, line); err != nil {
			return nil, err
		}
	}
	return all, nil
}

func check(minor int, definition string, v any, path string, line int) ([]*Error, error) {
	schema, err := schemaOf(minor, definition)
	if err != nil {
		return nil, err
	}
	all, err := faults(schema.Validate(v), path, line)
	// The library goes through maps; the same notebook gets the same words.
	slices.SortFunc(all, func(a, b *Error) int { return cmp.Or(strings.Compare(a.Path, b.Path), strings.Compare(a.Msg, b.Msg)) })
	return all, err
}

// faults are the deepest causes of a schema's complaint. If no alternative fits, the first one's
// error is reported.
func faults(err error, path string, line int) ([]*Error, error) {
	var bad *jsonschema.ValidationError
	if !errors.As(err, &bad) {
		return nil, err // nil of a valid part
	}
	if len(bad.Causes) > 0 {
		causes := bad.Causes
		switch bad.ErrorKind.(type) {
		case *schemakind.OneOf, *schemakind.AnyOf:
			causes = causes[:1]
		}
		var all []*Error
		for _, cause := range causes {
			more, err := faults(cause, path, line)
			if err != nil {
				return nil, err
			}
			all = append(all, more...)
		}
		return all, nil
	}
	if k, ok := bad.ErrorKind.(*schemakind.AdditionalProperties); ok {
		slices.Sort(k.Properties)
	}
	for _, step := range bad.InstanceLocation {
		if strings.Trim(step, "0123456789") == "" {
			path += "[" + step + "]"
		} else {
			path += "." + step
		}
	}
	return []*Error{{Line: line, Offset: -1, Path: strings.TrimPrefix(path, "."), Msg: bad.DetailedOutput().Error.String()}}, nil
}

// compiled holds each schema that was asked for: compiling takes milliseconds, and most runs need
// one or none.
var compiled sync.Map

// schemaOf is the schema of a format version, or of one of its definitions.
func schemaOf(minor int, definition string) (*jsonschema.Schema, error) {
	key := fmt.Sprintf("%d#%s", minor, definition)
	once, _ := compiled.LoadOrStore(key, sync.OnceValues(func() (*jsonschema.Schema, error) {
		return compile(minor, definition)
	}))
	return once.(func() (*jsonschema.Schema, error))()
}

func compile(minor int, definition string) (*jsonschema.Schema, error) {
	name := fmt.Sprintf("schema/nbformat.v4.%d.schema.json", max(0, min(minor, formatMinor)))
	f, err := schemas.Open(name)
	if err != nil {
		return nil, fmt.Errorf("validate notebook: %w", err)
	}
	defer f.Close()
	doc, err := jsonschema.UnmarshalJSON(f)
	if err != nil {
		return nil, fmt.Errorf("validate notebook: %s: %w", name, err)
	}
	if minor > formatMinor {
		relax(doc)
		for _, kind := range []string{"cell", "output"} {
			definitions := doc.(map[string]any)["definitions"].(map[string]any)
			one := definitions[kind].(map[string]any)
			one["oneOf"] = append(one["oneOf"].([]any), map[string]any{"$ref": "#/definitions/unrecognized_" + kind})
		}
	}
	c := jsonschema.NewCompiler()
	// without a scheme it would be taken for a path below the working folder, which need not be a
	// valid URL
	url := "embedded:///" + name
	if err := c.AddResource(url, doc); err != nil {
		return nil, fmt.Errorf("validate notebook: %s: %w", name, err)
	}
	if definition != "" {
		url += "#/definitions/" + definition
	}
	schema, err := c.Compile(url)
	if err != nil {
		return nil, fmt.Errorf("validate notebook: %s: %w", name, err)
	}
	return schema, nil
}

// relax opens every object of a schema to more fields, as nbformat does for minor versions it does
// not know.
func relax(v any) {
	switch v := v.(type) {
	case map[string]any:
		if _, ok := v["additionalProperties"].(bool); ok {
			v["additionalProperties"] = true
		}
		for _, item := range v {
			relax(item)
		}
	case []any:
		for _, item := range v {
			relax(item)
		}
	}
}

// any is the value as the schema library takes it. NaN and the infinities, which JSON does not
// have, pass as a number.
func (n node) any() any {
	switch n.kind {
	case null:
		return nil
	case boolean:
		return n.raw[0] == 't'
	case number:
		if c := n.raw[len(n.raw)-1]; c < '0' || c > '9' {
			return json.Number("0")
		}
		return json.Number(n.raw)
	case str:
		return n.value
	case list:
		items := make([]any, len(n.items))
		for i, item := range n.items {
			items[i] = item.any()
		}
		return items
	}
	items := make(map[string]any, len(n.keys))
	for i, key := range n.keys {
		items[key] = n.items[i].any()
	}
	return items
}
