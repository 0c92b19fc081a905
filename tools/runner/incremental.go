package runner

import (
	"context"
	"fmt"
	"go/token"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"flowbook/tools/notebook"
)

// readsEnv names the file to which package dataset notes the data files it opens.
const readsEnv = "FLOWBOOK_READS"

// incremental is what a run knows that executes only cells whose stored outputs no longer hold. Cells are pure programs under GoNB: no value
// lives from one to the next, so a cell's outputs follow from its key and the data files it reads. Cells that are no such
// programs have no key and are always executed; so are those that may fail.
type incremental struct {
	keys   *keyer
	store  cellStore
	files  fileDigests
	reads  string         // the file that readsEnv names
	sent   map[int]bool   // by index in the plan: the kernel has its declarations
	key    map[int]string // of the cells that have one
	found  map[int][]readFile
	places map[int][]place // by the kernel's execution count: where lines of declarations that we sent come from
	off    string          // why everything is executed; "" if it is not
}

// place is a line of a cell.
type place struct{ number, line int }

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
	inc := &incremental{
		keys: newKeyer(s.opt.Root, s.opt.Spec, s.opt), store: cellStore{s.opt.Cells}, reads: f.Name(),
		sent: map[int]bool{}, key: map[int]string{}, found: map[int][]readFile{}, places: map[int][]place{},
	}
	for _, t := range s.plan {
		code := &cellCode{}
		if t.res.Status != Skipped {
			code = readCellCode(t.cell.Source)
		}
		inc.keys.cells = append(inc.keys.cells, code)
		for _, cmd := range code.commands {
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
func (inc *incremental) reuse(s *session, i int) bool {
	t := s.plan[i]
	t.res.Why = inc.off
	if inc.off == "" && (t.mayFail || t.expect != nil) {
		t.res.Why = "it may fail"
	}
	if inc.off != "" || t.mayFail || t.expect != nil {
		return false
	}
	key, why, err := inc.keys.key(i)
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

// declare sends the declarations of the cells before i that were not executed, as one cell. If the kernel refuses them, the cells themselves
// will be executed instead: it returns the first of them.
func (inc *incremental) declare(ctx context.Context, s *session, i int) (again int) {
	inc.sent[i] = true
	source, places := inc.missing(s, i)
	if source == "" {
		return i
	}
	helper := &task{cell: notebook.NewCode(source), res: &CellResult{Started: time.Now()}, out: &outputs{displays: map[string][]*notebook.Output{}}}
	id, err := s.k.Execute(source, false, true, true)
	if err != nil {
		return i // the cell itself will fail the same way
	}
	s.tasks[id] = helper
	end := s.await(ctx, helper)
	inc.places[helper.reply.Count] = places
	if end == done && helper.reply.Status == "ok" {
		return i
	}
	for j := range i {
		if s.plan[j].res.Status == Cached {
			inc.off = "the declarations of unchanged cells do not compile together: " + firstLine(helper.reply.EValue)
			return j
		}
	}
	return i
}

// missing composes the declarations in force that the kernel does not have, and says where their lines come from.
func (inc *incremental) missing(s *session, i int) (string, []place) {
	inForce := declaredBy(inc.keys.cells[:i])
	owner := map[*unit]int{}
	for j, c := range inc.keys.cells[:i] {
		for _, u := range c.units {
			owner[u] = j
		}
	}
	var b strings.Builder
	var places []place
	var imports, others []*unit // Go wants imports first
	for _, u := range inForce.order {
		if u.kind == token.IMPORT {
			imports = append(imports, u)
		} else {
			others = append(others, u)
		}
	}
	for _, u := range append(imports, others...) {
		j := owner[u]
		if inc.sent[j] {
			continue
		}
		for k, line := range strings.Split(u.text, "\n") {
			b.WriteString(line + "\n")
			places = append(places, place{s.plan[j].res.Number, u.line + k})
		}
	}
	for j := range i {
		inc.sent[j] = true
	}
	return b.String(), places
}

// before makes ready for the reads of the next cell, after notes those of the one that has ended.
func (inc *incremental) before() error { return os.Truncate(inc.reads, 0) }

func (inc *incremental) after(i int) error {
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

// keep stores the results of the cells that were executed and ended well.
func (inc *incremental) keep(s *session) error {
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
