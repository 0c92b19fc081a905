// Package sandbox isolates an untrusted program: it sees the folders of a [Policy] and no others,
// has no network and only the listed environment variables, its memory, processes and files are
// bounded, and none of its processes outlives it.
//
// On Linux bubblewrap does this, the tool behind Flatpak, where it is installed and may make
// namespaces; otherwise Landlock, which isolates less (see [Means]). Elsewhere there is no sandbox,
// and [Policy.Command] is an error: a program never silently starts without one.
//
// A program that calls [Policy.Command] calls [Main] first. The last step before the isolated
// program, inside the sandbox, is a copy of the calling program:
//
//	func main() {
//		sandbox.Main()
//		means, err := sandbox.Find()
//		policy := sandbox.Policy{Read: []string{"/srv/data"}, Write: []string{"/tmp/run"}, Temp: "/tmp/run/t"}
//		command, variable, err := policy.Command(means, argv, dir)
//		… // run command with the variable in its environment
//	}
package sandbox

import (
	"errors"
	"strings"
)

// Policy lists the resources that an isolated program may use, besides the system's programs and
// libraries. All paths are absolute.
type Policy struct {
	Read  []string // files and folders that it may read; missing ones are skipped
	Hide  []string // folders inside those of Read that look empty
	Copy  []string // folders that it may change in copies of its own, which are gone with it
	Write []string // folders in which its changes stay
	Temp  string   // its temporary folder, inside one of Write; empty at first and gone with it

	Limits Limits
}

// Limits bound the resources of the program and of the processes that it starts. A zero is no
// bound. A process meets the bounds of a process as errors (of memory, of a write, of a fork).
// Whoever starts the program watches the bounds of all of them together by [Usage].
type Limits struct {
	ProcessMemory uint64 // bytes of address space of a process
	FileSize      uint64 // bytes of a file
	OpenFiles     uint64 // of a process
	CPU           uint64 // seconds of processor time of a process
	Processes     uint64 // processes of all
	Memory        uint64 // bytes of resident memory of all
	Temp          uint64 // bytes in the temporary folder, in the copies and in the folders of Write
}

// DefaultLimits are generous for a notebook that compiles Go: the linker takes about 1 GB.
func DefaultLimits() Limits {
	return Limits{ProcessMemory: 8 << 30, FileSize: 1 << 30, OpenFiles: 4096, CPU: 3600,
		Processes: 512, Memory: 4 << 30, Temp: 2 << 30}
}

// Means is the part of the system that isolates.
type Means string

const (
	// Bubblewrap isolates files, network, processes and inter-process communication by namespaces.
	Bubblewrap Means = "bubblewrap"
	// Landlock isolates files and TCP. Other processes are visible, UDP and unix sockets work,
	// the temporary folder has no bound, there is no copy to change, and a process that leaves
	// its session is found by its environment only.
	Landlock Means = "landlock"
)

// Env names a [Means] that [Find] is to take instead of the best one.
const Env = "FLOWBOOK_SANDBOX"

// ErrNone says that this system has no means of isolation.
var ErrNone = errors.New("no sandbox here: install bubblewrap (Debian's package bubblewrap) and allow user namespaces, " +
	"or use a Linux kernel with Landlock; macOS and Windows have none")

// Weakness describes in one line the gap that a means leaves; "" for bubblewrap.
func (m Means) Weakness() string {
	if m == Landlock {
		return "the sandbox is Landlock: other processes stay visible, UDP and unix sockets open, temporary " +
			"files unbounded, and packages that were never compiled here cannot be; bubblewrap has none of this"
	}
	return ""
}

// kept are the variables of our own environment that an isolated program gets.
var kept = []string{"PATH", "LANG", "TZ", "TERM", "COLORTERM"}

// Keeps reports whether an isolated program gets a variable of our own environment.
func Keeps(name string) bool {
	for _, k := range kept {
		if name == k {
			return true
		}
	}
	return strings.HasPrefix(name, "LC_")
}
