// Package parquet turns flows into Parquet, which DuckDB, polars, Spark and pandas read, and back
// into CSV. It stands apart from package dataset because a notebook cell would link the format for
// nothing.
//
// Both ways stream: memory holds one row group when writing and one page a column when reading,
// never the file. Columns of the schema keep their kinds (whole numbers, floats, texts). All others
// are texts, because their kind is known only after the last row. A missing value is a null. CSV of
// pandas's form goes to Parquet and back without a changed byte; FromCSV reports when another form
// would not.
//
//	written, err := parquet.FromCSV(ctx, csv, "flows.csv", file, nil) // csv is an io.Reader, file an io.Writer
//	r, err := parquet.Open(ctx, "flows.parquet", "bidirectional_packets")
//	for r.Scan() {
//		use(r.Frame())
//	}
//	err = r.Err()
package parquet

const (
	rowGroup  = 1 << 15 // rows that are compressed together
	batchRows = 1 << 13 // rows handed over at a time
)
