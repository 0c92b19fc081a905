package figure

import "math"

// xTicks returns the ticks of an x axis of the given length in points, as many
// as have room for their labels.
func (f *Figure) xTicks(a axes, th theme, length float64) (ticks []tick, multiplier string) {
	need := func(t tick) float64 {
		if f.XSlant == 0 {
			return textWidth(t.label, th.tickSize) + 0.5*th.tickSize
		}
		// A slanted label needs its height across its direction.
		sin := math.Abs(math.Sin(f.XSlant * math.Pi / 180))
		return math.Min(1.1*th.tickSize/math.Max(sin, 0.01), textWidth(t.label, th.tickSize)+0.5*th.tickSize)
	}
	return f.fitTicks(a.x, a.xNames, f.timeX, length, int(length/th.tickSize/3), need)
}

// yTicks is xTicks for the y axis.
func (f *Figure) yTicks(a axes, th theme, length float64) (ticks []tick, multiplier string) {
	need := func(tick) float64 { return 1.1 * th.tickSize }
	return f.fitTicks(a.y, a.yNames, false, length, int(length/th.tickSize/2), need)
}

func (f *Figure) fitTicks(s scale, names []string, isTime bool, length float64, count int, need func(tick) float64) ([]tick, string) {
	s.p0, s.p1 = 0, length
	if names != nil {
		widest := 0.0
		all := nameTicks(names)
		for _, t := range all {
			widest = math.Max(widest, need(t))
		}
		step := 1
		if len(all) > 1 {
			step = max(1, int(math.Ceil(widest/(s.of(1)-s.of(0)))))
		}
		var kept []tick
		for i := 0; i < len(all); i += step {
			kept = append(kept, all[i])
		}
		return kept, ""
	}
	for count = max(1, min(count, 9)); ; count-- {
		ticks, multiplier := f.someTicks(s, isTime, count)
		crowded := false
		for i := 1; i < len(ticks); i++ {
			if s.of(ticks[i].at)-s.of(ticks[i-1].at) < (need(ticks[i])+need(ticks[i-1]))/2 {
				crowded = true
			}
		}
		if !crowded || count <= 1 {
			return ticks, multiplier
		}
	}
}

func (f *Figure) someTicks(s scale, isTime bool, count int) ([]tick, string) {
	switch {
	case s.log:
		if ticks := logTicks(s.lo, s.hi, count); len(ticks) > 1 {
			return ticks, ""
		}
	case isTime:
		return timeTicks(s.lo, s.hi, count, f.timeLayout), ""
	}
	return linearTicks(s.lo, s.hi, count)
}
