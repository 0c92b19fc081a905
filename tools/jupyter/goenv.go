package jupyter

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"runtime"
	"slices"
	"strings"

	"flowbook/ml/atomicfile"
	"flowbook/tools/netrc"
)

// goEnv is what `go env` says in the module's root, where a go command that is too old has switched
// to the toolchain that go.mod asks for.
type goEnv struct {
	GOVERSION, GOROOT, GOPATH, GOMODCACHE, GOCACHE string
	GOFLAGS                                        string
}

// check refuses a GOROOT without a standard library, of which the kernel would say no more than a
// trace of its calls.
func (e goEnv) check() error {
	if info, err := os.Stat(filepath.Join(e.GOROOT, "src", "fmt")); !filepath.IsAbs(e.GOROOT) || err != nil || !info.IsDir() {
		return fmt.Errorf("GOROOT is %q, where the standard library is not: unset it, and the go command finds its own", e.GOROOT)
	}
	return nil
}

// goEnvNames are the settings that read takes, in its order.
var goEnvNames = []string{"GOVERSION", "GOROOT", "GOPATH", "GOMODCACHE", "GOCACHE", "GOFLAGS"}

// read takes the values of goEnvNames; false where they are not as many.
func (e *goEnv) read(text []byte, separator string) bool {
	values := strings.Split(string(text), separator)
	if len(values) != len(goEnvNames) {
		return false
	}
	for i, to := range []*string{&e.GOVERSION, &e.GOROOT, &e.GOPATH, &e.GOMODCACHE, &e.GOCACHE, &e.GOFLAGS} {
		*to = values[i]
	}
	return true
}

// homeDir is the user's home: $HOME, or where `env -i` has removed it what the system says.
func homeDir() string {
	if home, err := os.UserHomeDir(); err == nil {
		return home
	}
	if u, err := user.Current(); err == nil {
		return u.HomeDir
	}
	return ""
}

// findGo finds the go command. Its error names the remedy.
func findGo() (string, error) {
	path, err := exec.LookPath("go")
	if err == nil {
		path, err = filepath.Abs(path)
	}
	if err == nil {
		path, err = filepath.EvalSymlinks(path)
	}
	if err != nil {
		return "", fmt.Errorf("find the go command, which the Go kernel compiles cells with: %w (install Go from https://go.dev/dl and put its bin folder on the PATH)", err)
	}
	return path, nil
}

// goEnvironment is our environment with a home, for the go command finds neither its caches nor its
// settings without.
func goEnvironment(state string) []string {
	env := os.Environ()
	if _, err := os.UserHomeDir(); err != nil {
		home := homeDir()
		if info, err := os.Stat(home); err != nil || !info.IsDir() {
			home = filepath.Join(state, "home") // a user that the system does not know: everything in the state folder
		}
		env = append(env, "HOME="+home)
	}
	return env
}

// scrubbed makes env neutral: nothing in it decides what is built, but for the flags of a C compiler.
func scrubbed(env []string, cgo string) []string {
	return append(env, "CGO_ENABLED="+cgo, "GOFLAGS=", "GOWORK=off", "GOOS="+runtime.GOOS, "GOARCH="+runtime.GOARCH, "GOEXPERIMENT=")
}

// goError is the message of a go command that failed: its last line, or a cure where there is one.
func goError(err error, said string) error {
	lines := strings.Split(strings.TrimSpace(netrc.Hide(said)), "\n") // of $GOPROXY
	last := strings.TrimSpace(lines[len(lines)-1])
	if last == "" {
		return err
	}
	for _, line := range lines {
		switch {
		case strings.Contains(line, "requires go >=") || strings.Contains(line, "requires newer Go version"):
			return fmt.Errorf("%s: this Go is too old; install a newer one from https://go.dev/dl, or let the go command fetch it with GOTOOLCHAIN=auto", strings.TrimPrefix(line, "go: "))
		case strings.Contains(line, "GOPROXY=off") || strings.Contains(line, "dial tcp"):
			return fmt.Errorf("%s: what the kernel is built from has to be fetched once; run it with network, or set GOPROXY to a proxy that can be reached", strings.TrimPrefix(strings.TrimSpace(line), "go: "))
		}
	}
	return fmt.Errorf("%w: %s", err, strings.Join(lines, "; "))
}

// readGoEnv asks the go command for its settings, or takes its answer of last time, which is kept
// under everything that it depends on: the command, the variables, the settings file, go.mod.
func readGoEnv(ctx context.Context, goCommand, root, state, cache string) (goEnv, error) {
	var e goEnv
	key, err := goEnvKey(goCommand, root)
	if err != nil {
		return e, err
	}
	kept := filepath.Join(cache, "goenv", key+".txt")
	if data, err := os.ReadFile(kept); err == nil && e.read(data, "\x00") && e.check() == nil {
		return e, nil // else the toolchain is gone, as after `go clean -modcache`, and may come back
	}
	for _, name := range goEnvNames {
		if dir := os.Getenv(name); strings.ContainsAny(dir, "\r\n") {
			return e, fmt.Errorf("%s is %q, which has a line break in its name, and the compiler cannot read that: set it to another folder", name, dir)
		}
	}
	// Not as JSON, which has no names that are not UTF-8.
	cmd := exec.CommandContext(ctx, goCommand, append([]string{"env"}, goEnvNames...)...)
	cmd.Dir, cmd.Env = root, append(goEnvironment(state), "GOWORK=off")
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		return e, fmt.Errorf("ask the go command for its settings: %w", goError(err, stderr.String()))
	}
	if !e.read(bytes.TrimSuffix(out, []byte("\n")), "\n") {
		return e, fmt.Errorf("ask the go command for its settings: one of them has a line break: %q", out)
	}
	if err := e.check(); err != nil {
		return e, err
	}
	if !filepath.IsAbs(e.GOCACHE) || os.MkdirAll(e.GOCACHE, 0o755) != nil { // "off", or a home that is not ours to write in
		e.GOCACHE = filepath.Join(state, "gocache")
	}
	if err := os.MkdirAll(filepath.Dir(kept), 0o700); err != nil {
		return e, err
	}
	values := strings.Join([]string{e.GOVERSION, e.GOROOT, e.GOPATH, e.GOMODCACHE, e.GOCACHE, e.GOFLAGS}, "\x00")
	return e, atomicfile.Write(kept, []byte(values), 0o600)
}

// goEnvKey digests the inputs of `go env`.
func goEnvKey(goCommand, root string) (string, error) {
	info, err := os.Stat(goCommand)
	if err != nil {
		return "", fmt.Errorf("find the go command: %w", err)
	}
	h := sha256.New()
	fmt.Fprintln(h, goCommand, info.Size(), info.ModTime().UnixNano(), root, homeDir())
	for _, pair := range os.Environ() {
		name, _, _ := strings.Cut(pair, "=")
		if strings.HasPrefix(name, "GO") || slices.Contains([]string{"XDG_CONFIG_HOME", "XDG_CACHE_HOME", "LocalAppData", "AppData"}, name) {
			fmt.Fprintln(h, pair)
		}
	}
	settings := os.Getenv("GOENV")
	if config, err := os.UserConfigDir(); settings == "" && err == nil {
		settings = filepath.Join(config, "go", "env")
	} else if settings == "" {
		settings = filepath.Join(homeDir(), ".config", "go", "env")
	}
	for _, path := range []string{settings, filepath.Join(root, "go.mod"), filepath.Join(root, "go.work")} {
		data, err := os.ReadFile(path)
		if err != nil && path != settings && !errors.Is(err, os.ErrNotExist) {
			return "", err
		}
		fmt.Fprintf(h, "%d\n%s", len(data), data)
	}
	return hex.EncodeToString(h.Sum(nil))[:16], nil
}
