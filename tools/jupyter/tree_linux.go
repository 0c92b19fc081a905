package jupyter

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"os"
	"path/filepath"
	"strconv"
	"syscall"

	"golang.org/x/sys/unix"
)

// adopts says that orphaned descendants become children of the supervisor, so that none gets away.
const adopts = true

// adopt makes this process the parent of orphaned descendants, and marks all of them for the case
// that it is killed.
func adopt(folder string) {
	unix.Prctl(unix.PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
	_ = markLimit(folder) // without it, the mark in the environment is left
}

func kernelAttr() *syscall.SysProcAttr {
	return &syscall.SysProcAttr{Setsid: true, Pdeathsig: syscall.SIGKILL}
}

// process is an entry of /proc.
type process struct {
	ppid   int
	zombie bool
}

// look reads /proc/PID/stat, which has "pid (name) state ppid …"; name may hold blanks and
// brackets.
func look(pid int) (p process, ok bool) {
	data, err := os.ReadFile(filepath.Join("/proc", strconv.Itoa(pid), "stat"))
	if err != nil {
		return p, false
	}
	fields := bytes.Fields(data[bytes.LastIndexByte(data, ')')+1:])
	if len(fields) < 2 {
		return p, false
	}
	p.ppid, err = strconv.Atoi(string(fields[1]))
	p.zombie = fields[0][0] == 'Z' || fields[0][0] == 'X'
	return p, err == nil
}

// descendants lists the processes below ours that are not yet zombies.
func descendants(*tree) []int {
	all := map[int]process{}
	for _, pid := range processes() {
		if p, ok := look(pid); ok {
			all[pid] = p
		}
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

// marked lists the processes whose environment names the run folder, or whose limit has its number,
// without zombies.
func marked(folder string) []int {
	mark := []byte(envKernel + "=" + folder + "\x00")
	var found []int
	for _, pid := range processes() {
		// the file of another user's process, or of one that has ended, is unreadable
		env, _ := os.ReadFile(filepath.Join("/proc", strconv.Itoa(pid), "environ"))
		if !bytes.Contains(env, mark) && !hasNumber(pid, folder) {
			continue
		}
		if p, ok := look(pid); ok && !p.zombie {
			found = append(found, pid)
		}
	}
	return found
}

// numberBits is the size of the number of a run folder in a limit of its processes.
const numberBits = 40

// number is the run folder's, by which its processes are known even in an empty environment and a
// session of their own.
func number(folder string) uint64 {
	sum := sha256.Sum256([]byte(folder))
	return binary.BigEndian.Uint64(sum[:]) >> (64 - numberBits)
}

// markLimit marks this process and all that it will start with the number of the run folder. The
// mark is the limit of processor time under real-time scheduling, in microseconds: descendants
// inherit it and only root can raise it, everybody may read it, and it is still months or more. A
// run in a cell of a run has a lower one.
func markLimit(folder string) error {
	var old unix.Rlimit
	if err := unix.Getrlimit(unix.RLIMIT_RTTIME, &old); err != nil {
		return err
	}
	high := min(old.Max, 1<<62) >> numberBits
	if high < 10 {
		return errors.New("the limit of real-time scheduling is too low to carry a mark")
	}
	value := (high-1)<<numberBits | number(folder)
	return unix.Setrlimit(unix.RLIMIT_RTTIME, &unix.Rlimit{Cur: value, Max: value})
}

// hasNumber reports whether markLimit marked the process, or an ancestor of it, with the run
// folder's number.
func hasNumber(pid int, folder string) bool {
	var limit unix.Rlimit
	if err := unix.Prlimit(pid, unix.RLIMIT_RTTIME, nil, &limit); err != nil || limit.Max == unix.RLIM_INFINITY {
		return false
	}
	return limit.Max>>numberBits > 0 && limit.Max&(1<<numberBits-1) == number(folder)
}
