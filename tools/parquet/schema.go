package parquet

import (
	"reflect"

	"github.com/parquet-go/parquet-go"

	"flowbook/ml/dataset"
)

// schemaOf returns the Parquet schema of a frame's columns: each may be missing, and each begins
// with a dictionary, which the writer gives up for a column of many distinct values.
func schemaOf(fields []dataset.Field) *parquet.Schema {
	root := record{Group: parquet.Group{}}
	for _, f := range fields {
		var node parquet.Node
		switch f.Kind {
		case dataset.Int64:
			node = parquet.Leaf(parquet.Int64Type)
		case dataset.Float64:
			node = parquet.Leaf(parquet.DoubleType)
		default:
			node = parquet.String()
		}
		node = parquet.Optional(parquet.Encoded(node, &parquet.RLEDictionary))
		root.Group[f.Name] = node
		root.fields = append(root.fields, field{Node: node, name: f.Name})
	}
	return parquet.NewSchema("schema", root)
}

// record is a parquet.Group that keeps the order of its fields; a Group sorts them by name.
type record struct {
	parquet.Group
	fields []parquet.Field
}

func (r record) Fields() []parquet.Field { return r.fields }

func (r record) GoType() reflect.Type { return reflect.TypeFor[map[string]any]() }

type field struct {
	parquet.Node
	name string
}

func (f field) Name() string { return f.name }

func (f field) Value(base reflect.Value) reflect.Value { return base.MapIndex(reflect.ValueOf(f.name)) }
