// Package jupyter runs a Jupyter kernel: it finds or builds it, starts it under a supervisor that
// lets nothing of it survive, and speaks the wire protocol with it.
//
// A program that starts kernels calls [Main] first, for the supervisor is a copy of the program:
//
//	func main() {
//		jupyter.Main()
//		spec, err := jupyter.GoNB(ctx, root)
//		kernel, err := jupyter.Start(ctx, jupyter.Options{Spec: spec})
//		defer kernel.Shutdown(ctx)
//		id, err := kernel.Execute("%%\nfmt.Println(1)", false, true, true)
//		for m := range kernel.Messages() { … } // those whose Parent.MsgID is id
//	}
//
// Everything a kernel does happens below one folder, fbXXXXXXXX in the temporary folder: connection
// file, sockets, and its own temporary files. The folder and all of the kernel's processes are gone
// two seconds after the kernel, the program, or both have ended, in whatever way.
package jupyter

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"time"

	"flowbook/tools/sandbox"
)

// Options describe the kernel that [Start] starts.
type Options struct {
	Spec         *Spec
	Dir          string          // the kernel's working directory, "" is ours
	Env          []string        // NAME=value, on top of our environment and Spec.Env
	Transport    string          // "ipc", "tcp", or "" for ipc where kernels have unix sockets: not on Windows
	Sandbox      *sandbox.Policy // isolates the kernel and its cells; Temp and the run folder in Write are added
	ReadyTimeout time.Duration   // how long the kernel may take to answer, 0 is 60 s
}

// Kernel is a live kernel. Its methods may be called from several goroutines.
type Kernel struct {
	spec     *Spec
	conn     connection
	child    *child
	session  string
	channels map[string]*channel
	probe    *probe
	info     json.RawMessage

	queue   *queue
	out     chan Message
	abandon chan struct{} // closed when nobody is to be waited for any more
	dead    chan struct{}

	mu       sync.Mutex
	sent     int
	dropped  Dropped
	death    *DeathError
	stopping bool
	broken   string // which connection the kernel closed while it lived

	shutdown sync.Once
	left     error
}

// Dropped counts the kernel's messages that are not for us.
type Dropped struct {
	Malformed int // no delimiter, too few frames, not JSON
	Signature int // wrong HMAC
	Orphans   int // no parent: also the status starting that many kernels publish
}

// Start starts a kernel and returns when it has answered kernel_info on shell and been heard on
// iopub. ctx and opt.ReadyTimeout bound the start only; the kernel lives until Shutdown.
func Start(ctx context.Context, opt Options) (*Kernel, error) {
	if opt.Spec == nil || len(opt.Spec.Argv) == 0 {
		return nil, fmt.Errorf("start a kernel: the spec has no command")
	}
	if opt.Transport == "" {
		opt.Transport = "ipc"
		if runtime.GOOS == "windows" {
			opt.Transport = "tcp"
		}
	}
	if opt.ReadyTimeout == 0 {
		opt.ReadyTimeout = time.Minute
	}
	ctx, cancel := context.WithTimeoutCause(ctx, opt.ReadyTimeout,
		fmt.Errorf("kernel %s did not answer within %v", opt.Spec.label(), opt.ReadyTimeout))
	defer cancel()
	why := crowded()
	if why != "" && opt.Spec.Language == "go" {
		return nil, fmt.Errorf("start kernel %s: %w", opt.Spec.label(), errors.New(why))
	}
	for attempt := 1; ; attempt++ {
		k, err := start(ctx, opt)
		if err == nil {
			return k, nil
		}
		// Between our choice of a TCP port and the kernel's use of it another process may have
		// taken it.
		if why == "" && opt.Transport == "tcp" && attempt < 3 && ctx.Err() == nil {
			continue
		}
		if why != "" {
			err = fmt.Errorf("%w; %s", err, why)
		}
		return nil, fmt.Errorf("start kernel %s: %w", opt.Spec.label(), err)
	}
}

// start is an attempt of Start. Its error does not name the kernel.
func start(ctx context.Context, opt Options) (*Kernel, error) {
	s, err := newSupervisor()
	if err != nil {
		return nil, err
	}
	swept.Do(func() { sweepRuns(filepath.Dir(s.folder), time.Minute) })
	conn, p, err := planOf(opt, s.folder)
	if err != nil {
		conn.release()
		s.discard()
		return nil, err
	}
	child, err := s.spawn(p)
	if err != nil {
		conn.release()
		return nil, err
	}
	out := make(chan Message)
	k := &Kernel{spec: opt.Spec, conn: conn, child: child, session: newID(), channels: map[string]*channel{},
		probe: newProbe(), queue: newQueue(out), out: out, abandon: make(chan struct{}), dead: make(chan struct{})}
	go k.watch()
	err = k.connect(ctx)
	if err == nil {
		err = k.ready(ctx)
	}
	if err != nil {
		return nil, k.giveUp(err)
	}
	return k, nil
}

// planOf is the plan of a kernel in a run folder, and its connection.
func planOf(opt Options, folder string) (conn connection, p plan, err error) {
	if conn, err = newConnection(opt.Transport, folder, opt.Spec.Name); err != nil {
		return conn, p, err
	}
	name, data := conn.file()
	argv, err := opt.Spec.command(filepath.Join(folder, name))
	if err != nil {
		return conn, p, err
	}
	dir, err := filepath.Abs(opt.Dir)
	if err != nil {
		return conn, p, err
	}
	p = plan{Argv: argv, Env: environ(opt.Spec, opt.Env, folder, opt.Sandbox != nil), Dir: dir, Files: map[string][]byte{name: data}}
	if opt.Sandbox != nil {
		p, err = isolate(p, *opt.Sandbox, folder)
	}
	return conn, p, err
}

// giveUp ends a kernel that did not become ready; a death explains more than err.
func (k *Kernel) giveUp(err error) error {
	select {
	case <-k.dead:
		if d := k.Death(); d != nil {
			err = d
			if refused := refusedSetting(d.Stderr); refused != nil {
				err = refused
			}
		}
	default:
		if text := k.child.tail.last(); text != "" {
			err = fmt.Errorf("%w; the kernel's last output:\n%s", err, text)
		}
	}
	k.mu.Lock()
	k.stopping = true
	k.mu.Unlock()
	k.child.kill()
	<-k.child.gone
	k.end()
	return err
}

// Messages is the one channel of everything the kernel sends, in arrival order per socket. It is
// closed after the kernel's death, when all that it had sent is delivered. Answers to Start's own
// questions are not in it.
func (k *Kernel) Messages() <-chan Message { return k.out }

// Info is the content of the kernel_info_reply.
func (k *Kernel) Info() json.RawMessage { return k.info }

// Dead is closed when the kernel's process has ended, for whatever reason.
func (k *Kernel) Dead() <-chan struct{} { return k.dead }

// Death says how the kernel died; nil while it lives and after a Shutdown.
func (k *Kernel) Death() *DeathError {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.death
}

// Dropped counts the messages thrown away so far.
func (k *Kernel) Dropped() Dropped {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.dropped
}

// Folder is the run folder: the kernel's temporary folder. It is gone after the kernel.
func (k *Kernel) Folder() string { return k.child.folder }

func (s *Spec) label() string {
	for _, name := range []string{s.DisplayName, s.Name} {
		if strings.TrimSpace(name) != "" {
			return name
		}
	}
	return filepath.Base(s.Argv[0])
}
