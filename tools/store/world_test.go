package store

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"flowbook/tools/notebook"
	"flowbook/tools/pipeline"
	"flowbook/tools/runner"
)

// clone is a module with a pipeline on one machine. Its commands and notebooks are run by
// pretending to.
type clone struct {
	t    *testing.T
	root string
	// closing is the context of Close.
	closing context.Context

	mu       sync.Mutex
	ran      []string
	warnings []string
}

var module = map[string]string{
	"go.mod":                "module flowbook\n\ngo 1.26\n",
	"tools/flowbook/doc.go": "package main\n",
	"notebooks/pipeline.yaml": `
steps:
  data:
    command: data
    when: missing
    outputs: [Datasets/raw.csv, "Datasets/labels.csv?"]
  split:
    notebook: notebooks/split.ipynb
    inputs: [Datasets/raw.csv]
    outputs: ["Datasets/parts/part_*.csv"]
  each:
    notebook: notebooks/each.ipynb
    inputs: ["Datasets/parts/part_{part}.csv", "Datasets/labels.csv?"]
    outputs: ["Datasets/each_{part}.txt"]
    grid: {part: 1..N}
  sum:
    command: sum
    inputs: ["Datasets/each_*.txt"]
    outputs: [Datasets/sum.txt, "Datasets/empty.txt"]
`,
}

// steps are all runs of the module's pipeline, sorted.
var steps = []string{"data", "each-part-1", "each-part-2", "each-part-3", "split", "sum"}

func newClone(t *testing.T) *clone {
	t.Helper()
	t.Setenv("FLOWBOOK_STATE", "")
	t.Setenv("FLOWBOOK_ROOT", "")
	t.Setenv("GOMLX_BACKEND", "")
	c := &clone{t: t, root: t.TempDir(), closing: context.Background()}
	for name, text := range module {
		c.write(name, text)
	}
	c.notebook("split", "# Split", "split")
	c.notebook("each", "# Each", "each")
	return c
}

func (c *clone) write(name, text string) {
	c.t.Helper()
	file := filepath.Join(c.root, filepath.FromSlash(name))
	if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
		c.t.Fatal(err)
	}
	if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
		c.t.Fatal(err)
	}
}

func (c *clone) notebook(name, text, code string) {
	c.t.Helper()
	nb := notebook.New()
	nb.Cells = []*notebook.Cell{notebook.NewMarkdown(text), notebook.NewCode(code)}
	for i, cell := range nb.Cells {
		cell.ID = fmt.Sprint("cell-", i)
	}
	if err := os.MkdirAll(filepath.Join(c.root, "notebooks"), 0o755); err != nil {
		c.t.Fatal(err)
	}
	if err := nb.WriteFile(filepath.Join(c.root, "notebooks", name+".ipynb")); err != nil {
		c.t.Fatal(err)
	}
}

// run runs the pipeline with a store and returns what was executed and what became of each run.
func (c *clone) run(s *Store, change ...func(*Executor)) (ran []string, statuses map[string]pipeline.State) {
	c.t.Helper()
	p, err := pipeline.Read(c.root, filepath.Join(c.root, "notebooks", "pipeline.yaml"))
	if err != nil {
		c.t.Fatal(err)
	}
	p.Command, p.CommandPackages, p.Notebook = c.command, []string{"flowbook/tools/flowbook"}, c.execute
	opt := pipeline.Options{Jobs: 2}
	x := &Executor{Store: s, Warn: c.warn}
	for _, f := range change {
		f(x)
	}
	if s != nil {
		opt.Executor = x
	}
	runs, err := p.Run(context.Background(), opt)
	if err != nil {
		c.t.Fatal(err)
	}
	x.Close(c.closing)
	statuses = map[string]pipeline.State{}
	for _, run := range runs {
		statuses[run.Name] = run.Status
		if run.Err != nil {
			c.t.Errorf("%s: %v", run.Name, run.Err)
		}
	}
	ran, c.ran = c.ran, nil
	slices.Sort(ran)
	return ran, statuses
}

func (c *clone) warn(line string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.warnings = append(c.warnings, line)
}

func (c *clone) did(name string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.ran = append(c.ran, name)
}

func (c *clone) command(_ context.Context, words []string, _, _ io.Writer) error {
	c.did(words[0])
	switch words[0] {
	case "data":
		c.write("Datasets/raw.csv", strings.Repeat("1\n2\n3\n", 1))
	case "sum":
		c.write("Datasets/sum.txt", "sum of "+c.glob("Datasets/each_*.txt"))
		c.write("Datasets/empty.txt", "")
	}
	return nil
}

func (c *clone) glob(pattern string) string {
	names, err := filepath.Glob(filepath.Join(c.root, filepath.FromSlash(pattern)))
	if err != nil {
		c.t.Error(err)
	}
	text := ""
	for _, name := range names {
		data, err := os.ReadFile(name)
		if err != nil {
			c.t.Error(err)
		}
		text += string(data)
	}
	return text
}

func (c *clone) execute(_ context.Context, nb *notebook.Notebook, opt runner.Options) (*runner.Result, error) {
	c.did(strings.TrimSuffix(filepath.Base(opt.Output), ".ipynb"))
	code := nb.Cells[1]
	switch word, rest, _ := strings.Cut(code.Source, " "); word {
	case "split":
		for i, line := range strings.Fields(c.glob("Datasets/raw.csv")) {
			c.write(fmt.Sprintf("Datasets/parts/part_%d.csv", i+1), strings.Repeat(line+"\n", 1000))
		}
	case "each":
		part := opt.Assignments[0].Node.Value
		c.write("Datasets/each_"+part+".txt", part+rest+c.glob("Datasets/parts/part_" + part + ".csv")[:4])
	}
	count := 1
	code.ExecutionCount = &count
	code.Outputs = []*notebook.Output{{Type: "stream", Name: "stdout", Text: "ran " + code.Source}}
	return &runner.Result{Status: runner.OK, Output: opt.Output}, nb.WriteFile(opt.Output)
}

// files returns what a pipeline leaves behind: data, executed notebooks and records, by path.
func (c *clone) files() map[string]string {
	c.t.Helper()
	files := map[string]string{}
	for _, dir := range []string{"Datasets", ".flowbook/out", ".flowbook/pipeline/steps", ".flowbook/pipeline/fetched"} {
		err := filepath.WalkDir(filepath.Join(c.root, filepath.FromSlash(dir)), func(name string, e fs.DirEntry, err error) error {
			if err != nil || e.IsDir() {
				return err
			}
			data, err := os.ReadFile(name)
			rel, _ := filepath.Rel(c.root, name)
			files[filepath.ToSlash(rel)] = string(data)
			return err
		})
		if err != nil && !os.IsNotExist(err) {
			c.t.Fatal(err)
		}
	}
	return files
}

func (c *clone) sameFiles(want *clone) {
	c.t.Helper()
	if diff := cmp.Diff(want.files(), c.files()); diff != "" {
		c.t.Errorf("files of the two modules (-want +got):\n%s", diff)
	}
}

// remote is a server of the protocol, with faults.
type remote struct {
	mu      sync.Mutex
	entries map[string][]byte
	calls   []string                                                              // "METHOD kind"
	fault   func(w http.ResponseWriter, r *http.Request, call int) (handled bool) // before an answer
	spoil   func(r *http.Request, body []byte) []byte                             // what a GET delivers
	opened  *Store
}

func newRemote(t *testing.T) *remote {
	t.Helper()
	r := &remote{entries: map[string][]byte{}}
	server := httptest.NewServer(r)
	t.Cleanup(server.Close)
	r.opened = open(t, server.URL, Options{})
	return r
}

func open(t *testing.T, url string, opt Options) *Store {
	t.Helper()
	s, err := Open(url, opt)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func (s *remote) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	kind := strings.Split(r.URL.Path, "/")[1]
	s.mu.Lock()
	call := len(s.calls)
	s.calls = append(s.calls, r.Method+" "+kind)
	fault, spoil := s.fault, s.spoil
	s.mu.Unlock()
	if fault != nil && fault(w, r, call) {
		return
	}
	switch r.Method {
	case http.MethodPut:
		data, err := io.ReadAll(r.Body)
		if err != nil {
			return
		}
		if sum := sha256.Sum256(data); kind == "cas" && !strings.HasSuffix(r.URL.Path, hex.EncodeToString(sum[:])) {
			http.Error(w, "wrong digest", http.StatusInternalServerError)
			return
		}
		s.mu.Lock()
		defer s.mu.Unlock()
		s.entries[r.URL.Path] = data
	default:
		s.mu.Lock()
		data, ok := s.entries[r.URL.Path]
		s.mu.Unlock()
		if !ok {
			http.NotFound(w, r)
			return
		}
		if spoil != nil && r.Method == http.MethodGet {
			data = spoil(r, bytes.Clone(data))
		}
		w.Write(data)
	}
}

// puts counts the uploads of a kind since the last call.
func (s *remote) puts(kind string) (n int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, call := range s.calls {
		if call == "PUT "+kind {
			n++
		}
	}
	s.calls = nil
	return n
}
