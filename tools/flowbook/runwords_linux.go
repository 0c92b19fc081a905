package main

import (
	"os/exec"
	"runtime"
	"syscall"
)

// runBound runs a command that ends with us, also where we are killed. Linux ends it with the
// thread that has started it, so that thread stays this goroutine's until the command has ended.
func runBound(cmd *exec.Cmd) error {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	return cmd.Run()
}
