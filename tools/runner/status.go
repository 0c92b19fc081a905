package runner

// Status is what became of one cell, or of a whole notebook: the worst of its cells.
type Status string

// The statuses of a cell. A cell that never replied is never OK.
const (
	OK             Status = "ok"              // replied, and nothing it did counts as a failure
	Skipped        Status = "skipped"         // tagged skip-execution or nbval-skip, or nothing in it to execute
	Cached         Status = "cached"          // an incremental run found its outputs up to date
	NotRun         Status = "not-run"         // the run stopped before it
	Mismatched     Status = "mismatched"      // executed well, but its outputs are not the stored ones
	Failed         Status = "failed"          // an error, a failing shell line, or no error where one was demanded
	StdinRequested Status = "stdin-requested" // asked for input, which no headless run can give
	TimedOut       Status = "timed-out"       // ran out of its own time or of the run's
	Interrupted    Status = "interrupted"     // the run was told to stop (SIGINT, SIGTERM) while it executed
	KernelDied     Status = "kernel-died"     // the kernel's process ended while it executed
)

// severity orders statuses for Worst; what is not listed is as harmless as OK.
var severity = map[Status]int{
	Mismatched: 1, Failed: 2, StdinRequested: 3, TimedOut: 4, Interrupted: 5, KernelDied: 6,
}

// Bad reports whether the status makes a run unsuccessful. NotRun alone does not: the cell that stopped the run is the bad one.
func (s Status) Bad() bool { return severity[s] > 0 }

// Worst returns the worse of two statuses.
func (s Status) Worst(t Status) Status {
	if severity[t] > severity[s] {
		return t
	}
	return s
}

// The exit statuses that results map to; they are those of the flowbook command.
const (
	exitOK          = 0
	exitFailed      = 1
	exitTimeout     = 4
	exitMismatch    = 5
	exitDeadline    = 124
	exitInterrupted = 130
	exitKernelDied  = 138
)

// ExitCode maps the status to the exit status of a command that ends with it.
func (s Status) ExitCode() int {
	switch s {
	case Mismatched:
		return exitMismatch
	case Failed, StdinRequested:
		return exitFailed
	case TimedOut:
		return exitTimeout
	case Interrupted:
		return exitInterrupted
	case KernelDied:
		return exitKernelDied
	}
	return exitOK
}
