package runner

import (
	"context"
	"encoding/json"
	"path/filepath"
	"runtime"
	"slices"
	"sync/atomic"
	"time"

	"flowbook/ml/module"
	"flowbook/tools/jupyter"
)

// ahead builds the programs of the groups to come while cells of the group before run. A second
// kernel does it, which is sent the same sources and runs nothing (see module.EnvAhead): GoNB
// composes the same programs there, and gofront puts them where the first kernel finds them. Cells
// of shell commands alone are left out. It stops at the first cell with another command for GoNB,
// and at the first that it cannot build: errors are for the first kernel to report.
type ahead struct {
	stop context.CancelFunc
	done chan struct{} // closed when the kernel is gone
}

// aheadOf starts building the programs of a plan.
func aheadOf(sh *sharing) *ahead {
	ctx, stop := context.WithCancel(context.Background())
	a := &ahead{stop, make(chan struct{})}
	sources := sh.programs()
	s := sh.s
	opt := jupyter.Options{Spec: withoutHistory(s.opt.Spec), Dir: s.opt.Dir, Transport: s.opt.Transport, ReadyTimeout: s.opt.Start,
		Env: slices.Concat(s.opt.Env, sh.environment(), []string{module.EnvAhead + "=1"})}
	go func() {
		defer close(a.done)
		k, err := jupyter.Start(ctx, opt)
		if err != nil {
			return
		}
		for _, source := range sources {
			if !built(ctx, k, source) {
				break
			}
		}
		patience, cancel := context.WithTimeout(context.Background(), time.Second)
		defer cancel()
		_ = k.Shutdown(patience) // it holds no results
	}()
	return a
}

// built has the kernel build a source and reports whether it could.
func built(ctx context.Context, k *jupyter.Kernel, source string) bool {
	id, err := k.Execute(source, false, true, true)
	if err != nil {
		return false
	}
	for {
		select {
		case m, ok := <-k.Messages():
			if !ok {
				return false
			}
			if m.Parent.MsgID == id && m.Header.MsgType == "execute_reply" {
				var r reply
				return json.Unmarshal(m.Content, &r) == nil && r.Status == "ok"
			}
		case <-ctx.Done():
			return false
		}
	}
}

// end stops it and waits until its kernel is gone.
func (a *ahead) end() {
	if a != nil {
		a.stop()
		<-a.done
	}
}

// programs are the sources whose programs can be built ahead, in order.
func (sh *sharing) programs() (sources []string) {
	for i, c := range sh.cells {
		group := sh.group[i]
		switch {
		case c == nil || c.Apart() || group != nil && group[0] != i:
			continue
		case !c.Shareable():
			return sources
		}
		source, _, err := sh.compose(i)
		if err != nil {
			return sources
		}
		sources = append(sources, source)
	}
	return sources
}

// running counts the notebooks that this process runs at present.
var running atomic.Int32

// worthwhile reports whether building ahead can gain anything after cell i: a processor is free,
// another group comes, and the kernel had to link a program and could keep it, so the others are not
// there from an earlier run either.
func (sh *sharing) worthwhile(i int) bool {
	later := func(members []int) bool { return members != nil && members[0] > i }
	if sh.s.opt.NoAhead || int(running.Load()) >= runtime.GOMAXPROCS(0) || !slices.ContainsFunc(sh.group, later) {
		return false
	}
	linked, err := filepath.Glob(filepath.Join(sh.s.k.Folder(), "gonb_*", ".gofront", "linked"))
	return err == nil && len(linked) > 0
}
