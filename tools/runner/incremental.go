package runner

import (
	"encoding/json"
	"fmt"
	"go/token"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"flowbook/ml/module"
	"flowbook/tools/gocell"
	"flowbook/tools/notebook"
)

// incremental is the state of a run that executes only cells whose stored outputs no longer hold.
// Cells are pure programs under GoNB: no value lives from one to the next, so a cell's outputs
// follow from its key and the data files it reads. Other cells have no key and are always executed;
// so are those that may fail.
type incremental struct {
	asIs
	keys  *keyer
	store cellStore
	files fileDigests
	reads string         // the file that $FLOWBOOK_READS names
	sent  map[int]bool   // by index in the plan: the kernel has its declarations
	key   map[int]string // of the cells that have one
	found map[int][]readFile
	off   string // why everything is executed; "" if it is not
}

func newIncremental(s *session) (*incremental, error) {
	if err := os.MkdirAll(s.opt.Cells, 0o700); err != nil {
		return nil, fmt.Errorf("incremental run: %w", err)
	}
	f, err := os.CreateTemp(s.opt.Cells, "reads-*")
	if err != nil {
		return nil, fmt.Errorf("incremental run: %w", err)
	}
	if err := f.Close(); err != nil {
		return nil, fmt.Errorf("incremental run: %w", err)
	}
	keys, err := newKeyer(s.opt.Root, s.opt.Spec, s.opt)
	if err != nil {
		return nil, fmt.Errorf("incremental run: %w", err)
	}
	inc := &incremental{
		asIs: asIs{s},
		keys: keys, store: cellStore{s.opt.Cells}, reads: f.Name(),
		sent: map[int]bool{}, key: map[int]string{}, found: map[int][]readFile{},
	}
	for _, t := range s.plan {
		code := &gocell.Cell{}
		if t.res.Status != Skipped {
			code = gocell.Read(t.cell.Source)
		}
		inc.keys.cells = append(inc.keys.cells, code)
		switch {
		case code.Tangled:
			inc.off = "an import shares a line with something else"
		case code.Altered:
			inc.off = "GoNB may run something else than a cell's text"
		}
		for _, cmd := range code.Commands {
			for _, forget := range []string{"%rm", "%remove", "%reset", "!*", "%track", "%goworkfix"} {
				if strings.HasPrefix(cmd, forget) {
					inc.off = "a cell has the command " + cmd
				}
			}
		}
	}
	return inc, nil
}

// reuse gives cell i its stored outputs if they still hold.
func (inc *incremental) reuse(i int) bool {
	s := inc.s
	t := s.plan[i]
	t.res.Why = inc.off
	if inc.off == "" && (t.mayFail || t.expect != nil) {
		t.res.Why = "it may fail"
	}
	if inc.off != "" || t.mayFail || t.expect != nil {
		return false
	}
	key, why, err := inc.keys.key(i, t.pure)
	if err != nil {
		inc.off = err.Error()
		s.warn("incremental: %v; everything is executed", err)
		return false
	}
	if key == "" {
		t.res.Why = "it " + why
		return false
	}
	inc.key[i] = key
	outs, why := inc.store.get(key, &inc.files)
	if why != "" {
		t.res.Why = why
		return false
	}
	t.res.Why = ""
	s.executed++
	count := s.executed
	for _, o := range outs {
		if o.Type == notebook.ExecuteResult {
			o.ExecutionCount = &count
		}
	}
	t.cell.Outputs, t.cell.ExecutionCount = outs, &count
	t.res.Status = Cached
	return true
}

// compose makes the code to send for cell i: its source, and before it the declarations in force of
// the cells before that were not executed, so that GoNB compiles the program that it would in a
// full run. A cell without Go is sent as it is.
func (inc *incremental) compose(i int) (string, []place, error) {
	if err := os.Truncate(inc.reads, 0); err != nil { // of the next cell
		return "", nil, fmt.Errorf("incremental run: %w", err)
	}
	c := inc.keys.cells[i]
	if c.Foreign || c.Opaque || len(c.Decls) == 0 && c.Body == nil {
		return inc.asIs.compose(i)
	}
	inForce := gocell.Remember(inc.keys.cells[:i+1])
	owner := map[*gocell.Decl]int{}
	for j, before := range inc.keys.cells[:i+1] {
		for _, u := range before.Decls {
			owner[u] = j
		}
	}
	number := func(u *gocell.Decl) int { return inc.s.plan[owner[u]].res.Number }
	var out composed
	missing := false
	for _, u := range inForce.Order { // Go wants imports first
		if j := owner[u]; !inc.sent[j] {
			missing = missing || j < i
			if u.Kind == token.IMPORT {
				out.decl(u, number(u))
			}
		}
	}
	if !missing {
		inc.sent[i] = true
		return inc.asIs.compose(i)
	}
	for _, u := range inForce.Order {
		if j := owner[u]; !inc.sent[j] && j < i && u.Kind != token.IMPORT {
			out.decl(u, number(u))
		}
	}
	own := strings.Split(c.Source, "\n")
	for _, r := range c.Imports {
		for k := r[0]; k <= r[1]; k++ {
			own[k-1] = ""
		}
	}
	out.text(strings.Join(own, "\n"), place{inc.s.plan[i].res.Number, 1})
	for j := range i + 1 {
		inc.sent[j] = true
	}
	return out.source(), out.places, nil
}

// executed notes the files that cell i has read.
func (inc *incremental) executed(i int) error {
	data, err := os.ReadFile(inc.reads)
	if err != nil {
		return fmt.Errorf("incremental run: %w", err)
	}
	paths := strings.Split(strings.TrimSpace(string(data)), "\n")
	slices.Sort(paths)
	for _, path := range slices.Compact(paths) {
		if path == "" {
			continue
		}
		sum, err := inc.files.of(path)
		if err != nil {
			delete(inc.key, i) // it is gone: nothing to hold a result by
			return nil
		}
		inc.found[i] = append(inc.found[i], readFile{path, sum})
	}
	return nil
}

func (inc *incremental) environment() []string { return []string{module.EnvReads + "=" + inc.reads} }

func (inc *incremental) started(info json.RawMessage) error {
	if err := inc.store.putInfo(inc.keys.base, info); err != nil {
		return fmt.Errorf("incremental run: %w", err)
	}
	return nil
}

func (inc *incremental) info() json.RawMessage { return inc.store.info(inc.keys.base) }

// finish stores the results of the cells that were executed and ended well.
func (inc *incremental) finish() error {
	s := inc.s
	if s.crossed || len(s.widgets.models) > 0 {
		return nil // cells changed each other's outputs
	}
	for i, t := range s.plan {
		key := inc.key[i]
		if key == "" || t.res.Status != OK || t.out == nil || t.out.lost > 0 || t.out.dropped {
			continue
		}
		if err := inc.store.put(key, t.cell.Outputs, inc.found[i]); err != nil {
			return fmt.Errorf("keep the result of cell %d: %w", t.res.Number, err)
		}
	}
	if err := inc.store.prune(); err != nil {
		return fmt.Errorf("prune %s: %w", filepath.ToSlash(inc.store.dir), err)
	}
	return nil
}

// touch marks a file as used now; where that is not possible it is merely removed sooner.
func touch(path string) {
	now := time.Now()
	_ = os.Chtimes(path, now, now)
}
