package ml

import (
	"fmt"
	"html"
	"strings"
	"unicode/utf8"
)

// Summary is the table of a network's layers that Keras's model.summary() prints.
type Summary struct {
	Name   string
	Layers []LayerSummary
	// Trainable counts the weights; Optimizer the numbers that the optimizer keeps besides: two a
	// weight for Adam, its step counter and its learning rate.
	Trainable, Optimizer int
}

// LayerSummary is one row: a layer's name with its type, the shape of its output, and its weights.
type LayerSummary struct {
	Name       string // "dense (Dense)"
	Shape      string // "(None, 8)"
	Parameters int
}

// Summary lists the layers, dropout included, in the order that data passes them.
func (m *Model) Summary() Summary {
	s := Summary{Name: "autoencoder"}
	if m.Outputs() != m.Features {
		s.Name = "functional"
	}
	count := map[string]int{}
	add := func(kind, class string, units, parameters int) {
		name := kind
		if n := count[kind]; n > 0 {
			name = fmt.Sprintf("%s_%d", kind, n)
		}
		count[kind]++
		s.Layers = append(s.Layers, LayerSummary{fmt.Sprintf("%s (%s)", name, class), fmt.Sprintf("(None, %d)", units), parameters})
		s.Trainable += parameters
	}
	add("input_layer", "InputLayer", m.Features, 0)
	for _, l := range m.Config.stages(m.Features) {
		if l.dense() {
			add("dense", "Dense", l.out, l.in*l.out+l.out)
		} else {
			add("dropout", "Dropout", l.out, 0)
		}
	}
	s.Optimizer = m.Config.slots()*s.Trainable + 2
	return s
}

// counts are the four lines under the table. Weights and moments take 4 bytes each, as does the
// learning rate; Keras counts the steps in 8.
func (s Summary) counts() [4]string {
	line := func(name string, n, bytes int) string {
		return fmt.Sprintf("%s params: %s (%s)", name, thousands(n), readable(bytes))
	}
	weights, optimizer := 4*s.Trainable, 4*s.Optimizer+4
	return [4]string{
		line("Total", s.Trainable+s.Optimizer, weights+optimizer),
		line("Trainable", s.Trainable, weights),
		line("Non-trainable", 0, 0),
		line("Optimizer", s.Optimizer, optimizer),
	}
}

var summaryHeader = [3]string{"Layer (type)", "Output Shape", "Param #"}

// cells are the table's rows under the header.
func (s Summary) cells() [][3]string {
	rows := make([][3]string, len(s.Layers))
	for i, l := range s.Layers {
		rows[i] = [3]string{l.Name, l.Shape, thousands(l.Parameters)}
	}
	return rows
}

// String draws the table with Keras's box characters.
func (s Summary) String() string {
	width := [3]int{31, 22, 13} // Keras's widths
	for _, row := range s.cells() {
		for i, cell := range row {
			width[i] = max(width[i], utf8.RuneCountInString(cell))
		}
	}
	var b strings.Builder
	rule := func(left, line, cross, right string) {
		b.WriteString(left)
		for i, w := range width {
			if i > 0 {
				b.WriteString(cross)
			}
			b.WriteString(strings.Repeat(line, w+2))
		}
		b.WriteString(right + "\n")
	}
	write := func(bar string, row [3]string) {
		fmt.Fprintf(&b, "%s %-*s %s %-*s %s %*s %s\n", bar, width[0], row[0], bar, width[1], row[1], bar, width[2], row[2], bar)
	}
	fmt.Fprintf(&b, "Model: %q\n", s.Name)
	rule("┏", "━", "┳", "┓")
	write("┃", summaryHeader)
	rule("┡", "━", "╇", "┩")
	for i, row := range s.cells() {
		if i > 0 {
			rule("├", "─", "┼", "┤")
		}
		write("│", row)
	}
	rule("└", "─", "┴", "┘")
	for _, line := range s.counts() {
		b.WriteString(" " + line + "\n")
	}
	return b.String()
}

// Bundle is the summary as a notebook shows it.
func (s Summary) Bundle() map[string]any {
	var b strings.Builder
	b.WriteString("<table><thead><tr>")
	for _, h := range summaryHeader {
		b.WriteString("<th>" + html.EscapeString(h) + "</th>")
	}
	b.WriteString("</tr></thead><tbody>")
	for _, row := range s.cells() {
		b.WriteString("<tr>")
		for _, cell := range row {
			b.WriteString("<td>" + html.EscapeString(cell) + "</td>")
		}
		b.WriteString("</tr>")
	}
	counts := s.counts()
	b.WriteString("</tbody></table><p>" + strings.Join(counts[:], "<br>") + "</p>")
	return map[string]any{"text/plain": s.String(), "text/html": b.String()}
}

// thousands puts commas into n as Python's format(n, ",") does.
func thousands(n int) string {
	text := fmt.Sprint(n)
	for i := len(text) - 3; i > 0; i -= 3 {
		text = text[:i] + "," + text[i:]
	}
	return text
}

// readable is a size in bytes as Keras prints it.
func readable(bytes int) string {
	v, units := float64(bytes), []string{"B", "KB", "MB", "GB"}
	for v >= 1024 && len(units) > 1 {
		v, units = v/1024, units[1:]
	}
	return fmt.Sprintf("%.2f %s", v, units[0])
}
