package jupyter

import (
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strings"

	"flowbook/ml/module"
	"flowbook/tools/sandbox"
)

// inherited are the variables that another kernel, of which we are a descendant, its Jupyter or the
// runner has set for their own children. All other settings of a user for GoNB or Jupyter reach the kernel.
var inherited = regexp.MustCompile(`^(GONB_(DIR|TMP_DIR|PIPE|PIPE_BACK|JUPYTER_ROOT|JUPYTER_KERNEL_ID|WASM_DIR|WASM_URL|VERSION|GIT_COMMIT)|JPY_(PARENT_PID|INTERRUPT_EVENT|SESSION_NAME)|` + envSupervise + `|` + envKernel + `|` + module.EnvAhead + `)$`)

// environ is the environment of the kernel: ours, the spec's, extra, and the run folder as the
// temporary one. Of our environment, an isolated kernel gets the variables that [sandbox.Keeps]
// names.
func environ(spec *Spec, extra []string, folder string, isolated bool) []string {
	ours := map[string]string{}
	for _, pair := range os.Environ() {
		// Windows has variables whose names begin with =, the drives' folders.
		if name, value, ok := strings.Cut(pair, "="); ok && name != "" && !inherited.MatchString(name) {
			ours[name] = value
		}
	}
	all := maps.Clone(ours)
	if isolated {
		maps.DeleteFunc(all, func(name, _ string) bool { return !sandbox.Keeps(name) })
	}
	set := func(name, value string) {
		if runtime.GOOS == "windows" { // where Path and PATH are one
			for old := range all {
				if strings.EqualFold(old, name) {
					delete(all, old)
				}
			}
		}
		all[name] = value
	}
	for name, value := range spec.Env {
		set(name, expand(value, ours))
	}
	for _, pair := range extra {
		if name, value, ok := strings.Cut(pair, "="); ok {
			set(name, value)
		}
	}
	set(envKernel, folder)
	set("TMPDIR", folder)
	if runtime.GOOS == "windows" {
		set("TMP", folder)
		set("TEMP", folder)
	}
	var pairs []string
	for _, name := range slices.Sorted(maps.Keys(all)) {
		pairs = append(pairs, name+"="+all[name])
	}
	return pairs
}

var reference = regexp.MustCompile(`\$\{\w+\}`)

// expand replaces ${NAME} as Jupyter does; a name that is not set stays as it is written.
func expand(value string, env map[string]string) string {
	return reference.ReplaceAllStringFunc(value, func(ref string) string {
		if v, ok := env[ref[2:len(ref)-1]]; ok {
			return v
		}
		return ref
	})
}

var python = regexp.MustCompile(`^python(3(\.\d+)?)?$`)

// command is the spec's command line with its placeholders filled and its program found.
func (s *Spec) command(connectionFile string) ([]string, error) {
	argv := slices.Clone(s.Argv)
	for i := range argv {
		argv[i] = strings.NewReplacer("{connection_file}", connectionFile, "{resource_dir}", s.Dir).Replace(argv[i])
	}
	// A spec that pip has installed says "python" and means the one that it was installed for.
	if prefix, ok := strings.CutSuffix(filepath.Dir(s.Dir), filepath.Join("share", "jupyter", "kernels")); ok && python.MatchString(argv[0]) {
		if own, err := exec.LookPath(filepath.Join(prefix, "bin", argv[0])); err == nil {
			argv[0] = own
			return argv, nil
		}
	}
	program, err := exec.LookPath(argv[0])
	if err == nil {
		program, err = filepath.Abs(program)
	}
	if err != nil {
		return nil, fmt.Errorf("find its program: %w", err)
	}
	argv[0] = program
	return argv, nil
}
