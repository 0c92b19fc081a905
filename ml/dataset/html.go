package dataset

import (
	"fmt"
	"strings"
)

// tableStyle is the style sheet that pandas puts before each table, so that ours looks the same in
// JupyterLab and in an export.
const tableStyle = `<style scoped>
    .dataframe tbody tr th:only-of-type {
        vertical-align: middle;
    }

    .dataframe tbody tr th {
        vertical-align: top;
    }

    .dataframe thead th {
        text-align: right;
    }
</style>
`

var escapeHTML = strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;")

// html returns the frame as the table that pandas gives a notebook.
func (f *Frame) html() string {
	w := f.window()
	var b strings.Builder
	b.WriteString("<div>\n" + tableStyle + "<table border=\"1\" class=\"dataframe\">\n  <thead>\n")
	w.htmlHead(&b)
	b.WriteString("  </thead>\n  <tbody>\n")
	columns := make([][]string, len(w.columns))
	for i, c := range w.columns {
		columns[i] = formatCells(c)
	}
	for i, labels := range w.htmlLabels() {
		cells := make([]string, len(columns))
		for j := range cells {
			switch {
			case w.rowCut == 0 || i < w.rowCut:
				cells[j] = columns[j][i]
			case i == w.rowCut:
				cells[j] = "..."
			default:
				cells[j] = columns[j][i-1]
			}
		}
		b.WriteString("    <tr>\n")
		for _, l := range labels {
			htmlCell(&b, "th", l.span, l.text)
		}
		w.htmlCells(&b, "td", cells)
	}
	b.WriteString("  </tbody>\n</table>\n")
	if w.rowCut > 0 || w.colCut > 0 {
		fmt.Fprintf(&b, "<p>%d rows × %d columns</p>\n", f.rows, len(f.cols))
	}
	b.WriteString("</div>")
	return b.String()
}

// htmlHead writes the line of the columns' names and, when they have any, that of the levels'
// names.
func (w window) htmlHead(b *strings.Builder) {
	b.WriteString("    <tr style=\"text-align: right;\">\n")
	for range len(w.levels) - 1 {
		htmlCell(b, "th", 1, "")
	}
	htmlCell(b, "th", 1, shown(w.across))
	w.htmlCells(b, "th", w.heads)
	if w.names == nil {
		return
	}
	b.WriteString("    <tr>\n")
	for _, name := range w.names {
		htmlCell(b, "th", 1, name)
	}
	blank := len(w.columns)
	if w.colCut > 0 {
		blank, w.colCut = blank+1, 0
	}
	w.htmlCells(b, "th", make([]string, blank))
}

// htmlCells writes the cells of a row after its labels, dots between them where columns are left
// out, and ends the row.
func (w window) htmlCells(b *strings.Builder, tag string, cells []string) {
	for i, s := range cells {
		if w.colCut > 0 && i == w.colCut {
			htmlCell(b, tag, 1, "...")
		}
		htmlCell(b, tag, 1, s)
	}
	b.WriteString("    </tr>\n")
}

func htmlCell(b *strings.Builder, tag string, span int, text string) {
	tags := ""
	if span > 1 {
		tags = fmt.Sprintf(` rowspan="%d" valign="top"`, span)
	}
	fmt.Fprintf(b, "      <%s%s>%s</%s>\n", tag, tags, strings.TrimSpace(escapeHTML.Replace(text)), tag)
}

// htmlLabel is a label as a cell: how many rows it stands for.
type htmlLabel struct {
	text string
	span int
}

// htmlLabels returns the label cells of each row, the row of dots included. Labels that several
// rows share are one cell.
func (w window) htmlLabels() [][]htmlLabel {
	rows, depth := len(w.levels[0]), len(w.levels)
	again := repeated(w.levels)
	out := make([][]htmlLabel, 0, rows+1)
	first := make([]int, depth) // the row in which the current cell of each level began
	at := make([]int, depth)    // and its place there
	for i := range rows {
		if w.rowCut > 0 && i == w.rowCut {
			dots := []htmlLabel{}
			for k := range w.levels {
				if again[k][i] {
					out[first[k]][at[k]].span++
					continue
				}
				dots = append(dots, htmlLabel{"...", 1})
			}
			out = append(out, dots)
		}
		cells := []htmlLabel{}
		for k := range w.levels {
			if again[k][i] {
				out[first[k]][at[k]].span++
				continue
			}
			first[k], at[k] = len(out), len(cells)
			cells = append(cells, htmlLabel{w.levels[k][i], 1})
		}
		out = append(out, cells)
	}
	return out
}
