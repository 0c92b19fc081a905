package fake

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"net"
	"sync"
	"time"

	"github.com/go-zeromq/zmq4"
	"github.com/go-zeromq/zmq4/security/null"
)

// socket is the kernel's end of a channel, for one client. What is sent goes into the connection
// before send returns, so that a script decides exactly what a client can still read after the
// kernel's death.
type socket struct {
	conn *zmq4.Conn
	raw  net.Conn

	mu      sync.Mutex
	ready   chan struct{} // closed when the client is connected and, on iopub, has subscribed
	receive func([][]byte)
}

// listen opens a socket and serves the first client on it.
func listen(network, address string, kind zmq4.SocketType, receive func([][]byte)) (*socket, error) {
	l, err := net.Listen(network, address)
	if err != nil {
		return nil, err
	}
	s := &socket{ready: make(chan struct{}), receive: receive}
	go func() {
		for {
			raw, err := l.Accept()
			if err != nil {
				return
			}
			conn, err := zmq4.Open(raw, null.Security(), kind, zmq4.SocketIdentity(""), true, nil)
			if err != nil {
				raw.Close()
				continue
			}
			s.conn, s.raw = conn, raw
			if kind == zmq4.Router {
				close(s.ready)
			}
			s.serve(kind)
			return
		}
	}()
	return s, nil
}

func (s *socket) serve(kind zmq4.SocketType) {
	for {
		m, err := s.conn.RecvMsg()
		if err != nil {
			return
		}
		if kind == zmq4.Router {
			s.receive(m.Frames)
		} else if len(m.Frames) == 1 && string(m.Frames[0]) == "\x01" {
			close(s.ready)
		}
	}
}

// send writes frames; frames without a reader are dropped, as a publisher does.
func (s *socket) send(frames ...[]byte) {
	select {
	case <-s.ready:
		s.mu.Lock()
		defer s.mu.Unlock()
		s.raw.Write(pack(frames))
	default:
	}
}

// pack lays out a message as ZMTP 3.0 has it: per frame flags (1 more, 2 long), length in one or
// eight bytes, body. A flood is quick because each frame takes one write.
func pack(frames [][]byte) []byte {
	var out []byte
	for i, f := range frames {
		var flags byte
		if i < len(frames)-1 {
			flags = 1
		}
		if len(f) > 255 {
			out = binary.BigEndian.AppendUint64(append(out, flags|2), uint64(len(f)))
		} else {
			out = append(out, flags, byte(len(f)))
		}
		out = append(out, f...)
	}
	return out
}

// header is a message's header; the protocol's words, not package jupyter's, so that the two check
// each other.
type header map[string]any

// frames makes a message: signature over header, parent header, metadata and content.
func frames(key string, msgType string, n int, parent header, content any, buffers ...[]byte) [][]byte {
	if parent == nil {
		parent = header{}
	}
	var parts []string
	for _, v := range []any{
		header{"msg_id": fmt.Sprintf("fake-%d", n), "session": "fake", "username": "kernel", "msg_type": msgType, "version": "5.3",
			"date": time.Now().UTC().Format(time.RFC3339Nano)},
		parent, header{}, content,
	} {
		data, err := json.Marshal(v)
		if err != nil {
			panic(err)
		}
		parts = append(parts, string(data))
	}
	return append(raw(key, parts...), buffers...)
}

// raw makes a rightly signed message of any four parts.
func raw(key string, parts ...string) [][]byte {
	mac := hmac.New(sha256.New, []byte(key))
	all := [][]byte{[]byte("<IDS|MSG>"), nil}
	for _, p := range parts {
		mac.Write([]byte(p))
		all = append(all, []byte(p))
	}
	all[1] = []byte(hex.EncodeToString(mac.Sum(nil)))
	return all
}
