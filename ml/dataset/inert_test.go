package dataset

import (
	"strings"
	"testing"
	"unicode"

	"github.com/google/go-cmp/cmp"
)

// hostile are texts that a stranger might put into a server name or a user agent.
var hostile = []string{
	"<script>alert(1)</script>", "\x1b[2J\x1b]0;title\a", "first\nsecond", "::error file=x::gotcha", "=cmd|'/c calc'!A1",
	"##[error]gotcha", "\u202egnp.exe", "\u009b31m", "\r::add-mask::x", "+1", "@SUM(1)", "\xff\xfe", "&lt;",
}

func TestShown(t *testing.T) {
	want := []string{
		"<script>alert(1)</script>", `\x1b[2J\x1b]0;title\x07`, `first\nsecond`, `\::error file=x::gotcha`, "=cmd|'/c calc'!A1",
		`##\[error]gotcha`, `\u202egnp.exe`, `\x9b31m`, `\\r::add-mask::x`, "+1", "@SUM(1)", "��", "&lt;",
	}
	var got []string
	for _, s := range hostile {
		got = append(got, shown(s))
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
	for _, harmless := range []string{"::1", "fe80::1", "2001:db8::ff00:42:8329", "naïve café", "日本語", "a::b::c"} {
		if shown(harmless) != harmless {
			t.Errorf("%q is shown as %q", harmless, shown(harmless))
		}
	}
}

// TestViewsAreInert puts hostile texts wherever a text can stand and looks at every view.
func TestViewsAreInert(t *testing.T) {
	for _, text := range hostile {
		f := New(TextColumn(text, []string{text, text, "x"}), Int64Column("n", []int64{1, 2, 3}))
		views := map[string]string{
			"table":    f.String(),
			"labelled": f.WithLabels(text, text, text).String(),
			"info":     f.Info().String(),
			"describe": f.Describe(text).String(),
			"counts":   f.ValueCounts(text).String(),
			"empty":    f.Head(0).String(),
			"groups":   f.GroupBy(text, "n").Agg(Agg(text, "n", "sum")).String(),
			"pivot":    f.With(TextColumn("k"+text, []string{text, text, "y"})).Pivot(text, "k"+text, "n", "sum").String(),
			"html two": f.GroupBy(text, "n").Agg(Agg(text, "n", "sum")).html(),
			"pivotted": f.With(TextColumn("k"+text, []string{text, text, "y"})).Pivot(text, "k"+text, "n", "sum").html(),
			"html":     f.WithLabels(text, text, text).Bundle()["text/html"].(string),
		}
		for name, view := range views {
			for _, r := range view {
				if r != '\n' && unicode.IsControl(r) || reorders(r) {
					t.Errorf("%q: %s holds %U", text, name, r)
				}
			}
			for line := range strings.Lines(view) {
				if l := strings.TrimSpace(line); strings.HasPrefix(l, "::") && strings.Contains(l[2:], "::") || strings.Contains(l, "##[") {
					t.Errorf("%q: %s has the line %q", text, name, line)
				}
			}
		}
		for _, name := range []string{"html", "html two", "pivotted"} {
			if strings.Contains(views[name], "<script") {
				t.Errorf("%q: a tag got into the HTML of %s", text, name)
			}
		}
		var sheet strings.Builder
		if err := f.WriteSheet(&sheet); err != nil {
			t.Fatal(err)
		}
		for line := range strings.Lines(sheet.String()) {
			cell := strings.TrimPrefix(line, `"`)
			if cell != "" && strings.IndexByte("=+-@\t\r", cell[0]) >= 0 {
				t.Errorf("%q: the sheet has the line %q", text, line)
			}
		}
	}
}

func TestWriteSheet(t *testing.T) {
	f := New(
		TextColumn("name", []string{"=1+1", "a,b", "plain"}).Missing(2), Int64Column("n", []int64{-1, 2, 3}),
		Float64Column("x", []float64{0.5, -1, 2}).Missing(2), BoolColumn("b", []bool{true, false, true}),
		Int64Column("ms", []int64{1658902768472, 0, 1}),
	).WithTime("t", "ms")
	var got strings.Builder
	if err := f.WriteSheet(&got); err != nil {
		t.Fatal(err)
	}
	want := "name,n,x,b,ms,t\n'=1+1,-1,0.5,True,1658902768472,2022-07-27 06:19:28.472\n" +
		"\"a,b\",2,-1.0,False,0,1970-01-01 00:00:00.000\n,3,,True,1,1970-01-01 00:00:00.001\n"
	if diff := cmp.Diff(want, got.String()); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}
