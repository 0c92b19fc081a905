package figure

import (
	"math"
	"strconv"
	"strings"
)

// tick is a labelled place on an axis.
type tick struct {
	at    float64
	label string
}

// linearTicks returns the multiples of a round step in [lo, hi], at most
// count+1 of them, after matplotlib's MaxNLocator with the steps 1, 2, 2.5, 5
// and 10. The multiplier, if not empty, is a common factor of the labels such
// as 1e6.
func linearTicks(lo, hi float64, count int) (ticks []tick, multiplier string) {
	count = max(1, min(count, 9))
	raw := hi/float64(count) - lo/float64(count)
	if !(raw > 1/utmost) || math.IsInf(raw, 0) {
		return nil, ""
	}
	step := roundStep(raw)
	first, last := math.Ceil(lo/step-1e-10), math.Floor(hi/step+1e-10)
	for last-first+1 < 2 && step > raw/100 { // at least two ticks
		step = roundStep(step / 2.1)
		first, last = math.Ceil(lo/step-1e-10), math.Floor(hi/step+1e-10)
	}
	// One summand for numbers whose labels would be long and alike.
	offset := 0.0
	if m := math.Max(math.Abs(first), math.Abs(last)); m >= farOff && step*m >= 1e7 && first*last > 0 {
		unit := math.Pow(10, math.Ceil(math.Log10((last-first)*step+step)))
		offset = math.Floor(first*step/unit) * unit
		multiplier = "+" + strconv.FormatFloat(offset, 'g', -1, 64)
		if offset < 0 {
			multiplier = strings.Replace(multiplier, "+-", "−", 1)
		}
		multiplier = strings.Replace(multiplier, "e+", "e", 1)
		if offset == 0 {
			multiplier = ""
		}
	}
	// One factor for numbers that would fill the margin.
	power := 0
	if m := math.Max(math.Abs(first), math.Abs(last)) * step; m > 0 && offset == 0 {
		if p := int(math.Floor(math.Log10(m))); p >= 7 || p < -4 {
			power = p
			multiplier = "1e" + strconv.Itoa(p)
		}
	}
	decimals := 0
	for s := step / math.Pow(10, float64(power)); decimals < 15; decimals++ {
		if v := s * math.Pow(10, float64(decimals)); math.Abs(v-math.Round(v)) < 1e-6*math.Max(v, 1e-3) {
			break
		}
	}
	for i := first; i <= last; i++ {
		v := i * step
		label := strconv.FormatFloat((v-offset)/math.Pow(10, float64(power)), 'f', decimals, 64)
		if strings.Trim(label, "-0.") == "" {
			label = strings.TrimPrefix(label, "-")
		}
		ticks = append(ticks, tick{v, strings.Replace(label, "-", "−", 1)})
	}
	return ticks, multiplier
}

// farOff is how many steps from zero the ticks must lie before their labels get
// a common summand: their first four digits are then the same.
const farOff = 1e4

// offsetOf returns the summand in a multiplier text of linearTicks; 0 if it
// contains none.
func offsetOf(multiplier string) float64 {
	text := strings.Replace(multiplier, "−", "-", 1)
	if !strings.HasPrefix(text, "+") && !strings.HasPrefix(text, "-") {
		return 0
	}
	v, err := strconv.ParseFloat(text, 64)
	if err != nil {
		return 0
	}
	return v
}

// roundStep returns the smallest round number that is not below v.
func roundStep(v float64) float64 {
	decade := math.Pow(10, math.Floor(math.Log10(v)))
	for _, m := range []float64{1, 2, 2.5, 5} {
		if m*decade >= v*(1-1e-9) {
			return m * decade
		}
	}
	return 10 * decade
}

// logTicks returns the powers of ten in [lo, hi], thinned to at most count+1.
func logTicks(lo, hi float64, count int) []tick {
	first := int(math.Ceil(math.Log10(lo) - 1e-9))
	last := int(math.Floor(math.Log10(hi) + 1e-9))
	step := max(1, (last-first+max(1, count)-1)/max(1, count))
	var ticks []tick
	for k := first; k <= last; k += step {
		exponent := strings.Replace(strconv.Itoa(k), "-", "−", 1)
		ticks = append(ticks, tick{math.Pow(10, float64(k)), "10" + string(super) + exponent})
	}
	return ticks
}

// nameTicks labels 0, 1, 2 ….
func nameTicks(names []string) []tick {
	ticks := make([]tick, len(names))
	for i, name := range names {
		ticks[i] = tick{float64(i), name}
	}
	return ticks
}
