package dataset

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

// How pandas 2.2 writes the values of one column with its default options: six digits after the
// point, cells of at most fifty characters.
const (
	precision   = 6
	maxColWidth = 50
)

// formatCells returns the column's values as texts of equal width, numbers and texts with a space
// for a sign before them, right-aligned.
func formatCells(c *Column) []string { return fixWidth(formatValues(c), alignRight, 0) }

// formatValues returns the values one by one, before they are brought to one width.
func formatValues(c *Column) []string {
	switch c.kind {
	case Float64:
		if c.masked {
			return formatNullable(c.floats)
		}
		return formatFloats(c.floats)
	case Time:
		return formatTimes(c)
	}
	missing, whole := " NaN", c.dtype() == "int64"
	if c.kind != Text {
		missing = " <NA>"
	}
	out := make([]string, c.n)
	for i := range out {
		switch {
		case c.nulls.at(i):
			out[i] = missing
		case c.kind == Text:
			out[i] = " " + shown(c.texts.at(i))
		case c.kind == Bool:
			out[i] = map[bool]string{true: " True", false: " False"}[c.bools[i]]
		case c.ints[i] < 0 && whole:
			out[i] = strconv.FormatInt(c.ints[i], 10)
		default:
			out[i] = " " + strconv.FormatInt(c.ints[i], 10)
		}
	}
	return out
}

// formatFloats writes floats in the plain form, cut after as many digits as any of them needs, or
// all in the form with an exponent when one would vanish or be too long.
func formatFloats(values []float64) []string {
	out := appendForm(values, 'f')
	longest := 0
	for _, s := range out {
		longest = max(longest, len(s))
	}
	small, large := false, false
	for _, v := range values {
		abs := math.Abs(v)
		small = small || abs > 0 && abs < 1e-6
		large = large || abs > 1e6
	}
	if small || large && longest > precision+6 {
		out = appendForm(values, 'e')
	}
	return out
}

// appendForm writes every float with precision digits in the given form and takes off the zeros at
// the end that all of those without an exponent share.
func appendForm(values []float64, form byte) []string {
	out := make([]string, len(values))
	for i, v := range values {
		switch {
		case math.IsNaN(v):
			out[i] = "NaN"
		case math.IsInf(v, 1):
			out[i] = " inf"
		case math.IsInf(v, -1):
			out[i] = "-inf"
		default:
			out[i] = strconv.FormatFloat(v, form, precision, 64)
			if !math.Signbit(v) {
				out[i] = " " + out[i]
			}
		}
	}
	if form == 'e' {
		return out
	}
	decimal := func(s string) bool { return strings.IndexByte(s, '.') >= 0 }
	zeros := precision
	for _, s := range out {
		if decimal(s) {
			zeros = min(zeros, len(s)-len(strings.TrimRight(s, "0")))
		}
	}
	for i, s := range out {
		if !decimal(s) {
			continue
		}
		s = s[:len(s)-zeros]
		if strings.HasSuffix(s, ".") {
			s += "0"
		}
		out[i] = s
	}
	return out
}

// formatNullable writes floats as pandas does those of its nullable dtype, each with the digits
// that it needs itself.
func formatNullable(values []float64) []string {
	out := make([]string, len(values))
	for i, v := range values {
		out[i] = appendForm([]float64{v}, 'f')[0]
		if math.IsNaN(v) {
			out[i] = " <NA>"
		}
	}
	return fixWidth(out, alignRight, 0)
}

// formatTimes writes dates alone when all times are midnights, else times with as many decimals as
// one of them needs.
func formatTimes(c *Column) []string {
	const day = 24 * 60 * 60 * 1e6
	layout := "2006-01-02"
	finest := int64(day)
	for i, us := range c.ints {
		if c.nulls.at(i) {
			continue
		}
		for finest > 1 && us%finest != 0 {
			switch finest {
			case day:
				finest = 1e6
			case 1e6:
				finest = 1e3
			default:
				finest = 1
			}
		}
	}
	switch finest {
	case 1e6:
		layout += " 15:04:05"
	case 1e3:
		layout += " 15:04:05.000"
	case 1:
		layout += " 15:04:05.000000"
	}
	out := make([]string, c.n)
	for i, us := range c.ints {
		out[i] = "NaT"
		if !c.nulls.at(i) {
			out[i] = time.UnixMicro(us).UTC().Format(layout)
		}
	}
	return out
}

// formatLabels returns row labels as texts, with a space for the sign only if a label has one.
func formatLabels(c *Column) []string {
	out := formatValues(c)
	if c.kind == Float64 {
		for i, s := range out {
			if s == "NaN" {
				out[i] = " NaN"
			}
		}
	}
	if c.kind != Text {
		out = fixWidth(out, alignLeft, 0)
	}
	return trimFront(out)
}

// trimFront takes off the spaces that all texts begin with.
func trimFront(texts []string) []string {
	for len(texts) > 0 {
		for _, s := range texts {
			if !strings.HasPrefix(s, " ") {
				return texts
			}
		}
		for i := range texts {
			texts[i] = texts[i][1:]
		}
	}
	return texts
}

type alignment uint8

const (
	alignRight alignment = iota
	alignLeft
	alignCenter
)

// fixWidth cuts the texts at pandas's column width and pads them to one width, at least minimum
// where that is less.
func fixWidth(texts []string, how alignment, minimum int) []string {
	width := minimum
	for _, s := range texts {
		width = max(width, length(s))
	}
	width = min(width, maxColWidth)
	for i, s := range texts {
		if length(s) > width {
			s = string([]rune(s)[:width-3]) + "..."
		}
		texts[i] = pad(s, width, how)
	}
	return texts
}

// length counts characters, as pandas does: wide East Asian ones count as one.
func length(s string) int { return utf8.RuneCountInString(s) }

func pad(s string, width int, how alignment) string {
	free := width - length(s)
	if free <= 0 {
		return s
	}
	switch how {
	case alignLeft:
		return s + strings.Repeat(" ", free)
	case alignCenter: // as Python's str.center: in an odd width the odd space goes left
		left := free/2 + free&width&1
		return fmt.Sprintf("%s%s%s", strings.Repeat(" ", left), s, strings.Repeat(" ", free-left))
	default:
		return strings.Repeat(" ", free) + s
	}
}
