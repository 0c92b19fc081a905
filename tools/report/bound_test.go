package report

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"flowbook/tools/notebook"
)

// TestBlowUps gives the page what once took a minute or ten megabytes. Sizes are bounds on the
// page; the time is one that only a quadratic text misses, on the slowest machine.
func TestBlowUps(t *testing.T) {
	if testing.Short() {
		t.Skip("short: takes some seconds")
	}
	ticks := &strings.Builder{}
	for i := range 600 {
		ticks.WriteString(strings.Repeat("`", i) + " ")
	}
	for _, tt := range []struct {
		name, in, want string
		max            int // bytes of HTML
	}{
		{"table of short rows", strings.Repeat("|a", 1000) + "|\n" + strings.Repeat("|-", 1000) + "|\n" + strings.Repeat("|b|\n", 1000), " more rows of this table are not shown", 300_000},
		{"dollars", strings.Repeat("$a\n", 20_000), "<math>", 2_000_000},
		{"formulas", func() string {
			s := &strings.Builder{}
			for i := range 4000 {
				fmt.Fprintf(s, "$%d$ ", i)
			}
			return s.String()
		}(), `title="the formula is too long or too deep"`, 1_000_000},
		{"elements", strings.Repeat("<b>", 50_000) + strings.Repeat("</i>", 50_000), "<b>", 10_000},
		{"nested elements", strings.Repeat("<b>", 50_000) + "x" + strings.Repeat("</b>", 50_000), "x</b>", 10_000},
		{"links", strings.Repeat("[a](", 50_000), "signs of Markdown", 300_000},
		{"headings", strings.Repeat("# a\n", 50_000), `id="a-49999"`, 4_000_000},
		{"emphasis", strings.Repeat("*a_", 20_000), "signs of Markdown", 100_000},
		{"fences", strings.Repeat("```\n", 20_001), "<pre", 1_000_000},
		{"ticks", ticks.String(), "``", 400_000},
		{"text", strings.Repeat("a b c\n\n", 300_000), "kB more of this text are not shown", 4 << 20},
		{"footnotes", strings.Repeat("[^a]", 2000) + "\n\n[^a]: x", "footnotes", 1_000_000},
		{"lists", strings.Repeat("- ", 2000) + "x", "<ul>", 100_000},
		{"quotes", strings.Repeat("> ", 2000) + "x", "<blockquote>", 100_000},
		{"addresses", strings.Repeat("http://", 10_000), "http", 300_000},
		{"environments", strings.Repeat(`\begin{a}`, 20_000), `\begin{a}`, 300_000},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got, ok := within(60*time.Second, func() string { return newMarkdown(".").render(tt.in, notebook.Object{}) })
			switch {
			case !ok:
				t.Fatal("not done after a minute")
			case len(got) > tt.max:
				t.Errorf("%d bytes, at most %d wanted", len(got), tt.max)
			case !strings.Contains(got, tt.want):
				t.Errorf("%q is missing in %s", tt.want, shorten(got, 300))
			case balance(got) != got:
				t.Error("not balanced")
			}
		})
	}
}
