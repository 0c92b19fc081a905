package figure

import (
	"strconv"
	"strings"
)

// table is the data of a layer as CSV text, the shortest form that a
// specification can hold.
type table struct {
	names []string
	rows  int
	csv   strings.Builder
}

func newTable(names ...string) *table {
	t := &table{names: names}
	t.write(names)
	return t
}

func (t *table) row(cells ...string) {
	t.write(cells)
	t.rows++
}

func (t *table) write(cells []string) {
	for i, cell := range cells {
		if i > 0 {
			t.csv.WriteByte(',')
		}
		if strings.ContainsAny(cell, ",\"\r\n") {
			cell = `"` + strings.ReplaceAll(cell, `"`, `""`) + `"`
		}
		t.csv.WriteString(cell)
	}
	t.csv.WriteByte('\n')
}

// full writes a number with all its digits.
func full(v float64) string { return strconv.FormatFloat(v, 'g', -1, 64) }

// textColumns are the columns that are not numbers.
var textColumns = map[string]bool{
	"name": true, "layer": true, "units": true,
}

// data returns the table as Vega-Lite data. Without the types of its columns
// Vega would read them as text.
func (t *table) data() map[string]any {
	parse := map[string]any{}
	for _, name := range t.names {
		parse[name] = "number"
		if textColumns[name] {
			parse[name] = "string"
		}
	}
	return map[string]any{
		"values": t.csv.String(),
		"format": map[string]any{"type": "csv", "parse": parse},
	}
}
