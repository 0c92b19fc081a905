package jupyter

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"

	"flowbook/ml/module"
)

// goTools are the packages that make the Go kernel: tools of go.mod, and ours. GoNB runs goimports and the go command for each cell; gofront stands
// before both.
var goTools = []string{gonbModule, "golang.org/x/tools/cmd/goimports", goFront}

const goFront = module.Path + "/tools/jupyter/gofront"

// goPrograms are the files that the kernel needs in its own folder, with slashes.
var goPrograms = []string{"gonb" + exe, "go" + exe, "goimports" + exe, "real/goimports" + exe}

// GoNB returns the spec of the GoNB kernel that the go.mod in root pins. The kernel and goimports are built, once for each
// state of go.mod, go.sum and the Go toolchain, into the folder bin of the module's state; nothing is installed
// elsewhere.
//
// The kernel finds the module and what it requires without a set-up cell and without network: -go_work, GOPROXY=off. Its
// environment is complete, so that it works the same from an empty one: the user's settings of the go command decide where
// the caches are, and nothing else (GOENV=off; GOFLAGS, GOWORK, GOEXPERIMENT, GOOS and GOARCH are scrubbed). Where neither
// HOME nor GOCACHE are set, the home is the one that the system knows for the user; a user that it does not know gets a
// home in the module's state, and so does a build cache that cannot be where the go command wants it.
func GoNB(ctx context.Context, root string) (*Spec, error) {
	root, err := filepath.Abs(root)
	if err != nil {
		return nil, fmt.Errorf("prepare the Go kernel: %w", err)
	}
	if strings.Contains(root, ",") {
		return nil, fmt.Errorf("prepare the Go kernel: the folder %s has a comma in its name, where GoNB would split it", root)
	}
	goCommand, err := findGo()
	if err != nil {
		return nil, fmt.Errorf("prepare the Go kernel: %w", err)
	}
	state, err := module.State(root)
	if err == nil {
		_, err = module.State(root, "bin")
	}
	if err != nil {
		return nil, fmt.Errorf("prepare the Go kernel: %w", err)
	}
	settings, err := readGoEnv(ctx, goCommand, root, state)
	if err != nil {
		return nil, fmt.Errorf("prepare the Go kernel: %w", err)
	}
	bin, err := buildTools(ctx, goCommand, root, state, settings)
	if err != nil {
		return nil, fmt.Errorf("prepare the Go kernel: %w", err)
	}
	// The toolchain that go.mod asks for may be another than the go command on the PATH, which then only calls it.
	goDir := filepath.Join(settings.GOROOT, "bin")
	if _, err := os.Stat(filepath.Join(goDir, "go"+exe)); err != nil {
		goDir = filepath.Dir(goCommand)
	}
	env := map[string]string{
		"PATH":         strings.Join([]string{bin, goDir, "${PATH}"}, string(os.PathListSeparator)),
		"GOPROXY":      "off",
		"GOFLAGS":      "-ldflags=-s",
		"CGO_ENABLED":  "0",
		"GOENV":        "off",
		"GOTOOLCHAIN":  "local",
		"GOPATH":       settings.GOPATH,
		"GOMODCACHE":   settings.GOMODCACHE,
		"GOCACHE":      settings.GOCACHE,
		"GOWORK":       "",
		"GOEXPERIMENT": "",
		"GOOS":         "",
		"GOARCH":       "",
		module.EnvRoot: root,
	}
	if _, err := os.UserHomeDir(); err != nil {
		env["HOME"] = homeOf(goEnvironment(state))
	}
	return &Spec{
		Name:          "gonb",
		Argv:          []string{filepath.Join(bin, "gonb"+exe), "-go_work=" + root, "-raw_error", "--kernel", "{connection_file}"},
		Env:           env,
		DisplayName:   "Go (gonb)",
		Language:      "go",
		InterruptMode: "message",
	}, nil
}

// exe ends the names of programs.
var exe = map[bool]string{true: ".exe"}[runtime.GOOS == "windows"]

func homeOf(env []string) string {
	for _, pair := range env {
		if home, ok := strings.CutPrefix(pair, "HOME="); ok {
			return home
		}
	}
	return ""
}

// BuiltTools returns the folder in which GoNB keeps the kernel and goimports for the go.mod in root. It builds nothing: the
// folder need not exist. The version is that of the Go toolchain.
func BuiltTools(ctx context.Context, root string) (dir, version string, err error) {
	goCommand, err := findGo()
	if err != nil {
		return "", "", err
	}
	state, err := module.State(root)
	if err == nil {
		_, err = module.State(root, "bin")
	}
	if err != nil {
		return "", "", err
	}
	settings, err := readGoEnv(ctx, goCommand, root, state)
	if err != nil {
		return "", "", err
	}
	dir, err = toolsDir(root, state, settings)
	return dir, settings.GOVERSION, err
}

// toolsDir is the folder of the tools, a name for each state of what they are built from.
func toolsDir(root, state string, settings goEnv) (string, error) {
	h := sha256.New()
	fmt.Fprintln(h, settings.GOVERSION, runtime.GOOS, runtime.GOARCH)
	for _, name := range []string{"go.mod", "go.sum"} {
		data, err := os.ReadFile(filepath.Join(root, name))
		if err != nil {
			return "", err
		}
		fmt.Fprintf(h, "%d\n%s", len(data), data)
	}
	front, err := module.Digest(root, goFront)
	if err != nil {
		return "", err
	}
	fmt.Fprintf(h, "%s\n%s", front, stdinClosed)
	return filepath.Join(state, "bin", hex.EncodeToString(h.Sum(nil))[:16]), nil
}

// buildTools returns the folder with the built tools. Two processes that build at once both build, and the first one's
// folder stays.
func buildTools(ctx context.Context, goCommand, root, state string, settings goEnv) (string, error) {
	dir, err := toolsDir(root, state, settings)
	if err != nil {
		return "", err
	}
	if _, err := os.Stat(dir); err == nil {
		return dir, nil
	}
	temp, err := os.MkdirTemp(filepath.Dir(dir), "build-*")
	if err != nil {
		return "", err
	}
	defer os.RemoveAll(temp)
	// Building fetches what these programs import and no more; the kernel, which has no network, looks through all of go.mod.
	download := exec.CommandContext(ctx, goCommand, "mod", "download")
	download.Dir = root
	download.Env = append(scrubbed(goEnvironment(state)), "GOCACHE="+settings.GOCACHE)
	if out, err := download.CombinedOutput(); err != nil {
		return "", fmt.Errorf("download the modules of go.mod: %w\n%s", err, strings.TrimSpace(string(out)))
	}
	scratch, err := os.MkdirTemp(filepath.Dir(dir), "build-*")
	if err != nil {
		return "", err
	}
	defer os.RemoveAll(scratch)
	mod, err := withStdinClosed(ctx, goCommand, root, scratch, download.Env)
	if err != nil {
		return "", err
	}
	args := append([]string{"build", "-modfile=" + mod, "-buildvcs=false", "-ldflags=-s", "-o", temp + string(filepath.Separator)}, goTools...)
	cmd := exec.CommandContext(ctx, goCommand, args...)
	cmd.Dir = root
	cmd.Env = append(scrubbed(goEnvironment(state)), "GOCACHE="+settings.GOCACHE)
	if out, err := cmd.CombinedOutput(); err != nil {
		return "", fmt.Errorf("build %s: %w\n%s", strings.Join(goTools, " and "), err, strings.TrimSpace(string(out)))
	}
	if err := arrange(temp); err != nil {
		return "", err
	}
	if err := os.Rename(temp, dir); err != nil {
		if _, there := os.Stat(dir); errors.Is(there, fs.ErrNotExist) {
			return "", err
		}
	}
	return dir, nil
}

// arrange puts gofront in the place of the go command and of goimports.
func arrange(dir string) error {
	in := func(name string) string { return filepath.Join(dir, filepath.FromSlash(name)+exe) }
	if err := os.Mkdir(filepath.Join(dir, "real"), 0o755); err != nil {
		return err
	}
	if err := os.Rename(in("goimports"), in("real/goimports")); err != nil {
		return err
	}
	if err := os.Rename(in("gofront"), in("go")); err != nil {
		return err
	}
	data, err := os.ReadFile(in("go"))
	if err != nil {
		return err
	}
	return os.WriteFile(in("goimports"), data, 0o755)
}
