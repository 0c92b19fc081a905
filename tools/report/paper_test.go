package report

import (
	"fmt"
	"html/template"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestForPaper(t *testing.T) {
	row := func(kind string, cells ...string) string {
		s := "<tr>"
		for _, c := range cells {
			s += "<" + kind + ">" + c + "</" + kind + ">"
		}
		return s + "</tr>"
	}
	long := strings.Repeat("x", 60) // counts as 34 characters, beyond which it wraps
	wide := `<p>5 rows</p><table border="1"><thead>` + row("th", "", "a", "b", "c", "d") + "</thead><tbody><tr><th>0</th>" +
		strings.TrimPrefix(row("td", long, long, long, long), "<tr>") + "</tbody></table>"
	want := `<p>5 rows</p><table><thead>` + row("th", "", "a", "b", "c") + "</thead><tbody><tr><th>0</th>" + strings.TrimPrefix(row("td", long, long, long), "<tr>") + "</tbody></table>\n" +
		"<table><thead>" + row("th", "", "d") + "</thead><tbody><tr><th>0</th>" + strings.TrimPrefix(row("td", long), "<tr>") + "</tbody></table>\n"
	got, ok := forPaper(wide)
	if diff := cmp.Diff(want, got); diff != "" || !ok {
		t.Errorf("(-want +got):\n%s", diff)
	}
	for name, same := range map[string]string{
		"narrow":      "<table>" + row("td", "a", "b", "c", "d") + "</table>",
		"spans":       strings.Replace(wide, "<td>", `<td colspan="2">`, 1),
		"two columns": "<table>" + row("td", strings.Repeat("x", 500), strings.Repeat("y", 500)) + "</table>",
	} {
		if got, ok := forPaper(same); ok || got != same {
			t.Errorf("%s was broken: %s", name, got)
		}
	}
}

func TestColours(t *testing.T) {
	for _, tt := range []struct{ name, in, html, rules string }{
		{"256", "\x1b[38;5;208mo\x1b[0m", `<span class="term-fgx208">o</span>`, ".term-fgx208 { color: #ff8700; }\n"},
		{"background", "\x1b[48;5;236mg\x1b[0m", `<span class="term-bgx236">g</span>`, ".term-bgx236 { background: #303030; }\n"},
		{"24 bits", "\x1b[1;38;2;255;130;3mo\x1b[0m", `<span class="term-fgx208 term-fg1">o</span>`, ".term-fgx208 { color: #ff8700; }\n"},
		{"of the page", "\x1b[38;5;9mr\x1b[0m", `<span class="term-fgx9">r</span>`, ".term-fgx9 { color: var(--red); }\n"},
	} {
		got := strings.TrimSpace(ansi(tt.in))
		if diff := cmp.Diff([]string{tt.html, tt.rules}, []string{got, palette([]template.HTML{template.HTML(got)})}); diff != "" {
			t.Errorf("%s (-want +got):\n%s", tt.name, diff)
		}
	}
	var all strings.Builder
	for i := range 256 {
		fmt.Fprintf(&all, `<span class="term-fgx%d">`, i)
	}
	if n := strings.Count(palette([]template.HTML{template.HTML(all.String())}), "\n"); n != 256 {
		t.Errorf("%d rules for 256 colours", n)
	}
}
