package main

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"flowbook/ml/module"
	"flowbook/tools/jupyter"
	"flowbook/tools/jupyter/fake"
)

func TestMain(m *testing.M) {
	fake.Main()
	jupyter.Main()
	if os.Getenv("FLOWBOOK_TEST_COMMAND") != "" {
		main()
	}
	testscript.Main(m, map[string]func(){"flowbook": main})
}

// kernels are the fake kernels that scripts can name.
var kernels = map[string]fake.Script{
	"echo":  {}, // prints each cell's source
	"snake": {Language: "python"},
	"dead":  {ExitAtStart: 7},
	"odd": {Cells: map[string][]fake.Step{
		"fail":   fake.Raise("ValueError", "no such <thing>", fake.Stderr("about to fail\n")),
		"die":    {fake.Busy(), fake.Stdout("last words\n"), fake.Sleep(100 * time.Millisecond), fake.Die(3)},
		"sleep":  {fake.Busy(), fake.Stdout("asleep\n"), fake.Sleep(time.Minute)},
		"ask":    {fake.Busy(), fake.Ask("name? ")},
		"stream": fake.Cell(fake.Stdout("10%"), fake.Stdout("\r100%\n"), fake.Stderr("e\n")),
	}},
}

// TestScript runs the scripts of testdata/script. Each begins with a folder of its own, without a
// module and with its own state. $MODULE is this module's root, for scripts that need the real
// kernel; they skip under -short. $BIN is the folder of the flowbook command.
func TestScript(t *testing.T) {
	root, err := module.Root("")
	if err != nil {
		t.Fatal(err)
	}
	testscript.Run(t, testscript.Params{
		Dir:           filepath.Join("testdata", "script"),
		UpdateScripts: os.Getenv("UPDATE_SCRIPTS") != "",
		Cmds:          map[string]func(*testscript.TestScript, bool, []string){"status": exitsWith, "edit": edit, "require": require},
		Setup: func(env *testscript.Env) error {
			env.Setenv("HOME", env.WorkDir)
			env.Setenv("MODULE", root)
			env.Setenv("BIN", filepath.SplitList(env.Getenv("PATH"))[0])
			env.Setenv("JUPYTER_PATH", filepath.Join(env.WorkDir, ".jupyter"))
			env.Setenv(module.EnvPrograms, filepath.Join(env.WorkDir, ".programs")) // not the user's
			for name, script := range kernels {
				if err := fake.Install(filepath.Join(env.WorkDir, ".jupyter"), name, script); err != nil {
					return err
				}
			}
			return goSettings(env, root)
		},
	})
}

// status N command... runs a command that must end with exit status N.
func exitsWith(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: status code command...")
	}
	err := ts.Exec(args[1], args[2:]...)
	code := 0
	var exit *exec.ExitError
	if errors.As(err, &exit) {
		code = exit.ExitCode()
	} else if err != nil {
		ts.Fatalf("%v", err)
	}
	if fmt.Sprint(code) != args[0] {
		ts.Fatalf("exit status %d, want %s", code, args[0])
	}
}

// edit file line old new replaces the first old of a line, counted from 1; it needs no sed on the
// machine.
func edit(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 4 {
		ts.Fatalf("usage: edit file line old new")
	}
	lines := strings.SplitAfter(ts.ReadFile(args[0]), "\n")
	n, err := strconv.Atoi(args[1])
	if err != nil || n < 1 || n > len(lines) || !strings.Contains(lines[n-1], args[2]) {
		ts.Fatalf("%s has no %q in line %s", args[0], args[2], args[1])
	}
	lines[n-1] = strings.Replace(lines[n-1], args[2], args[3], 1)
	ts.Check(os.WriteFile(ts.MkAbs(args[0]), []byte(strings.Join(lines, "")), 0o666))
}

// require folder module: the go.mod of the one module in the folder requires that module.
func require(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: require folder module")
	}
	found, err := filepath.Glob(filepath.Join(ts.MkAbs(args[0]), "*", "go.mod"))
	if err != nil || len(found) != 1 {
		ts.Fatalf("the modules in %s: %v, %v; want one", args[0], found, err)
	}
	if text := ts.ReadFile(found[0]); !strings.Contains(text, args[1]+" v") {
		ts.Fatalf("%s does not require %s:\n%s", found[0], args[1], text)
	}
}

// goSettings lets scripts build with the caches of whoever runs the tests.
func goSettings(env *testscript.Env, root string) error {
	names := []string{"GOCACHE", "GOMODCACHE", "GOPATH"}
	cmd := exec.Command("go", append([]string{"env"}, names...)...)
	cmd.Dir = root
	out, err := cmd.Output()
	if err != nil {
		return err
	}
	for i, value := range strings.Split(strings.TrimSpace(string(out)), "\n") {
		env.Setenv(names[i], value)
	}
	env.Setenv("CGO_ENABLED", "0")
	cache, err := os.UserCacheDir() // where the kernel's programs are, once for all scripts
	env.Setenv("XDG_CACHE_HOME", cache)
	return err
}
