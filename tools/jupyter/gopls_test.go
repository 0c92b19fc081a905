//go:build unix

package jupyter_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"flowbook/tools/jupyter"
)

// withGopls starts the kernel of a module as JupyterLab would, with gopls at the end of its PATH.
func withGopls(t *testing.T) *jupyter.Kernel {
	t.Helper()
	path, err := filepath.Abs(filepath.Join(root, "notebooks", "Anomaly_Detection.ipynb"))
	if err != nil {
		t.Fatal(err)
	}
	return goplsOn(t, goNB(t), path)
}

// goplsOn starts the kernel of a spec for a notebook, with gopls.
func goplsOn(t *testing.T, spec *jupyter.Spec, notebook string) *jupyter.Kernel {
	t.Helper()
	gopls := jupyter.FindGopls(spec.Env["GOPATH"])
	if gopls == "" {
		t.Skip("no gopls: go install golang.org/x/tools/gopls@v0.21.1")
	}
	spec.Env["PATH"] += string(os.PathListSeparator) + filepath.Dir(gopls)
	return start(t, jupyter.Options{Spec: spec, Env: []string{"JPY_SESSION_NAME=" + notebook}})
}

// TestCompletionOfChanges: TAB knows of a package the files that were there, and the changes since:
// in a file that an editor writes anew and in one that it puts in the place of another, before the
// first TAB and after it.
func TestCompletionOfChanges(t *testing.T) {
	if testing.Short() {
		t.Skip("starts gopls")
	}
	dir := t.TempDir()
	write := func(name, text string) {
		t.Helper()
		temp := filepath.Join(dir, "new")
		path := filepath.Join(dir, filepath.FromSlash(name))
		err := errors.Join(os.MkdirAll(filepath.Dir(path), 0o755), os.WriteFile(temp, []byte(text), 0o600), os.Rename(temp, path))
		if err != nil {
			t.Fatal(err)
		}
	}
	write("go.mod", "module example.com/m\n\ngo 1.26\n")
	write("p/p.go", "package p\n\nfunc First() {}\n")
	write("p/q.go", "package p\n")
	write("a.ipynb", `{"cells": [{"cell_type": "code", "source": ["import \"example.com/m/p\"\n"]}]}`)
	spec, err := jupyter.GoNB(t.Context(), dir)
	if err != nil {
		t.Fatal(err)
	}
	k := goplsOn(t, spec, filepath.Join(dir, "a.ipynb"))
	write("p/q.go", "package p\n\nfunc Second() {}\n")
	for _, want := range []string{"First", "Second", "Third", "Fourth"} {
		switch want {
		case "Third":
			write("p/p.go", "package p\n\nfunc First() {}\n\nfunc Third() {}\n")
		case "Fourth":
			if err := os.WriteFile(filepath.Join(dir, "p", "q.go"), []byte("package p\n\nfunc Second() {}\n\nfunc Fourth() {}\n"), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		var got []string
		for end := time.Now().Add(time.Minute); time.Now().Before(end) && !has(got, want); {
			got = complete(t, k, "import \"example.com/m/p\"\n%%\np.‸")
		}
		if !has(got, want) {
			t.Errorf("completions %q, want %s among them", got, want)
		}
	}
}

// complete presses TAB at the mark ‸ of a cell.
func complete(t *testing.T, k *jupyter.Kernel, cell string) []string {
	t.Helper()
	before, after, ok := strings.Cut(cell, "‸")
	if !ok {
		t.Fatal("no mark")
	}
	id, err := k.Send("shell", "complete_request", map[string]any{"code": before + after, "cursor_pos": len([]rune(before))})
	if err != nil {
		t.Fatal(err)
	}
	for end := time.After(time.Minute); ; {
		select {
		case m, ok := <-k.Messages():
			if !ok {
				t.Fatal(k.Death())
			}
			if m.Parent.MsgID != id || m.Header.MsgType != "complete_reply" {
				continue
			}
			var reply struct{ Matches []string }
			if err := json.Unmarshal(m.Content, &reply); err != nil {
				t.Fatal(err)
			}
			return reply.Matches
		case <-end:
			t.Fatal("no completion in a minute")
		}
	}
}

// has reports whether a completion begins with a name.
func has(completions []string, name string) bool {
	return slices.ContainsFunc(completions, func(s string) bool { return strings.HasPrefix(s, name) })
}

// TestCompletion: TAB after a kernel's start answers, also at the end of a cell, on functions of
// the module and on a variable's methods.
func TestCompletion(t *testing.T) {
	if testing.Short() {
		t.Skip("starts gopls")
	}
	k := withGopls(t)
	for _, test := range []struct{ cell, want string }{
		{"import \"flowbook/ml/figure\"\n%%\nfigure.N‸", "New"},
		{"%%\nfig := figure.New(figure.Size(4, 3))\nfig.‸", "Title"},
		{"%%\nfig := figure.New(figure.Size(4, 3))\nfig.‸\n", "Title"},
		{"%%\nfig := figure.New(figure.Size(4, 3))\nfig.Sc‸", "Scatter"},
		{"%%\nfig := figure.New(figure.Size(4, 3))\n_ = fig.‸", "Title"},
		{"func Size() figure.Inches {\n\treturn figure.‸", "Size"},
	} {
		start, press := time.Now(), 1
		got := complete(t, k, test.cell)
		for ; len(got) == 0 && press < 30; press++ { // a loaded machine needs longer than a completion may take
			got = complete(t, k, test.cell)
		}
		t.Logf("%q: %d completions at press %d, %.2f s", test.cell, len(got), press, time.Since(start).Seconds())
		if !has(got, test.want) {
			t.Errorf("%q: completions %q, want %s among them", test.cell, got, test.want)
		}
	}
}

// TestSharedGopls: three kernels that Jupyter starts for notebooks of a module have one gopls; the
// programs that hand their requests on to it are small, and all of them end with the kernels, also
// if those are killed.
func TestSharedGopls(t *testing.T) {
	if testing.Short() {
		t.Skip("starts three kernels and gopls")
	}
	if _, err := os.Stat("/proc/self/smaps_rollup"); err != nil {
		t.Skip("needs /proc, to see processes and their memory")
	}
	spec := goNB(t)
	gopls := jupyter.FindGopls(spec.Env["GOPATH"])
	if gopls == "" {
		t.Skip("no gopls: go install golang.org/x/tools/gopls@v0.21.1")
	}
	temp, err := os.MkdirTemp("", "gopls")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(temp) })
	notebooks, err := filepath.Abs(filepath.Join(root, "notebooks"))
	if err != nil {
		t.Fatal(err)
	}
	var kernels []*exec.Cmd
	for _, name := range []string{"Anomaly_Detection", "Visualisation_Dataset", "How_Good_Is_It"} {
		k := exec.Command(spec.Argv[0])
		for _, arg := range spec.Argv[1:] {
			k.Args = append(k.Args, strings.ReplaceAll(arg, "{connection_file}", connectionFile(t, temp)))
		}
		k.Env = os.Environ()
		for name, value := range spec.Env {
			k.Env = append(k.Env, name+"="+strings.ReplaceAll(value, "${PATH}", os.Getenv("PATH")+":"+filepath.Dir(gopls)))
		}
		k.Env = append(k.Env, "TMPDIR="+temp, "JPY_SESSION_NAME="+filepath.Join(notebooks, name+".ipynb"))
		if err := k.Start(); err != nil {
			t.Fatal(err)
		}
		defer k.Wait()
		defer k.Process.Kill()
		kernels = append(kernels, k)
	}
	wait(t, "three kernels with a gopls each", func() bool { shared, own, _, _ := goplsOf(temp); return shared == 1 && own == 3 })
	last, calm := int64(-1), 0
	wait(t, "gopls at rest", func() bool { // it loads what the notebooks import
		_, _, memory, _ := goplsOf(temp)
		if calm++; memory > last+last/50 {
			calm = 0
		}
		last = memory
		time.Sleep(2 * time.Second)
		return calm > 5
	})
	shared, own, memory, each := goplsOf(temp)
	t.Logf("%d shared gopls with %d MB, %d that hand on, %d MB together", shared, memory>>20, own, each>>20)
	if shared != 1 || own != 3 {
		t.Errorf("%d shared gopls and %d that hand on, want 1 and 3", shared, own)
	}
	if each > 3*150<<20 { // one that loads packages itself takes more
		t.Errorf("the programs that hand on to gopls take %d MB", each>>20)
	}
	kernels[0].Process.Signal(syscall.SIGTERM)
	kernels[1].Process.Kill()
	kernels[2].Process.Kill()
	wait(t, "the end of all gopls", func() bool { shared, own, _, _ := goplsOf(temp); return shared+own == 0 })
}

func wait(t *testing.T, what string, done func() bool) {
	t.Helper()
	for end := time.Now().Add(3 * time.Minute); !done(); time.Sleep(100 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("no %s in three minutes", what)
		}
	}
}

// goplsOf counts the gopls whose command line names a temporary folder, the shared ones and those
// that hand on, and adds up the memory that only they have.
func goplsOf(temp string) (shared, own int, memory, each int64) {
	lines, _ := filepath.Glob("/proc/[0-9]*/cmdline")
	for _, name := range lines {
		line, err := os.ReadFile(name)
		args := strings.Split(string(line), "\x00")
		if err != nil || filepath.Base(args[0]) != "gopls" || !bytes.Contains(line, []byte(temp)) {
			continue
		}
		var private int64
		if rollup, err := os.ReadFile(filepath.Join(filepath.Dir(name), "smaps_rollup")); err == nil {
			for line := range strings.Lines(string(rollup)) {
				var kB int64
				if n, _ := fmt.Sscanf(line, "Private_Dirty: %d kB", &kB); n == 1 {
					private += kB << 10
				}
			}
		}
		if slices.Contains(args, "-remote=auto") {
			own, each = own+1, each+private
		} else {
			shared, memory = shared+1, memory+private
		}
	}
	return shared, own, memory, each
}

// connectionFile writes a connection file with free ports.
func connectionFile(t *testing.T, dir string) string {
	t.Helper()
	c := map[string]any{"transport": "tcp", "ip": "127.0.0.1", "key": "key", "signature_scheme": "hmac-sha256", "kernel_name": "gonb"}
	for _, name := range []string{"shell_port", "iopub_port", "stdin_port", "control_port", "hb_port"} {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		defer l.Close()
		c[name] = l.Addr().(*net.TCPAddr).Port
	}
	data, err := json.Marshal(c)
	if err != nil {
		t.Fatal(err)
	}
	f, err := os.CreateTemp(dir, "kernel-*.json")
	if err == nil {
		_, err = f.Write(data)
		f.Close()
	}
	if err != nil {
		t.Fatal(err)
	}
	return f.Name()
}
