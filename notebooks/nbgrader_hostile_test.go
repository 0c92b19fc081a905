//go:build linux

package notebooks_test

import (
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"flowbook/tools/notebook"
	"flowbook/tools/sandbox/attack"
)

// right and wrong are answers to the question of TestNbgraderHostile.
const (
	right = "// Evens returns the even ones of xs.\nfunc Evens(xs []int) []int { return slices.DeleteFunc(slices.Clone(xs), func(x int) bool { return x%2 != 0 }) }"
	wrong = "func Evens(xs []int) []int { return nil }"
	test  = "%%\ncheck(slices.Equal(Evens([]int{1, 2, 4}), []int{2, 4}), \"2 and 4 are even\")\nfmt.Println(\"ok\")"
)

// exam is a notebook with one question: the cell that defines check, the answer and its test.
func exam(t *testing.T) *notebook.Notebook {
	t.Helper()
	nb := notebook.New()
	unit, err := notebook.ReadFile(units(t)[0])
	if err != nil {
		t.Fatal(err)
	}
	preamble := regexp.MustCompile(`(?s)^%%\n// BEGIN HIDDEN TESTS\n.*?// END HIDDEN TESTS\n`)
	hidden := preamble.FindString(unit.Cells[len(unit.Cells)-3].Source) + strings.TrimPrefix(test, "%%\n") // of a test that uses slices
	for _, c := range []struct {
		source string
		grading
	}{
		{unit.Cells[1].Source, grading{Schema: 3, ID: "check", Locked: true}},
		{"// BEGIN SOLUTION\n" + right + "\n// END SOLUTION", grading{Schema: 3, ID: "answer", Solution: true}},
		{hidden, grading{Schema: 3, ID: "test", Locked: true, Grade: true, Points: 1}},
	} {
		cell := notebook.NewCode(c.source)
		cell.ID = c.ID
		fields := map[string]any{"schema_version": c.Schema, "grade_id": c.ID, "locked": c.Locked, "grade": c.Grade, "solution": c.Solution, "task": false}
		if c.Grade {
			fields["points"] = c.Points
		}
		if err := cell.Metadata.Put("nbgrader", fields); err != nil {
			t.Fatal(err)
		}
		nb.Cells = append(nb.Cells, cell)
	}
	if err := nb.Metadata.Put("kernelspec", map[string]string{"name": "gonb", "display_name": "Go (gonb)", "language": "go"}); err != nil {
		t.Fatal(err)
	}
	return nb
}

// forgeries are submissions that have no right answer and would earn the point all the same.
func forgeries(t *testing.T) map[string]func(nb *notebook.Notebook) {
	put := func(c *notebook.Cell, key string, value any) {
		if err := c.Metadata.Put(key, value); err != nil {
			t.Fatal(err)
		}
	}
	answer := func(text string) func(nb *notebook.Notebook) {
		return func(nb *notebook.Notebook) { nb.Cells[1].Source = wrong + "\n" + text }
	}
	tag := func(tag string) func(nb *notebook.Notebook) {
		return func(nb *notebook.Notebook) {
			nb.Cells[1].Source = wrong
			put(nb.Cells[2], "tags", []string{tag})
		}
	}
	return map[string]func(nb *notebook.Notebook){
		"declares-check-anew":  answer("func check(ok bool, claim string) {}"),
		"declares-panic-anew":  answer("func panic(v any) {}"),
		"declares-Equal-anew":  answer("var slices = struct{ Equal, Clone, DeleteFunc any }{}"),
		"declares-slices-anew": answer("var slices = struct{ Equal func(a, b []int) bool }{func(a, b []int) bool { return true }}"),
		"ends-in-init":         answer("func init() { fmt.Println(\"ok\"); os.Exit(0) }"),
		"ends-in-the-answer": func(nb *notebook.Notebook) {
			nb.Cells[1].Source = "func Evens(xs []int) []int { os.Exit(0); return nil }"
		},
		"ends-its-goroutine": func(nb *notebook.Notebook) {
			nb.Cells[1].Source = "func Evens(xs []int) []int {\n\tgo func() { time.Sleep(200*time.Millisecond); os.Exit(0) }()\n\truntime.Goexit()\n\treturn nil\n}"
		},
		"calls-main-and-recovers": func(nb *notebook.Notebook) {
			nb.Cells[1].Source = "func Evens(xs []int) []int { panic(1) }\nfunc init() { defer func() { recover(); os.Exit(0) }(); main() }"
		},
		"replaces-the-program":  answer("func init() { syscall.Exec(\"/bin/true\", []string{\"true\"}, nil) }"),
		"tag-skip-execution":    tag("skip-execution"),
		"tag-empty":             tag(""),
		"tag-raises-exception":  tag("raises-exception"),
		"changes-the-test":      func(nb *notebook.Notebook) { nb.Cells[2].Source = "%%\nfmt.Println(\"ok\")" },
		"changes-the-test-kind": func(nb *notebook.Notebook) { nb.Cells[2].Type, nb.Cells[2].Outputs = notebook.Raw, nil },
		"deletes-the-test":      func(nb *notebook.Notebook) { nb.Cells = nb.Cells[:2] },
		"stores-a-forged-output": func(nb *notebook.Notebook) {
			nb.Cells[2].Outputs = []*notebook.Output{{Type: notebook.Stream, Name: "stdout", Text: "ok\n"}}
		},
		"copies-the-test": func(nb *notebook.Notebook) {
			easy := *nb.Cells[2]
			easy.ID, easy.Source = "easy", "%%\nfmt.Println(\"ok\")"
			nb.Cells = append(nb.Cells, &easy)
		},
		"breaks-its-metadata": func(nb *notebook.Notebook) {
			put(nb.Cells[2], "nbgrader", map[string]any{"schema_version": 1, "grade_id": "test", "grade": true})
		},
		"raises-its-points": func(nb *notebook.Notebook) {
			put(nb.Cells[2], "nbgrader", map[string]any{"schema_version": 3, "grade_id": "test", "locked": true, "grade": true, "solution": false, "task": false, "points": 100})
		},
	}
}

// TestNbgraderHostile has nbgrader grade submissions that attack the machine and submissions that
// forge their result. Attacks are contained and told, nothing of the host changes, nothing runs
// on, and what is right earns its point beside and after them; a forgery earns nothing.
func TestNbgraderHostile(t *testing.T) {
	if os.Getenv("FLOWBOOK_COURSE") != "all" {
		t.Skip("grades fifty submissions; set FLOWBOOK_COURSE=all and FLOWBOOK_PEERS, as .ci/run course does")
	}
	m := attack.New(t, moduleRoot(t))
	c := newClassroom(t)
	source := exam(t)
	c.put("source/exam/exam.ipynb", source)
	c.run(c.dir, filepath.Join(c.peers, "nbgrader"), "generate_assignment", "exam")
	want := map[string]float64{"zoe-is-right": 1, "adam-is-wrong": 0}
	submit := func(student, answer string, change func(nb *notebook.Notebook)) {
		nb := c.read("release/exam/exam.ipynb")
		nb.Cells[1].Source = answer
		if change != nil {
			change(nb)
		}
		c.put(filepath.Join("submitted", student, "exam", "exam.ipynb"), nb)
		c.write(filepath.Join("submitted", student, "exam", "answer.txt"), []byte("mine"))
	}
	submit("zoe-is-right", right, nil)
	submit("adam-is-wrong", wrong, nil)
	for name, change := range forgeries(t) {
		want[name] = 0
		submit(name, wrong, change)
	}
	attacks := m.Attacks()
	for i, a := range attacks {
		name := attacker(i, a)
		want[name] = 1
		if a.Ends {
			want[name] = 0
		}
		submit(name, right, func(nb *notebook.Notebook) {
			cell := notebook.NewCode(a.Cell)
			cell.ID = "attack"
			nb.Cells = slices.Insert(nb.Cells, 2, cell)
		})
	}
	out, err := c.try(c.dir, filepath.Join(c.peers, "nbgrader"), "autograde", "exam")
	if err == nil {
		t.Error("nbgrader does not say that kernels have ended")
	}
	for i, a := range attacks {
		c.contained(attacker(i, a), a, out)
	}
	m.Unchanged()
	c.run(c.dir, filepath.Join(c.peers, "nbgrader"), "export")
	if diff := cmp.Diff(want, c.grades()["exam"]); diff != "" {
		t.Errorf("grades (-want +got):\n%s\n%s", diff, out)
	}
	t.Log(len(attacks), "attacks and", len(want)-len(attacks)-2, "forgeries:", slices.Sorted(maps.Keys(want)))
}

// attacker is the student who hands in an attack.
func attacker(i int, a attack.Attack) string {
	return fmt.Sprintf("%02d-%s", i, regexp.MustCompile(`[^a-z]+`).ReplaceAllString(a.Name, "-"))
}

// contained makes sure that the result of an attack is told, and that its folder has the files
// that it had.
func (c *classroom) contained(student string, a attack.Attack, log string) {
	c.Helper()
	told := log
	if !a.Ends {
		told = ""
		graded := filepath.Join("autograded", student, "exam", "exam.ipynb")
		if _, err := os.Stat(filepath.Join(c.dir, graded)); err != nil {
			_, said, _ := strings.Cut(log, filepath.Join("submitted", student))
			c.Errorf("%s is not graded; nbgrader says\n%.6000s", student, said)
			return
		}
		nb := c.read(graded)
		for _, cell := range nb.Cells {
			if cell.ID == "attack" {
				for _, o := range cell.Outputs {
					told += o.Text + o.EName + o.EValue
				}
			}
		}
		text, err := os.ReadFile(filepath.Join(c.dir, "autograded", student, "exam", "answer.txt"))
		if err != nil || string(text) != "mine" {
			c.Errorf("%s: answer.txt is %q, %v", student, text, err)
		}
	}
	if !regexp.MustCompile(a.Want).MatchString(told) {
		c.Errorf("%s: %.2000s; want %q in it", student, told, a.Want)
	}
}
