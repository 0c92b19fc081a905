//go:build linux

package sandbox

import (
	"errors"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestMain(m *testing.M) {
	Main()
	os.Exit(m.Run())
}

// TestCommand runs a shell under both means and looks at its files, network and environment from
// inside.
func TestCommand(t *testing.T) {
	server, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer server.Close()
	_, port, _ := net.SplitHostPort(server.Addr().String())
	script := `cat read/open 2>&1 | tail -c 20
cat outside/secret >/dev/null 2>&1 && echo "secret is read"
ls read/state
(echo x >read/new) 2>/dev/null && echo "read is written"
(echo x >copy/mine) 2>/dev/null && cat copy/mine
echo x >write/new && cat write/new
echo x >"$TMPDIR/t" && cat "$TMPDIR/t"
echo x >"$HOME/h" && cat "$HOME/h"
(exec 3<>/dev/tcp/127.0.0.1/` + port + `) 2>/dev/null && echo "the server is reached"
ulimit -n
`
	want := map[Means]string{
		// The hidden folder looks empty, the copy is written.
		Bubblewrap: "open\nx\nx\nx\nx\n123\n",
		Landlock:   "open\nkey\nx\nx\nx\n123\n",
	}
	for means, want := range want {
		t.Run(string(means), func(t *testing.T) {
			if means == Bubblewrap {
				if err := tryBubblewrap(); err != nil {
					t.Skipf("install bubblewrap and allow user namespaces to test it: %v", err)
				}
			} else if !hasLandlock() {
				t.Skip("this kernel has no Landlock that knows TCP")
			}
			dir := t.TempDir()
			in := func(name string) string { return filepath.Join(dir, name) }
			for _, name := range []string{"read", "read/state", "copy", "write", "outside"} {
				err = errors.Join(err, os.Mkdir(in(name), 0o755))
			}
			for name, text := range map[string]string{"read/open": "open\n", "read/state/key": "k", "outside/secret": "s", "copy/mine": "before\n"} {
				err = errors.Join(err, os.WriteFile(in(name), []byte(text), 0o644))
			}
			if err != nil {
				t.Fatal(err)
			}
			p := Policy{Read: []string{in("read"), dir + "/none"}, Hide: []string{in("read/state")}, Copy: []string{in("copy")},
				Write: []string{in("write")}, Temp: in("write/t"), Limits: Limits{OpenFiles: 123, Temp: 1 << 20}}
			command, variable, err := p.Command(means, []string{"bash", "-c", "cd ..; " + script}, in("copy"))
			if err != nil {
				t.Fatal(err)
			}
			cmd := exec.Command(command[0], command[1:]...)
			cmd.Env = []string{"PATH=" + os.Getenv("PATH"), variable}
			out, err := cmd.CombinedOutput()
			if err != nil {
				t.Errorf("%v", err)
			}
			if diff := cmp.Diff(want, string(out)); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
			if data, err := os.ReadFile(in("copy/mine")); err != nil || string(data) != "before\n" {
				t.Errorf("the host's copy/mine is %q, %v", data, err)
			}
		})
	}
}

func TestKeeps(t *testing.T) {
	got := map[string]bool{}
	for _, name := range []string{"PATH", "LC_ALL", "HOME", "GITHUB_TOKEN", "AWS_SECRET_ACCESS_KEY", "SSH_AUTH_SOCK", "PATHX"} {
		got[name] = Keeps(name)
	}
	want := map[string]bool{"PATH": true, "LC_ALL": true, "HOME": false, "GITHUB_TOKEN": false, "AWS_SECRET_ACCESS_KEY": false,
		"SSH_AUTH_SOCK": false, "PATHX": false}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}

func TestUsed(t *testing.T) {
	cmd := exec.Command("sh", "-c", "sleep 30 & sleep 30 & echo; wait")
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	out, err := cmd.StdoutPipe()
	if err == nil {
		err = cmd.Start()
	}
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL)
		cmd.Wait()
	}()
	out.Read(make([]byte, 1)) // both run
	if u := Used(cmd.Process.Pid); u.Processes != 3 || u.Memory == 0 {
		t.Errorf("got %+v, want three processes that use memory", u)
	}
}

func TestEscape(t *testing.T) {
	if got, want := escape(`/a,b:c\d`), `/a\,b\:c\\d`; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	if strings.Contains(escape("/plain"), `\`) {
		t.Error("a plain path was changed")
	}
}
