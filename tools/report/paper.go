package report

import (
	"regexp"
	"strings"
	"unicode/utf8"
)

const (
	paperWidth = 122     // characters of a table that fit on a page's width
	cellWidth  = 34      // beyond it a cell wraps
	longOutput = 30      // lines beyond which a narrow text is set in two columns on paper
	narrow     = 84      // characters of a line, of which two columns fit
	maxTable   = 200_000 // bytes of a table beyond which nobody prints it
)

var (
	tableHTML = regexp.MustCompile(`(?s)^\s*<table[^>]*>(.*)</table>\s*$`)
	rowHTML   = regexp.MustCompile(`(?s)<tr[^>]*>(.*?)</tr>`)
	cellHTML  = regexp.MustCompile(`(?s)<t([hd])([^>]*)>(.*?)</t[hd]>`)
	loneTable = regexp.MustCompile(`(?s)<table[^>]*>.*?</table>`)
)

// forPaper is sanitised HTML with its wide tables broken by columns, as a page of paper needs them,
// and whether there are any.
func forPaper(text string) (string, bool) {
	broken := false
	text = loneTable.ReplaceAllStringFunc(text, func(table string) string {
		if parts, ok := breakTable(table); ok {
			broken = true
			return parts
		}
		return table
	})
	return text, broken
}

// breakTable splits a table that is wider than a page into tables that fit, each of which repeats
// the first column.
func breakTable(table string) (string, bool) {
	m := tableHTML.FindStringSubmatch(table)
	if m == nil || len(table) > maxTable || strings.Count(table, "<table") != 1 || strings.Contains(table, "colspan=") || strings.Contains(table, "rowspan=") {
		return "", false
	}
	type cell struct{ kind, html string }
	var rows [][]cell
	var widths []int
	for _, r := range rowHTML.FindAllStringSubmatch(m[1], -1) {
		var row []cell
		for i, c := range cellHTML.FindAllStringSubmatch(r[1], -1) {
			row = append(row, cell{c[1], c[0]})
			if i == len(widths) {
				widths = append(widths, 0)
			}
			widths[i] = max(widths[i], min(utf8.RuneCountInString(strings.TrimSpace(untagged(c[3]))), cellWidth)+3)
		}
		rows = append(rows, row)
	}
	total := 0
	for _, w := range widths {
		total += w
	}
	if total <= paperWidth || len(widths) < 3 {
		return "", false
	}
	var b strings.Builder
	for from := 1; from < len(widths); {
		to, width := from, widths[0]
		for to < len(widths) && (to == from || width+widths[to] <= paperWidth) {
			width += widths[to]
			to++
		}
		b.WriteString("<table>")
		head := true
		b.WriteString("<thead>")
		for _, row := range rows {
			if head && (len(row) < 2 || row[1].kind == "d") {
				b.WriteString("</thead><tbody>")
				head = false
			}
			b.WriteString("<tr>")
			for i, c := range row {
				if i == 0 || from <= i && i < to {
					b.WriteString(c.html)
				}
			}
			b.WriteString("</tr>")
		}
		if head {
			b.WriteString("</thead></table>\n")
		} else {
			b.WriteString("</tbody></table>\n")
		}
		from = to
	}
	return b.String(), true
}

// twoColumns says whether a text is long and narrow enough to be set in two columns on paper.
func twoColumns(text string) bool {
	lines := 0
	for line := range strings.Lines(text) {
		if lines++; utf8.RuneCountInString(strings.TrimRight(line, "\r\n")) > narrow {
			return false
		}
	}
	return lines > longOutput
}
