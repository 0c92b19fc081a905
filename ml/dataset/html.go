package dataset

import (
	"fmt"
	"strings"
)

// tableStyle is the style sheet that pandas puts before each table, so that ours looks the same in JupyterLab and in an export.
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
	cell := func(tag, text string) {
		fmt.Fprintf(&b, "      <%s>%s</%s>\n", tag, strings.TrimSpace(escapeHTML.Replace(text)), tag)
	}
	row := func(tag, label string, cells []string) {
		cell("th", label)
		for i, s := range cells {
			if w.colCut > 0 && i == w.colCut {
				cell(tag, "...")
			}
			cell(tag, s)
		}
		b.WriteString("    </tr>\n")
	}
	names := make([]string, len(w.columns))
	columns := make([][]string, len(w.columns))
	for i, c := range w.columns {
		names[i], columns[i] = shown(c.name), formatCells(c)
	}
	b.WriteString("<div>\n" + tableStyle + "<table border=\"1\" class=\"dataframe\">\n  <thead>\n")
	b.WriteString("    <tr style=\"text-align: right;\">\n")
	row("th", "", names)
	b.WriteString("  </thead>\n  <tbody>\n")
	for i, label := range w.labels {
		cells := make([]string, len(columns))
		if w.rowCut > 0 && i == w.rowCut {
			for j := range cells {
				cells[j] = "..."
			}
			b.WriteString("    <tr>\n")
			row("td", "...", cells)
		}
		for j := range cells {
			cells[j] = columns[j][i]
		}
		b.WriteString("    <tr>\n")
		row("td", label, cells)
	}
	b.WriteString("  </tbody>\n</table>\n")
	if w.rowCut > 0 || w.colCut > 0 {
		fmt.Fprintf(&b, "<p>%d rows × %d columns</p>\n", f.rows, len(f.cols))
	}
	b.WriteString("</div>")
	return b.String()
}
