package jupyter_test

import (
	"bufio"
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"testing"
	"time"

	"flowbook/tools/jupyter"
	"flowbook/tools/jupyter/fake"
)

// envRunner makes the test's program a runner: "once" executes one cell and ends, "ever" executes
// cells until it is killed.
const envRunner = "FLOWBOOK_TEST_RUNNER"

// envDaemon names a program that half of the cells start with no environment.
const envDaemon = "FLOWBOOK_TEST_DAEMON"

// runnerMain is the runner that the tests kill.
func runnerMain() {
	mode := os.Getenv(envRunner)
	if mode == "" {
		return
	}
	os.Unsetenv(envRunner)
	if err := runCells(mode == "once"); err != nil {
		fmt.Println(err)
		os.Exit(1)
	}
	os.Exit(0)
}

func runCells(once bool) error {
	ctx := context.Background()
	spec, err := jupyter.GoNB(ctx, root)
	if err != nil {
		return err
	}
	k, err := jupyter.Start(ctx, jupyter.Options{Spec: spec})
	if err != nil {
		return err
	}
	defer k.Shutdown(ctx)
	fmt.Println("started", k.Folder())
	for n := 0; ; n++ {
		// Half of the cells leave a process behind that nobody waits for, in a session of its own.
		code := fmt.Sprintf("import \"fmt\"\n%%%%\nfmt.Println(%d)", 42+n)
		if n%2 == 1 {
			code = "!setsid sleep 1000 >/dev/null 2>&1 &"
		}
		if daemon := os.Getenv(envDaemon); daemon != "" && n%2 == 0 {
			code = "!env -i $(command -v setsid) -f " + daemon + " 1000 >/dev/null 2>&1"
		}
		id, err := k.Execute(code, false, true, true)
		if err != nil {
			return err
		}
		for m := range k.Messages() {
			if m.Parent.MsgID == id && m.Header.MsgType == "stream" && once {
				fmt.Println("the cell said", strings.Trim(strings.TrimPrefix(string(m.Content), `{"name":"stdout","text":`), `"}`))
				return nil
			}
			if m.Parent.MsgID == id && m.Header.MsgType == "execute_reply" && !once { // which may come before the output
				break
			}
		}
		if k.Death() != nil {
			return k.Death()
		}
	}
}

// carriers lists the living processes whose environment, command line or sockets name folder, by a
// way of its own.
func carriers(t *testing.T, folder string) (pids []int) {
	t.Helper()
	if runtime.GOOS != "linux" {
		return nil // no /proc to look into
	}
	entries, err := os.ReadDir("/proc")
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		pid, err := strconv.Atoi(e.Name())
		if err != nil || pid == os.Getpid() {
			continue
		}
		for _, file := range []string{"environ", "cmdline"} {
			data, err := os.ReadFile(filepath.Join("/proc", e.Name(), file))
			if err == nil && strings.Contains(string(data), folder) {
				pids = append(pids, pid)
				break
			}
		}
	}
	return pids
}

// remains says what is left of kernels below the temporary folder dir after two seconds, or how
// long it took to go.
func remains(t *testing.T, dir string) (left string, took time.Duration) {
	t.Helper()
	at := time.Now()
	for until := time.Now().Add(time.Minute); time.Now().Before(until); time.Sleep(10 * time.Millisecond) { // only a fault takes that long
		left = ""
		entries, err := os.ReadDir(dir)
		if err != nil {
			t.Fatal(err)
		}
		for _, e := range entries {
			if strings.HasPrefix(e.Name(), "fb") || strings.HasPrefix(e.Name(), "gonb") {
				left += " " + e.Name()
			}
		}
		for _, pid := range carriers(t, dir) {
			line, _ := os.ReadFile(filepath.Join("/proc", strconv.Itoa(pid), "cmdline"))
			left += fmt.Sprintf(" %d(%s)", pid, strings.ReplaceAll(string(line), "\x00", " "))
		}
		if left == "" {
			return "", time.Since(at)
		}
	}
	return left, time.Since(at)
}

// shortDir is a temporary folder with a short name and a gopls that, like the real one, never ends
// by itself.
func shortDir(t *testing.T) string {
	t.Helper()
	if runtime.GOOS != "linux" {
		t.Skip("looks for what is left in /proc: needs Linux")
	}
	dir, err := os.MkdirTemp("", "fbt")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	if err := os.WriteFile(filepath.Join(dir, "gopls"), []byte("#!/bin/sh\nexec sleep 1000\n"), 0o700); err != nil {
		t.Fatal(err)
	}
	return dir
}

func moments() int {
	if testing.Short() {
		return 2
	}
	return 20
}

// TestKillRunner kills the runner with SIGKILL at random moments: while it starts, while cells
// compile and run.
func TestKillRunner(t *testing.T) {
	t.Parallel()
	goNB(t)
	dir := shortDir(t)
	random := rand.New(rand.NewPCG(1, 2))
	var longest time.Duration
	for i := range moments() {
		cmd := exec.Command(os.Args[0])
		cmd.Env = append(os.Environ(), envRunner+"=ever", "TMPDIR="+dir, "PATH="+dir+":"+os.Getenv("PATH"))
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		moment := time.Duration(random.IntN(500)) * time.Millisecond
		time.Sleep(moment)
		cmd.Process.Kill()
		cmd.Wait()
		left, took := remains(t, dir)
		if left != "" {
			t.Errorf("moment %d, %v: left:%s", i, moment, left)
		}
		longest = max(longest, took)
	}
	t.Logf("all was gone after %v", longest)
}

// TestKillKernel kills the kernel with SIGKILL at random moments: the runner says so and ends.
func TestKillKernel(t *testing.T) {
	killPart(t, moments(), "/gonb", "kernel Go (gonb) died: signal killed")
}

// TestKillSupervisor kills the supervisor, with which the kernel must die, and what cells have
// started in a session of its own without environment.
func TestKillSupervisor(t *testing.T) {
	killPart(t, min(6, moments()), "supervise", "kernel Go (gonb) died: its supervisor was killed")
}

// daemon copies sleep into the folder, so that its command line, which is all that a process
// without environment has, names the folder.
func daemon(t *testing.T, dir string) string {
	t.Helper()
	sleep, err := exec.LookPath("sleep")
	if err != nil {
		t.Skip("needs sleep and setsid, of the packages coreutils and util-linux")
	}
	text, err := os.ReadFile(sleep)
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(dir, "daemon")
	if _, err := os.Stat(path); err != nil {
		if err := os.WriteFile(path, text, 0o700); err != nil {
			t.Fatal(err)
		}
	}
	return path
}

func killPart(t *testing.T, moments int, part, want string) {
	t.Parallel()
	goNB(t)
	dir := shortDir(t)
	random := rand.New(rand.NewPCG(3, 4))
	var longest time.Duration
	for i := range moments {
		cmd := exec.Command(os.Args[0])
		cmd.Env = append(os.Environ(), envRunner+"=ever", "TMPDIR="+dir, "PATH="+dir+":"+os.Getenv("PATH"), envDaemon+"="+daemon(t, dir))
		out, err := cmd.StdoutPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		lines := bufio.NewScanner(out)
		if !lines.Scan() || !strings.HasPrefix(lines.Text(), "started ") {
			t.Fatalf("runner says %q", lines.Text())
		}
		moment := time.Duration(random.IntN(500)) * time.Millisecond
		time.Sleep(moment)
		for _, pid := range carriers(t, dir) {
			line, _ := os.ReadFile(filepath.Join("/proc", strconv.Itoa(pid), "cmdline"))
			args := strings.Split(string(line), "\x00")
			if strings.HasSuffix(args[0], part) || len(args) > 1 && args[1] == part {
				if p, err := os.FindProcess(pid); err == nil {
					p.Kill()
				}
			}
		}
		lines.Scan()
		if !strings.HasPrefix(lines.Text(), want) {
			t.Errorf("moment %d, %v: the runner says %q", i, moment, lines.Text())
		}
		left, took := remains(t, dir)
		if left != "" {
			t.Errorf("moment %d, %v: left:%s", i, moment, left)
		}
		longest = max(longest, took)
		cmd.Process.Kill()
		cmd.Wait()
	}
	t.Logf("all was gone after %v", longest)
}

// TestParallelStarts starts many kernels at once over TCP: no port is given twice.
func TestParallelStarts(t *testing.T) {
	fake.NeedLoopback(t)
	spec := fake.Spec(t, fake.Script{})
	n := 20
	if testing.Short() {
		n = 5
	}
	errs := make(chan error)
	for range n {
		go func() {
			k, err := jupyter.Start(context.Background(), jupyter.Options{Spec: spec, Transport: "tcp"})
			if err == nil {
				err = k.Shutdown(context.Background())
			}
			errs <- err
		}()
	}
	for range n {
		if err := <-errs; err != nil {
			t.Error(err)
		}
	}
}
