package detect

import "flowbook/ml/dataset"

// Extractor makes the rows of numbers that a detector sees of flows: *Features, as in models of
// schema 1, or *Behaviour.
type Extractor interface {
	// Columns are the columns that a frame of flows must have.
	Columns() []string
	// Names are the features' names, in the order of a row.
	Names() []string
	// Transform is the features of a frame that stands alone, one row a flow.
	Transform(flows *dataset.Frame) dataset.Matrix

	begin() extraction
	check() error // of features that came from a file
}

// extraction makes features of one stream of flows.
type extraction interface {
	// add takes flows of a frame from row from on and returns how many it took.
	add(flows *dataset.Frame, from int) int
	rows() int   // taken and not yet finished
	full() bool  // says that the rows are to be finished before more are added
	early() bool // says that finishing earlier changes no row
	// finish returns the standardised rows. Where early says so, they hold until finish is called
	// again, also while rows are added; else until the next add.
	finish() dataset.Matrix
	// unit returns the value behind feature c of finished row r, whose standardised value is z, and
	// the value that one in a hundred training flows exceeded, NaN if that is not known. It may be
	// called as long as the finished rows hold.
	unit(r, c int, z float64) (value, usual float64)
}
