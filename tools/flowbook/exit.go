package main

import "flowbook/tools/status"

// The exit statuses, which package status defines.
const (
	exitOK          = status.ExitOK
	exitFailed      = status.ExitFailed
	exitUsage       = status.ExitUsage
	exitInvalid     = status.ExitInvalid
	exitTimeout     = status.ExitTimeout
	exitMismatch    = status.ExitMismatch
	exitDeadline    = status.ExitDeadline
	exitInterrupted = status.ExitInterrupted
	exitTerminated  = status.ExitTerminated
	exitKernelDied  = status.ExitKernelDied
)
