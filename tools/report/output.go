package report

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"strings"

	"flowbook/tools/notebook"
)

// images are the types shown as pictures, the preferred first. A PNG goes before the interactive
// form of the same figure, which would need scripts.
var images = []string{"image/png", "image/jpeg", "image/webp", "image/gif", "image/svg+xml"}

// outputHTML is one output of a cell, "" where there is nothing to show.
func (m *markdown) outputHTML(o *notebook.Output, n int) string {
	switch o.Type {
	case notebook.Stream:
		if strings.TrimSpace(plain(o.Text)) == "" {
			return ""
		}
		class := "stdout"
		if o.Name == "stderr" {
			class = "stderr"
		}
		if twoColumns(plain(o.Text)) {
			class += " long"
		}
		return `<pre class="` + class + `">` + ansi(o.Text) + "</pre>"
	case notebook.ErrorOutput:
		return `<pre class="error" role="alert">` + ansi(errorText(o)) + "</pre>"
	case notebook.DisplayData, notebook.ExecuteResult:
		return m.bundleHTML(o, n)
	}
	return note("An output of type %q is not shown.", o.Type)
}

// errorText is an error's name and value, then the traceback where it says more.
func errorText(o *notebook.Output) string {
	head := strings.TrimSuffix(o.EName+": "+o.EValue, ": ")
	trace := strings.Join(o.Traceback, "\n")
	switch said := plain(trace); {
	case strings.Contains(said, plain(o.EValue)) && strings.Contains(said, plain(o.EName)) && o.EName != "":
		return trace
	case strings.TrimSpace(said) == "" || strings.Contains(plain(head), strings.TrimSpace(said)):
		return head
	}
	return head + "\n" + trace
}

// bundleHTML is the best form of a MIME bundle that needs no script.
func (m *markdown) bundleHTML(o *notebook.Output, n int) string {
	b := o.Data
	if b == nil || b.Len() == 0 {
		return ""
	}
	for _, mime := range images {
		if data, ok := b.Text(mime); ok {
			if mime == "image/png" && m.cell != "" {
				if rows := panels(o, data, n); rows != nil {
					return m.panelFigure(rows, n)
				}
			}
			return m.figure(picture(o, mime, data, n), n)
		}
	}
	if text, ok := b.Text("text/html"); ok {
		// Nothing is left of a widget or a script when both are forbidden; the plain text then says
		// more.
		if clean := sanitize(text); strings.TrimSpace(plain(untagged(clean))) != "" || strings.Contains(clean, "<img ") {
			if paper, ok := forPaper(clean); ok {
				return `<div class="html screen">` + clean + `</div><div class="html paper">` + paper + `</div>`
			}
			return `<div class="html">` + clean + `</div>`
		}
	}
	if text, ok := b.Text("text/markdown"); ok {
		return `<div class="text">` + m.render(text, notebook.Object{}) + `</div>`
	}
	if text, ok := b.Text("text/latex"); ok {
		return `<div class="text">` + m.math(strings.Trim(strings.TrimSpace(text), "$"), true) + `</div>`
	}
	if text, ok := b.Text("text/plain"); ok {
		return `<pre class="result">` + ansi(text) + `</pre>`
	}
	if raw := b.Get("application/json"); raw != nil {
		var o notebook.Object
		if json.Unmarshal(raw, &o) == nil {
			if text, err := o.MarshalJSON(); err == nil {
				raw = text
			}
		}
		return `<pre class="result">` + highlight(string(raw), "json") + `</pre>`
	}
	return note("An output of type %s is not shown: it has no form that a still page can hold.", strings.Join(b.Keys(), ", "))
}

// figure lets a reader open a picture at its full size: the link to the figure lays it over the
// page, another lays it back. No script.
func (m *markdown) figure(img string, n int) string {
	if m.cell == "" || !strings.HasPrefix(img, "<img ") {
		return img
	}
	id, class := fmt.Sprintf("%s-figure-%d", m.cell, n), "figure"
	if strings.HasPrefix(img, `<img class="wide"`) {
		class += " wide"
	}
	return fmt.Sprintf(`<div class="%s" id="%s"><a class="open" href="#%s" title="Full size">%s</a><a class="close" href="#%s" aria-label="Back to the page">×</a></div>`,
		class, id, id, img, m.cell)
}

// picture is an image with its data, at the size that its metadata gives: a figure drawn at 200
// dots per inch is shown at its natural size and stays sharp.
func picture(o *notebook.Output, mime, data string, n int) string {
	if mime == "image/svg+xml" {
		still, ok := stillSVG(data)
		if !ok {
			return note("An output of type %s is not shown: it is not a picture.", mime)
		}
		data = base64.StdEncoding.EncodeToString([]byte(still))
	} else if data = unspaced(data); strings.Trim(data, base64Digits) != "" {
		return note("An output of type %s is not shown: it is not base64.", mime)
	}
	alt, _ := o.Data.Text("text/plain")
	if alt = oneLine(alt); alt == "" {
		alt = fmt.Sprintf("Output %d", n)
	}
	size, class := "", ""
	var metadata map[string]json.RawMessage
	var px struct{ Width, Height float64 }
	if json.Unmarshal(o.Metadata, &metadata) == nil && json.Unmarshal(metadata[mime], &px) == nil && px.Width >= 1 && px.Height >= 1 {
		size = fmt.Sprintf(` width="%.0f" height="%.0f"`, px.Width, px.Height)
		if px.Width >= 2*px.Height && px.Width >= 700 {
			class = ` class="wide"` // panels side by side
		}
	}
	return fmt.Sprintf(`<img%s src="data:%s;base64,%s"%s alt="%s">`, class, mime, data, size, escape(shorten(alt, 300)))
}

const base64Digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/="

// untagged is the text of sanitised HTML.
func untagged(text string) string { return tag.ReplaceAllString(text, "") }

func note(format string, args ...any) string {
	return `<p class="note">` + escape(fmt.Sprintf(format, args...)) + `</p>`
}
