package jupyter

import (
	"context"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
)

// GoNB gives what a cell executes, programs and lines for the shell, a pipe as standard input and holds its other end open, so that a cell that reads
// it waits for ever. The kernel is built with these lines in its jpyexec.go replaced: where neither a script nor %with_inputs feeds the pipe, it
// is closed at once, and the cell reads end of file.
const (
	stdinKept = `	if exec.stdinContent != nil {
		exec.handleStaticInput()
	}
`
	stdinClosed = `	if exec.stdinContent != nil {
		exec.handleStaticInput()
	} else if exec.millisecondsToInput <= 0 {
		_ = exec.cmdStdin.Close()
	}
`
)

// withStdinClosed copies GoNB into temp, changed, with a go.mod that takes it from there, and returns the flag by which the go command reads that; "" for a
// GoNB that looks otherwise, which is built as it is. dir is the folder of the module that requires GoNB. (An overlay would do, were it allowed in
// the module cache.)
func (k *kernelBuild) withStdinClosed(ctx context.Context, dir, temp string) (flag string, err error) {
	if err := k.goRun(ctx, dir, "mod", "download", goNBPackage); err != nil {
		return "", fmt.Errorf("download GoNB: %w", err)
	}
	list := exec.CommandContext(ctx, k.goCommand, "list", "-m", "-f", "{{.Dir}}", goNBPackage)
	list.Dir, list.Env = dir, k.environ()
	out, err := list.Output()
	if err != nil {
		return "", fmt.Errorf("find the source of GoNB: %w", err)
	}
	source := strings.TrimSpace(string(out))
	text, err := os.ReadFile(filepath.Join(source, "internal", "jpyexec", "jpyexec.go"))
	if err != nil || strings.Count(string(text), stdinKept) != 1 {
		return "", nil
	}
	copied := filepath.Join(temp, "gonb")
	if err := os.CopyFS(copied, withoutDocs{os.DirFS(source)}); err != nil {
		return "", fmt.Errorf("copy the source of GoNB: %w", err)
	}
	changed := filepath.Join(copied, "internal", "jpyexec", "jpyexec.go")
	if err := os.Remove(changed); err != nil { // as read-only as in the module cache
		return "", err
	}
	if err := os.WriteFile(changed, []byte(strings.Replace(string(text), stdinKept, stdinClosed, 1)), 0o600); err != nil {
		return "", err
	}
	for _, name := range []string{"go.mod", "go.sum"} {
		data, err := os.ReadFile(filepath.Join(dir, name))
		if err == nil {
			err = os.WriteFile(filepath.Join(temp, name), data, 0o600)
		}
		if err != nil {
			return "", err
		}
	}
	mod := filepath.Join(temp, "go.mod")
	if err := k.goRun(ctx, dir, "mod", "edit", "-replace="+goNBPackage+"="+copied, mod); err != nil {
		return "", fmt.Errorf("take GoNB from %s: %w", copied, err)
	}
	return "-modfile=" + mod, nil
}

// withoutDocs is GoNB's source without its folder of pictures, 65 MB.
type withoutDocs struct{ fs.FS }

func (w withoutDocs) ReadDir(name string) ([]fs.DirEntry, error) {
	entries, err := fs.ReadDir(w.FS, name)
	return slices.DeleteFunc(entries, func(e fs.DirEntry) bool { return name == "." && e.Name() == "docs" }), err
}
