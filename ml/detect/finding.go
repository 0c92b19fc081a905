package detect

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"flowbook/ml/dataset"
)

// Finding is an anomalous flow.
type Finding struct {
	Row       int64 // of the stream, from 0
	ID        int64 // the flow's id, if HasID
	HasID     bool
	Score     float64
	Threshold float64
	Drivers   []Driver // the features that drove the score, strongest first
	Flow      Flow
	Incident  int64 // the number of the incident it belongs to, from 1; 0 if nobody numbered it
}

// Flow is what a stream says of a flow beside the numbers: what it does not say is empty, a number
// -1.
type Flow struct {
	Ms                                    int64 // when it began, since 1970
	Source, Destination                   string
	SourcePort, DestinationPort, Protocol int64
	Application                           string
}

// Identity are the columns that a Flow is made of, where a stream has them.
var Identity = []string{"id", firstSeen, "src_ip", "src_port", "dst_ip", "dst_port", "protocol", "application_name"}

// FlowOf is the flow in row r of a frame that holds some of Identity.
func FlowOf(f *dataset.Frame, r int) Flow {
	number := func(name string) int64 {
		if !f.Has(name) || f.Column(name).Kind() != dataset.Int64 || f.Column(name).IsNull(r) {
			return -1
		}
		return f.Column(name).Int64(r)
	}
	text := func(name string) string {
		if !f.Has(name) || f.Column(name).Kind() != dataset.Text || f.Column(name).IsNull(r) {
			return ""
		}
		return strings.Clone(f.Column(name).Text(r))
	}
	return Flow{Ms: number(firstSeen), Source: text("src_ip"), Destination: text("dst_ip"), SourcePort: number("src_port"),
		DestinationPort: number("dst_port"), Protocol: number("protocol"), Application: text("application_name")}
}

// Driver is a feature that made a flow's score high.
type Driver struct {
	Feature string
	Share   float64 // of the score, between 0 and 1
	Value   float64 // in the feature's own unit, not its logarithm
	Usual   float64 // which one in a hundred training flows of the application exceeded; NaN if that is not known
}

// String reads like "ports_of_pair_10s 118, usually at most 3".
func (d Driver) String() string {
	text := strings.TrimPrefix(d.Feature, "log_") + " " + amount(d.Value)
	if !math.IsNaN(d.Usual) {
		text += ", usually at most " + amount(d.Usual)
	}
	return text
}

// amount writes a number with three digits, whole ones whole.
func amount(v float64) string {
	if whole := math.Round(v); math.Abs(v-whole) < 1e-6*max(1, math.Abs(whole)) && math.Abs(whole) < 1e15 {
		return strconv.FormatInt(int64(whole), 10)
	}
	return fmt.Sprintf("%.3g", v)
}

// natural takes the logarithm off a feature's value; what rounding leaves of a whole number becomes
// one.
func natural(feature string, v float64) float64 {
	v = withoutLog(feature, v)
	if whole := math.Round(v); math.Abs(v-whole) < 1e-9*max(1, math.Abs(whole)) {
		return whole
	}
	return v
}

func withoutLog(feature string, v float64) float64 {
	switch {
	case strings.HasPrefix(feature, "rarity_of_"):
		return math.Exp(v)
	case strings.HasPrefix(feature, "log_"), feature == "name_length", feature == "name_labels", feature == "name_longest_label",
		feature == "name_entropy", strings.HasPrefix(feature, "rhythm_"):
		return math.Expm1(v)
	}
	for _, span := range spanNames {
		if strings.HasSuffix(feature, "_"+span) {
			return math.Expm1(v)
		}
	}
	return v
}

// drivers are the features with the largest parts in a score, at most that many, of equal ones the
// first.
func drivers(names []string, parts []float64, most int, unit func(c int) (value, usual float64)) []Driver {
	var sum float64
	top := make([]Driver, 0, most+1)
	places := make([]int, 0, most+1)
	for c, v := range parts {
		if !(v > 0) {
			continue
		}
		sum += v
		at := len(top)
		for at > 0 && top[at-1].Share < v {
			at--
		}
		if at < most {
			top = slices.Insert(top, at, Driver{Feature: names[c], Share: v})
			places = slices.Insert(places, at, c)
			n := min(most, len(top))
			top, places = top[:n], places[:n]
		}
	}
	for i, c := range places {
		d := &top[i]
		d.Share /= sum
		value, usual := unit(c)
		d.Value, d.Usual = natural(d.Feature, value), natural(d.Feature, usual)
	}
	return top
}
