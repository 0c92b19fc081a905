package runner

import "flowbook/tools/status"

// Status is the result of one cell, or of a whole notebook: the worst of its cells.
type Status = status.Status

// The statuses, which package status defines.
const (
	OK             = status.OK
	Skipped        = status.Skipped
	Cached         = status.Cached
	NotRun         = status.NotRun
	Mismatched     = status.Mismatched
	Failed         = status.Failed
	StdinRequested = status.StdinRequested
	TimedOut       = status.TimedOut
	Interrupted    = status.Interrupted
	KernelDied     = status.KernelDied
)
