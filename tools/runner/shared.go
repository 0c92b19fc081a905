package runner

import (
	"fmt"
	"go/token"
	"os"
	"regexp"
	"slices"
	"strings"

	"flowbook/ml/module"
	"flowbook/tools/gocell"
)

// sharing lets neighbouring cells of a GoNB notebook share a program, which is most of the time of
// a notebook whose cells are short: GoNB compiles and links a program for each cell, from the
// declarations of all cells so far and the cell's own body. The cells of a group (see gocell.Share)
// are sent, one after the other as ever, as one source with all their declarations and a main that
// executes the body of the one that is meant, which its argument names: the source being the same,
// it is compiled once, and each cell runs in a process of its own as before.
//
// If a group cannot be compiled, it and the rest of the notebook are sent cell by cell, so that an
// error is reported at its cell, and cells before it have run. Options.Separate turns sharing off:
// the 33 cells of Anomaly_Detection take 21 s of processor time then, 8 s with it (2026-11-29, two
// loaded cores).
type sharing struct {
	asIs
	cells []*gocell.Cell
	group [][]int // by index in the plan: cells that share the program; nil for a cell sent alone
	ahead *ahead  // builds the programs to come; nil while none does
}

// newSharing finds the groups of cells that share a program.
func newSharing(s *session) *sharing {
	sh := &sharing{asIs: asIs{s}, group: make([][]int, len(s.plan))}
	for _, t := range s.plan {
		if t.res.Status == Skipped {
			sh.cells = append(sh.cells, nil)
		} else {
			sh.cells = append(sh.cells, gocell.Read(t.cell.Source))
		}
	}
	groups := gocell.Share(sh.cells, func(i int) bool { return s.plan[i].mayFail || s.plan[i].expect != nil })
	for _, members := range groups {
		for _, i := range members {
			sh.group[i] = members
		}
	}
	return sh
}

// compose makes the source that the group of cell i shares, or takes its own.
func (sh *sharing) compose(i int) (string, []place, error) {
	if sh.group[i] == nil {
		return sh.asIs.compose(i)
	}
	var c composed
	for _, imports := range []bool{true, false} { // Go wants them first
		sent := map[string]bool{}
		for _, m := range sh.group[i] {
			for _, u := range sh.cells[m].Decls {
				if (u.Kind == token.IMPORT) == imports && !(imports && sent[u.Text]) {
					c.decl(u, sh.s.plan[m].res.Number)
					sent[u.Text] = true
				}
			}
		}
	}
	c.text(fmt.Sprintf("%%%% %d", i), place{})
	for _, m := range sh.group[i] {
		if cell := sh.cells[m]; cell.Body != nil {
			c.text(fmt.Sprintf("if flag.Arg(0) == \"%d\" {", m), place{})
			c.text(cell.Body.Text, place{sh.s.plan[m].res.Number, cell.BodyLine})
			c.text("}", place{})
		}
	}
	return c.source(), c.places, nil
}

// environment lets the kernel find the programs of earlier runs, and leave its own to later ones.
func (sh *sharing) environment() []string {
	named := func(pair string) bool { return strings.HasPrefix(pair, module.EnvPrograms+"=") }
	if sh.s.opt.Sandbox != nil || slices.ContainsFunc(slices.Concat(os.Environ(), sh.s.opt.Env), named) {
		return nil
	}
	return []string{module.EnvPrograms + "=on"}
}

// executed has the programs of the next groups built, once the first program had to be.
func (sh *sharing) executed(i int) error {
	if sh.ahead == nil && sh.group[i] != nil && sh.group[i][0] == i && sh.s.opt.Sandbox == nil && sh.worthwhile(i) {
		sh.ahead = aheadOf(sh)
	}
	return nil
}

// ran matches GoNB's reply to a cell that was compiled and failed.
var ran = regexp.MustCompile(`^(exit status \d+|signal: .*)$`)

// refused reports whether the cell has failed because the program of its group could not be made.
// The groups are given up then.
func (sh *sharing) refused(i int) bool {
	reply := sh.s.plan[i].reply
	if sh.group[i] == nil || reply.Status != "error" || ran.MatchString(reply.EValue) {
		return false
	}
	clear(sh.group)
	return true
}
