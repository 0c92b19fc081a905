package dataset

import (
	"math"
	"testing"
	"time"
)

// verbs are the frames of testdata/verbs/reference.py.
type verbs struct {
	f, hosts, odd, long, wide, empty, numbers *Frame
}

func newVerbs(t *testing.T) verbs {
	t.Helper()
	var v verbs
	var err error
	if v.f, err = Read("testdata/verbs/flows.csv"); err != nil {
		t.Fatal(err)
	}
	if v.f, err = v.f.ToTime("begun"); err != nil {
		t.Fatal(err)
	}
	if v.hosts, err = Read("testdata/verbs/hosts.csv"); err != nil {
		t.Fatal(err)
	}
	inf, zero := math.Inf(1), math.Copysign(0, -1)
	v.odd = New(
		TextColumn("k", []string{"a", "b", "a", "b", "c", "c"}), Float64Column("x", []float64{1, inf, 2, 5, nan, nan}),
		Float64Column("y", []float64{inf, -inf, inf, 1, 2, nan}), Float64Column("z", []float64{0, zero, zero, 0, 1e-9, 1e9}),
		Float64Column("n", []float64{nan, nan, nan, nan, nan, nan}),
	)
	k, j, x := make([]int64, 100), make([]int64, 100), make([]float64, 100)
	for i := range k {
		k[i], j[i], x[i] = int64(i%7), int64(i*i%5), float64(i)/2
	}
	v.long = New(Int64Column("k", k), Int64Column("j", j), Float64Column("v", x))
	var cols []*Column
	for j := range int64(25) {
		cols = append(cols, Int64Column("c"+string(AppendInt(nil, j)), []int64{j, j + 1, j * j}))
	}
	v.wide, v.empty = New(cols...), v.f.Head(0)
	v.numbers = v.f.Select("proto", "bytes", "duration", "peer_ms")
	return v
}

// every returns an aggregation of the column by each figure, under the figure's name.
func every(column string, stats ...Stat) []Aggregation {
	var out []Aggregation
	for _, s := range stats {
		out = append(out, Agg(string(s), column, s))
	}
	return out
}

// cases is the Go side of the names in reference.py.
func (v verbs) cases() map[string]func() *Frame {
	f, odd, long, wide, hosts := v.f, v.odd, v.long, v.wide, v.hosts
	calm := f.Select("app", "proto", "bytes", "duration", "peer_ms")
	return map[string]func() *Frame{
		"describe":       func() *Frame { return f.Drop("begun").DescribeAll() },
		"describe.times": func() *Frame { return f.DescribeAll() },
		"describe.texts": func() *Frame { return f.Select("app", "guessed").DescribeAll() },
		"describe.odd":   func() *Frame { return odd.DescribeAll() },
		"describe.one":   func() *Frame { return f.Head(1).Drop("begun").DescribeAll() },
		"describe.wide":  func() *Frame { return wide.DescribeAll() },
		"corr":           func() *Frame { return f.Corr() },
		"corr.odd": func() *Frame {
			y := []float64{3, 4, 3, 1, 2, nan}
			return odd.Select("y", "z", "n").With(Float64Column("y", y)).Corr()
		},
		"corr.one": func() *Frame { return v.numbers.Head(1).Corr() },

		"quantile":     func() *Frame { return quantiles(v.numbers, 0, 0.1, 0.25, 0.5, 0.95, 1) },
		"quantile.odd": func() *Frame { return quantiles(odd.Drop("k"), 0, 0.3, 0.5, 1) },

		"group.agg": func() *Frame {
			return f.GroupBy("app").Agg(
				Agg("flows", "bytes", "count"), Agg("total", "bytes", "sum"), Agg("mean", "duration", "mean"), Agg("p95", "duration", Quantile(0.95)))
		},
		"group.every": func() *Frame {
			return f.GroupBy("app").Agg(every("duration", "size", "count", "nunique", "sum", "mean", "median", "std", "var", "min", "max", "first", "last")...)
		},
		"group.nullable": func() *Frame {
			return f.GroupBy("proto").Agg(every("peer_ms", "count", "nunique", "sum", "mean", "median", "std", "min", "first")...)
		},
		"group.int": func() *Frame {
			return f.GroupBy("guessed").Agg(every("bytes", "sum", "mean", "median", "std", "min", "max", "first", "last")...)
		},
		"group.texts": func() *Frame {
			return f.DropNA("app").GroupBy("proto").Agg(
				Agg("first", "app", "first"), Agg("last", "app", "last"), Agg("least", "app", "min"), Agg("most", "app", "max"), Agg("different", "app", "nunique"))
		},
		"group.times": func() *Frame {
			return f.GroupBy("app").Agg(Agg("first", "begun", "first"), Agg("latest", "begun", "max"), Agg("n", "begun", "count"))
		},
		"group.bools": func() *Frame {
			return f.GroupBy("app").Agg(Agg("guessed", "guessed", "sum"), Agg("share", "guessed", "mean"), Agg("any", "guessed", "max"))
		},
		"group.two": func() *Frame {
			return f.GroupBy("app", "proto").Agg(Agg("n", "bytes", "size"), Agg("mean", "duration", "mean"))
		},
		"group.three":     func() *Frame { return f.GroupBy("proto", "guessed", "app").Agg(Agg("n", "bytes", "sum")) },
		"group.time_key":  func() *Frame { return f.GroupBy("begun").Agg(Agg("n", "bytes", "sum")) },
		"group.float_key": func() *Frame { return f.GroupBy("duration").Agg(Agg("n", "bytes", "sum")) },
		"group.nullable_key": func() *Frame {
			return f.FillNA("?", "app").GroupBy("peer_ms").Agg(Agg("n", "bytes", "sum"), Agg("app", "app", "first"))
		},
		"group.mean":   func() *Frame { return f.GroupBy("app").Mean() },
		"group.sum":    func() *Frame { return f.GroupBy("app").Sum() },
		"group.median": func() *Frame { return f.GroupBy("proto").Median() },
		"group.std":    func() *Frame { return f.GroupBy("proto").Std() },
		"group.count":  func() *Frame { return f.GroupBy("app").Count() },
		"group.min":    func() *Frame { return f.Drop("app").GroupBy("proto").Min() },
		"group.max":    func() *Frame { return f.Drop("app").GroupBy("proto").Max() },
		"group.odd": func() *Frame {
			return odd.GroupBy("k").Agg(append(every("x", "sum", "mean", "median", "std", "count"),
				Agg("ysum", "y", "sum"), Agg("ymed", "y", "median"), Agg("zmin", "z", "min"), Agg("null", "n", "mean"), Agg("nothing", "n", "sum"))...)
		},
		"group.reset_describe": func() *Frame { return f.GroupBy("app").Agg(Agg("n", "bytes", "sum")).DescribeAll() },
		"describe.no_times":    func() *Frame { return v.empty.Select("begun").DescribeAll() },
		"describe.time":        func() *Frame { return f.Head(1).Select("begun").DescribeAll() },
		"describe.day": func() *Frame {
			days, err := New(TextColumn("day", []string{"2022-07-27", "2022-07-28"})).ToTime("day")
			if err != nil {
				panic(err)
			}
			return days.DescribeAll()
		},
		"group.empty": func() *Frame { return v.empty.GroupBy("app").Agg(Agg("n", "bytes", "sum")) },
		"group.long":  func() *Frame { return long.GroupBy("v").Agg(Agg("k", "k", "first"), Agg("j", "j", "sum")) },
		"group.long_two": func() *Frame {
			return long.Filter(func(r Row) bool { return r.Float64("v") > 4 }).GroupBy("k", "v").Agg(Agg("j", "j", "sum"))
		},
		"group.long_cut_between": func() *Frame {
			k := make([]int64, 62)
			for i := range k {
				k[i] = int64(i / 5)
			}
			return long.Head(62).With(Int64Column("k", k)).GroupBy("k", "v").Agg(Agg("j", "j", "sum"))
		},
		"group.reset":  func() *Frame { return f.GroupBy("app", "proto").Agg(Agg("n", "bytes", "size")).ResetIndex() },
		"group.sorted": func() *Frame { return f.GroupBy("app").Agg(Agg("n", "bytes", "size")).SortByDesc("n").Head(3) },
		"group.wide":   func() *Frame { return wide.With(f.Head(3).Column("app")).GroupBy("app").Sum() },

		"sort":       func() *Frame { return f.SortBy("bytes") },
		"sort.desc":  func() *Frame { return f.SortByDesc("duration") },
		"sort.two":   func() *Frame { return f.SortBy("app", "peer_ms") },
		"sort.mixed": func() *Frame { return f.SortByDesc("bytes").SortBy("proto") },
		"sort.times": func() *Frame { return f.SortBy("begun").Select("begun", "app") },
		"sort.odd":   func() *Frame { return odd.SortBy("y") },
		"sort.bools": func() *Frame { return f.SortBy("guessed").Select("guessed", "bytes") },
		"filter":     func() *Frame { return f.Filter(func(r Row) bool { return r.Int64("bytes") > 90 }) },
		"filter.float": func() *Frame {
			return f.Filter(func(r Row) bool { return r.Float64("duration") > 1 && r.Bool("guessed") })
		},
		"filter.none":   func() *Frame { return f.Filter(func(r Row) bool { return r.Int64("bytes") > 1e9 }) },
		"dropna":        func() *Frame { return f.DropNA() },
		"dropna.some":   func() *Frame { return f.DropNA("app", "peer_ms") },
		"fillna.number": func() *Frame { return f.Select("bytes", "duration", "peer_ms").FillNA(0) },
		"fillna.some":   func() *Frame { return f.FillNA("?", "app") },
		"fillna.float":  func() *Frame { return f.FillNA(0.5, "duration") },
		"rename":        func() *Frame { return f.Rename("bytes", "octets").Head(2) },
		"drop":          func() *Frame { return f.Drop("bytes", "begun").Head(2) },
		"index":         func() *Frame { return f.SetIndex("app").Head(5) },
		"index.two":     func() *Frame { return f.SetIndex("proto", "app").Head(6) },
		"index.time":    func() *Frame { return f.SetIndex("begun").Select("app", "bytes") },
		"index.float":   func() *Frame { return f.SetIndex("duration").Select("app", "bytes") },
		"index.bool":    func() *Frame { return f.SetIndex("guessed").Select("app", "bytes").Head(3) },
		"index.reset":   func() *Frame { return f.SortBy("bytes").ResetIndex().Head(3) },
		"index.wide":    func() *Frame { return wide.SetIndex("c3") },

		"join.inner":     func() *Frame { return calm.Join(hosts, "inner", "app") },
		"join.left":      func() *Frame { return calm.Join(hosts, "left", "app") },
		"join.right":     func() *Frame { return calm.Join(hosts, "right", "app") },
		"join.outer":     func() *Frame { return calm.Join(hosts, "outer", "app") },
		"join.two_inner": func() *Frame { return calm.Join(hosts, "inner", "app", "proto") },
		"join.two_left":  func() *Frame { return calm.Join(hosts, "left", "app", "proto") },
		"join.two_right": func() *Frame { return calm.Join(hosts, "right", "app", "proto") },
		"join.two_outer": func() *Frame { return calm.Join(hosts, "outer", "app", "proto") },
		"join.ints_to_floats": func() *Frame {
			ranks := New(TextColumn("app", []string{"TLS", "DNS"}), Int64Column("rank", []int64{1, 2}))
			return f.Select("app", "bytes", "peer_ms").Join(ranks, "left", "app")
		},
		"join.float_key": func() *Frame {
			names := New(Float64Column("proto", []float64{6, 17, 2.5}), TextColumn("name", []string{"tcp", "udp", "none"}))
			return f.Select("proto", "app").Join(names, "inner", "proto")
		},
		"join.time_key": func() *Frame {
			return f.Select("begun", "app").Join(f.Select("begun", "bytes").Head(10), "outer", "begun")
		},
		"join.empty": func() *Frame { return v.empty.Select("app", "bytes").Join(hosts, "right", "app") },
		"join.nothing": func() *Frame {
			return f.Select("app", "bytes").Join(hosts.Head(0).Select("app", "owner", "proto"), "left", "app")
		},

		"pivot.mean":          func() *Frame { return f.Pivot("app", "proto", "duration", "mean") },
		"pivot.sum":           func() *Frame { return f.Pivot("app", "proto", "bytes", "sum") },
		"pivot.count":         func() *Frame { return f.Pivot("guessed", "app", "duration", "count") },
		"pivot.whole":         func() *Frame { return f.Pivot("proto", "guessed", "bytes", "sum") },
		"pivot.max":           func() *Frame { return f.Pivot("proto", "guessed", "peer_ms", "max") },
		"pivot.float_columns": func() *Frame { return f.Pivot("app", "duration", "bytes", "sum") },
		"pivot.times":         func() *Frame { return f.Pivot("begun", "app", "bytes", "sum") },
		"pivot.long":          func() *Frame { return long.Pivot("v", "k", "j", "sum") },
		"pivot.wide":          func() *Frame { return long.Pivot("k", "v", "j", "sum") },
		"crosstab":            func() *Frame { return f.Crosstab("app", "proto") },
		"crosstab.bools":      func() *Frame { return f.Crosstab("proto", "guessed") },
		"crosstab.texts":      func() *Frame { return f.Crosstab("proto", "app") },

		"resample.agg": func() *Frame {
			return f.Resample("begun", time.Minute).Agg(Agg("n", "bytes", "count"), Agg("total", "bytes", "sum"), Agg("mean", "bytes", "mean"),
				Agg("most", "bytes", "max"), Agg("size", "bytes", "size"))
		},
		"resample.gaps": func() *Frame {
			return f.Resample("begun", 100*time.Second).Agg(append(every("duration", "mean", "sum", "std", "first"),
				Agg("peers", "peer_ms", "sum"), Agg("peer", "peer_ms", "max"), Agg("apps", "app", "nunique"))...)
		},
		"resample.seven": func() *Frame { return f.Resample("begun", 7*time.Minute).Mean() },
		"resample.days":  func() *Frame { return f.Resample("begun", 48*time.Hour).Agg(Agg("n", "bytes", "sum")) },
		"resample.ms":    func() *Frame { return f.Head(3).Resample("begun", 250*time.Millisecond).Agg(Agg("n", "bytes", "sum")) },
		"resample.long":  func() *Frame { return f.Resample("begun", 10*time.Second).Agg(Agg("n", "bytes", "sum")) },
		"resample.sum":   func() *Frame { return f.Resample("begun", 5*time.Minute).Sum() },

		"rolling.mean":        func() *Frame { return v.numbers.Rolling(3).Mean() },
		"rolling.sum":         func() *Frame { return v.numbers.Rolling(3).Sum() },
		"rolling.min_periods": func() *Frame { return v.numbers.Rolling(3).MinPeriods(1).Max() },
		"rolling.count":       func() *Frame { return v.numbers.Rolling(3).Count() },
		"rolling.count_min":   func() *Frame { return v.numbers.Rolling(3).MinPeriods(3).Count() },
		"rolling.std":         func() *Frame { return v.numbers.Rolling(4).MinPeriods(2).Std() },
		"rolling.median":      func() *Frame { return v.numbers.Rolling(5).MinPeriods(2).Median() },
		"rolling.min":         func() *Frame { return v.numbers.Rolling(2).Min() },
		"rolling.one":         func() *Frame { return v.numbers.Rolling(1).Mean() },
		"rolling.beyond":      func() *Frame { return v.numbers.Rolling(100).MinPeriods(1).Sum() },
		"rolling.odd":         func() *Frame { return odd.Rolling(2).MinPeriods(1).Sum("x", "y", "n") },
		"rolling.quantile":    func() *Frame { return v.numbers.Rolling(4).Agg(Agg("bytes", "bytes", Quantile(0.25))) },
		"rolling.bools":       func() *Frame { return f.Select("guessed").Rolling(3).Mean() },
		"rolling.time": func() *Frame {
			return f.DropNA("begun").SortBy("begun").RollingTime("begun", time.Minute).Sum("bytes", "duration")
		},
		"rolling.time_mean": func() *Frame {
			return f.DropNA("begun").SortBy("begun").RollingTime("begun", time.Second).MinPeriods(2).Mean("bytes", "duration")
		},
	}
}

// quantiles returns the shares' quantiles of every column, labelled by the shares.
func quantiles(f *Frame, shares ...float64) *Frame {
	var cols []*Column
	for _, name := range f.Names() {
		values := make([]float64, len(shares))
		for i, q := range shares {
			values[i] = f.Quantile(name, q)
		}
		cols = append(cols, Float64Column(name, values))
	}
	return New(cols...).withIndex(Float64Column("", shares))
}
