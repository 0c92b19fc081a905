package dataset

import (
	"fmt"
	"slices"
	"strings"
)

// The limits of pandas 2.2 for a frame in a notebook.
const (
	maxColumns = 20 // more: the first ten, "...", the last ten
	maxRows    = 60 // more: the first five, "...", the last five
	minRows    = 10
	lineWidth  = 80 // a text table is broken into blocks of columns that fit
)

// window is the part of a frame that a view shows.
type window struct {
	levels  [][]string // the labels of the rows, level by level
	names   []string   // the levels' names, nil where none has one
	across  string
	heads   []string // the columns' names as texts
	columns []*Column
	rowCut  int // rows before the gap, 0 for no gap
	colCut  int // columns before the gap, 0 for no gap

	// signed tells which headings get the space that numbers have for a sign. Right of the gap
	// pandas goes by the kinds of the wrong columns, those that would stand there without one, and
	// so do we.
	signed []bool
}

func (f *Frame) window() window {
	w := window{columns: f.cols, across: f.across}
	rows := make([]int, 0, min(f.rows, maxRows))
	for i := range f.rows {
		if f.rows > maxRows && i >= minRows/2 && i < f.rows-minRows/2 {
			continue
		}
		rows = append(rows, i)
	}
	if f.rows > maxRows {
		w.rowCut = minRows / 2
	}
	if n := len(f.cols); n > maxColumns {
		w.colCut = maxColumns / 2
		w.columns = append(append([]*Column(nil), f.cols[:w.colCut]...), f.cols[n-w.colCut:]...)
	}
	for _, level := range f.levels(rows) {
		w.levels = append(w.levels, formatLabels(level))
		if f.named() {
			w.names = append(w.names, shown(level.name))
		}
	}
	taken := make([]*Column, len(w.columns))
	for i, c := range w.columns {
		taken[i] = c.take(rows)
		w.signed = append(w.signed, f.cols[i].kind != Text && f.cols[i].kind != Time)
	}
	w.columns = taken
	w.heads = (&Frame{cols: w.columns, aligned: f.aligned}).heads()
	return w
}

// heads returns the columns' names as a table shows them.
func (f *Frame) heads() []string {
	heads := make([]string, len(f.cols))
	for i, c := range f.cols {
		if heads[i] = shown(c.name); f.aligned && !strings.HasPrefix(heads[i], "-") {
			heads[i] = " " + heads[i]
		}
	}
	if f.aligned {
		heads = trimFront(fixWidth(heads, alignLeft, 0))
	}
	return heads
}

// Bundle returns the frame as a notebook shows it: pandas's text table and its HTML.
func (f *Frame) Bundle() map[string]any {
	return map[string]any{"text/plain": f.String(), "text/html": f.html()}
}

// String returns the frame as the text table that pandas prints.
func (f *Frame) String() string {
	if f.rows == 0 || len(f.cols) == 0 {
		return f.emptyString()
	}
	w := f.window()
	table := w.textColumns()
	out := wrapColumns(table)
	if w.rowCut > 0 || w.colCut > 0 {
		out += fmt.Sprintf("\n\n[%d rows x %d columns]", f.rows, len(f.cols))
	}
	return out
}

// emptyString is pandas's text for a frame without rows or without columns.
func (f *Frame) emptyString() string {
	const most = 100
	list := func(n int, item func(i int) string) string {
		items := make([]string, 0, min(n, most))
		for i := range min(n, most) {
			items = append(items, item(i))
		}
		if n > most {
			items = append(items, "...")
		}
		return "[" + strings.Join(items, ", ") + "]"
	}
	names := list(len(f.cols), func(i int) string { return shown(f.cols[i].name) })
	labels := list(f.rows, f.label)
	return "Empty DataFrame\nColumns: " + names + "\nIndex: " + labels
}

// labelColumn returns the labels as one column of texts under its headings, the levels side by
// side.
func (w window) labelColumn() []string {
	levels := make([][]string, len(w.levels))
	for k, again := range repeated(w.levels) {
		var texts []string
		if w.names != nil {
			texts = append(texts, w.names[k])
		}
		for i, s := range w.levels[k] {
			if again[i] {
				s = ""
			}
			texts = append(texts, s)
		}
		levels[k] = fixWidth(texts, alignLeft, 0)
	}
	if len(levels) > 1 {
		levels = [][]string{strings.Split(adjoin(1, levels), "\n")}
	}
	return append([]string{shown(w.across)}, levels[0]...)
}

// textColumns returns the labels and then each column, headings first, as texts of one width a
// column. There are two lines of headings when the labels have names.
func (w window) textColumns() [][]string {
	labels := w.labelColumn()
	table := [][]string{labels}
	heads := len(labels) - len(w.levels[0])
	for i, c := range w.columns {
		if w.colCut > 0 && i == w.colCut {
			table = append(table, dotColumn(len(labels)))
		}
		head := w.heads[i]
		if w.signed[i] {
			head = " " + head // above the space for a sign
		}
		cells := fixWidth(formatCells(c), alignRight, length(head))
		width := max(length(head), length(cells[0]))
		col := []string{pad(head, width, alignRight), pad("", width, alignRight)}[:heads]
		table = append(table, append(col, cells...))
	}
	if w.rowCut > 0 {
		for i := range table {
			table[i] = insertDots(table[i], w.rowCut, heads, i == 0, w.colCut > 0 && i == w.colCut+1)
		}
	}
	return table
}

func dotColumn(n int) []string {
	col := make([]string, n)
	for i := range col {
		col[i] = " ..."
	}
	return col
}

// insertDots puts the row of dots after the heads and cut rows of a column. pandas takes the width
// from line number cut, the heads counted, and so do we.
func insertDots(col []string, cut, heads int, labels, dotCol bool) []string {
	width := length(col[cut])
	dots := ".."
	if width > 3 || dotCol {
		dots = "..."
	}
	switch {
	case labels:
		dots = pad(dots, width, alignLeft)
	case dotCol:
		dots = pad(dots, 4, alignRight)
	default:
		dots = pad(dots, width, alignRight)
	}
	return slices.Insert(slices.Clone(col), cut+heads, dots)
}

// wrapColumns joins the columns, breaking them into blocks that fit a line; each block begins with
// the labels.
func wrapColumns(table [][]string) string {
	labels, cols := table[0], table[1:]
	room := lineWidth - widest(labels) - 1
	var ends []int
	used := 0
	for i, col := range cols {
		w := widest(col) + 1
		used += w
		spare := 2
		if i == len(cols)-1 {
			spare = 1
		}
		if used+spare > room && i > 0 {
			ends = append(ends, i)
			used = w
		}
	}
	ends = append(ends, len(cols))
	blocks := make([]string, 0, len(ends))
	from := 0
	for k, to := range ends {
		block := append([][]string{labels}, cols[from:to]...)
		if len(ends) > 1 {
			mark := make([]string, len(labels))
			for i := range mark {
				switch last := k == len(ends)-1; {
				case last:
					mark[i] = " "
				case i == 0:
					mark[i] = ` \`
				default:
					mark[i] = "  "
				}
			}
			block = append(block, mark)
		}
		blocks = append(blocks, adjoin(1, block))
		from = to
	}
	return strings.Join(blocks, "\n\n")
}

func widest(col []string) int {
	w := 0
	for _, s := range col {
		w = max(w, length(s))
	}
	return w
}

// adjoin sets columns of texts side by side with space between them.
func adjoin(space int, cols [][]string) string {
	lines := make([]strings.Builder, len(cols[0]))
	for k, col := range cols {
		width := widest(col)
		if k < len(cols)-1 {
			width += space
		}
		for i, s := range col {
			lines[i].WriteString(pad(s, width, alignLeft))
		}
	}
	out := make([]string, len(lines))
	for i := range lines {
		out[i] = lines[i].String()
	}
	return strings.Join(out, "\n")
}
