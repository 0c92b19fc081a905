package figure

import (
	"fmt"
	"strings"
	"time"
)

// Bundle returns the forms of the figure for a notebook: the Vega-Lite
// specification, which JupyterLab prefers, the PNG, which every other viewer
// shows, and text for terminals, diffs and screen readers. There is no HTML,
// which JupyterLab would prefer to all of them.
func (f *Figure) Bundle() map[string]any {
	bundle := map[string]any{
		"application/vnd.vegalite.v5+json": f.Spec(),
		"text/plain":                       f.String(),
	}
	if file, err := f.PNG(screenDPI); err != nil {
		bundle["text/plain"] = f.String() + "\n" + err.Error()
	} else {
		bundle["image/png"] = file
	}
	return bundle
}

// Metadata returns the size in pixels at which the PNG is shown: its own, or
// less if it is wider than a page.
func (f *Figure) Metadata() map[string]any {
	width, height := f.shown(widestPNG)
	return map[string]any{"image/png": map[string]any{"width": width, "height": height}}
}

// String describes the figure: its title and axes, and a line for each
// mark with the number of its points and their range.
func (f *Figure) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "Figure %g x %g in", f.size.Width, f.size.Height)
	if f.grid != nil {
		fmt.Fprintf(&b, ": %s", plural(len(f.panels()), "panel"))
		if len(f.grid) > 1 {
			fmt.Fprintf(&b, " in %s", plural(len(f.grid), "row"))
		}
		for _, p := range f.panels() {
			b.WriteString("\n" + indent(p.String()))
		}
		return b.String()
	}
	if f.Title != "" {
		b.WriteString(": " + f.Title)
	}
	if f.XLabel != "" || f.YLabel != "" {
		fmt.Fprintf(&b, "\n  axes: x %q%s, y %q%s", f.XLabel, logarithmic(f.logX()), f.YLabel, logarithmic(f.LogY))
	}
	for _, m := range f.marks {
		b.WriteString("\n  " + m.text(f))
	}
	if f.axes().empty {
		b.WriteString("\n  no data")
	}
	if f.Note != "" {
		b.WriteString("\n  note: " + f.Note)
	}
	if lost := f.withoutGlyph(); lost != "" {
		b.WriteString("\n  letters that the picture's font lacks, drawn as boxes: " + lost)
	}
	return b.String()
}

func indent(text string) string { return "  " + strings.ReplaceAll(text, "\n", "\n  ") }

func logarithmic(on bool) string {
	if on {
		return " (log)"
	}
	return ""
}

// rangeX writes a range of x values, times as such.
func (f *Figure) rangeX(s span) string {
	if !f.timeX || s.lo < -farthest || s.hi > farthest {
		return rangeOf(s)
	}
	from, to := msTime(s.lo).Format(time.RFC3339Nano), msTime(s.hi).Format(time.RFC3339Nano)
	if from == to {
		return from
	}
	return from + " to " + to
}
