package report

import (
	"regexp"
	"strings"

	"flowbook/tools/notebook"
)

// hidden returns the parts of a code cell that no form shows at once: why its source is folded
// away, "" if it is shown, and whether its outputs are. Tags and metadata of JupyterLab, Jupyter
// Book and nbgrader say so.
func hidden(c *notebook.Cell) (source string, outputs bool) {
	var lab struct {
		SourceHidden  bool `json:"source_hidden"`
		OutputsHidden bool `json:"outputs_hidden"`
	}
	c.Metadata.Decode("jupyter", &lab)
	switch {
	case solves(c):
		source = "Solution"
	case strings.Contains(c.Source, "BEGIN HIDDEN TESTS"):
		source = "Hidden tests"
	case lab.SourceHidden || c.HasTag("hide-input") || c.HasTag("hide-cell"):
		source = "Source"
	}
	return source, lab.OutputsHidden || c.HasTag("hide-output") || c.HasTag("hide-cell") || solves(c)
}

// solves says whether a cell is the solution of an exercise, or holds one.
func solves(c *notebook.Cell) bool {
	return c.HasTag("solution") || strings.Contains(c.Source, "BEGIN SOLUTION")
}

// begun is the part of a cell with a fold that a student sees: the stub of a solution, the tests
// that are not hidden; "" where the fold has all.
func begun(c *notebook.Cell) string {
	if open := unsolved(c); open != c.Source && strings.TrimSpace(open) != "" {
		return open
	}
	return ""
}

// withheld are the regions that nbgrader takes out of the students' version.
var withheld = regexp.MustCompile(`(?ms)^([ \t]*)[^\n]*BEGIN (SOLUTION|HIDDEN TESTS)[^\n]*\n.*?^[^\n]*END (?:SOLUTION|HIDDEN TESTS)[^\n]*$\n?`)

// unsolved is the source of a cell as a student begins with it: with nbgrader's stub for a solution
// and without hidden tests, or nothing where the whole cell is the solution.
func unsolved(c *notebook.Cell) string {
	if c.HasTag("solution") && !withheld.MatchString(c.Source) {
		return ""
	}
	return withheld.ReplaceAllStringFunc(c.Source, func(region string) string {
		m := withheld.FindStringSubmatch(region)
		if m[2] != "SOLUTION" {
			return ""
		}
		return m[1] + "panic(\"not answered yet\")\n"
	})
}
