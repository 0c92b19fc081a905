// Package fake is a Jupyter kernel for tests. It computes nothing: it sends the messages of a
// script, also those that no decent kernel would send, over the real sockets and from a real
// process, a copy of the test's own program.
//
//	func TestMain(m *testing.M) {
//		fake.Main()
//		jupyter.Main()
//		os.Exit(m.Run())
//	}
//
//	func TestIdleFirst(t *testing.T) {
//		spec := fake.Spec(t, fake.Script{Cells: map[string][]fake.Step{
//			"1+1": {fake.Busy(), fake.Stdout("2\n"), fake.Idle(), fake.Reply("ok")},
//			"2+2": fake.Cell(fake.Stdout("4\n")), // in between busy, execute_input … reply ok, idle
//		}})
//		kernel, err := jupyter.Start(ctx, jupyter.Options{Spec: spec})
//
// A cell whose source is not in the script prints its source.
package fake

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"flowbook/tools/jupyter"
)

// Script is the behaviour of a fake kernel. The zero Script is a friendly kernel that prints each
// cell's source.
type Script struct {
	Cells         map[string][]Step // the steps for the cell of exactly this source
	Language      string            // of kernel_info and the spec, "" is "fake"
	InterruptMode string            // of the spec, "" is "message"

	StartDelay      time.Duration // before it listens
	ExitAtStart     int           // exits with this code before it listens
	Silent          bool          // listens, and never sends anything
	NoIOPub         bool          // answers kernel_info on shell, but never publishes
	IgnoreInterrupt bool          // interrupts by message or signal change nothing
	IgnoreShutdown  bool          // shutdown_request changes nothing
	IgnoreTerm      bool          // SIGTERM changes nothing
	Children        int           // number of endless processes, each in its own process group
	AbortAfterError bool          // after a failed cell, waiting requests get the status aborted
}

// envScript names the file with the script, in the environment of the copy that is the kernel.
const envScript = "FLOWBOOK_FAKE_SCRIPT"

// envChild marks a copy that is one of Script.Children.
const envChild = "FLOWBOOK_FAKE_CHILD"

var mainCalled bool

// Main must be called first in the TestMain of a package that uses fake kernels. In the copy that
// is the kernel it never returns.
func Main() {
	mainCalled = true
	if os.Getenv(envChild) != "" {
		time.Sleep(time.Hour)
		os.Exit(0)
	}
	if path := os.Getenv(envScript); path != "" {
		if err := serve(path, os.Args[len(os.Args)-1]); err != nil {
			fmt.Fprintln(os.Stderr, "fake kernel:", err)
			os.Exit(1)
		}
		os.Exit(0)
	}
}

// Spec returns the spec of a kernel that plays script.
func Spec(t testing.TB, script Script) *jupyter.Spec {
	t.Helper()
	spec, err := Write(t.TempDir(), script)
	if err != nil {
		t.Fatal(err)
	}
	return spec
}

// Write writes script into the folder dir and returns the spec of a kernel that plays it.
func Write(dir string, script Script) (*jupyter.Spec, error) {
	if !mainCalled {
		return nil, fmt.Errorf("fake kernel: TestMain of this package does not call fake.Main")
	}
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	if script.Language == "" {
		script.Language = "fake"
	}
	if script.InterruptMode == "" {
		script.InterruptMode = "message"
	}
	data, err := json.Marshal(script)
	if err != nil {
		return nil, err
	}
	path, err := filepath.Abs(filepath.Join(dir, "script.json"))
	if err != nil {
		return nil, err
	}
	if err := os.WriteFile(path, data, 0o600); err != nil {
		return nil, err
	}
	return &jupyter.Spec{Name: "fake", DisplayName: "Fake", Language: script.Language, InterruptMode: script.InterruptMode,
		Argv: []string{self, "{connection_file}"}, Env: map[string]string{envScript: path}}, nil
}

// Install writes a kernelspec called name below the Jupyter data folder dataDir, for programs that
// find their kernel by $JUPYTER_PATH.
func Install(dataDir, name string, script Script) error {
	dir := filepath.Join(dataDir, "kernels", name)
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	spec, err := Write(dir, script)
	if err != nil {
		return err
	}
	data, err := json.Marshal(spec)
	if err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(dir, "kernel.json"), data, 0o600)
}
