package report

import (
	"fmt"
	"html/template"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// trueColour is a colour of 24 bits within an ANSI sequence.
var trueColour = regexp.MustCompile(`([34]8)[;:]2[;:](\d{1,3})[;:](\d{1,3})[;:](\d{1,3})`)

// fewerColours makes of colours of 24 bits the nearest of xterm's 256, which a page has classes
// for.
func fewerColours(s string) string {
	return trueColour.ReplaceAllStringFunc(s, func(s string) string {
		m := trueColour.FindStringSubmatch(s)
		n := 16
		for i, weight := range []int{36, 6, 1} {
			v, _ := strconv.Atoi(m[i+2])
			n += weight * nearest(min(v, 255))
		}
		return fmt.Sprintf("%s;5;%d", m[1], n)
	})
}

// steps are the values that a colour of xterm's cube has of red, green and blue.
var steps = []int{0, 95, 135, 175, 215, 255}

func nearest(v int) (best int) {
	for i, s := range steps {
		if abs(s-v) < abs(steps[best]-v) {
			best = i
		}
	}
	return best
}

func abs(n int) int { return max(n, -n) }

var colourClass = regexp.MustCompile(`term-(fg|bg)x(\d{1,3})\b`)

// palette are the rules of those of xterm's 256 colours that a page shows, in the order of their
// numbers.
func palette(shown []template.HTML) string {
	var rules []string
	for _, text := range shown {
		for _, m := range colourClass.FindAllStringSubmatch(string(text), -1) {
			n, _ := strconv.Atoi(m[2])
			if n > 255 {
				continue
			}
			property := "color"
			if m[1] == "bg" {
				property = "background"
			}
			rules = append(rules, fmt.Sprintf(".term-%sx%d { %s: %s; }\n", m[1], n, property, xterm(n)))
		}
	}
	slices.Sort(rules)
	return strings.Join(slices.Compact(rules), "")
}

// xterm is one of the 256 colours: sixteen that follow the page, a cube of six steps, and greys.
func xterm(n int) string {
	names := []string{"grey", "red", "green", "yellow", "blue", "magenta", "cyan", "line"}
	switch {
	case n < 16:
		return "var(--" + names[n%8] + ")"
	case n < 232:
		n -= 16
		return fmt.Sprintf("#%02x%02x%02x", steps[n/36], steps[n/6%6], steps[n%6])
	}
	grey := 8 + 10*(n-232)
	return fmt.Sprintf("#%02x%02x%02x", grey, grey, grey)
}
