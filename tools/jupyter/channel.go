package jupyter

import (
	"bufio"
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net"
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	"github.com/go-zeromq/zmq4"
	"github.com/go-zeromq/zmq4/security/null"
)

// longestFrame is the longest frame that is read, in bytes; a broken sender gets the length of a
// frame wrong first.
const longestFrame = 1 << 30

// channel is a ZMTP connection to one of the kernel's sockets. It is used below the library's
// Socket, whose readers cannot be stopped, and which takes a frame's length for granted.
type channel struct {
	name string
	raw  net.Conn
	zmtp *zmq4.Conn
	in   *bufio.Reader
	dead atomic.Bool // the process has ended: messages left in the socket come at once or never

	mu sync.Mutex // writing
}

// dial connects to a socket that may not exist yet and shakes hands, again and again until ctx
// ends.
func dial(ctx context.Context, name, network, address string, kind zmq4.SocketType, id string) (*channel, error) {
	var last error
	for wait := time.Millisecond; ; wait = min(2*wait, 20*time.Millisecond) {
		c, err := dialOnce(ctx, name, network, address, kind, id)
		if err == nil {
			return c, nil
		}
		if ctx.Err() == nil {
			last = err
		}
		if errors.Is(err, syscall.ENETUNREACH) { // no loopback device: waiting does not bring it
			return nil, fmt.Errorf("connect to %s: %w", name, err)
		}
		select {
		case <-ctx.Done():
			return nil, fmt.Errorf("connect to %s: %w", name, errors.Join(context.Cause(ctx), last))
		case <-time.After(wait):
		}
	}
}

func dialOnce(ctx context.Context, name, network, address string, kind zmq4.SocketType, id string) (*channel, error) {
	var d net.Dialer
	raw, err := d.DialContext(ctx, network, address)
	if err != nil {
		return nil, err
	}
	if raw.LocalAddr().String() == raw.RemoteAddr().String() && network == "tcp" {
		raw.Close() // nobody listens there yet, and the system chose just this port for our own end
		return nil, errors.New("the socket connected to itself")
	}
	raw.SetDeadline(time.Now().Add(2 * time.Second))
	zmtp, err := zmq4.Open(raw, null.Security(), kind, zmq4.SocketIdentity(id), false, nil)
	if err == nil && kind == zmq4.Sub {
		err = zmtp.SendMsg(zmq4.NewMsg([]byte{1})) // subscribe to everything
	}
	if err != nil {
		raw.Close()
		return nil, err
	}
	raw.SetDeadline(time.Time{})
	return &channel{name: name, raw: raw, zmtp: zmtp, in: bufio.NewReaderSize(raw, 64<<10)}, nil
}

// send writes one message. A kernel that does not read for ten seconds is an error.
func (c *channel) send(frames [][]byte) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.raw.SetWriteDeadline(time.Now().Add(10 * time.Second))
	if _, err := c.raw.Write(appendFrames(nil, frames)); err != nil {
		return fmt.Errorf("send to %s: %w", c.name, err)
	}
	return nil
}

// appendFrames appends a message as it stands on the wire. The library writes each frame's head and
// body by itself, and each of these writes wakes the kernel.
func appendFrames(wire []byte, frames [][]byte) []byte {
	for i, f := range frames {
		var flags byte
		if i < len(frames)-1 {
			flags = flagMore
		}
		if len(f) > 255 {
			wire = binary.BigEndian.AppendUint64(append(wire, flags|flagLong), uint64(len(f)))
		} else {
			wire = append(wire, flags, byte(len(f)))
		}
		wire = append(wire, f...)
	}
	return wire
}

// Bits of a frame's first byte, as in the ZMTP 3.0 specification.
const (
	flagMore    = 1
	flagLong    = 2
	flagCommand = 4
)

// receive reads one message. It answers pings and skips other commands.
func (c *channel) receive() ([][]byte, error) {
	var frames [][]byte
	for {
		if c.dead.Load() {
			c.raw.SetReadDeadline(time.Now().Add(time.Second))
		}
		flags, err := c.in.ReadByte()
		if err != nil {
			return nil, err
		}
		if flags&^(flagMore|flagLong|flagCommand) != 0 {
			return nil, fmt.Errorf("receive from %s: %#x is no frame", c.name, flags)
		}
		head := make([]byte, 8)
		if flags&flagLong != 0 {
			_, err = io.ReadFull(c.in, head)
		} else {
			head[7], err = c.in.ReadByte()
		}
		if err != nil {
			return nil, err
		}
		size := binary.BigEndian.Uint64(head)
		if size > longestFrame {
			return nil, fmt.Errorf("receive from %s: a frame of %d bytes exceeds the limit of %d", c.name, size, uint64(longestFrame))
		}
		body, err := c.body(int(size))
		if err != nil {
			return nil, err
		}
		if flags&flagCommand != 0 {
			if bytes.HasPrefix(body, []byte("\x04PING")) {
				c.mu.Lock()
				c.zmtp.SendCmd(zmq4.CmdPong, nil)
				c.mu.Unlock()
			}
			continue
		}
		frames = append(frames, body)
		if flags&flagMore == 0 {
			return frames, nil
		}
	}
}

// body reads size bytes; memory for a large frame is taken as its bytes arrive.
func (c *channel) body(size int) ([]byte, error) {
	if size <= 1<<20 {
		body := make([]byte, size)
		_, err := io.ReadFull(c.in, body)
		return body, err
	}
	var body bytes.Buffer
	for body.Len() < size {
		if c.dead.Load() {
			c.raw.SetReadDeadline(time.Now().Add(time.Second))
		}
		if _, err := io.CopyN(&body, c.in, int64(min(1<<20, size-body.Len()))); err != nil {
			return nil, err
		}
	}
	return body.Bytes(), nil
}

// drain makes receive end when nothing has come for a second, for the kernel is dead.
func (c *channel) drain() {
	c.dead.Store(true)
	c.raw.SetReadDeadline(time.Now().Add(time.Second))
}

func (c *channel) close() { c.raw.Close() }
