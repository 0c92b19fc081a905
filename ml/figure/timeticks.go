package figure

import (
	"math"
	"strings"
	"time"
)

// timeStep is a distance of ticks on a time axis and the layout that suits it,
// after matplotlib's AutoDateLocator and AutoDateFormatter.
type timeStep struct {
	step   time.Duration
	layout string
}

const day = 24 * time.Hour

var timeSteps = []timeStep{
	{time.Millisecond, "04:05.000"}, {2 * time.Millisecond, "04:05.000"}, {5 * time.Millisecond, "04:05.000"},
	{10 * time.Millisecond, "04:05.000"}, {20 * time.Millisecond, "04:05.000"}, {50 * time.Millisecond, "04:05.000"},
	{100 * time.Millisecond, "04:05.000"}, {200 * time.Millisecond, "04:05.000"}, {500 * time.Millisecond, "04:05.000"},
	{time.Second, "15:04:05"}, {5 * time.Second, "15:04:05"}, {10 * time.Second, "15:04:05"},
	{15 * time.Second, "15:04:05"}, {30 * time.Second, "15:04:05"},
	{time.Minute, "02 15:04"}, {5 * time.Minute, "02 15:04"}, {10 * time.Minute, "02 15:04"},
	{15 * time.Minute, "02 15:04"}, {30 * time.Minute, "02 15:04"},
	{time.Hour, "01-02 15"}, {2 * time.Hour, "01-02 15"}, {3 * time.Hour, "01-02 15"},
	{6 * time.Hour, "01-02 15"}, {12 * time.Hour, "01-02 15"},
	{day, "2006-01-02"}, {2 * day, "2006-01-02"}, {7 * day, "2006-01-02"}, {14 * day, "2006-01-02"},
	{30 * day, "2006-01"}, {61 * day, "2006-01"}, {91 * day, "2006-01"}, {183 * day, "2006-01"},
}

// farthest is the last time, in milliseconds, that a time axis counts in
// months: the year 9999.
const farthest = 253402300799999

// timeTicks returns ticks in [lo, hi], milliseconds since 1970, at most about
// count of them. An empty layout takes the one that suits their distance.
func timeTicks(lo, hi float64, count int, layout string) []tick {
	if math.Abs(lo) > farthest || math.Abs(hi) > farthest {
		ticks, _ := linearTicks(lo, hi, count)
		return ticks
	}
	count = max(2, min(count, 9))
	chosen := timeStep{}
	for _, s := range timeSteps {
		if (hi-lo)/float64(s.step.Milliseconds()) <= float64(count) {
			chosen = s
			break
		}
	}
	if chosen.step == 0 {
		years := max(1, int(roundStep((hi-lo)/float64((365*day).Milliseconds())/float64(count))))
		return monthTicks(lo, hi, 12*years, pick(layout, "2006"))
	}
	if chosen.step >= 30*day {
		return monthTicks(lo, hi, int((chosen.step+15*day)/(30*day)), pick(layout, chosen.layout))
	}
	var ticks []tick
	step := float64(chosen.step.Milliseconds())
	for v := math.Ceil(lo/step) * step; v <= hi; v += step {
		ticks = append(ticks, tick{v, msTime(v).Format(pick(layout, chosen.layout))})
	}
	return ticks
}

// monthTicks returns the first days of every months-th month.
func monthTicks(lo, hi float64, months int, layout string) []tick {
	start := msTime(lo)
	n := (start.Year()*12 + int(start.Month()) - 1) / months * months
	var ticks []tick
	for ; ; n += months {
		t := time.Date(n/12, time.Month(n%12+1), 1, 0, 0, 0, 0, time.UTC)
		v := float64(t.UnixMilli())
		if v > hi {
			return ticks
		}
		if v >= lo {
			ticks = append(ticks, tick{v, t.Format(layout)})
		}
	}
}

func pick(layout, fallback string) string {
	if layout == "" {
		return fallback
	}
	return layout
}

func msTime(ms float64) time.Time { return time.UnixMicro(int64(math.Round(ms * 1000))).UTC() }

// d3Layout translates a layout of package time to d3's time format, which
// Vega-Lite uses.
var d3Layout = strings.NewReplacer(
	"%", "%%",
	"2006", "%Y", "January", "%B", "Jan", "%b", "Monday", "%A", "Mon", "%a",
	".000", ".%L", "01", "%m", "02", "%d", "15", "%H", "03", "%I", "04", "%M", "05", "%S", "06", "%y", "PM", "%p",
)
