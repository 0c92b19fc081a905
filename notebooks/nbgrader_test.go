package notebooks_test

import (
	"encoding/csv"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"flowbook/ml/module"
	"flowbook/tools/notebook"
	"flowbook/tools/sandbox"

	"github.com/google/go-cmp/cmp"
)

// TestNbgrader takes the course through the real nbgrader as course/README.md has it: students' versions
// without a solution or a hidden test, submissions graded in the isolated kernel, grades and feedback.
// $FLOWBOOK_COURSE names the units that are graded, or is "all".
func TestNbgrader(t *testing.T) {
	c := newClassroom(t)
	chosen := os.Getenv("FLOWBOOK_COURSE")
	if err := os.CopyFS(filepath.Join(c.dir, "source"), os.DirFS("course/source")); err != nil {
		t.Fatal(err)
	}
	want := map[string]map[string]float64{}
	for _, path := range units(t) {
		unit := filepath.Base(filepath.Dir(path))
		if chosen != "all" && chosen != unit {
			continue
		}
		c.run(c.dir, filepath.Join(c.peers, "nbgrader"), "generate_assignment", unit)
		want[unit] = c.submit(unit)
		c.run(c.dir, filepath.Join(c.peers, "nbgrader"), "autograde", unit)
		c.run(c.dir, filepath.Join(c.peers, "nbgrader"), "generate_feedback", unit)
	}
	c.run(c.dir, filepath.Join(c.peers, "nbgrader"), "export")
	if diff := cmp.Diff(want, c.grades()); diff != "" {
		t.Errorf("grades (-want +got):\n%s", diff)
		for unit := range want {
			c.failures(filepath.Join("autograded", "perfect", unit, unit+".ipynb"))
		}
	}
	for unit, students := range want {
		for student := range students {
			page, err := os.ReadFile(filepath.Join(c.dir, "feedback", student, unit, unit+".html"))
			if err != nil || !strings.Contains(string(page), "Score:") {
				t.Errorf("no feedback page for %s in %s: %v", student, unit, err)
			}
		}
	}
}

// classroom is a folder that nbgrader works in.
type classroom struct {
	*testing.T
	dir, peers string
	env        []string
}

// newClassroom has nbgrader, the course's configuration and the isolated kernel.
func newClassroom(t *testing.T) *classroom {
	t.Helper()
	peers := os.Getenv("FLOWBOOK_PEERS")
	if peers == "" || os.Getenv("FLOWBOOK_COURSE") == "" {
		t.Skip("set FLOWBOOK_PEERS to the bin folder of an environment with .ci/peers.txt and FLOWBOOK_COURSE to all or to a unit; .ci/run course does")
	}
	if _, err := sandbox.Find(); err != nil {
		t.Skip(err)
	}
	root := moduleRoot(t)
	c := &classroom{T: t, dir: t.TempDir(), peers: peers}
	c.env = append(os.Environ(), "PATH="+peers+string(os.PathListSeparator)+os.Getenv("PATH"), "JUPYTER_DATA_DIR="+filepath.Join(c.dir, "jupyter"))
	c.run(root, "go", "build", "-o", filepath.Join(c.dir, "flowbook"), "./tools/flowbook")
	c.run(root, filepath.Join(c.dir, "flowbook"), "kernel", "install", "--sandbox")
	config, err := os.ReadFile("course/nbgrader_config.py")
	if err != nil {
		t.Fatal(err)
	}
	c.write("nbgrader_config.py", config)
	return c
}

func moduleRoot(t *testing.T) string {
	t.Helper()
	root, err := module.Root("")
	if err != nil {
		t.Fatal(err)
	}
	return root
}

// try runs a program and returns what it says.
func (c *classroom) try(dir, program string, args ...string) (string, error) {
	cmd := exec.Command(program, args...)
	cmd.Dir, cmd.Env = dir, c.env
	out, err := cmd.CombinedOutput()
	return string(out), err
}

func (c *classroom) run(dir, program string, args ...string) {
	c.Helper()
	if out, err := c.try(dir, program, args...); err != nil {
		c.Fatalf("%s %s: %v\n%s", filepath.Base(program), strings.Join(args, " "), err, out)
	}
}

func (c *classroom) write(name string, data []byte) {
	c.Helper()
	path := filepath.Join(c.dir, name)
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		c.Fatal(err)
	}
	if err := os.WriteFile(path, data, 0o644); err != nil {
		c.Fatal(err)
	}
}

// put writes a notebook.
func (c *classroom) put(name string, nb *notebook.Notebook) {
	c.Helper()
	path := filepath.Join(c.dir, filepath.FromSlash(name))
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		c.Fatal(err)
	}
	if err := nb.WriteFile(path); err != nil {
		c.Fatal(err)
	}
}

func (c *classroom) read(path string) *notebook.Notebook {
	c.Helper()
	nb, err := notebook.ReadFile(filepath.Join(c.dir, path))
	if err != nil {
		c.Fatal(err)
	}
	return nb
}

var solutionText = regexp.MustCompile(`(?s)BEGIN (?:SOLUTION|HIDDEN TESTS)\n(.*?)\n\s*// END (?:SOLUTION|HIDDEN TESTS)`)

// submit looks for solutions in the students' version, writes three submissions and returns the points that
// each deserves by its tests alone.
func (c *classroom) submit(unit string) map[string]float64 {
	c.Helper()
	file := filepath.Join(unit, unit+".ipynb")
	teacher := c.read(filepath.Join("source", file))
	var students strings.Builder
	for _, cell := range c.read(filepath.Join("release", file)).Cells {
		students.WriteString(cell.Source + "\n")
	}
	for _, cell := range teacher.Cells {
		for _, m := range solutionText.FindAllStringSubmatch(cell.Source, -1) {
			if strings.Contains(students.String(), m[1]) {
				c.Errorf("%s: the students' version has a solution or a hidden test: %s", unit, m[1])
			}
		}
		if strings.HasPrefix(cell.Source, "*Sample answer.*") && strings.Contains(students.String(), cell.Source[20:60]) {
			c.Errorf("%s: the students' version has a sample answer", unit)
		}
	}
	points := map[string]float64{"perfect": 0, "partial": 0, "hostile": 0}
	perfect, partial, hostile := c.read(filepath.Join("release", file)), c.read(filepath.Join("release", file)), c.read(filepath.Join("release", file))
	answers, tests := 0, 0
	for i, g := range gradings(c.T, teacher) {
		switch {
		case g.answer():
			perfect.Cells[i].Source = teacher.Cells[i].Source
			if answers++; answers == 1 { // partial answers the first only; hostile answers nothing and ends every program
				partial.Cells[i].Source = teacher.Cells[i].Source
				hostile.Cells[i].Source += "\n\nfunc init() { os.Exit(0) }\n"
			}
		case g.test():
			points["perfect"] += float64(g.Points)
			if answers == 1 { // a second test may follow the first answer
				points["partial"] += float64(g.Points)
			}
			if tests++; tests == 2 { // a changed test is restored
				hostile.Cells[i].Source = "%%\nfmt.Println(\"ok\")"
			}
		}
	}
	last := len(hostile.Cells) - 1
	for ; last > 0; last-- { // a deleted test gives nothing
		if g := gradings(c.T, hostile)[last]; g.test() {
			break
		}
	}
	hostile.Cells = slices.Delete(hostile.Cells, last, last+1)
	for student, nb := range map[string]*notebook.Notebook{"perfect": perfect, "partial": partial, "hostile": hostile} {
		c.put(filepath.Join("submitted", student, file), nb)
	}
	return points
}

// failures logs the outputs of the cells of a graded notebook that failed.
func (c *classroom) failures(path string) {
	c.Helper()
	for _, cell := range c.read(path).Cells {
		told := ""
		for _, o := range cell.Outputs {
			told += o.Text + o.EValue
		}
		if slices.ContainsFunc(cell.Outputs, func(o *notebook.Output) bool { return o.Type == notebook.ErrorOutput || o.Name == "stderr" }) {
			c.Logf("%s: cell %s:\n%s\n%.3000s", path, cell.ID, cell.Source, told)
		}
	}
}

// grades reads grades.csv: unit → student → points. The open questions are not graded yet and count 0.
func (c *classroom) grades() map[string]map[string]float64 {
	c.Helper()
	f, err := os.Open(filepath.Join(c.dir, "grades.csv"))
	if err != nil {
		c.Fatal(err)
	}
	defer f.Close()
	rows, err := csv.NewReader(f).ReadAll()
	if err != nil {
		c.Fatal(err)
	}
	at := map[string]int{}
	for i, name := range rows[0] {
		at[name] = i
	}
	got := map[string]map[string]float64{}
	for _, row := range rows[1:] {
		score, err := strconv.ParseFloat(row[at["score"]], 64)
		if err != nil {
			c.Fatal(err)
		}
		unit := row[at["assignment"]]
		if got[unit] == nil {
			got[unit] = map[string]float64{}
		}
		got[unit][row[at["student_id"]]] = score
	}
	for _, unit := range slices.Sorted(maps.Keys(got)) {
		c.Log(unit, fmt.Sprint(got[unit]))
	}
	return got
}
