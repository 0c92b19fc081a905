// Package dataset reads, shows, splits and writes network flows in CSV: the 89 columns of NFStream,
// or any other table.
//
// Columns are found by name and have the kind that the schema gives them; whole numbers stay whole,
// also with gaps, and a missing value is missing, never a number in disguise. A file that cannot be
// read is refused with file, row and column. The views (a Frame itself, Info, Describe,
// ValueCounts) are those of pandas 2.2 to the character, except that control characters in texts
// are shown escaped. Rows are numbered from 0, as their labels are.
//
//	f, err := dataset.Read(dataset.Path("EditDatasets/split_1.csv"), "bidirectional_packets", "bidirectional_first_seen_ms")
//	if err != nil {
//		return err
//	}
//	fmt.Println(f.WithTime("timestamp", "bidirectional_first_seen_ms").Head(5))
//	fmt.Println(f.Describe("bidirectional_packets"))
//
// The verbs are pandas's, too, in values and in looks, each returning a new frame: SortBy, Filter,
// Assign, DropNA, FillNA, Rename, Join (merge), GroupBy, Pivot, Crosstab, Resample, Rolling,
// DescribeAll, Corr. Where pandas has a column of mixed Python objects a Frame has none: truth
// values that miss some stay truth values, which show <NA>.
//
//	f.GroupBy("application_name").Agg(dataset.Agg("flows", "id", "count")).SortByDesc("flows").Head(10)
//
// Methods of a Frame panic when they name a column that is not there or of the wrong kind: that is
// the caller's mistake. Read with the names of the columns returns it as an error.
//
// A product that is added or subtracted stands in a conversion, as in a + float64(b*c). Without
// the conversion Go fuses both operations on arm64, with one rounding, and not on amd64 (Go
// specification, Floating-point operators). With it, results are equal on all processors.
package dataset
