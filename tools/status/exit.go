package status

// Exit statuses, the same for every sub-command of flowbook. They follow papermill where it has one
// (138), timeout(1) (124) and the shell (128 and the signal's number).
const (
	ExitOK          = 0
	ExitFailed      = 1   // a cell, a step or the work itself failed
	ExitUsage       = 2   // unusable arguments or parameters; nothing was run
	ExitInvalid     = 3   // not a notebook
	ExitTimeout     = 4   // a cell ran out of its time
	ExitMismatch    = 5   // outputs differ from the stored ones
	ExitDeadline    = 124 // the whole run ran out of its time
	ExitHungUp      = 129 // SIGHUP
	ExitInterrupted = 130 // SIGINT
	ExitKernelDied  = 138 // the kernel died
	ExitTerminated  = 143 // SIGTERM
)

// order ranks exit statuses, the worst first.
var order = []int{
	ExitInterrupted, ExitTerminated, ExitHungUp, ExitKernelDied, ExitDeadline, ExitTimeout, ExitFailed, ExitInvalid,
	ExitUsage, ExitMismatch, ExitOK,
}

// WorstExit returns the worse of two exit statuses; a status that flowbook does not define is worse
// than success only.
func WorstExit(a, b int) int {
	for _, code := range order[:len(order)-1] {
		if code == a || code == b {
			return code
		}
	}
	return max(a, b)
}
