package jupyter

import (
	"os"
	"os/exec"
	"syscall"
	"time"
	"unsafe"

	"golang.org/x/sys/windows"
)

// signals says that a kernel can be interrupted by a signal.
const signals = false

var terminalSignals = []os.Signal{os.Interrupt}

// detached is how a supervisor is started: Ctrl-C in the console does not reach a new process
// group.
func detached() *syscall.SysProcAttr {
	return &syscall.SysProcAttr{CreationFlags: windows.CREATE_NEW_PROCESS_GROUP, HideWindow: true}
}

// tree is the kernel and its descendants: a job object, which the system ends when its last handle,
// ours, is closed.
type tree struct {
	cmd *exec.Cmd
	job windows.Handle
	end chan report
}

func startTree(cmd *exec.Cmd, _ string) (*tree, error) {
	job, err := windows.CreateJobObject(nil, nil)
	if err != nil {
		return nil, err
	}
	limits := windows.JOBOBJECT_EXTENDED_LIMIT_INFORMATION{}
	limits.BasicLimitInformation.LimitFlags = windows.JOB_OBJECT_LIMIT_KILL_ON_JOB_CLOSE
	if _, err := windows.SetInformationJobObject(job, windows.JobObjectExtendedLimitInformation,
		uintptr(unsafe.Pointer(&limits)), uint32(unsafe.Sizeof(limits))); err != nil {
		return nil, err
	}
	cmd.SysProcAttr = &syscall.SysProcAttr{CreationFlags: windows.CREATE_NEW_PROCESS_GROUP}
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	process, err := windows.OpenProcess(windows.PROCESS_SET_QUOTA|windows.PROCESS_TERMINATE, false, uint32(cmd.Process.Pid))
	if err == nil {
		err = windows.AssignProcessToJobObject(job, process)
		windows.CloseHandle(process)
	}
	if err != nil {
		cmd.Process.Kill()
		return nil, err
	}
	t := &tree{cmd: cmd, job: job, end: make(chan report, 1)}
	go func() {
		cmd.Wait()
		t.end <- report{Exited: true, Code: cmd.ProcessState.ExitCode()}
	}()
	return t, nil
}

// interrupt does nothing: Windows has no signal for it; kernels there are interrupted by message.
func (t *tree) interrupt() {}
func (t *tree) terminate() { t.cmd.Process.Kill() }

// killAll ends the whole job.
func (t *tree) killAll(time.Duration) { windows.TerminateJobObject(t.job, 1) }

// killMarked has nothing to do: the job ended with the supervisor's handle.
func killMarked(string, time.Duration) {}
