package jupyter

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
)

// protocolVersion is the version of the messaging protocol that our headers carry.
const protocolVersion = "5.3"

// delimiter ends the routing frames of a message on the wire.
const delimiter = "<IDS|MSG>"

// Header is a message's header, and also the parent header of its answers.
type Header struct {
	MsgID    string `json:"msg_id"`
	Session  string `json:"session"`
	Username string `json:"username"`
	Date     string `json:"date"` // ISO 8601 as the sender wrote it; GoNB has whole seconds only
	MsgType  string `json:"msg_type"`
	Version  string `json:"version"`
}

// Message is one message from a kernel. Its signature has been verified, and its Parent names a
// request.
type Message struct {
	Channel  string // shell, control, stdin or iopub: the socket it came in by
	Header   Header
	Parent   Header
	Metadata json.RawMessage
	Content  json.RawMessage
	Buffers  [][]byte // the binary frames behind the content: widgets
}

// Errors of decode. Messages that give one are dropped and counted, see [Kernel.Dropped].
var (
	errMalformed = errors.New("the message is malformed")
	errSignature = errors.New("the message's signature is wrong")
	errOrphan    = errors.New("the message has no parent")
)

// sign returns the hex HMAC-SHA256 of the four JSON frames, or "" for the empty key, which means
// unsigned.
func sign(key []byte, frames [][]byte) string {
	if len(key) == 0 {
		return ""
	}
	mac := hmac.New(sha256.New, key)
	for _, f := range frames {
		mac.Write(f)
	}
	return hex.EncodeToString(mac.Sum(nil))
}

// encode makes the frames of a request: delimiter, signature, header, empty parent, empty metadata,
// content.
func encode(key []byte, h Header, content any) ([][]byte, error) {
	header, err := json.Marshal(h)
	if err != nil {
		return nil, fmt.Errorf("encode header of %s: %w", h.MsgType, err)
	}
	body, err := json.Marshal(content)
	if err != nil {
		return nil, fmt.Errorf("encode content of %s: %w", h.MsgType, err)
	}
	signed := [][]byte{header, []byte("{}"), []byte("{}"), body}
	return append([][]byte{[]byte(delimiter), []byte(sign(key, signed))}, signed...), nil
}

// decode checks and parses the frames of a message. The part before the delimiter (a topic on
// iopub, routing elsewhere) is ignored.
func decode(key []byte, channel string, frames [][]byte) (Message, error) {
	at := -1
	for i, f := range frames {
		if string(f) == delimiter {
			at = i
			break
		}
	}
	if at < 0 || len(frames) < at+6 {
		return Message{}, errMalformed
	}
	signature, signed := frames[at+1], frames[at+2:at+6]
	if !hmac.Equal(signature, []byte(sign(key, signed))) {
		return Message{}, errSignature
	}
	m := Message{Channel: channel, Metadata: signed[2], Content: signed[3], Buffers: frames[at+6:]}
	if json.Unmarshal(signed[0], &m.Header) != nil || m.Header.MsgType == "" ||
		json.Unmarshal(signed[1], &m.Parent) != nil || !json.Valid(m.Metadata) || !json.Valid(m.Content) {
		return Message{}, errMalformed
	}
	if m.Parent.MsgID == "" {
		return Message{}, errOrphan
	}
	return m, nil
}
