package report

import (
	"bufio"
	"fmt"
	"html"
	"io"
	"strings"

	"flowbook/tools/status"
)

// Summary writes the run as Markdown for a CI's summary page or a comment: a table of the steps,
// then each failure with the end of its text.
func Summary(w io.Writer, run Run) error {
	b := bufio.NewWriter(w)
	if run.Title != "" {
		fmt.Fprintf(b, "## %s\n\n", inline(run.Title))
	}
	b.WriteString("| | step | status | cells | time |\n|---|---|---|---:|---:|\n")
	for i := range run.Pages {
		p := &run.Pages[i]
		fmt.Fprintf(b, "| %s | %s | %s | %s | %s |\n", mark(p.Status), inline(p.Path), inline(string(p.Status)), tally(p), span(p.Duration))
	}
	for i := range run.Pages {
		p := &run.Pages[i]
		failed := p.failed()
		for _, c := range failed {
			heading := fmt.Sprintf("%s, %s (%s)", p.Path, c.name(), c.Status)
			failure(b, heading, c.Message, c.Text)
		}
		if p.Status.Bad() && len(failed) == 0 {
			failure(b, fmt.Sprintf("%s (%s)", p.Path, p.Status), p.Message, "")
		}
	}
	return b.Flush()
}

// failure writes one failure, folded. The text is HTML inside <pre>, where Markdown has no say.
func failure(b *bufio.Writer, heading, msg, text string) {
	text = strings.TrimSpace(plain(text))
	if msg = strings.TrimSpace(plain(msg)); !strings.Contains(text, msg) {
		text = strings.TrimSpace(msg + "\n\n" + text)
	}
	if text == "" {
		text = "no message"
	}
	// The end says most: that is where a traceback names the failure.
	if r := []rune(text); len(r) > longest {
		text = "…" + string(r[len(r)-longest:])
	}
	fmt.Fprintf(b, "\n<details><summary>%s</summary>\n\n<pre>\n%s\n</pre>\n\n</details>\n", html.EscapeString(oneLine(heading)), html.EscapeString(text))
}

// tally counts a page's cells.
func tally(p *Page) string {
	if len(p.Cells) == 0 {
		return ""
	}
	fine := 0
	for _, c := range p.Cells {
		if group(c.Status) == "good" {
			fine++
		}
	}
	return fmt.Sprintf("%d of %d", fine, len(p.Cells))
}

// mark is a status for those who only skim.
func mark(s status.Status) string {
	return map[string]string{"good": "✅", "bad": "❌", "idle": "➖"}[group(s)]
}

// inline is text that stays text in a line of Markdown: every mark that could begin markup is a
// character reference.
func inline(s string) string {
	var b strings.Builder
	for _, r := range oneLine(s) {
		if strings.ContainsRune("\\`*_{}[]<>()#+!|~@&$:", r) {
			fmt.Fprintf(&b, "&#%d;", r)
			continue
		}
		b.WriteRune(r)
	}
	return b.String()
}
