package jupyter_test

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
)

// envCrowded is the spec of the kernel that a process of TestCrowded starts as a user who may have
// 30 processes.
const envCrowded = "FLOWBOOK_TEST_CROWDED"

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
		_, err = jupyter.Start(context.Background(), jupyter.Options{Spec: &spec})
	}
	fmt.Println(err)
	os.Exit(0)
}

// TestCrowded: a user who may start too few processes (ulimit -u 30) is told so, not that some
// thread or some go command failed. A kernel of another language, which may need less, is told when
// it has failed.
func TestCrowded(t *testing.T) {
	for _, c := range []struct {
		name   string
		script fake.Script
		want   string
	}{
		{"go", fake.Script{Language: "go"}, "start kernel Fake: this user has "},
		{"another that fails", fake.Script{ExitAtStart: 7}, "kernel Fake died: exit status 7"},
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
			if !strings.Contains(string(out), c.want) || !strings.Contains(string(out), "may have 30 (ulimit -u)") {
				t.Errorf("got %s", out)
			}
		})
	}
}
