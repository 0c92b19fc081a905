package fake

import "time"

// Step is one thing that a kernel does while it executes a cell. The functions below make steps.
type Step struct {
	Do      string         `json:",omitempty"`
	Channel string         `json:",omitempty"`
	Type    string         `json:",omitempty"`
	Content map[string]any `json:",omitempty"`
	Buffers [][]byte       `json:",omitempty"`
	Text    string         `json:",omitempty"`
	N       int            `json:",omitempty"`
}

// Cell frames steps as a good kernel does: busy, execute_input, the steps, reply ok, idle.
func Cell(steps ...Step) []Step {
	return append(append([]Step{Busy(), Input()}, steps...), Reply("ok"), Idle())
}

// Raise is a cell that fails after steps: error on iopub, then a reply with status error.
func Raise(ename, evalue string, steps ...Step) []Step {
	return append(append([]Step{Busy(), Input()}, steps...), Error(ename, evalue), ReplyError(ename, evalue), Idle())
}

// Send sends a message by shell, stdin or iopub in answer to the cell's request.
func Send(channel, msgType string, content map[string]any, buffers ...[]byte) Step {
	return Step{Do: "send", Channel: channel, Type: msgType, Content: content, Buffers: buffers}
}

func publish(msgType string, content map[string]any) Step { return Send("iopub", msgType, content) }

// Busy and Idle publish the kernel's state.
func Busy() Step { return publish("status", map[string]any{"execution_state": "busy"}) }
func Idle() Step { return publish("status", map[string]any{"execution_state": "idle"}) }

// Input publishes execute_input with the execution count.
func Input() Step { return Step{Do: "input"} }

// Stdout and Stderr publish a piece of a stream.
func Stdout(text string) Step {
	return publish("stream", map[string]any{"name": "stdout", "text": text})
}
func Stderr(text string) Step {
	return publish("stream", map[string]any{"name": "stderr", "text": text})
}

// Display publishes display_data, with a display id if id is not empty; Update replaces it.
func Display(data map[string]any, id string) Step { return display("display_data", data, id) }
func Update(data map[string]any, id string) Step  { return display("update_display_data", data, id) }

func display(msgType string, data map[string]any, id string) Step {
	transient := map[string]any{}
	if id != "" {
		transient["display_id"] = id
	}
	return publish(msgType, map[string]any{"data": data, "metadata": map[string]any{}, "transient": transient})
}

// Result publishes execute_result with the execution count.
func Result(data map[string]any) Step { return Step{Do: "result", Content: data} }

// Clear publishes clear_output.
func Clear(wait bool) Step { return publish("clear_output", map[string]any{"wait": wait}) }

// Error publishes an error with a traceback of one line.
func Error(ename, evalue string) Step {
	return publish("error", map[string]any{"ename": ename, "evalue": evalue, "traceback": []string{ename + ": " + evalue}})
}

// Reply answers the request: with status ok, error, aborted, or with no status field if status is
// empty.
func Reply(status string) Step { return Step{Do: "reply", Text: status} }

// ReplyError answers the request with status error and its fields.
func ReplyError(ename, evalue string) Step {
	return Step{Do: "reply", Text: "error", Content: map[string]any{"ename": ename, "evalue": evalue, "traceback": []string{ename + ": " + evalue}}}
}

// Sleep waits; an interrupt ends it and the cell, with a KeyboardInterrupt.
func Sleep(d time.Duration) Step { return Step{Do: "sleep", N: int(d / time.Millisecond)} }

// Hang waits for an interrupt.
func Hang() Step { return Sleep(time.Hour) }

// Ask sends an input_request on stdin, waits for the answer and prints it.
func Ask(prompt string) Step { return Step{Do: "ask", Text: prompt} }

// Flood publishes n pieces of stdout, "0\n", "1\n", "2\n" and so on.
func Flood(n int) Step { return Step{Do: "flood", N: n} }

// Big publishes one display of n bytes of text/plain, all x.
func Big(n int) Step { return Step{Do: "big", N: n} }

// Die ends the process with an exit code; messages sent before are in the client's sockets.
func Die(code int) Step { return Step{Do: "die", N: code} }

// Kill ends the process with SIGKILL.
func Kill() Step { return Step{Do: "kill"} }

// Panic ends the process with a Go panic on its stderr.
func Panic(text string) Step { return Step{Do: "panic", Text: text} }

// Garbage sends seven messages on iopub and seven on shell that are none: no delimiter, too few
// frames, no JSON, no type.
func Garbage() Step { return Step{Do: "garbage"} }

// Forged sends an output, an idle and a reply with a wrong HMAC.
func Forged() Step { return Step{Do: "forged"} }

// Orphans sends an output and an idle without a parent.
func Orphans() Step { return Step{Do: "orphans"} }

// Stranger publishes an output and an idle whose parent is somebody else's request.
func Stranger() Step { return Step{Do: "stranger"} }

// Break writes bytes to iopub that are no ZMTP frame; nothing can follow there.
func Break() Step { return Step{Do: "raw", Buffers: [][]byte{[]byte("\xff\xfe garbage")}} }

// Lie announces a frame of 2^40 bytes on iopub.
func Lie() Step { return Step{Do: "raw", Buffers: [][]byte{{2, 0, 0, 1, 0, 0, 0, 0, 0}}} }

// CloseIOPub closes the iopub connection.
func CloseIOPub() Step { return Step{Do: "close"} }
