package detect

import (
	"fmt"
	"math"

	"flowbook/ml/dataset"
)

// UnfitError says why a flow cannot be scored. Unsaid, one without a number would score NaN, which
// no threshold is below, and so pass for ordinary.
type UnfitError struct {
	Row    int64  // of the stream or frame, from 0
	Column string // "" if it is not known
	Why    string
}

func (e *UnfitError) Error() string {
	if e.Column == "" {
		return fmt.Sprintf("row %d: %s", e.Row, e.Why)
	}
	return fmt.Sprintf("row %d, column %s: %s", e.Row, e.Column, e.Why)
}

// usable returns how many flows, the first of which is row first, can be scored by those columns,
// and why the next one cannot: a number is missing, or a column is of another kind than the
// schema's. Missing texts are empty.
func usable(flows *dataset.Frame, columns []string, first int64) (int, error) {
	usable, why := flows.NumRows(), error(nil)
	for _, name := range columns {
		c := flows.Column(name)
		want, _ := dataset.KindOf(name)
		number := want != dataset.Text && (c.Kind() == dataset.Int64 || c.Kind() == dataset.Float64)
		if c.Kind() != want && (!number || name == firstSeen || name == "id") {
			return 0, &UnfitError{first, name, fmt.Sprintf("the values are %v, not %v", c.Kind(), want)}
		}
		if c.Kind() == dataset.Text || c.Nulls() == 0 {
			continue
		}
		for r := range usable {
			if c.IsNull(r) {
				usable, why = r, &UnfitError{first + int64(r), name, "the value is missing"}
				break
			}
		}
	}
	return usable, why
}

// finite says which of the flows has an infinite number in one of those columns: nothing can be
// learnt from it.
func finite(flows *dataset.Frame, columns []string) error {
	for _, name := range columns {
		c := flows.Column(name)
		if c.Kind() != dataset.Float64 {
			continue
		}
		for r, v := range flows.Float64s(name) {
			if math.IsInf(v, 0) {
				return &UnfitError{int64(r), name, "the number is infinite"}
			}
		}
	}
	return nil
}

// firstSeen must be whole, because windows of time are cut from it.
const firstSeen = "bidirectional_first_seen_ms"
