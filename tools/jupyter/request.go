package jupyter

import (
	"fmt"
	"time"
)

// executeRequest has every field of the protocol: GoNB panics where one is missing.
type executeRequest struct {
	Code            string         `json:"code"`
	Silent          bool           `json:"silent"`
	StoreHistory    bool           `json:"store_history"`
	UserExpressions map[string]any `json:"user_expressions"`
	AllowStdin      bool           `json:"allow_stdin"`
	StopOnError     bool           `json:"stop_on_error"`
}

// Execute sends an execute_request with every field set and allow_stdin false; the id is the parent
// of its answers.
func (k *Kernel) Execute(code string, silent, storeHistory, stopOnError bool) (msgID string, err error) {
	return k.Send("shell", "execute_request", executeRequest{Code: code, Silent: silent, StoreHistory: storeHistory,
		UserExpressions: map[string]any{}, StopOnError: stopOnError})
}

// Send sends a request by "shell", "control" or "stdin". Its error is a [DeathError] if the kernel
// is dead.
func (k *Kernel) Send(channel, msgType string, content any) (msgID string, err error) {
	id := k.nextID()
	return id, k.sendAs(id, channel, msgType, content)
}

func (k *Kernel) sendAs(id, channel, msgType string, content any) error {
	c := k.channels[channel]
	if c == nil || channel == "iopub" {
		panic(fmt.Sprintf("jupyter: no requests go by channel %q", channel))
	}
	frames, err := encode([]byte(k.conn.Key), Header{MsgID: id, Session: k.session, Username: "flowbook",
		Date: time.Now().UTC().Format("2006-01-02T15:04:05.000000Z"), MsgType: msgType, Version: protocolVersion}, content)
	if err != nil {
		return err
	}
	err = c.send(frames)
	if err == nil {
		return nil
	}
	select {
	case <-k.dead:
	// usually the kernel's death broke the connection, and is noticed in a moment
	case <-time.After(time.Second):
	}
	if d := k.Death(); d != nil {
		return d
	}
	return err
}

// nextID returns the id of a new request: unique, and ordered by sending for readers of a log.
func (k *Kernel) nextID() string {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.sent++
	return fmt.Sprintf("%s_%d", k.session, k.sent)
}
