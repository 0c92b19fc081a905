package fake

import (
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"os/signal"
	"strconv"
	"sync/atomic"
	"syscall"
	"time"

	"github.com/go-zeromq/zmq4"
)

// request is a client's message.
type request struct {
	header  header
	msgType string
	content struct {
		Code         string `json:"code"`
		Silent       bool   `json:"silent"`
		StoreHistory bool   `json:"store_history"`
		Value        string `json:"value"`
	}
}

// kernel is the state of a fake kernel's process.
type kernel struct {
	script                       Script
	key                          string
	shell, control, stdin, iopub *socket
	requests                     chan request
	answers                      chan string
	interrupts                   chan struct{}
	sent                         atomic.Int64
	count                        int
	failed                       time.Time // when the last cell failed
}

// serve is the kernel's life.
func serve(scriptPath, connectionFile string) error {
	k := &kernel{requests: make(chan request, 1000), answers: make(chan string, 1), interrupts: make(chan struct{}, 1)}
	data, err := os.ReadFile(scriptPath)
	if err != nil {
		return err
	}
	if err := json.Unmarshal(data, &k.script); err != nil {
		return err
	}
	k.signals()
	for range k.script.Children {
		child := exec.Command(os.Args[0])
		child.Env = append(os.Environ(), envChild+"=1")
		child.SysProcAttr = ownGroup()
		if err := child.Start(); err != nil {
			return err
		}
	}
	time.Sleep(k.script.StartDelay)
	if k.script.ExitAtStart != 0 {
		fmt.Fprintln(os.Stderr, "fake kernel: exit at start")
		os.Exit(k.script.ExitAtStart)
	}
	if err := k.listen(connectionFile); err != nil {
		return err
	}
	for r := range k.requests {
		k.handle(r)
	}
	return nil
}

func (k *kernel) signals() {
	notes := make(chan os.Signal, 1)
	signal.Notify(notes, os.Interrupt, syscall.SIGTERM)
	go func() {
		for s := range notes {
			if s == os.Interrupt {
				k.interrupt()
			} else if !k.script.IgnoreTerm {
				os.Exit(143)
			}
		}
	}()
}

func (k *kernel) interrupt() {
	if !k.script.IgnoreInterrupt {
		select {
		case k.interrupts <- struct{}{}:
		default:
		}
	}
}

func (k *kernel) listen(connectionFile string) error {
	data, err := os.ReadFile(connectionFile)
	if err != nil {
		return err
	}
	var c struct {
		Transport, IP, Key string
		Shell              int `json:"shell_port"`
		Control            int `json:"control_port"`
		Stdin              int `json:"stdin_port"`
		IOPub              int `json:"iopub_port"`
		HB                 int `json:"hb_port"`
	}
	if err := json.Unmarshal(data, &c); err != nil {
		return err
	}
	k.key = c.Key
	at := func(port int) (string, string) {
		if c.Transport == "ipc" {
			return "unix", fmt.Sprintf("%s-%d", c.IP, port)
		}
		return "tcp", net.JoinHostPort(c.IP, strconv.Itoa(port))
	}
	open := func(port int, kind zmq4.SocketType, receive func(request)) *socket {
		network, address := at(port)
		s, e := listen(network, address, kind, func(frames [][]byte) {
			if r, err := parse(frames); err != nil {
				fmt.Fprintln(os.Stderr, "fake kernel:", err)
			} else {
				receive(r)
			}
		})
		err = errors.Join(err, e)
		return s
	}
	k.iopub = open(c.IOPub, zmq4.Pub, nil)
	k.stdin = open(c.Stdin, zmq4.Router, func(r request) { k.answers <- r.content.Value })
	k.control = open(c.Control, zmq4.Router, k.handleControl)
	k.shell = open(c.Shell, zmq4.Router, func(r request) { k.requests <- r })
	return err
}

// parse reads a request's frames; the test of our signature is that the real kernels take it.
func parse(frames [][]byte) (request, error) {
	var r request
	if len(frames) < 6 || string(frames[0]) != "<IDS|MSG>" {
		return r, fmt.Errorf("a request of %d frames is malformed", len(frames))
	}
	if err := json.Unmarshal(frames[2], &r.header); err != nil {
		return r, err
	}
	r.msgType, _ = r.header["msg_type"].(string)
	return r, json.Unmarshal(frames[5], &r.content)
}

func (k *kernel) handleControl(r request) {
	if k.script.Silent {
		return
	}
	switch r.msgType {
	case "interrupt_request":
		k.interrupt()
		k.send(k.control, "interrupt_reply", r, map[string]any{"status": "ok"})
	case "shutdown_request":
		if !k.script.IgnoreShutdown {
			k.send(k.control, "shutdown_reply", r, map[string]any{"status": "ok", "restart": false})
			os.Exit(0)
		}
	}
}

// send sends one message in answer to r.
func (k *kernel) send(s *socket, msgType string, r request, content any, buffers ...[]byte) {
	if k.script.NoIOPub && s == k.iopub {
		return
	}
	s.send(k.frames(msgType, r.header, content, buffers...)...)
}

// frames makes a good message.
func (k *kernel) frames(msgType string, parent header, content any, buffers ...[]byte) [][]byte {
	return frames(k.key, msgType, int(k.sent.Add(1)), parent, content, buffers...)
}

// handle answers one request on shell.
func (k *kernel) handle(r request) {
	if k.script.Silent {
		return
	}
	state := func(s string) { k.send(k.iopub, "status", r, map[string]any{"execution_state": s}) }
	switch r.msgType {
	case "kernel_info_request":
		state("busy")
		k.send(k.shell, "kernel_info_reply", r, map[string]any{"status": "ok", "protocol_version": "5.3", "implementation": "fake",
			"implementation_version": "1", "banner": "fake", "help_links": []any{}, "language_info": map[string]any{
				"name": k.script.Language, "version": "1", "mimetype": "text/plain", "file_extension": ".txt"}})
		state("idle")
	case "execute_request":
		if k.script.AbortAfterError && !k.failed.IsZero() && received(r).Before(k.failed) {
			state("busy")
			k.send(k.shell, "execute_reply", r, map[string]any{"status": "aborted"})
			state("idle")
			return
		}
		if r.content.StoreHistory && !r.content.Silent {
			k.count++
		}
		steps, ok := k.script.Cells[r.content.Code]
		if !ok {
			steps = Cell(Stdout(r.content.Code))
		}
		k.play(steps, r)
	default:
		k.send(k.shell, r.msgType[:len(r.msgType)-len("request")]+"reply", r, map[string]any{"status": "ok"})
	}
}

func received(r request) time.Time {
	date, _ := r.header["date"].(string)
	t, _ := time.Parse(time.RFC3339Nano, date)
	return t
}
