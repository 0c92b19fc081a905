package runner

import (
	"regexp"
	"strings"

	"flowbook/tools/notebook"
)

// markers are a cell's instructions for its execution and check: by tags, and by comments as nbval
// has them (# NBVAL_SKIP), for which Go's // does as well. A comment beats a tag.
type markers struct {
	skip          bool // is not executed: skip-execution, nbval-skip
	mayFail       bool // may end in an error: raises-exception, nbval-raises-exception
	ignoreOutput  bool // its output is not compared: nbval-ignore-output
	exactOutput   bool // durations, addresses and temporary paths are compared too: exact-output
	compareOutput bool // its output is compared even where only marked cells are: nbval-check-output
}

var nbvalComment = regexp.MustCompile(`(?m)^\s*(?:#|//)\s*(NBVAL_[A-Z_]+|PYTEST_VALIDATE_IGNORE_OUTPUT)\s*$`)

func readMarkers(c *notebook.Cell) markers {
	var m markers
	for _, tag := range c.Tags() {
		m.set(tag)
	}
	for _, found := range nbvalComment.FindAllStringSubmatch(c.Source, -1) {
		name := found[1]
		if name == "PYTEST_VALIDATE_IGNORE_OUTPUT" {
			name = "NBVAL_IGNORE_OUTPUT"
		}
		m.set(strings.ReplaceAll(strings.ToLower(name), "_", "-"))
	}
	return m
}

func (m *markers) set(tag string) {
	switch tag {
	case "skip-execution", "nbval-skip":
		m.skip = true
	case "raises-exception", "nbval-raises-exception":
		m.mayFail = true
	case "exact-output":
		m.exactOutput = true
	case "nbval-ignore-output":
		m.ignoreOutput, m.compareOutput = true, false
	case "nbval-check-output":
		m.ignoreOutput, m.compareOutput = false, true
	}
}
