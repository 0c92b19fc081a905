package runner_test

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"

	"golang.org/x/sys/unix"

	"flowbook/tools/jupyter"
	"flowbook/tools/jupyter/fake"
	"flowbook/tools/notebook"
	"flowbook/tools/runner"
)

// envCrowded is the spec of the kernel on which a process of TestRunCrowded runs a notebook, as a
// user who may have 30 processes.
const envCrowded = "FLOWBOOK_TEST_RUN_CROWDED"

func crowdedMain() {
	text := os.Getenv(envCrowded)
	if text == "" {
		return
	}
	var spec jupyter.Spec
	err := json.Unmarshal([]byte(text), &spec)
	if err == nil {
		err = unix.Setrlimit(unix.RLIMIT_NPROC, &unix.Rlimit{Cur: 30, Max: 30})
	}
	if err == nil {
		spec.Name = "fake"
		nb := notebook.New()
		nb.Cells = []*notebook.Cell{notebook.NewCode("1")}
		_, err = runner.Run(context.Background(), nb, runner.Options{Spec: &spec})
	}
	fmt.Println(err)
	os.Exit(0)
}

// TestRunCrowded: a run tells a user who may start too few processes so, and names the kernel once.
func TestRunCrowded(t *testing.T) {
	for _, c := range []struct {
		name   string
		script fake.Script
		want   string
	}{
		{"go", fake.Script{Language: "go"}, "start kernel fake: this user has "},
		{"another that fails", fake.Script{ExitAtStart: 7}, "start kernel fake: kernel Fake died: exit status 7"},
	} {
		t.Run(c.name, func(t *testing.T) {
			spec, err := json.Marshal(fake.Spec(t, c.script))
			if err != nil {
				t.Fatal(err)
			}
			cmd := exec.Command("/proc/self/exe") // which needs no right to enter its folder
			cmd.Env = append(os.Environ(), envCrowded+"="+string(spec))
			if os.Getuid() == 0 { // whom no limit binds: be a user without processes who may read what root may
				cmd.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: 54321, Gid: 54321}, AmbientCaps: []uintptr{unix.CAP_DAC_OVERRIDE}}
			}
			out, err := cmd.CombinedOutput()
			if err != nil {
				t.Skipf("cannot become a user with that few processes: %v\n%s", err, out)
			}
			if text := string(out); !strings.HasPrefix(text, c.want) || strings.Count(text, "start kernel ") != 1 || !strings.Contains(text, "may have 30 (ulimit -u)") {
				t.Errorf("got %s", out)
			}
		})
	}
}
