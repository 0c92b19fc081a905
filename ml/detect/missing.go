package detect

import (
	"fmt"

	"flowbook/ml/dataset"
)

// MissingError says that a flow lacks a number that its score takes. Unsaid, it would score NaN, which no threshold is
// below, and so pass for ordinary.
type MissingError struct {
	Row    int64 // of the stream or frame, from 0
	Column string
}

func (e *MissingError) Error() string {
	return fmt.Sprintf("row %d, column %s: the value is missing", e.Row, e.Column)
}

// usable says what keeps flows, the first of which is row first, from being scored by those columns: numbers that are
// missing, or columns of another kind than the schema's. Missing texts are empty.
func usable(flows *dataset.Frame, columns []string, first int64) error {
	for _, name := range columns {
		c := flows.Column(name)
		want, _ := dataset.KindOf(name)
		number := want != dataset.Text && (c.Kind() == dataset.Int64 || c.Kind() == dataset.Float64)
		if c.Kind() != want && (!number || name == firstSeen || name == "id") {
			return fmt.Errorf("column %s is of kind %v, not %v", name, c.Kind(), want)
		}
		if c.Kind() == dataset.Text || c.Nulls() == 0 {
			continue
		}
		for r := range c.Len() {
			if c.IsNull(r) {
				return &MissingError{first + int64(r), name}
			}
		}
	}
	return nil
}

// firstSeen must be whole, because windows of time are cut from it.
const firstSeen = "bidirectional_first_seen_ms"
