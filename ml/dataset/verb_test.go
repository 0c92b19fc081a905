package dataset

import (
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/rogpeppe/go-internal/txtar"
)

// TestVerbsAsPandas compares the text, the columns' types and the HTML of what each verb returns
// with pandas's own; testdata/verbs/reference.py made the texts.
func TestVerbsAsPandas(t *testing.T) {
	want, err := txtar.ParseFile(filepath.Join(pandasTexts(t, "verbs"), "verbs.txtar"))
	if err != nil {
		t.Fatal(err)
	}
	cases := newVerbs(t).cases()
	for _, file := range want.Files {
		t.Run(file.Name, func(t *testing.T) {
			call, ok := cases[file.Name]
			if !ok {
				t.Fatal("no Go expression of that name")
			}
			delete(cases, file.Name)
			f := call()
			if diff := cmp.Diff(lines(string(file.Data)), lines(looks(f))); diff != "" {
				t.Errorf("(-want +got):\n%s\ngot:\n%s", diff, f)
			}
		})
	}
	for name := range cases {
		t.Errorf("%s: pandas has no text of that name", name)
	}
}

// TestVerbPanics: a caller's mistakes, and what the messages say.
func TestVerbPanics(t *testing.T) {
	v := newVerbs(t)
	f := v.f
	for _, tt := range []struct {
		name string
		call func()
		want string
	}{
		{"group by nothing", func() { f.GroupBy() }, "dataset: GroupBy without a column"},
		{"group by an absent column", func() { f.GroupBy("ap") }, `read ml/dataset/testdata/verbs/flows.csv: no column "ap"`},
		{"unknown figure", func() { f.GroupBy("app").Agg(Agg("x", "bytes", "avg")) },
			`dataset: no figure "avg"; there are size, count, nunique, sum, mean, median, std, var, min, max, first, last and Quantile(q)`},
		{"mean of texts", func() { f.GroupBy("proto").Agg(Agg("x", "app", "mean")) }, `dataset: column "app" is object; mean wants numbers`},
		{"sum of times", func() { f.GroupBy("proto").Sum("begun") }, `dataset: column "begun" is datetime64[ns]; sum wants numbers`},
		{"window of texts", func() { f.Rolling(2).Max("app") }, `dataset: column "app" is object; a window's max wants numbers`},
		{"function of times", func() { f.GroupBy("app").Agg(AggFunc("x", "begun", median)) }, `dataset: column "begun" is datetime64[ns]; AggFunc wants numbers`},
		{"share", func() { f.Quantile("bytes", 95) }, "dataset: quantile 95 is not between 0 and 1"},
		{"one name twice", func() { f.GroupBy("app").Agg(Agg("x", "bytes", "sum"), Agg("x", "bytes", "mean")) }, `dataset: column "x" given twice`},
		{"fill texts by numbers", func() { f.FillNA(1, "app") }, `dataset: column "app" is object and cannot hold 1 (int)`},
		{"fill whole numbers by halves", func() { f.FillNA(0.5, "peer_ms") }, `dataset: column "peer_ms" is Int64 and cannot hold 0.5 (float64)`},
		{"rename to a taken name", func() { f.Rename("app", "bytes") }, `dataset: rename "app" to "bytes": there is a column of that name`},
		{"drop an absent column", func() { f.Drop("apps") }, `read ml/dataset/testdata/verbs/flows.csv: no column "apps"`},
		{"assign a number", func() { f.Assign("x", 1.5) }, "dataset: Assign takes a func(Row) of float64, int64, string, bool or time.Time, not a float64"},
		{"join on nothing", func() { f.Join(v.hosts, "left") }, "dataset: Join without a column to join on"},
		{"unknown join", func() { f.Join(v.hosts, "full", "app") }, `dataset: no join "full"; there are inner, left, right and outer`},
		{"join texts and numbers", func() { f.Join(v.hosts.Drop("app").Rename("proto", "app"), "left", "app") },
			`dataset: column "app" is object in one frame and int64 in the other`},
		{"spans of texts", func() { f.Resample("app", time.Minute) }, `dataset: column "app" is object, not a time; ToTime makes one of texts`},
		{"no span", func() { f.Resample("begun", 0) }, "dataset: Resample every 0s; a positive number of microseconds is wanted"},
		{"too many spans", func() { f.Resample("begun", time.Microsecond) },
			"dataset: Resample every 1µs: more than 100000000 spans from the first time to the last"},
		{"no window", func() { f.Rolling(0) }, "dataset: Rolling over 0 rows"},
		{"unsorted times", func() { f.RollingTime("begun", time.Minute) },
			`dataset: RollingTime: row 5, column "begun": times must be there and ascend; DropNA and SortBy come first`},
		{"numbers of text labels", func() { f.SetIndex("app").Labels() }, "dataset: the rows are not labelled by numbers"},
		{"labels of nothing", func() { f.SetIndex() }, "dataset: SetIndex without a column"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			defer func() {
				got := recover()
				if err, ok := got.(error); ok {
					got = err.Error()
				}
				if diff := cmp.Diff(any(tt.want), got); diff != "" {
					t.Errorf("(-want +got):\n%s", diff)
				}
			}()
			tt.call()
		})
	}
}

// TestVerbsKeepTheirFrame: no verb changes the frame that it is called on.
func TestVerbsKeepTheirFrame(t *testing.T) {
	v := newVerbs(t)
	before := v.f.String() + v.odd.String() + v.hosts.String() + v.wide.String() + v.long.String()
	for name, call := range v.cases() {
		call()
		if v.f.String()+v.odd.String()+v.hosts.String()+v.wide.String()+v.long.String() != before {
			t.Fatalf("%s changed its frame", name)
		}
	}
}

// looks is what the reference scripts write of a frame: its text, its columns' types, its HTML
// without the style sheet.
func looks(f *Frame) string {
	_, html, _ := strings.Cut(f.html(), "</style>\n")
	return f.String() + "\n" + dtypes(f) + "\n" + html
}

func lines(s string) []string { return strings.Split(strings.TrimSuffix(s, "\n"), "\n") }
