// Package status holds the one vocabulary for the results of a cell, a notebook and a command: the
// statuses and the exit statuses that they map to.
//
//	res.Status = res.Status.Worst(status.TimedOut)
//	os.Exit(res.Status.ExitCode()) // 4
//
// A step of a pipeline has words of its own (package pipeline), because a step can also be a
// command.
package status

// Status is the result of one cell, or of a whole notebook: the worst of its cells.
type Status string

// The statuses of a cell. A cell that never replied is never OK.
const (
	OK             Status = "ok"              // replied, and nothing it did counts as a failure
	Skipped        Status = "skipped"         // tagged skip-execution or nbval-skip, or empty
	Cached         Status = "cached"          // an incremental run found its outputs up to date
	NotRun         Status = "not-run"         // the run stopped before it
	Mismatched     Status = "mismatched"      // executed, but its outputs differ from the stored ones
	Failed         Status = "failed"          // an error, a failing shell line, or no expected error
	StdinRequested Status = "stdin-requested" // asked for input, which no headless run can give
	TimedOut       Status = "timed-out"       // ran out of its own time or of the run's
	Interrupted    Status = "interrupted"     // a signal stopped the run while it executed
	KernelDied     Status = "kernel-died"     // the kernel's process ended while it executed
)

// exit are the exit statuses of all statuses; severity ranks those of an unsuccessful run.
var (
	exit = map[Status]int{
		OK: ExitOK, Skipped: ExitOK, Cached: ExitOK, NotRun: ExitOK, Mismatched: ExitMismatch, Failed: ExitFailed,
		StdinRequested: ExitFailed, TimedOut: ExitTimeout, Interrupted: ExitInterrupted, KernelDied: ExitKernelDied,
	}
	severity = map[Status]int{
		Mismatched: 1, Failed: 2, StdinRequested: 3, TimedOut: 4, Interrupted: 5, KernelDied: 6,
	}
)

// Bad reports whether the status makes a run unsuccessful. NotRun does not: the bad cell is the one
// that stopped the run. The empty status, of a cell that has not ended, does not either.
func (s Status) Bad() bool { return severity[s] > 0 }

// Worst returns the worse of two statuses.
func (s Status) Worst(t Status) Status {
	if severity[t] > severity[s] {
		return t
	}
	return s
}

// ExitCode is the exit status of a command that ends with it.
func (s Status) ExitCode() int { return exit[s] }
