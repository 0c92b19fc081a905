package sandbox

import (
	"bytes"
	"fmt"
	"os"
	"strconv"
)

// Usage is the sum over all processes of a program.
type Usage struct {
	Processes uint64
	Memory    uint64 // bytes of resident memory; shared pages count for each process
}

// Used returns the usage of the program that the process pid, bubblewrap, isolates: of all
// processes in the process namespace of its child. With Landlock it is that of pid and its
// descendants.
func Used(pid int) Usage {
	parents := map[int]int{}
	resident := map[int]uint64{}
	entries, err := os.ReadDir("/proc")
	if err != nil {
		return Usage{}
	}
	for _, entry := range entries {
		id, err := strconv.Atoi(entry.Name())
		if err != nil {
			continue
		}
		if parent, pages, ok := readStat(id); ok {
			parents[id], resident[id] = parent, pages*uint64(os.Getpagesize())
		}
	}
	// Orphans become children of the first process of the namespace, which is a child of
	// bubblewrap: so descent finds them all. With Landlock they become children of the
	// supervisor, which kills them.
	var u Usage
	for id := range parents {
		for at, steps := id, 0; at > 1 && steps < 1<<10; at, steps = parents[at], steps+1 {
			if at == pid {
				u.Processes++
				u.Memory += resident[id]
				break
			}
		}
	}
	return u
}

// readStat reads the parent and the resident pages of a process from /proc/PID/stat, see proc(5).
func readStat(pid int) (parent int, pages uint64, ok bool) {
	data, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return 0, 0, false
	}
	// the program's name before ")" may contain blanks
	fields := bytes.Fields(data[bytes.LastIndexByte(data, ')')+1:])
	const parentField, residentField = 1, 21
	if len(fields) <= residentField {
		return 0, 0, false
	}
	parent, err1 := strconv.Atoi(string(fields[parentField]))
	pages, err2 := strconv.ParseUint(string(fields[residentField]), 10, 64)
	return parent, pages, err1 == nil && err2 == nil
}
