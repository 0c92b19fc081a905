package runner_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"flowbook/ml/module"
	"flowbook/tools/jupyter"
	"flowbook/tools/jupyter/fake"
	"flowbook/tools/notebook"
	"flowbook/tools/runner"
)

func TestMain(m *testing.M) {
	fake.Main()
	jupyter.Main()
	crowdedMain()
	os.Exit(withPrograms(m.Run))
}

// withPrograms runs tests whose kernels keep their programs in a folder of this run's, so that none
// takes a program of an earlier run, and none of the user's is evicted.
func withPrograms(run func() int) int {
	dir, err := os.MkdirTemp("", "programs")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	defer os.RemoveAll(dir)
	os.Setenv(module.EnvPrograms, dir)
	return run()
}

// book makes a notebook of code cells; tags stand before a source: "#raises-exception x".
func book(t testing.TB, sources ...string) *notebook.Notebook {
	t.Helper()
	nb := notebook.New()
	for _, s := range sources {
		var tags []string
		for strings.HasPrefix(s, "#") {
			tag, rest, _ := strings.Cut(s[1:], " ")
			tags, s = append(tags, tag), rest
		}
		c := notebook.NewCode(s)
		if tags != nil {
			if err := c.Metadata.Put("tags", tags); err != nil {
				t.Fatal(err)
			}
		}
		nb.Cells = append(nb.Cells, c)
	}
	nb.AddIDs()
	return nb
}

// outcome writes a result and its notebook in short: a line for each cell.
func outcome(nb *notebook.Notebook, res *runner.Result) []string {
	var lines []string
	for _, c := range res.Cells {
		l := fmt.Sprintf("%d %s", c.Number, c.Status)
		if c.Error != nil {
			l += " (" + c.Error.Error() + ")"
		}
		cell := nb.Cells[c.Index]
		if cell.ExecutionCount != nil {
			l += fmt.Sprintf(" [%d]", *cell.ExecutionCount)
		}
		for _, o := range cell.Outputs {
			switch o.Type {
			case notebook.Stream:
				text := o.Text
				if len(text) > 60 {
					text = fmt.Sprintf("%s…%d bytes", text[:10], len(text))
				}
				l += fmt.Sprintf(" %s:%q", o.Name, text)
			case notebook.ErrorOutput:
				l += " error:" + o.EName
			default:
				text, _ := o.Data.Text("text/plain")
				if len(text) > 60 {
					text = fmt.Sprintf("%s…%d bytes", text[:10], len(text))
				}
				l += fmt.Sprintf(" %s:%q", o.Type, text)
			}
		}
		lines = append(lines, l)
	}
	for _, w := range res.Warnings {
		lines = append(lines, "! "+w)
	}
	return append(lines, fmt.Sprintf("= %s, exit %d", res.Status, res.ExitCode()))
}

func plain(text string) map[string]any { return map[string]any{"text/plain": text} }

// Whatever a kernel does, each cell gets its true status, output that came is kept, and nothing
// hangs.
func TestRun(t *testing.T) {
	x := func(steps ...fake.Step) fake.Script { return fake.Script{Cells: map[string][]fake.Step{"x": steps}} }
	short := runner.Options{IdleWait: 300 * time.Millisecond, Grace: time.Second}
	timeout := short
	timeout.Timeout = 300 * time.Millisecond
	for _, tt := range []struct {
		name   string
		script fake.Script
		opt    runner.Options
		cells  []string
		want   []string
	}{
		{"echo", fake.Script{}, short, []string{"a", " ", "#skip-execution b", "c"},
			[]string{`1 ok [1] stdout:"a"`, "2 skipped", "3 skipped", `4 ok [2] stdout:"c"`, "= ok, exit 0"}},
		{"reply before idle", x(fake.Busy(), fake.Reply("ok"), fake.Stdout("late"), fake.Idle()), short, []string{"x", "y"},
			[]string{`1 ok [1] stdout:"late"`, `2 ok [2] stdout:"y"`, "= ok, exit 0"}},
		{"idle before reply", x(fake.Busy(), fake.Stdout("a"), fake.Idle(), fake.Reply("ok")), short, []string{"x", "y"},
			[]string{`1 ok [1] stdout:"a"`, `2 ok [2] stdout:"y"`, "= ok, exit 0"}},
		{"output after idle finds its cell", x(fake.Busy(), fake.Reply("ok"), fake.Idle(), fake.Stdout("after")), short, []string{"x", "y"},
			[]string{`1 ok [1] stdout:"after"`, `2 ok [2] stdout:"y"`, "= ok, exit 0"}},
		{"two idles", x(fake.Busy(), fake.Idle(), fake.Stdout("a"), fake.Idle(), fake.Reply("ok")), short, []string{"x", "y"},
			[]string{`1 ok [1] stdout:"a"`, `2 ok [2] stdout:"y"`, "= ok, exit 0"}},
		{"no idle", x(fake.Busy(), fake.Stdout("a"), fake.Reply("ok")), short, []string{"x", "y"},
			[]string{`1 failed (NoIdle: the kernel replied, but did not become idle within 300ms: output may be missing) [1] stdout:"a"`, "2 not-run", "= failed, exit 1"}},
		{"no reply", x(fake.Busy(), fake.Stdout("a"), fake.Idle()), short, []string{"x", "y"},
			[]string{`1 failed (NoReply: the kernel became idle, but did not reply within 300ms) [1] stdout:"a"`, "2 not-run", "= failed, exit 1"}},
		{"silence", x(), timeout, []string{"x", "y"},
			[]string{`1 timed-out (ran longer than 300ms (--timeout, or the notebook's metadata)) [1]`, "2 not-run", "= timed-out, exit 4"}},
		{"a timeout ends by the interrupt", x(fake.Busy(), fake.Stdout("a"), fake.Sleep(time.Minute)), timeout, []string{"x", "y"},
			[]string{`1 timed-out (ran longer than 300ms (--timeout, or the notebook's metadata)) [1] stdout:"a" error:KeyboardInterrupt`, "2 not-run", "= timed-out, exit 4"}},
		{"an error stops the run", fake.Script{Cells: map[string][]fake.Step{"x": fake.Raise("E", "v", fake.Stdout("a"))}}, short, []string{"x", "y"},
			[]string{`1 failed (E: v) [1] stdout:"a" error:E`, "2 not-run", "= failed, exit 1"}},
		{"an exit with status 0", fake.Script{Cells: map[string][]fake.Step{"x": fake.Raise("SystemExit", "0", fake.Stdout("a"))}}, short, []string{"x", "y"},
			[]string{`1 ok [1] stdout:"a" error:SystemExit`, "2 not-run", "! cell 1 ended the notebook with exit status 0", "= ok, exit 0"}},
		{"an exit with status 1", fake.Script{Cells: map[string][]fake.Step{"x": fake.Raise("SystemExit", "1")}}, short, []string{"x", "y"},
			[]string{`1 failed (SystemExit: 1) [1] error:SystemExit`, "2 not-run", "= failed, exit 1"}},
		{"allow errors", fake.Script{Cells: map[string][]fake.Step{"x": fake.Raise("E", "v")}}, runner.Options{AllowErrors: true}, []string{"x", "y"},
			[]string{`1 failed (E: v) [1] error:E`, `2 ok [2] stdout:"y"`, "= failed, exit 1"}},
		{"raises-exception", fake.Script{Cells: map[string][]fake.Step{"x": fake.Raise("E", "v")}}, short, []string{"#raises-exception x", "#raises-exception y"},
			[]string{`1 ok [1] error:E`, `2 ok [2] stdout:"y"`, "= ok, exit 0"}},
		{"an error on iopub alone", x(fake.Busy(), fake.Error("E", "v"), fake.Reply("ok"), fake.Idle()), short, []string{"x"},
			[]string{`1 ok [1] error:E`, "= ok, exit 0"}},
		{"an error in the reply alone", x(fake.Busy(), fake.ReplyError("E", "v"), fake.Idle()), short, []string{"x"},
			[]string{`1 failed (E: v) [1]`, "= failed, exit 1"}},
		{"aborted", x(fake.Busy(), fake.Reply("aborted"), fake.Idle()), short, []string{"#raises-exception x", "y"},
			[]string{`1 ok [1]`, `2 ok [2] stdout:"y"`, "= ok, exit 0"}},
		{"aborted without a tag", x(fake.Busy(), fake.Reply("aborted"), fake.Idle()), short, []string{"x", "y"},
			[]string{`1 failed (Aborted: the kernel refused to execute the cell) [1]`, "2 not-run", "= failed, exit 1"}},
		{"no status", x(fake.Busy(), fake.Reply(""), fake.Idle()), short, []string{"x"},
			[]string{`1 failed (NoStatus: the kernel's reply has no status) [1]`, "= failed, exit 1"}},
		{"stdin", x(fake.Busy(), fake.Stdout("a"), fake.Ask("name? ")), short, []string{"x", "y"},
			[]string{`1 stdin-requested (StdinRequested: the cell asks for input ("name?"); a headless run has none to give) [1] stdout:"a" error:KeyboardInterrupt`, "2 not-run", "= stdin-requested, exit 1"}},
		{"a flood", x(fake.Busy(), fake.Stdout(strings.Repeat("a", 300)), fake.Sleep(time.Minute)), runner.Options{MaxOutput: 4, Grace: 5 * time.Second}, []string{"x", "y"},
			[]string{`1 failed (OutputFlood: the cell put out more than 16 times the 4 bytes that are kept, and was interrupted) [1] stdout:"aaaa" stderr:"[flowbook:…76 bytes" error:KeyboardInterrupt`, "2 not-run", "= failed, exit 1"}},
		{"forged, strange and broken messages", x(fake.Busy(), fake.Forged(), fake.Garbage(), fake.Stranger(), fake.Orphans(), fake.Stdout("a"), fake.Reply("ok"), fake.Idle()), short, []string{"x", "y"},
			[]string{`1 ok [1] stdout:"a"`, `2 ok [2] stdout:"y"`, "= ok, exit 0"}},
		{"death keeps what came", x(fake.Busy(), fake.Stdout("a"), fake.Sleep(200*time.Millisecond), fake.Die(3)), short, []string{"x", "y"},
			[]string{`1 kernel-died [1] stdout:"a"`, "2 not-run", "= kernel-died, exit 138"}},
		{"death at once", x(fake.Kill()), short, []string{"x", "y"},
			[]string{`1 kernel-died [1]`, "2 not-run", "= kernel-died, exit 138"}},
		{"death after the reply", x(fake.Busy(), fake.Reply("ok"), fake.Die(1)), short, []string{"x", "y"},
			[]string{`1 kernel-died [1]`, "2 not-run", "= kernel-died, exit 138"}},
		{"death between cells", x(fake.Busy(), fake.Reply("ok"), fake.Idle(), fake.Die(1)), short, []string{"x", "y"},
			[]string{`1 ok [1]`, "2 kernel-died [2]", "= kernel-died, exit 138"}},
		{"a closed iopub", x(fake.Busy(), fake.CloseIOPub(), fake.Reply("ok")), short, []string{"x", "y"},
			[]string{`1 failed (NoIdle: the kernel replied, but did not become idle within 300ms: output may be missing) [1]`, "2 not-run", "= failed, exit 1"}},
		{"an update of another cell's display", fake.Script{Cells: map[string][]fake.Step{
			"x": fake.Cell(fake.Stdout("a"), fake.Stderr("b"), fake.Stdout("c"), fake.Display(plain("old"), "i")),
			"y": fake.Cell(fake.Update(plain("new"), "i")),
		}}, short, []string{"x", "y"},
			[]string{`1 ok [1] stdout:"a" stderr:"b" stdout:"c" display_data:"new"`, "2 ok [2]", "= ok, exit 0"}},
		{"clear_output", fake.Script{Cells: map[string][]fake.Step{"x": fake.Cell(fake.Stdout("a"), fake.Clear(true), fake.Result(plain("r")))}}, short, []string{"x"},
			[]string{`1 ok [1] execute_result:"r"`, "= ok, exit 0"}},
		{"a limit of output", fake.Script{Cells: map[string][]fake.Step{"x": fake.Cell(fake.Stdout("abcdef"), fake.Stdout("g"))}}, runner.Options{MaxOutput: 4}, []string{"x"},
			[]string{`1 ok [1] stdout:"abcd" stderr:"[flowbook:…76 bytes"`, "= ok, exit 0"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			nb := book(t, tt.cells...)
			opt := tt.opt
			opt.Spec = fake.Spec(t, tt.script)
			opt.Output = filepath.Join(t.TempDir(), "out.ipynb")
			res, err := runner.Run(t.Context(), nb, opt)
			if err != nil {
				t.Fatal(err)
			}
			for i := range res.Cells { // how the kernel died is package jupyter's to say
				if c := &res.Cells[i]; c.Status == runner.KernelDied {
					if c.Error == nil || c.Error.Value == "" {
						t.Errorf("cell %d: a death without words", c.Number)
					}
					c.Error = nil
				}
			}
			if diff := cmp.Diff(tt.want, outcome(nb, res)); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
			kept, err := notebook.ReadFile(opt.Output)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(outcome(nb, res), outcome(kept, res)); diff != "" {
				t.Errorf("the file is not the result (-result +file):\n%s", diff)
			}
			if err := notebook.Validate(kept); err != nil {
				t.Error(err)
			}
		})
	}
}

// 100,000 messages and a display of 100 MB arrive whole, or whole up to the limit.
func TestRunFlood(t *testing.T) {
	if testing.Short() {
		t.Skip("takes seconds; run without -short")
	}
	nb := book(t, "flood", "big", "end")
	res, err := runner.Run(t.Context(), nb, runner.Options{MaxOutput: 200 << 20, Spec: fake.Spec(t, fake.Script{Cells: map[string][]fake.Step{
		"flood": fake.Cell(fake.Flood(100000)), "big": fake.Cell(fake.Big(100 << 20)),
	}})})
	if err != nil {
		t.Fatal(err)
	}
	want := []string{`1 ok [1] stdout:"0\n1\n2\n3\n4\n…588890 bytes"`, `2 ok [2] display_data:"xxxxxxxxxx…104857600 bytes"`, `3 ok [3] stdout:"end"`, "= ok, exit 0"}
	if diff := cmp.Diff(want, outcome(nb, res)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestRunStops(t *testing.T) {
	spec := fake.Spec(t, fake.Script{Cells: map[string][]fake.Step{"x": {fake.Busy(), fake.Stdout("a"), fake.Sleep(time.Minute)}}})
	t.Run("deadline", func(t *testing.T) {
		nb := book(t, "x", "y")
		res, err := runner.Run(t.Context(), nb, runner.Options{Spec: spec, Deadline: time.Second})
		if err != nil {
			t.Fatal(err)
		}
		want := []string{`1 timed-out (Deadline: the run's deadline of 1s is over) [1] stdout:"a" error:KeyboardInterrupt`, "2 not-run", "= timed-out, exit 124"}
		if diff := cmp.Diff(want, outcome(nb, res)); diff != "" {
			t.Errorf("(-want +got):\n%s", diff)
		}
	})
	t.Run("context", func(t *testing.T) {
		nb := book(t, "x", "y")
		ctx, cancel := context.WithCancelCause(t.Context())
		res, err := runner.Run(ctx, nb, runner.Options{Spec: spec, Log: func(runner.Event, string, string) { cancel(errors.New("enough")) }})
		if err != nil {
			t.Fatal(err)
		}
		want := []string{`1 interrupted (Interrupted: enough) [1] stdout:"a" error:KeyboardInterrupt`, "2 not-run", "= interrupted, exit 130"}
		if diff := cmp.Diff(want, outcome(nb, res)); diff != "" {
			t.Errorf("(-want +got):\n%s", diff)
		}
	})
}

// Metadata of a cell beats that of the notebook.
func TestRunMetadata(t *testing.T) {
	nb := book(t, "slow", "fail", "fine", "other")
	for i, meta := range []string{`{"timeout": "10s"}`, `{"expect-error": "no such .*"}`, `{"expect-error": "x"}`, `{"timeout": 0.2}`} {
		nb.Cells[i].Metadata.Set("flowbook", []byte(meta))
	}
	nb.Metadata.Set("flowbook", []byte(`{"timeout": "150ms"}`))
	res, err := runner.Run(t.Context(), nb, runner.Options{AllowErrors: true, Grace: time.Second, Spec: fake.Spec(t, fake.Script{Cells: map[string][]fake.Step{
		"slow": fake.Cell(fake.Sleep(300 * time.Millisecond)), "fail": fake.Raise("E", "no such file"), "other": {fake.Busy(), fake.Sleep(time.Minute)},
	}})})
	if err != nil {
		t.Fatal(err)
	}
	want := []string{"1 ok [1]", "2 ok [2] error:E", `3 failed (UnexpectedSuccess: an error matching "x" was demanded, the cell had none) [3] stdout:"fine"`,
		"4 timed-out (ran longer than 200ms (--timeout, or the notebook's metadata)) [4] error:KeyboardInterrupt", "= timed-out, exit 4"}
	if diff := cmp.Diff(want, outcome(nb, res)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// The option bounds what metadata asks for, nbmake's too, and a run that goes on after errors goes
// on after a timeout that the kernel has survived.
func TestTimeoutBound(t *testing.T) {
	nb := book(t, "none", "long", "nbmake's", "fine")
	nb.Cells[0].Metadata.Set("flowbook", []byte(`{"timeout": 0}`))
	nb.Cells[1].Metadata.Set("flowbook", []byte(`{"timeout": "10m"}`))
	nb.Metadata.Set("execution", []byte(`{"timeout": 0.05}`))
	hang := []fake.Step{fake.Busy(), fake.Sleep(time.Minute)}
	res, err := runner.Run(t.Context(), nb, runner.Options{AllowErrors: true, Timeout: 150 * time.Millisecond, Grace: 5 * time.Second, Spec: fake.Spec(t, fake.Script{Cells: map[string][]fake.Step{
		"none": hang, "long": hang, "nbmake's": hang,
	}})})
	if err != nil {
		t.Fatal(err)
	}
	want := []string{
		"1 timed-out (ran longer than 150ms (--timeout, or the notebook's metadata)) [1] error:KeyboardInterrupt", "2 timed-out (ran longer than 150ms (--timeout, or the notebook's metadata)) [2] error:KeyboardInterrupt",
		"3 timed-out (ran longer than 50ms (--timeout, or the notebook's metadata)) [3] error:KeyboardInterrupt", `4 ok [4] stdout:"fine"`, "= timed-out, exit 4",
	}
	if diff := cmp.Diff(want, outcome(nb, res)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// TestTitle: the title of a cell in messages is its first line that says something.
func TestTitle(t *testing.T) {
	for source, want := range map[string]string{
		"import (\n\t\"fmt\"\n\t. \"os\"\n)\n\n// Data is read.\nfunc Data() {}": "// Data is read.",
		"import (\n\t_ \"fmt\"\n)\n":                  "imports",
		"import \"fmt\"\n%%\nfmt.Println(1)":          "fmt.Println(1)",
		"import \"fmt\"":                              "import \"fmt\"",
		"importCSV(\n\t\"a.csv\",\n)\nfmt.Println(1)": "importCSV(",
		"import (\"fmt\"; \"os\")\n%%\nos.Exit(0)":    "os.Exit(0)",
		"%%\n" + strings.Repeat("x", 70):              strings.Repeat("x", 59) + "…",
	} {
		nb := book(t, source)
		res, err := runner.Run(t.Context(), nb, runner.Options{Spec: fake.Spec(t, fake.Script{})})
		if err != nil {
			t.Fatal(err)
		}
		if got := res.Cells[0].Title; got != want {
			t.Errorf("%q: got %q, want %q", source, got, want)
		}
	}
}

// TestQuiet: a cell that puts out nothing is told of once.
func TestQuiet(t *testing.T) {
	nb := book(t, "silent")
	ctx, cancel := context.WithCancelCause(t.Context())
	var told []string
	_, err := runner.Run(ctx, nb, runner.Options{Quiet: 20 * time.Millisecond, Grace: 200 * time.Millisecond, Path: "a.ipynb",
		Spec: fake.Spec(t, fake.Script{IgnoreInterrupt: true, Cells: map[string][]fake.Step{"silent": {fake.Busy(), fake.Hang()}}}),
		Progress: func(e runner.Event) {
			if e.Quiet > 0 {
				told = append(told, fmt.Sprintf("%d of %d silent for %v", e.Cell.Number, e.Total, e.Quiet))
				cancel(errors.New("seen")) // the cell goes on for the time of grace
			}
		}})
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"1 of 1 silent for 20ms"}, told); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestRunCannotStart(t *testing.T) {
	dir := t.TempDir()
	nb := book(t, "x")
	_, err := runner.Run(t.Context(), nb, runner.Options{Spec: fake.Spec(t, fake.Script{ExitAtStart: 7}), Output: filepath.Join(dir, "o.ipynb")})
	var se *runner.StartError
	if !errors.As(err, &se) {
		t.Errorf("a kernel that exits: got %v, want a *StartError", err)
	}
	_, err = runner.Run(t.Context(), nb, runner.Options{Spec: fake.Spec(t, fake.Script{}), Output: filepath.Join(dir, "missing", "o.ipynb")})
	if err == nil || !strings.Contains(err.Error(), "write ") {
		t.Errorf("a folder that is not there: got %v", err)
	}
}

// Two runs give the same bytes.
func TestRunSameBytes(t *testing.T) {
	dir := t.TempDir()
	var texts []string
	for i := range 2 {
		out := filepath.Join(dir, fmt.Sprint(i, ".ipynb"))
		if _, err := runner.Run(t.Context(), book(t, "a", "b"), runner.Options{Spec: fake.Spec(t, fake.Script{}), Output: out}); err != nil {
			t.Fatal(err)
		}
		text, err := os.ReadFile(out)
		if err != nil {
			t.Fatal(err)
		}
		texts = append(texts, string(text))
		if _, err := os.Stat(runner.SidecarPath(out)); err != nil {
			t.Error(err)
		}
	}
	if diff := cmp.Diff(texts[0], texts[1]); diff != "" {
		t.Errorf("(-first +second):\n%s", diff)
	}
}

// A killed run's unfinished file beside the output goes, the user's files stay.
func TestRunSweeps(t *testing.T) {
	dir := t.TempDir()
	for _, name := range []string{".tmp-flowbook-123", ".tmp-flowbook-mine", ".o.ipynb.123"} {
		if err := os.WriteFile(filepath.Join(dir, name), nil, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := runner.Run(t.Context(), book(t, "a"), runner.Options{Spec: fake.Spec(t, fake.Script{}), Output: filepath.Join(dir, "o.ipynb")}); err != nil {
		t.Fatal(err)
	}
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, e := range entries {
		names = append(names, e.Name())
	}
	if diff := cmp.Diff([]string{".o.ipynb.123", ".tmp-flowbook-mine", "o.ipynb", "o.run.json"}, names); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}
