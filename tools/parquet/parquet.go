// Package parquet turns flows into Parquet, which DuckDB, polars, Spark and pandas read, and back into CSV. It stands
// apart from package dataset because Arrow would cost every notebook cell more than a second of linking.
//
// Both ways stream: memory holds one row group, not the file. Columns of the schema keep its kinds (whole numbers,
// floats, texts), all others are texts, because their kind would be known only after the last row. A missing value is
// a null. CSV of pandas's form goes to Parquet and back without a changed byte; FromCSV tells when another form would
// not.
//
//	written, err := parquet.FromCSV(ctx, csv, "flows.csv", file, nil) // csv is an io.Reader, file an io.Writer
//	r, err := parquet.Open(ctx, "flows.parquet", "bidirectional_packets")
//	for r.Scan() {
//		use(r.Frame())
//	}
//	err = r.Err()
package parquet

import (
	"fmt"

	"github.com/apache/arrow-go/v18/arrow"

	"flowbook/ml/dataset"
)

const (
	rowGroup  = 1 << 15 // rows that are compressed together
	batchRows = 1 << 13 // rows handed to Arrow at a time
)

// schemaOf returns the Arrow schema of a frame's columns.
func schemaOf(fields []dataset.Field) *arrow.Schema {
	types := map[dataset.Kind]arrow.DataType{
		dataset.Int64:   arrow.PrimitiveTypes.Int64,
		dataset.Float64: arrow.PrimitiveTypes.Float64,
		dataset.Text:    arrow.BinaryTypes.String,
	}
	out := make([]arrow.Field, len(fields))
	for i, f := range fields {
		out[i] = arrow.Field{Name: f.Name, Type: types[f.Kind], Nullable: true}
	}
	return arrow.NewSchema(out, nil)
}

// border turns a panic of the Arrow library, which a damaged file can cause, into an error.
func border(file string, err *error) {
	if p := recover(); p != nil {
		*err = fmt.Errorf("read %s: damaged Parquet file: %v", file, p)
	}
}
