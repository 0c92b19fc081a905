//go:build unix && !linux

package jupyter

import (
	"bufio"
	"bytes"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"syscall"
)

// adopts: these systems give orphans to process 1. A process that left the kernel's tree is found
// by the mark in its environment.
const adopts = false

func adopt(string) {}

func kernelAttr() *syscall.SysProcAttr { return &syscall.SysProcAttr{Setsid: true} }

// ps calls visit with pid, parent and the rest of each line of ps with the given last column, our
// own ps left out.
func ps(column string, visit func(pid, ppid int, rest string), flags ...string) {
	out, err := exec.Command("ps", append(flags, "-axww", "-o", "pid=,ppid=,"+column+"=")...).Output()
	if err != nil {
		return
	}
	for lines := bufio.NewScanner(bytes.NewReader(out)); lines.Scan(); {
		fields := strings.Fields(lines.Text())
		if len(fields) < 3 {
			continue
		}
		pid, _ := strconv.Atoi(fields[0])
		ppid, _ := strconv.Atoi(fields[1])
		visit(pid, ppid, strings.Join(fields[2:], " "))
	}
}

// descendants lists the processes below the supervisor and those that carry its run folder's mark.
func descendants(t *tree) []int {
	parent, zombie := map[int]int{}, map[int]bool{}
	ps("stat", func(pid, ppid int, stat string) {
		parent[pid], zombie[pid] = ppid, strings.HasPrefix(stat, "Z")
	})
	t.mu.Lock()
	alive := t.alive
	t.mu.Unlock()
	var found []int
	for pid := range parent {
		for up, steps := pid, 0; up > 1 && steps < len(parent); up, steps = parent[up], steps+1 {
			if up == t.pid && alive {
				if !zombie[pid] {
					found = append(found, pid)
				}
				break
			}
		}
	}
	return append(found, marked(t.folder)...)
}

// marked lists the processes of ours whose environment, which ps -E shows after the command, names
// the run folder.
func marked(folder string) []int {
	var found []int
	ps("command", func(pid, _ int, command string) {
		if pid != os.Getpid() && strings.Contains(command+" ", envKernel+"="+folder+" ") {
			found = append(found, pid)
		}
	}, "-E")
	return found
}
