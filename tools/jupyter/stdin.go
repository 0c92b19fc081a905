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
	gonbModule = "github.com/janpfeifer/gonb"

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

// withStdinClosed copies GoNB into dir, changed, and a go.mod that takes it from there, and returns the go.mod's path; "" for a GoNB that looks
// otherwise, which is built as it is.
func withStdinClosed(ctx context.Context, goCommand, root, dir string, env []string) (string, error) {
	list := exec.CommandContext(ctx, goCommand, "list", "-m", "-f", "{{.Dir}}", gonbModule)
	list.Dir, list.Env = root, env
	out, err := list.Output()
	if err != nil {
		return "", fmt.Errorf("find the source of GoNB: %w", err)
	}
	source := strings.TrimSpace(string(out))
	text, err := os.ReadFile(filepath.Join(source, "internal", "jpyexec", "jpyexec.go"))
	if err != nil || strings.Count(string(text), stdinKept) != 1 {
		return "", nil
	}
	for _, name := range []string{"go.mod", "go.sum"} {
		data, err := os.ReadFile(filepath.Join(root, name))
		if err == nil {
			err = os.WriteFile(filepath.Join(dir, name), data, 0o644)
		}
		if err != nil {
			return "", err
		}
	}
	copied := filepath.Join(dir, "gonb")
	if err := os.CopyFS(copied, withoutDocs{os.DirFS(source)}); err != nil {
		return "", fmt.Errorf("copy the source of GoNB: %w", err)
	}
	changed := filepath.Join(copied, "internal", "jpyexec", "jpyexec.go")
	if err := os.Remove(changed); err != nil { // as read-only as in the module cache
		return "", err
	}
	if err := os.WriteFile(changed, []byte(strings.Replace(string(text), stdinKept, stdinClosed, 1)), 0o644); err != nil {
		return "", err
	}
	mod := filepath.Join(dir, "go.mod")
	edit := exec.CommandContext(ctx, goCommand, "mod", "edit", "-replace="+gonbModule+"="+copied, mod)
	edit.Dir, edit.Env = root, env
	if out, err := edit.CombinedOutput(); err != nil {
		return "", fmt.Errorf("take GoNB from %s: %w\n%s", copied, err, strings.TrimSpace(string(out)))
	}
	return mod, nil
}

// withoutDocs is GoNB's source without its folder of pictures, 65 MB.
type withoutDocs struct{ fs.FS }

func (w withoutDocs) ReadDir(name string) ([]fs.DirEntry, error) {
	entries, err := fs.ReadDir(w.FS, name)
	return slices.DeleteFunc(entries, func(e fs.DirEntry) bool { return name == "." && e.Name() == "docs" }), err
}
