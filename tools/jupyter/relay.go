package jupyter

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"os"
	"path/filepath"
	"sync"

	"flowbook/tools/sandbox"
)

// Relay is the kernel that Jupyter starts where the real one is isolated: it starts the kernel of
// spec in a sandbox, where it has no network and listens on unix sockets, and carries the bytes
// between those and the TCP ports of Jupyter's connection file. It returns when the kernel has
// ended, or when ctx ends, which ends the kernel.
func Relay(ctx context.Context, connectionFile string, spec *Spec, policy sandbox.Policy) error {
	data, err := os.ReadFile(connectionFile)
	if err != nil {
		return fmt.Errorf("isolate the kernel: %w", err)
	}
	var outer connection
	if err := json.Unmarshal(data, &outer); err != nil {
		return fmt.Errorf("isolate the kernel: read %s: %w", connectionFile, err)
	}
	folder := newFolder()
	inner, err := newConnection("ipc", folder, outer.KernelName)
	if err != nil {
		return fmt.Errorf("isolate the kernel: %w", err)
	}
	inner.Key, inner.SignatureScheme = outer.Key, outer.SignatureScheme
	name, data := inner.file()
	argv, err := spec.command(filepath.Join(folder, name))
	if err != nil {
		return fmt.Errorf("isolate the kernel: %w", err)
	}
	dir, err := os.Getwd()
	if err != nil {
		return fmt.Errorf("isolate the kernel: %w", err)
	}
	var session []string // tells the kernel that it is Jupyter's
	if path := os.Getenv(envSession); path != "" {
		session = []string{envSession + "=" + path}
	}
	p, err := isolate(plan{Argv: argv, Env: environ(spec, session, folder, true), Dir: dir,
		Files: map[string][]byte{name: data}}, policy, folder)
	if err != nil {
		return fmt.Errorf("isolate the kernel: %w", err)
	}
	var listeners []net.Listener
	defer func() {
		for _, l := range listeners {
			l.Close()
		}
	}()
	pairs := [][2]int{{outer.ShellPort, inner.ShellPort}, {outer.IOPubPort, inner.IOPubPort}, {outer.StdinPort, inner.StdinPort},
		{outer.ControlPort, inner.ControlPort}, {outer.HBPort, inner.HBPort}}
	for _, pair := range pairs {
		network, address := outer.address(pair[0])
		l, err := net.Listen(network, address)
		if err != nil {
			return fmt.Errorf("isolate the kernel: %w", err)
		}
		listeners = append(listeners, l)
	}
	child, err := spawn(folder, p)
	if err != nil {
		return fmt.Errorf("isolate the kernel: %w", err)
	}
	for i, pair := range pairs {
		network, address := inner.address(pair[1])
		go relay(listeners[i], network, address)
	}
	select {
	case end := <-child.exited:
		if end.Error != "" {
			err = fmt.Errorf("the isolated kernel was ended: %s", end.Error)
		} else if end.Code != 0 || end.Signal != "" {
			err = fmt.Errorf("the isolated kernel ended with status %d%s: %s", end.Code, end.Signal, child.tail.last())
		}
	case <-ctx.Done():
		err = context.Cause(ctx)
	}
	child.kill()
	<-child.gone
	return err
}

// relay carries the bytes of each connection to an address and back. A connection that comes before
// the kernel listens is closed; ZeroMQ's clients try again.
func relay(l net.Listener, network, address string) {
	for {
		from, err := l.Accept()
		if err != nil {
			return
		}
		go func() {
			defer from.Close()
			to, err := net.Dial(network, address)
			if err != nil {
				return
			}
			var once sync.WaitGroup
			once.Go(func() {
				io.Copy(to, from)
				to.Close()
			})
			io.Copy(from, to)
			from.Close()
			once.Wait()
		}()
	}
}
