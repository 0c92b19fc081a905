package jupyter

import (
	"bufio"
	"encoding/gob"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"time"

	"flowbook/tools/sandbox"
)

// Environment variables between us, the supervisor and the kernel.
const (
	envSupervise = "FLOWBOOK_SUPERVISE"     // the run folder: this process is its supervisor
	envKernel    = "FLOWBOOK_KERNEL_FOLDER" // the run folder: this process descends from its kernel
	envSession   = "JPY_SESSION_NAME"       // Jupyter's, for its kernel: the path of the notebook
)

// plan is the first thing that the supervisor reads: the process to start. It is sent as gob,
// because JSON would change arguments and paths that are not UTF-8.
type plan struct {
	Argv   []string
	Env    []string
	Dir    string
	Files  map[string][]byte // name → content, written (0600) into the run folder before the start
	Limits sandbox.Limits    // of the kernel and its cells together; a zero is no bound
}

// report is a line that the supervisor writes: Pid when the kernel runs, or Error, or Exited.
type report struct {
	Pid    int    `json:",omitempty"`
	Error  string `json:",omitempty"`
	Exited bool   `json:",omitempty"`
	Code   int    `json:",omitempty"`
	Signal string `json:",omitempty"`
}

// Commands that the supervisor reads after its plan. The end of its input means that the runner is
// gone, or has done with the kernel: it kills everything.
const (
	cmdInterrupt = "interrupt"
	cmdTerminate = "terminate"
)

// mainCalled lets Start refuse to re-execute a program that would not become a supervisor but do
// its work again.
var mainCalled bool

// Main must be the first call of every main and TestMain that starts kernels. [Start] runs a copy
// of the program as the kernel's supervisor; in that copy Main never returns.
func Main() {
	mainCalled = true
	sandbox.Main()
	if folder := os.Getenv(envSupervise); folder != "" {
		os.Unsetenv(envSupervise)
		os.Exit(supervise(folder, os.Stdin, os.Stdout))
	}
}

// supervise is the supervisor's life. It makes the run folder, starts the kernel, and waits for the
// kernel's end or for the end of in, which is the runner's; then it kills every descendant and
// removes the folder. That it makes the folder itself leaves no moment at which a killed runner
// leaves one behind.
func supervise(folder string, in io.Reader, out io.Writer) int {
	// Caught, not ignored: the kernel would inherit ignored signals.
	signal.Notify(make(chan os.Signal, 1), terminalSignals...)
	say := json.NewEncoder(out)
	fail := func(err error) int {
		say.Encode(report{Error: err.Error()})
		return 1
	}
	if err := os.Mkdir(folder, 0o700); err != nil {
		return fail(err)
	}
	defer removeFolder(folder)
	lock, err := hold(folder)
	if err != nil {
		return fail(err)
	}
	if lock != nil {
		defer lock.Close()
	}

	lines := bufio.NewReader(in)
	var p plan
	// Decode reads no byte of the commands that follow, because lines is an io.ByteReader
	if err := gob.NewDecoder(lines).Decode(&p); err != nil {
		return fail(fmt.Errorf("read the plan: %w", err))
	}
	for name, data := range p.Files {
		if err := os.WriteFile(filepath.Join(folder, name), data, 0o600); err != nil {
			return fail(err)
		}
	}
	cmd := &exec.Cmd{Path: p.Argv[0], Args: p.Argv, Env: p.Env, Dir: p.Dir, Stdout: os.Stderr, Stderr: os.Stderr}
	t, err := startTree(cmd, folder)
	if err != nil {
		return fail(err)
	}
	os.Stderr.Close() // the kernel has its own: ours would hide the end of its output from the runner
	say.Encode(report{Pid: cmd.Process.Pid})

	gone := make(chan struct{})
	go func() {
		defer close(gone)
		for {
			line, err := lines.ReadString('\n')
			if err != nil {
				return
			}
			switch line {
			case cmdInterrupt + "\n":
				t.interrupt()
			case cmdTerminate + "\n":
				t.terminate()
			}
		}
	}()
	select {
	case end := <-t.end:
		say.Encode(end)
	case <-gone:
	case why := <-overrun(folder, cmd.Process.Pid, p.Limits):
		say.Encode(report{Exited: true, Error: why})
	}
	t.killAll(2 * time.Second)
	return 0
}

// removeFolder removes a run folder, also where a cell has made a folder in it read-only.
func removeFolder(folder string) error {
	err := os.RemoveAll(folder)
	for i := 0; err != nil && i < 20; i++ {
		filepath.WalkDir(folder, func(path string, d os.DirEntry, err error) error {
			if err == nil && d.IsDir() {
				os.Chmod(path, 0o700)
			}
			return nil
		})
		if err = os.RemoveAll(folder); err != nil {
			time.Sleep(50 * time.Millisecond) // Windows: files of processes that are just ending
		}
	}
	return err
}
