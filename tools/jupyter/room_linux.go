package jupyter

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strconv"

	"golang.org/x/sys/unix"
)

// leastRoom is the number of processes and threads that a kernel of Go and the builds of its cells
// take at the least: on two processors they fail where there is room for 40, and some cells where
// there is room for 50.
const leastRoom = 48

// crowded says that this user may start too few processes for a kernel, or is "".
func crowded() string {
	var limit unix.Rlimit
	if err := unix.Getrlimit(unix.RLIMIT_NPROC, &limit); err != nil || limit.Cur == unix.RLIM_INFINITY || exempt() {
		return ""
	}
	used := tasks(os.Getuid())
	if limit.Cur >= used+leastRoom {
		return ""
	}
	return fmt.Sprintf("this user has %d processes and threads and may have %d (ulimit -u); a kernel and the builds of its cells need some %d more: raise the limit",
		used, limit.Cur, leastRoom)
}

// exempt reports whether the limit of processes does not bind this process.
func exempt() bool {
	if os.Getuid() == 0 {
		return true
	}
	status, _ := os.ReadFile("/proc/self/status")
	capabilities, err := strconv.ParseUint(field(status, "CapEff:"), 16, 64)
	return err == nil && capabilities&(1<<unix.CAP_SYS_RESOURCE|1<<unix.CAP_SYS_ADMIN) != 0
}

// tasks counts the processes and threads of a user.
func tasks(uid int) (n uint64) {
	for _, pid := range processes() {
		status, err := os.ReadFile(filepath.Join("/proc", strconv.Itoa(pid), "status"))
		if err != nil || field(status, "Uid:") != strconv.Itoa(uid) {
			continue
		}
		threads, _ := strconv.ParseUint(field(status, "Threads:"), 10, 64)
		n += threads
	}
	return n
}

// field is the first word of a line of /proc/PID/status.
func field(status []byte, name string) string {
	for line := range bytes.Lines(status) {
		if rest, ok := bytes.CutPrefix(line, []byte(name)); ok {
			if words := bytes.Fields(rest); len(words) > 0 {
				return string(words[0])
			}
		}
	}
	return ""
}
