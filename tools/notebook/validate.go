package notebook

import (
	"embed"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"sync"

	"github.com/santhosh-tekuri/jsonschema/v6"
)

//go:embed schema/*.json
var schemas embed.FS

// Validate checks the notebook as it would be written: against the official schema of its minor version (that of 4.5,
// open to new fields, for later ones), and that no two cells have the same id, which the schema cannot say. The first
// fault is an *Error with the cell's line; nil means valid.
func Validate(nb *Notebook) error {
	data, err := nb.bytes()
	if err != nil {
		return fmt.Errorf("validate notebook: %w", err)
	}
	root, err := parse(data)
	if err != nil {
		return fmt.Errorf("validate notebook: %w", err)
	}
	schema, err := schemaOf(nb.Minor, "")
	if err != nil {
		return err
	}
	doc := root.any().(map[string]any)
	if err := schema.Validate(doc); err != nil {
		if bad := nb.firstFault(doc); bad != nil {
			return bad
		}
		return fault(err, "", 0)
	}
	return nb.uniqueIDs()
}

// uniqueIDs refuses an id that two cells share.
func (nb *Notebook) uniqueIDs() error {
	seen := map[string]int{}
	for i, c := range nb.Cells {
		if j, ok := seen[c.ID]; ok {
			return &Error{Line: c.Line, Offset: -1, Path: fmt.Sprintf("cells[%d].id", i), Msg: fmt.Sprintf("%q is the id of cells[%d] too", c.ID, j)}
		}
		if c.ID != "" {
			seen[c.ID] = i
		}
	}
	return nil
}

// firstFault finds what the whole schema refused by asking it part by part. The schema says "one of three kinds of
// cell"; its own report would list why the cell is none of them.
func (nb *Notebook) firstFault(doc map[string]any) error {
	cells := doc["cells"].([]any)
	doc["cells"] = []any{}
	if err := check(nb.Minor, "", doc, "", 0); err != nil {
		return err
	}
	for i, cell := range cells {
		path, c := fmt.Sprintf("cells[%d]", i), cell.(map[string]any)
		kind := nb.Cells[i].Type
		if kind != Code && kind != Markdown && kind != Raw {
			return &Error{Line: nb.Cells[i].Line, Offset: -1, Path: path + ".cell_type", Msg: fmt.Sprintf("%q is no type of cell", kind)}
		}
		if outputs, ok := c["outputs"].([]any); ok {
			c["outputs"] = []any{}
			for j, output := range outputs {
				kind, _ := output.(map[string]any)["output_type"].(string)
				where := fmt.Sprintf("%s.outputs[%d]", path, j)
				switch kind {
				case Stream, DisplayData, ExecuteResult, ErrorOutput:
				default:
					return &Error{Line: nb.Cells[i].Line, Offset: -1, Path: where + ".output_type", Msg: fmt.Sprintf("%q is no type of output", kind)}
				}
				if err := check(nb.Minor, kind, output, where, nb.Cells[i].Line); err != nil {
					return err
				}
			}
		}
		if err := check(nb.Minor, kind+"_cell", cell, path, nb.Cells[i].Line); err != nil {
			return err
		}
	}
	return nil
}

func check(minor int, definition string, v any, path string, line int) error {
	schema, err := schemaOf(minor, definition)
	if err != nil {
		return err
	}
	if err := schema.Validate(v); err != nil {
		return fault(err, path, line)
	}
	return nil
}

// fault is the deepest first cause of a schema's complaint.
func fault(err error, path string, line int) error {
	var bad *jsonschema.ValidationError
	if !errors.As(err, &bad) {
		return err
	}
	for len(bad.Causes) > 0 {
		bad = bad.Causes[0]
	}
	for _, step := range bad.InstanceLocation {
		if strings.Trim(step, "0123456789") == "" {
			path += "[" + step + "]"
		} else {
			path += "." + step
		}
	}
	return &Error{Line: line, Offset: -1, Path: strings.TrimPrefix(path, "."), Msg: bad.DetailedOutput().Error.String()}
}

// compiled holds each schema that was asked for: compiling takes milliseconds, and most runs need one or none.
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
	name := fmt.Sprintf("schema/nbformat.v4.%d.schema.json", max(0, min(minor, FormatMinor)))
	f, err := schemas.Open(name)
	if err != nil {
		return nil, fmt.Errorf("validate notebook: %w", err)
	}
	defer f.Close()
	doc, err := jsonschema.UnmarshalJSON(f)
	if err != nil {
		return nil, fmt.Errorf("validate notebook: %s: %w", name, err)
	}
	if minor > FormatMinor {
		relax(doc)
		for _, kind := range []string{"cell", "output"} {
			definitions := doc.(map[string]any)["definitions"].(map[string]any)
			one := definitions[kind].(map[string]any)
			one["oneOf"] = append(one["oneOf"].([]any), map[string]any{"$ref": "#/definitions/unrecognized_" + kind})
		}
	}
	c := jsonschema.NewCompiler()
	url := "embedded:///" + name // without a scheme it would be a path below the working folder, whose name can be no URL
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

// relax opens every object of a schema to more fields, as nbformat does for minor versions it does not know.
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

// any is the value as the schema library takes it. NaN and the infinities, which JSON does not have, pass as a number.
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
