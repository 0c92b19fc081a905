package detect

import (
	"context"
	"fmt"
	"slices"

	"flowbook/ml"
)

// kind is one detector: how it is trained, checked, stored and read back. How it scores and
// explains are the methods of the Detector that train and load return.
type kind struct {
	name    string
	members []kind // of an ensemble, which has no train of its own
	stops   bool   // whether train needs rows to stop early by
	train   func(ctx context.Context, t Training, parts ml.Parts) (Detector, error)
	check   func(d Detector, width int) error // reports fields that do not fit rows of width features
	save    func(d Detector, to *document)
	load    func(from *document, width int, read readArray) (Detector, error)
}

// readArray returns the values of the named array, which must have that type and shape.
type readArray func(name, dtype string, shape ...int) ([]float64, error)

// kinds are the detectors, in the order of the tables that compare them. Each stands in a file of
// its own.
var kinds []kind

func init() { // loading an ensemble looks into the table
	kinds = []kind{originalKind, autoencoderKind, pcaKind, forestKind, zscoreKind, tailKind, ensembleKind}
	for _, k := range kinds {
		Kinds = append(Kinds, k.name)
	}
}

// Kinds are the names of the detectors that Train knows.
var Kinds []string

// kindOf finds a kind by its name.
func kindOf(name string) (kind, error) {
	for _, k := range kinds {
		if k.name == name {
			return k, nil
		}
	}
	return kind{}, fmt.Errorf("no detector %q; there are %q", name, Kinds)
}

// fits returns an error if n, the length of that field, is not the width of a row.
func fits(field string, n, width int) error {
	if n != width {
		return fmt.Errorf("%s for %d features, not %d", field, n, width)
	}
	return nil
}

// stopsEarly reports whether a part of the training flows stops the training.
func (k kind) stopsEarly() bool {
	return k.stops || slices.ContainsFunc(k.members, kind.stopsEarly)
}
