package figure

import (
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
)

func field(name string) map[string]any { return map[string]any{"field": name} }

func (s *spec) x(name string) map[string]any {
	axis := map[string]any{"title": s.f.XLabel}
	if s.f.XSlant != 0 {
		axis["labelAngle"] = -s.f.XSlant
		axis["labelAlign"] = "right"
	}
	kind := "quantitative"
	if s.f.timeX {
		kind = "temporal"
		if s.f.timeLayout != "" {
			axis["format"] = d3Layout.Replace(s.f.timeLayout)
		}
	}
	ticks, factor := s.f.xTicks(s.axes, s.th, float64(s.width)*0.9/s.perPoint)
	addOffset(axis, factor)
	return s.position(name, kind, ticks, s.axes.x, s.axes.xNames, axis)
}

func (s *spec) y(name string) map[string]any {
	ticks, factor := s.f.yTicks(s.axes, s.th, float64(s.height)*0.9/s.perPoint)
	axis := map[string]any{"title": s.f.YLabel}
	addOffset(axis, factor)
	return s.position(name, "quantitative", ticks, s.axes.y, s.axes.yNames, axis)
}

// addOffset lets the labels of an axis leave out a common summand, which its
// title then names.
func addOffset(axis map[string]any, factor string) {
	offset := offsetOf(factor)
	if offset == 0 {
		return
	}
	axis["labelExpr"] = fmt.Sprintf("format(datum.value-(%s),'.6~g')", strconv.FormatFloat(offset, 'g', -1, 64))
	axis["title"] = strings.TrimSpace(axis["title"].(string) + " (" + factor + ")")
}

// powerLabel writes 10^k with superscript digits.
const powerLabel = `abs(log(datum.value)/LN10-round(log(datum.value)/LN10))>1e-6?'':` +
	`'10'+replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(` +
	`''+round(log(datum.value)/LN10),'-','⁻'),/0/g,'⁰'),/1/g,'¹'),/2/g,'²'),/3/g,'³'),/4/g,'⁴'),/5/g,'⁵'),/6/g,'⁶'),/7/g,'⁷'),/8/g,'⁸'),/9/g,'⁹')`

// position returns the encoding of a column on an axis with the picture's
// ticks; on an axis of numbers or times, which can be zoomed, only with as many.
func (s *spec) position(name, kind string, ticks []tick, a scale, names []string, axis map[string]any) map[string]any {
	sc := map[string]any{"domain": []any{a.lo, a.hi}, "nice": false}
	at := make([]any, len(ticks))
	for i, t := range ticks {
		at[i] = t.at
	}
	if s.th.gridAbove {
		axis["zindex"] = 1
	}
	switch {
	case s.f.bare:
		sc["zero"] = false
		for _, part := range []string{"labels", "ticks", "domain", "grid"} {
			axis[part] = false
		}
	case len(names) == 0 && names != nil:
		sc["zero"] = false
		for _, part := range []string{"labels", "ticks", "grid"} {
			axis[part] = false
		}
	case names != nil:
		sc["zero"] = false
		axis["values"] = at
		axis["labelExpr"] = jsonText(names) + "[datum.value]"
		axis["labelOverlap"] = false
		if s.f.longNames(names) {
			axis["labelLimit"] = 300 // pixels; Vega's own is 180
		}
	case a.log:
		sc["type"] = "log"
		if len(ticks) > 1 && strings.ContainsRune(ticks[0].label, super) {
			axis["values"] = at
			axis["labelExpr"] = powerLabel
		}
	case kind == "temporal":
		sc["type"] = "utc" // else times are shown in the reader's own zone
		axis["tickCount"] = max(2, len(ticks))
	default:
		sc["zero"] = false
		axis["tickCount"] = max(2, len(ticks))
		axis["format"] = ".12~g" // 200000, as in the picture, not 200,000
	}
	return map[string]any{"field": name, "type": kind, "scale": sc, "axis": axis}
}

// longNames tells whether a name needs more room than Vega gives it.
func (f *Figure) longNames(names []string) bool {
	for _, name := range names {
		if textWidth(name, f.theme().tickSize) > 130 {
			return true
		}
	}
	return false
}

// jsonText writes a string or some as a constant of the expression language,
// whose strings are JSON's.
func jsonText(v any) string {
	text, err := json.Marshal(v)
	if err != nil {
		panic(err) // strings always marshal
	}
	return string(text)
}
