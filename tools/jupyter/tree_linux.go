package jupyter

import (
	"bytes"
	"os"
	"path/filepath"
	"strconv"
	"syscall"

	"golang.org/x/sys/unix"
)

// adopts says that orphaned descendants become children of the supervisor, so that none gets away.
const adopts = true

func adopt() { unix.Prctl(unix.PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) }

func kernelAttr() *syscall.SysProcAttr {
	return &syscall.SysProcAttr{Setsid: true, Pdeathsig: syscall.SIGKILL}
}

// descendants lists the processes below ours that are not yet zombies: /proc/PID/stat has "pid (name) state ppid …", and
// name may hold blanks and brackets.
func descendants(*tree) []int {
	type process struct {
		ppid   int
		zombie bool
	}
	all := map[int]process{}
	for _, pid := range processes() {
		data, err := os.ReadFile(filepath.Join("/proc", strconv.Itoa(pid), "stat"))
		if err != nil {
			continue
		}
		fields := bytes.Fields(data[bytes.LastIndexByte(data, ')')+1:])
		if len(fields) < 2 {
			continue
		}
		ppid, _ := strconv.Atoi(string(fields[1]))
		all[pid] = process{ppid, fields[0][0] == 'Z' || fields[0][0] == 'X'}
	}
	var found []int
	for pid, p := range all {
		for up, steps := p.ppid, 0; up > 1 && steps < len(all); up, steps = all[up].ppid, steps+1 {
			if up == os.Getpid() {
				if !p.zombie {
					found = append(found, pid)
				}
				break
			}
		}
	}
	return found
}

func processes() []int {
	dir, err := os.Open("/proc")
	if err != nil {
		return nil
	}
	defer dir.Close()
	names, _ := dir.Readdirnames(-1)
	var pids []int
	for _, name := range names {
		if pid, err := strconv.Atoi(name); err == nil {
			pids = append(pids, pid)
		}
	}
	return pids
}

// marked lists the processes whose environment names the run folder. A zombie's environment is empty.
func marked(folder string) []int {
	mark := []byte(envKernel + "=" + folder + "\x00")
	var found []int
	for _, pid := range processes() {
		env, err := os.ReadFile(filepath.Join("/proc", strconv.Itoa(pid), "environ"))
		if err == nil && bytes.Contains(env, mark) {
			found = append(found, pid)
		}
	}
	return found
}
