package jupyter

import (
	"os"
	"path/filepath"
	"slices"

	"flowbook/ml/module"
	"flowbook/tools/sandbox"
)

// envGuard makes gofront build programs that succeed only when their main comes to its end; gofront
// has the name, too, because it imports nothing of ours.
const envGuard = "FLOWBOOK_GUARD"

// Policy returns the files that an isolated kernel of this spec may use. It may read its programs,
// the Go toolchain and the module's root except the state folder. It may change copies of its
// working directory, dir, and of Go's caches, into which every compilation writes.
func (s *Spec) Policy(dir string) sandbox.Policy {
	p := sandbox.Policy{Copy: []string{dir}, Limits: sandbox.DefaultLimits()}
	for _, cache := range []string{s.Env["GOMODCACHE"], s.Env["GOCACHE"]} {
		if filepath.IsAbs(cache) && !slices.Contains(p.Copy, cache) {
			p.Copy = append(p.Copy, cache)
		}
	}
	add := func(paths ...string) {
		for _, path := range paths {
			if path != "" && filepath.IsAbs(path) && !slices.Contains(p.Read, path) {
				p.Read = append(p.Read, path)
			}
		}
	}
	if len(s.Argv) > 0 {
		add(filepath.Dir(s.Argv[0]))
	}
	add(s.Dir)
	for _, program := range filepath.SplitList(s.Env["PATH"]) {
		add(program)
		if filepath.Base(program) == "bin" { // GOROOT/bin
			if _, err := os.Stat(filepath.Join(filepath.Dir(program), "src", "runtime")); err == nil {
				add(filepath.Dir(program))
			}
		}
	}
	if root := s.Env[module.EnvRoot]; root != "" {
		add(root)
		if state, err := module.State(root); err == nil {
			p.Hide = append(p.Hide, state)
		}
	}
	return p
}

// isolate puts the kernel of a plan into a sandbox, with the run folder for its sockets.
func isolate(p plan, policy sandbox.Policy, folder string) (plan, error) {
	means, err := sandbox.Find()
	if err != nil {
		return p, err
	}
	policy.Write = append(slices.Clone(policy.Write), folder)
	policy.Temp = filepath.Join(folder, "t")
	command, stage, err := policy.Command(means, p.Argv, p.Dir)
	if err != nil {
		return p, err
	}
	// The state of the tools is hidden: the kernel's memo has a place of its own, and is gone
	// with it. A cell that ends the program before a test in the same program is reached must not
	// pass it.
	p.Env = append(without(p.Env, module.EnvState, envGuard), module.EnvState+"="+filepath.Join(policy.Temp, "state"), envGuard+"=1", stage)
	p.Argv, p.Limits = command, policy.Limits
	return p, nil
}
