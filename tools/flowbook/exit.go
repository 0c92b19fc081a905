package main

// Exit statuses, the same for every sub-command. They follow papermill where it has one (138) and the shell (130, 143).
const (
	exitOK          = 0
	exitFailed      = 1   // a cell, a step or the work itself failed
	exitUsage       = 2   // unusable arguments or parameters; nothing was run
	exitInvalid     = 3   // not a notebook
	exitTimeout     = 4   // a cell ran out of its time
	exitMismatch    = 5   // outputs differ from the stored ones
	exitDeadline    = 124 // the whole run ran out of its time
	exitInterrupted = 130 // SIGINT
	exitTerminated  = 143 // SIGTERM
	exitKernelDied  = 138 // the kernel died
)
