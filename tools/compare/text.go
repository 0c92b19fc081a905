package compare

import (
	"bufio"
	"fmt"
	"math"
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"flowbook/ml/atomicfile"
)

// Sanitizer replaces text that differs on each run without meaning.
type Sanitizer struct {
	Regex   *regexp.Regexp
	Replace string
}

// builtin are the sanitizers that apply unless Rules.Exact: temporary folders, addresses, and durations as Go
// prints them. Dates are left alone: here they are data.
var builtin = []Sanitizer{
	// a kernel's folder
	{regexp.MustCompile(`(?:[A-Za-z]:)?(?:[/\\][^\s"':/\\]+)*?[/\\]gonb_[0-9a-f]{8}\b`), "$$GONB_TMP_DIR"},
	{regexp.MustCompile(`(?:/tmp|(?:/private)?/var/folders)/[^\s"':]+`), "TMP"},
	{regexp.MustCompile(`\b0x[0-9a-f]{6,16}\b`), "ADDRESS"},
	{regexp.MustCompile(`\+0x[0-9a-f?]+\b`), "+OFFSET"},
	{regexp.MustCompile(`(^|[^\w.])(?:\d+h)?(?:\d+m)?\d+(?:\.\d+)?(?:ns|µs|us|ms|s)\b`), "${1}DURATION"},
	{regexp.MustCompile(`(^|[^\w.])(?:\d+h)?\d+m\d+(?:\.\d+)?s\b`), "${1}DURATION"},
}

func (c Rules) sanitize(s string) string {
	all := c.Sanitizers
	if !c.Exact {
		all = slices.Concat(builtin, all)
	}
	for _, san := range all {
		s = san.Regex.ReplaceAllString(s, san.Replace)
	}
	return s
}

// pythonGroup is a group of a Python replacement: \1 or \g<name>.
var pythonGroup = regexp.MustCompile(`\\(?:(\d+)|g<(\w+)>)`)

// ReadSanitizers reads a file as nbval has them: pairs of lines "regex: …" and "replace: …"; all
// other lines mean nothing. Expressions are Go's: they know neither lookaround nor \1 in the
// pattern, and such a one is an error.
func ReadSanitizers(path string) ([]Sanitizer, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", path, atomicfile.Reason(err))
	}
	defer f.Close()
	var all []Sanitizer
	var pending *regexp.Regexp
	lines := bufio.NewScanner(f)
	for n := 1; lines.Scan(); n++ {
		line := strings.TrimLeft(lines.Text(), " \t")
		if pattern, ok := strings.CutPrefix(line, "regex:"); ok {
			if pending, err = regexp.Compile(strings.TrimSpace(pattern)); err != nil {
				return nil, fmt.Errorf("read %s: line %d: %w", path, n, err)
			}
		} else if text, ok := strings.CutPrefix(line, "replace:"); ok && pending != nil {
			text = strings.ReplaceAll(strings.TrimSpace(text), "$", "$$")
			all = append(all, Sanitizer{pending, pythonGroup.ReplaceAllString(text, "$${${1}${2}}")})
			pending = nil
		} else if !ok && line != "" && !strings.ContainsAny(line[:1], "[#;") { // sections and comments
			return nil, fmt.Errorf("read %s: line %d: neither a regex: nor a replace: line", path, n)
		}
	}
	if err := lines.Err(); err != nil {
		return nil, fmt.Errorf("read %s: %w", path, err)
	}
	return all, nil
}

var number = regexp.MustCompile(`[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?`)

// closeText reports whether two texts are equal but for blanks and for numbers that differ by no
// more than the tolerance.
func closeText(a, b string, tolerance float64) bool {
	la, lb := strings.Split(strings.TrimRight(a, "\n"), "\n"), strings.Split(strings.TrimRight(b, "\n"), "\n")
	if len(la) != len(lb) {
		return false
	}
	for i := range la {
		if la[i] != lb[i] && !closeLine(la[i], lb[i], tolerance) {
			return false
		}
	}
	return true
}

func closeLine(a, b string, tolerance float64) bool {
	na, nb := number.FindAllString(a, -1), number.FindAllString(b, -1)
	if len(na) != len(nb) {
		return false
	}
	for i := range na {
		x, err := strconv.ParseFloat(na[i], 64)
		y, err2 := strconv.ParseFloat(nb[i], 64)
		if err != nil || err2 != nil || x != y && !closeNumbers(x, y, tolerance) {
			return false
		}
	}
	rest := func(s string) string {
		return strings.Join(strings.Fields(number.ReplaceAllString(s, " # ")), " ")
	}
	return rest(a) == rest(b)
}

func closeNumbers(x, y, tolerance float64) bool {
	return math.Abs(x-y) <= tolerance*max(math.Abs(x), math.Abs(y))
}
