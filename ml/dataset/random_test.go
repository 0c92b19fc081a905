package dataset

import (
	"fmt"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/rogpeppe/go-internal/txtar"
)

// TestRandomVerbs lets pandas work on random frames with gaps, duplicate keys and infinities, and
// wants the same text, types and HTML of each verb.
func TestRandomVerbs(t *testing.T) {
	python := os.Getenv("FLOWBOOK_PYTHON")
	if testing.Short() || python == "" {
		t.Skip("set FLOWBOOK_PYTHON to a Python with tools/bench/reference/requirements.txt installed (CONTRIBUTING.md), and run without -short")
	}
	const seeds = 25
	dir := t.TempDir()
	script := filepath.Join("testdata", "random", "reference.py")
	if text, err := exec.Command(python, script, dir, strconv.Itoa(seeds)).CombinedOutput(); err != nil {
		t.Fatalf("%s: %v\n%s", script, err, text)
	}
	compared := 0
	for seed := range seeds {
		cases := randomCases(randomFrame(t, dir, "f", seed), randomFrame(t, dir, "g", seed))
		want, err := txtar.ParseFile(filepath.Join(dir, fmt.Sprintf("%d.txtar", seed)))
		if err != nil {
			t.Fatal(err)
		}
		for _, file := range want.Files {
			compared++
			if diff := cmp.Diff(lines(string(file.Data)), lines(looks(cases[file.Name]()))); diff != "" {
				t.Errorf("frames %d, %s (-want +got):\n%s", seed, file.Name, diff)
			}
		}
	}
	t.Logf("%d results compared", compared)
	if compared < 18*seeds {
		t.Errorf("pandas gave %d results for %d pairs of frames", compared, seeds)
	}
}

func randomFrame(t *testing.T, dir, name string, seed int) *Frame {
	t.Helper()
	f, err := Read(filepath.Join(dir, fmt.Sprintf("%s%d.csv", name, seed)))
	if err != nil {
		t.Fatal(err)
	}
	if f, err = f.ToTime("t"); err != nil {
		t.Fatal(err)
	}
	return f.With(Float64Column("x", f.Float64s("x")))
}

// randomCases are the Go side of the names in testdata/random/reference.py.
func randomCases(f, g *Frame) map[string]func() *Frame {
	known := f.Assign("x", func(r Row) float64 {
		if x := r.Float64("x"); !math.IsInf(x, 0) {
			return x
		}
		return 7
	})
	return map[string]func() *Frame{
		"group": func() *Frame { return f.GroupBy("k").Sum() },
		"group two": func() *Frame {
			return f.GroupBy("k", "p").Agg(Agg("n", "x", "count"), Agg("s", "x", "sum"), Agg("sd", "x", "std"), Agg("md", "m", "median"),
				Agg("first", "m", "first"), Agg("t", "t", "min"))
		},
		"group bools": func() *Frame {
			return f.GroupBy("b").Agg(Agg("n", "x", "nunique"), Agg("q", "x", Quantile(0.3)), Agg("mx", "m", "max"), Agg("v", "p", "var"), Agg("sm", "p", "sum"))
		},
		"group floats": func() *Frame { return f.GroupBy("x").Agg(Agg("n", "p", "size")) },
		"sort":         func() *Frame { return f.SortBy("k", "x", "m") },
		"sort down":    func() *Frame { return f.SortByDesc("x", "p") },
		"describe":     func() *Frame { return f.Drop("t").DescribeAll() },
		"dropna":       func() *Frame { return f.DropNA() },
		"fillna":       func() *Frame { return f.Select("x", "m").FillNA(7) },
		"index":        func() *Frame { return f.SetIndex("k", "b").Select("p", "x") },
		"join left":    func() *Frame { return f.Select("k", "p", "x").Join(g.Select("k", "m", "x"), "left", "k") },
		"join right":   func() *Frame { return f.Select("p", "x").Join(g.Select("p", "k"), "right", "p") },
		"join outer":   func() *Frame { return f.Select("k", "p", "m").Join(g.Select("k", "p", "x"), "outer", "p", "k") },
		"join inner":   func() *Frame { return f.Select("k", "p", "m").Join(g.Select("k", "p", "m", "t"), "inner", "k", "p") },
		"pivot":        func() *Frame { return f.Pivot("k", "p", "x", "mean") },
		"pivot sum":    func() *Frame { return f.Pivot("p", "k", "m", "sum") },
		"crosstab":     func() *Frame { return f.Crosstab("k", "b") },
		"rolling":      func() *Frame { return known.Select("p", "x", "m").Rolling(4).MinPeriods(2).Mean() },
		"rolling time": func() *Frame { return f.SortBy("t").RollingTime("t", 30*time.Second).Sum("p") },
		"resample": func() *Frame {
			return f.Resample("t", 17*time.Second).Agg(Agg("n", "x", "count"), Agg("s", "x", "sum"), Agg("m", "x", "mean"), Agg("p", "p", "max"))
		},
	}
}
