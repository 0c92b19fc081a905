package main

import (
	"bytes"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"flowbook/tools/notebook"
)

// deed is what a program has done in a folder of its own: its exit status, what it printed, the
// notebooks and text files that it left, what it put on a server.
type deed struct {
	Exit           int
	Stdout, Stderr string
	Notebooks      map[string][]seenCell
	Files          map[string]string
	Put            []string // paths
}

// seenCell is what a reader sees of a cell.
type seenCell struct {
	Type, Source, Tags string
	Hidden             bool
	Count              int
	Outputs            []string
}

// habit is one thing that papermill's users do. Both programs get the same words in folders that
// hold papermill's test notebooks.
type habit struct {
	words string // {http} is a server's address, words are separated by blanks; IN stands for standard input
	stdin string
	files map[string]string // besides papermill's
	// different compares where the two are not meant to do the same; nil compares all.
	different func(t *testing.T, papermill, ours deed)
}

// exits compares exit statuses.
func exits(papermill, ours int) func(*testing.T, deed, deed) {
	return func(t *testing.T, a, b deed) {
		if a.Exit != papermill || b.Exit != ours {
			t.Errorf("papermill %d, ours %d; want %d and %d\n%s\n%s", a.Exit, b.Exit, papermill, ours, a.Stderr, b.Stderr)
		}
	}
}

// says wants words in what papermill and ours print.
func says(papermill, ours string) func(*testing.T, deed, deed) {
	return func(t *testing.T, a, b deed) {
		for _, d := range []struct {
			deed
			want string
		}{{a, papermill}, {b, ours}} {
			if text := d.Stdout + d.Stderr; !regexp.MustCompile(d.want).MatchString(text) {
				t.Errorf("%q is not in:\n%s", d.want, text)
			}
		}
	}
}

func both(checks ...func(*testing.T, deed, deed)) func(*testing.T, deed, deed) {
	return func(t *testing.T, a, b deed) {
		for _, check := range checks {
			check(t, a, b)
		}
	}
}

// same compares the notebooks alone, after a change to papermill's.
func same(change func([]seenCell) []seenCell) func(*testing.T, deed, deed) {
	return func(t *testing.T, a, b deed) {
		for name, cells := range a.Notebooks {
			a.Notebooks[name] = change(cells)
		}
		if diff := cmp.Diff(a.Notebooks, b.Notebooks); diff != "" {
			t.Errorf("(-papermill +ours):\n%s", diff)
		}
	}
}

func unchanged(cells []seenCell) []seenCell { return cells }

const (
	exiting = `{"cells":[{"cell_type":"code","execution_count":null,"metadata":{},"outputs":[],"source":["import os\n","os._exit(1)"]}],` +
		`"metadata":{"kernelspec":{"display_name":"Python 3","language":"python","name":"python3"}},"nbformat":4,"nbformat_minor":4}`
	bare      = `{"cells":[{"cell_type":"code","execution_count":null,"metadata":{},"outputs":[],"source":["print(n)"]}],"metadata":{},"nbformat":4,"nbformat_minor":4}`
	collapsed = `{"cells":[{"cell_type":"code","execution_count":null,"metadata":{"jupyter":{"outputs_hidden":true}},"outputs":[],"source":["1"]}],` +
		`"metadata":{"kernelspec":{"display_name":"Python 3","language":"python","name":"python3"}},"nbformat":4,"nbformat_minor":4}`
)

// habits by the name of their row in testdata/papermill.txt.
var habits = map[string]habit{
	"plain":           {words: "simple_execute.ipynb out.ipynb"},
	"parameter":       {words: "simple_execute.ipynb out.ipynb -p msg hello"},
	"parameter types": {words: "complex_parameters.ipynb out.ipynb --prepare-only -p msg None -p a 1e3 -p b True -p c 7 --parameters d 1_0 -p e -5 -p f inf -p g nan -p h x=y -p i \"q\\"},
	"raw":             {words: "--prepare-only simple_execute.ipynb out.ipynb -r msg 007 --parameters_raw msg 008"},
	"file":            {words: "complex_parameters.ipynb out.ipynb --prepare-only -f parameters/example.yaml --parameters_file parameters/example.json"},
	"yaml":            {words: "complex_parameters.ipynb out.ipynb --prepare-only -y {msg:\u00a01,\u00a0a:\u00a0[1,\u00a0b,\u00a0null,\u00a02.5],\u00a0b:\u00a0{x:\u00a0true}} --parameters_yaml c:\u00a02020-01-01"},
	"base64":          {words: "--prepare-only simple_execute.ipynb out.ipynb -b bXNnOiBbMSwgMl0= --parameters_base64 bXNnOiBbMiwgM10="},
	"precedence":      {words: "--prepare-only simple_execute.ipynb out.ipynb -r msg raw -p msg plain -y msg:\u00a0yaml -f f.yaml -b bXNnOiBiYXNl", files: map[string]string{"f.yaml": "msg: file\nother: 1\n"}},
	"letters": {words: "simple_execute.ipynb out.ipynb -p msg 😍", different: both(exits(0, 0), func(t *testing.T, a, b deed) {
		was, is := a.Notebooks["out.ipynb"], b.Notebooks["out.ipynb"]
		if !strings.Contains(was[1].Source, `U0001f60d"`) || !strings.Contains(is[1].Source, `"😍"`) || fmt.Sprint(was[2]) != fmt.Sprint(is[2]) {
			t.Errorf("papermill %v, ours %v", was, is)
		}
	})},
	"input path":  {words: "--prepare-only simple_execute.ipynb out.ipynb --inject-input-path"},
	"output path": {words: "--prepare-only simple_execute.ipynb out.ipynb --inject-output-path"},
	"paths": {words: "--prepare-only simple_execute.ipynb sub/../out.ipynb --inject-paths -p msg x", files: map[string]string{"sub/x": ""}, different: same(func(cells []seenCell) []seenCell {
		cells[1].Source = strings.Replace(cells[1].Source, "sub/../", "", 1)
		return cells
	})},
	"on top":            {words: "--prepare-only no_parameters.ipynb out.ipynb -p msg x"},
	"undeclared":        {words: "--prepare-only simple_execute.ipynb out.ipynb -p other 1", different: both(same(unchanged), exits(0, 0), says("Passed unknown parameter: other", "does not declare: other"))},
	"injected again":    {words: "--prepare-only again.ipynb out.ipynb -p msg x", files: map[string]string{"again.ipynb": strings.Replace(strings.Replace(exiting, `"metadata":{}`, `"metadata":{"tags":["injected-parameters"]}`, 1), `"import os\n","os._exit(1)"`, `"msg = 1"`, 1)}},
	"a name of code":    {words: "--prepare-only simple_execute.ipynb out.ipynb -p __import__('os').mkdir('gone');msg 1", different: both(exits(0, 2), says("", "is no name of a variable"))},
	"template":          {words: "--prepare-only simple_execute.ipynb out-{msg}-{n}.ipynb -p msg hello -p n 7"},
	"template of input": {words: "--prepare-only {which}_execute.ipynb out.ipynb -p which simple"},
	"template unknown":  {words: "--prepare-only simple_execute.ipynb out-{x}.ipynb", different: both(exits(1, 2), says("Missing parameter 'x'", `out-\{x\}.ipynb: the command line sets no parameter "x"`))},
	"template of number": {words: "simple_execute.ipynb out-{msg}.ipynb -p msg 1e3 --prepare-only", different: func(t *testing.T, a, b deed) {
		if a.Notebooks["out-1000.0.ipynb"] == nil || b.Notebooks["out-1e3.ipynb"] == nil {
			t.Errorf("papermill %v, ours %v", slices.Sorted(maps.Keys(a.Notebooks)), slices.Sorted(maps.Keys(b.Notebooks)))
		}
	}},
	"prepare":         {words: "complex_parameters.ipynb out.ipynb --prepare-only -p msg x"},
	"prepare negated": {words: "simple_execute.ipynb out.ipynb --prepare-execute --no-report-mode --no-log-output --no-progress-bar --log-output"},
	"report":          {words: "report_mode_test.ipynb out.ipynb --report-mode -p a 2"},
	"report keeps": {words: "--prepare-only in.ipynb out.ipynb --report-mode", files: map[string]string{"in.ipynb": collapsed}, different: both(same(unchanged), func(t *testing.T, a, b deed) {
		if strings.Contains(a.Files["out.ipynb"], "outputs_hidden") || !strings.Contains(b.Files["out.ipynb"], "outputs_hidden") {
			t.Error("papermill is expected to drop what Jupyter knows of a cell, ours to keep it")
		}
	})},
	"kernel":            {words: "simple_execute.ipynb out.ipynb -k python3"},
	"kernel of none":    {words: "--prepare-only bare.ipynb out.ipynb --kernel python3 -p n 7", files: map[string]string{"bare.ipynb": bare}, different: both(exits(1, 0), says("No language found in notebook", "bare.ipynb: prepared"))},
	"language":          {words: "--prepare-only bare.ipynb out.ipynb -k python3 -l python -p n 7", files: map[string]string{"bare.ipynb": bare}},
	"cwd":               {words: "read_check.ipynb out.ipynb --cwd sub", files: map[string]string{"sub/check.txt": "x"}},
	"cwd of none":       {words: "sub/read_check.ipynb out.ipynb", files: map[string]string{"check.txt": "x", "sub/read_check.ipynb": "read_check.ipynb"}},
	"log":               {words: "simple_execute.ipynb out.ipynb --log-output -p msg heard", different: both(same(unchanged), exits(0, 0), says("(?m)^heard$", `(?m)^simple_execute.ipynb\[3\] \| heard$`))},
	"streams":           {words: "test_logging.ipynb out.ipynb --stdout-file out.txt --stderr-file err.txt", different: both(exits(1, 1), sameText("out.txt"), sameText("err.txt"), same(unmarked))},
	"start timeout":     {words: "simple_execute.ipynb out.ipynb --start-timeout 60 --start_timeout 50"},
	"execution timeout": {words: "keyboard_interrupt.ipynb out.ipynb --execution-timeout 1", different: both(exits(1, 4), says("CellTimeoutError|timed out", "timed-out: ran longer than 1s"))},
	"help":              {words: "complex_parameters.ipynb --help-notebook", different: both(exits(0, 0), says(`(?s)a: float \(default 2.25\).*Variable a`, `(?m)^  a +float +2.25 +Variable a$`))},
	"exit ok":           {words: "sysexit.ipynb out.ipynb", different: both(exits(0, 0), same(unchanged))},
	"exit ok 0":         {words: "sysexit0.ipynb out.ipynb", different: both(exits(0, 0), same(unchanged))},
	"exit ok raised":    {words: "systemexit.ipynb out.ipynb", different: both(exits(0, 0), same(unchanged))},
	"exit 1":            {words: "sysexit1.ipynb out.ipynb", different: both(exits(1, 1), same(unmarked))},
	"error":             {words: "broken2.ipynb out.ipynb", different: both(exits(1, 1), same(unmarked), says("(?s)print \"Shouldn't|assert|Exception", `broken2.ipynb: cell 2`))},
	"error again":       {words: "broken1.ipynb out.ipynb", different: both(exits(1, 1), same(unmarked))},
	"error of syntax":   {words: "broken.ipynb out.ipynb", different: both(exits(1, 1), same(unmarked))},
	"error of magic":    {words: "line_magic_error.ipynb out.ipynb", different: both(exits(1, 1), same(unmarked))},
	"kernel dies":       {words: "exiting.ipynb out.ipynb", files: map[string]string{"exiting.ipynb": exiting}, different: both(exits(138, 138), says("DeadKernelError", "exiting.ipynb: cell 1.*kernel-died"))},
	"format kept": {words: "--prepare-only nb_version_4.4.ipynb out.ipynb -p var 3", different: both(same(unchanged), func(t *testing.T, a, b deed) {
		if !strings.Contains(a.Files["out.ipynb"], `"nbformat_minor": 5`) || !strings.Contains(b.Files["out.ipynb"], `"nbformat_minor": 4`) {
			t.Error("papermill is expected to raise the format, ours to keep it")
		}
	})},
	"pipe":      {words: "- - -p msg piped", stdin: "simple_execute.ipynb"},
	"no output": {words: "simple_execute.ipynb -p msg x", different: both(exits(0, 0), says(`"output_type": "stream"`, `ok, 3 cells.*\.flowbook/out/simple_execute.ipynb`))},
	"http": {words: "{http}/simple_execute.ipynb {http}/put.ipynb -p msg far", different: both(exits(0, 0), func(t *testing.T, a, b deed) {
		if len(a.Put) < 2 || !slices.Equal(b.Put, []string{"/put.ipynb"}) {
			t.Errorf("papermill writes after each cell (%q), ours once (%q)", a.Put, b.Put)
		}
	}, same(unchanged))},
	"http missing": {words: "{http}/none.ipynb out.ipynb", different: both(exits(1, 2), says("Notebook does not appear to be JSON|NotJSONError", "none.ipynb: the server says 404 Not Found"))},
	"http refused": {words: "--prepare-only simple_execute.ipynb {http}/refused/out.ipynb", different: both(exits(1, 1), says("507 Server Error", "507 Insufficient Storage; the executed notebook is in .flowbook/out/"))},
	"other scheme": {words: "--prepare-only simple_execute.ipynb gs://bucket/out.ipynb", different: both(exits(1, 2), says("install papermill|gcsfs|MissingEnvironment", "no gs:// addresses, only http://, https://, s3:// and file://"))},
	"file scheme": {words: "--prepare-only simple_execute.ipynb file://{dir}/out.ipynb", different: func(t *testing.T, a, b deed) {
		if len(a.Notebooks) != 0 || len(b.Notebooks["out.ipynb"]) == 0 {
			t.Errorf("papermill %v, ours %v", a.Notebooks, b.Notebooks)
		}
	}},
	"engine":          {words: "--prepare-only simple_execute.ipynb out.ipynb --engine nbclient", different: both(exits(0, 2), says("", "unknown flag --engine"))},
	"autosave":        {words: "--prepare-only simple_execute.ipynb out.ipynb --autosave-cell-every 5", different: both(exits(0, 2), says("", "unknown flag --autosave-cell-every"))},
	"save on request": {words: "--prepare-only simple_execute.ipynb out.ipynb --no-request-save-on-cell-execute", different: both(exits(0, 2), says("", "unknown flag --no-request-save-on-cell-execute"))},
	"log level":       {words: "--prepare-only simple_execute.ipynb out.ipynb --log-level DEBUG", different: both(exits(0, 2), says("", "unknown flag --log-level"))},
	"version":         {words: "--version", different: both(exits(0, 0), says(`^2.6.0 from`, `flowbook .*gonb`))},
}

// unmarked drops the cells that papermill adds when one has failed.
func unmarked(cells []seenCell) []seenCell {
	return slices.DeleteFunc(cells, func(c seenCell) bool { return strings.Contains(c.Tags, "papermill-error-cell-tag") })
}

func sameText(name string) func(*testing.T, deed, deed) {
	return func(t *testing.T, a, b deed) {
		if a.Files[name] == "" || a.Files[name] != b.Files[name] {
			t.Errorf("%s: papermill %q, ours %q", name, a.Files[name], b.Files[name])
		}
	}
}

// TestPapermill does each thing with the real papermill and with ours, on papermill's own test
// notebooks, in a folder of its own.
func TestPapermill(t *testing.T) {
	python, source := os.Getenv("FLOWBOOK_PYTHON"), os.Getenv("FLOWBOOK_PAPERMILL")
	if python == "" || source == "" {
		t.Skip("set FLOWBOOK_PYTHON to a Python with papermill 2.6.0 and FLOWBOOK_PAPERMILL to the folder tests of its sources (pip download --no-binary papermill papermill==2.6.0); `.ci/run cgo` does")
	}
	if testing.Short() {
		t.Skip("starts a hundred kernels; run without -short")
	}
	ours, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	papermill := filepath.Join(filepath.Dir(python), "papermill")
	for name, h := range habits {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			a := h.do(t, python, source, papermill)
			b := h.do(t, python, source, ours, "run", "--papermill")
			if h.different != nil {
				h.different(t, a, b)
				return
			}
			a.Stderr, b.Stderr = "", ""
			if h.stdin == "" {
				a.Stdout, b.Stdout = "", ""
			}
			if diff := cmp.Diff(a, b); diff != "" {
				t.Errorf("(-papermill +ours):\n%s", diff)
			}
			if a.Exit != 0 {
				t.Errorf("papermill's exit status is %d", a.Exit)
			}
		})
	}
}

// do runs a program with the habit's words in a copy of papermill's notebooks.
func (h habit) do(t *testing.T, python, source string, program ...string) (d deed) {
	t.Helper()
	dir, home := t.TempDir(), t.TempDir()
	for _, from := range []string{"notebooks", "parameters"} {
		to := filepath.Join(dir, map[string]string{"parameters": "parameters"}[from])
		if err := os.MkdirAll(to, 0o755); err != nil {
			t.Fatal(err)
		}
		files, err := filepath.Glob(filepath.Join(source, from, "*.*"))
		if err != nil || len(files) == 0 {
			t.Fatal(err, from)
		}
		for _, file := range files {
			text, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(filepath.Join(to, filepath.Base(file)), text, 0o644); err != nil {
				t.Fatal(err)
			}
		}
	}
	for name, text := range h.files {
		if strings.HasSuffix(text, ".ipynb") { // a copy of another
			data, err := os.ReadFile(filepath.Join(dir, text))
			if err != nil {
				t.Fatal(err)
			}
			text = string(data)
		}
		if err := os.MkdirAll(filepath.Dir(filepath.Join(dir, name)), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	before := texts(t, dir)
	server, put := h.serve(t, dir)
	var words []string
	for _, word := range strings.Fields(strings.NewReplacer("{http}", server, "{dir}", dir).Replace(strings.ReplaceAll(h.words, "\u00a0", "\x00"))) {
		words = append(words, strings.ReplaceAll(word, "\x00", " "))
	}
	if words[0] == "--version" {
		program = program[:1]
	}
	cmd := exec.CommandContext(t.Context(), program[0], append(program[1:], words...)...)
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "FLOWBOOK_TEST_COMMAND=1", "HOME="+home, "FLOWBOOK_ROOT=", "FLOWBOOK_STATE=", "GITHUB_ACTIONS=", "PYTHONDONTWRITEBYTECODE=1", "IPYTHONDIR="+home,
		"JUPYTER_PATH="+filepath.Join(filepath.Dir(python), "..", "share", "jupyter"), "PATH="+filepath.Dir(python)+string(filepath.ListSeparator)+os.Getenv("PATH"))
	if h.stdin != "" {
		cmd.Stdin = strings.NewReader(before[h.stdin])
	}
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	err := cmd.Run()
	if cmd.ProcessState == nil {
		t.Fatal(err)
	}
	d = deed{Exit: cmd.ProcessState.ExitCode(), Stdout: stdout.String(), Stderr: stderr.String(), Notebooks: map[string][]seenCell{}, Files: map[string]string{}}
	for name, text := range texts(t, dir) {
		if text == before[name] {
			continue
		}
		d.Files[name] = text
		if strings.HasSuffix(name, ".ipynb") {
			d.Notebooks[name] = seen(t, text, dir)
		}
	}
	for path, text := range put() {
		d.Put = append(d.Put, path)
		d.Notebooks["put"] = seen(t, text, dir)
	}
	if h.stdin != "" {
		d.Notebooks["standard output"], d.Stdout = seen(t, d.Stdout, dir), ""
	}
	if h.different == nil { // a notebook is compared by what is seen of it
		d.Files = nil
	}
	return d
}

// serve is a server of the folder's files; what is put there is kept apart, in order.
func (h habit) serve(t *testing.T, dir string) (url string, put func() func(func(string, string) bool)) {
	if !strings.Contains(h.words, "{http}") {
		return "", func() func(func(string, string) bool) { return func(func(string, string) bool) {} }
	}
	var mu sync.Mutex
	var paths, all []string
	files := http.FileServer(http.Dir(dir))
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method != http.MethodPut {
			files.ServeHTTP(w, r)
			return
		}
		if strings.HasPrefix(r.URL.Path, "/refused/") {
			w.WriteHeader(http.StatusInsufficientStorage)
			return
		}
		text, err := io.ReadAll(r.Body)
		if err != nil {
			t.Error(err)
		}
		mu.Lock()
		defer mu.Unlock()
		paths, all = append(paths, r.URL.Path), append(all, string(text))
	}))
	t.Cleanup(server.Close)
	return server.URL, func() func(func(string, string) bool) {
		return func(yield func(string, string) bool) {
			mu.Lock()
			defer mu.Unlock()
			for i := range paths {
				if !yield(paths[i], all[i]) {
					return
				}
			}
		}
	}
}

// texts are the files of a folder, but for our state.
func texts(t *testing.T, dir string) map[string]string {
	t.Helper()
	all := map[string]string{}
	for _, pattern := range []string{"*", "*/*"} {
		files, err := filepath.Glob(filepath.Join(dir, pattern))
		if err != nil {
			t.Fatal(err)
		}
		for _, file := range files {
			name, err := filepath.Rel(dir, file)
			if err != nil {
				t.Fatal(err)
			}
			if info, err := os.Stat(file); err != nil || info.IsDir() || strings.HasPrefix(name, ".") || strings.HasSuffix(name, ".run.json") {
				continue
			}
			text, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			all[filepath.ToSlash(name)] = string(text)
		}
	}
	return all
}

var memoryAddress = regexp.MustCompile(`0x[0-9a-f]{6,}|ipykernel_\d+/\d+`)

// seen is what a reader sees of a notebook. Neither a newline at a cell's end nor how a stream was
// cut counts.
func seen(t *testing.T, text, dir string) (cells []seenCell) {
	t.Helper()
	nb, err := notebook.Read(strings.NewReader(text))
	if err != nil {
		t.Errorf("%v in %.300q", err, text)
		return nil
	}
	for _, c := range nb.Cells {
		s := seenCell{Type: c.Type, Source: strings.TrimRight(c.Source, "\n"), Tags: strings.Join(c.Tags(), " ")}
		var jupyter struct {
			Hidden bool `json:"source_hidden"`
		}
		if err := c.Metadata.Decode("jupyter", &jupyter); err != nil {
			t.Error(err)
		}
		s.Hidden = jupyter.Hidden
		if c.ExecutionCount != nil {
			s.Count = *c.ExecutionCount
		}
		last := ""
		for _, o := range c.Outputs {
			text := strings.ReplaceAll(memoryAddress.ReplaceAllString(o.Text, "0x"), dir, "DIR")
			if o.Type == notebook.Stream && o.Name == last {
				s.Outputs[len(s.Outputs)-1] += text
				continue
			}
			last = o.Name
			plain, _ := o.Data.Text("text/plain")
			s.Outputs = append(s.Outputs, fmt.Sprintf("%s %s%s%s%s", o.Type, o.Name, o.EName, o.EValue, plain+text))
		}
		cells = append(cells, s)
	}
	return cells
}

// TestPapermillTable: testdata/papermill.txt has a row for each habit and for each flag of the real
// papermill, with a verdict that the test proves.
func TestPapermillTable(t *testing.T) {
	text, err := os.ReadFile(filepath.Join("testdata", "papermill.txt"))
	if err != nil {
		t.Fatal(err)
	}
	rows, flags := map[string]bool{}, ""
	for i, line := range strings.Split(string(text), "\n") {
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		fields := strings.Split(line, " | ")
		if len(fields) != 4 {
			t.Errorf("line %d: %d fields, want flag | test | verdict | reason", i+1, len(fields))
			continue
		}
		flags += " " + fields[0] + " "
		name, verdict, reason := fields[1], fields[2], fields[3]
		if !slices.Contains([]string{"equal", "better", "different"}, verdict) || (verdict == "equal") != (reason == "-") {
			t.Errorf("line %d: verdict %q, reason %q", i+1, verdict, reason)
		}
		if test, ok := strings.CutPrefix(name, "Test"); ok {
			if !hasTest(t, ".", "Test"+test) {
				t.Errorf("line %d: no test %s", i+1, name)
			}
			continue
		}
		if _, ok := habits[name]; !ok || rows[name] {
			t.Errorf("line %d: no habit %q, or twice", i+1, name)
		}
		if rows[name] = true; verdict == "equal" && habits[name].different != nil && !strings.HasPrefix(name, "exit ok") {
			t.Errorf("line %d: equal, but the test compares something else", i+1)
		}
	}
	for name := range habits {
		if !rows[name] {
			t.Errorf("no row for %q", name)
		}
	}
	python := os.Getenv("FLOWBOOK_PYTHON")
	if python == "" {
		return // the rows are checked; papermill's flags need it
	}
	help, err := exec.Command(filepath.Join(filepath.Dir(python), "papermill"), "--help").Output()
	if err != nil {
		t.Skipf("papermill --help: %v: pip install papermill==2.6.0", err)
	}
	_, options, _ := strings.Cut(string(help), "Options:")
	for _, flag := range regexp.MustCompile(`(?m)(?:^ +|, |/ )(--?[a-z][a-z0-9_-]*)`).FindAllStringSubmatch(options, -1) {
		if !strings.Contains(flags, " "+flag[1]+" ") {
			t.Errorf("no row for papermill's flag %s", flag[1])
		}
	}
}
