package notebooks_test

import (
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"flowbook/tools/notebook"
)

// units are the notebooks of the course, the teacher's version.
func units(t *testing.T) []string {
	t.Helper()
	list, err := filepath.Glob(filepath.Join("course", "source", "*", "*.ipynb"))
	if err != nil {
		t.Fatal(err)
	}
	return list
}

// grading is what nbgrader's schema 3 says of a cell.
type grading struct {
	Schema   int    `json:"schema_version"`
	ID       string `json:"grade_id"`
	Grade    bool   `json:"grade"`
	Solution bool   `json:"solution"`
	Locked   bool   `json:"locked"`
	Task     bool   `json:"task"`
	Points   int    `json:"points"`
}

func (g grading) answer() bool { return g.Solution && !g.Grade }
func (g grading) test() bool   { return g.Grade && !g.Solution }
func (g grading) open() bool   { return g.Grade && g.Solution }

// gradings reads what nbgrader says of each cell.
func gradings(t *testing.T, nb *notebook.Notebook) []grading {
	t.Helper()
	list := make([]grading, len(nb.Cells))
	for i, c := range nb.Cells {
		if err := c.Metadata.Decode("nbgrader", &list[i]); err != nil {
			t.Fatalf("cell %s: %v", c.ID, err)
		}
	}
	return list
}

var level = regexp.MustCompile(`(?m)^## Exercise \d\.\d \(level ([123])\): `)

// TestCourse holds the units to what a teacher is promised: goals, needs, a worked example, definitions with a
// source, exercises of three levels with points, visible and hidden tests, one open question.
func TestCourse(t *testing.T) {
	exercises, levels := 0, map[string]int{}
	paths := units(t)
	for _, path := range paths {
		t.Run(filepath.Base(filepath.Dir(path)), func(t *testing.T) {
			nb, err := notebook.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			ids := map[string]bool{}
			var text strings.Builder
			tests, open := 0, 0
			for i, g := range gradings(t, nb) {
				c := nb.Cells[i]
				if g.Schema != 3 || g.ID == "" || ids[g.ID] || g.Task || g.Locked == g.Solution {
					t.Errorf("cell %s: nbgrader's metadata is %+v", c.ID, g)
				}
				ids[g.ID] = true
				if c.Type == notebook.Markdown {
					text.WriteString(c.Source + "\n")
				}
				solution := strings.Contains(c.Source, "BEGIN SOLUTION") && strings.Contains(c.Source, "END SOLUTION")
				hidden := strings.Contains(c.Source, "BEGIN HIDDEN TESTS") && strings.Contains(c.Source, "END HIDDEN TESTS")
				switch {
				case g.answer() && !solution:
					t.Errorf("answer %s: no solution between its markers", g.ID)
				case g.test() && (!hidden || g.Points < 1 || !strings.Contains(c.Source, "check(")):
					t.Errorf("test %s: %d points, hidden tests %v", g.ID, g.Points, hidden)
				case !g.answer() && solution, !g.test() && hidden:
					t.Errorf("cell %s: markers in a cell of another kind", g.ID)
				}
				if g.test() {
					tests++
				}
				if g.open() {
					open++
				}
			}
			for _, want := range []string{"**Goals.**", "**What you need.**", "## A worked example", "**Definitions.**", "*Hint:*"} {
				if !strings.Contains(text.String(), want) {
					t.Errorf("it has no %s", want)
				}
			}
			asked := level.FindAllStringSubmatch(text.String(), -1)
			if len(asked) < 3 || len(asked) != tests || open != 1 {
				t.Errorf("%d exercises, %d tests, %d open questions; want 3 or more, as many, and 1", len(asked), tests, open)
			}
			exercises += len(asked)
			for _, a := range asked {
				levels[a[1]]++
			}
		})
	}
	if len(paths) < 8 || exercises < 30 || len(levels) != 3 {
		t.Errorf("%d units, %d exercises, levels %v", len(paths), exercises, levels)
	}
}
