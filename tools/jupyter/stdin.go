package jupyter

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
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

// withStdinClosed writes into temp the file with the lines replaced and returns the flag by which the go command takes it instead of GoNB's; "" for a
// GoNB that looks otherwise, which is built as it is. dir is the folder of the module that requires GoNB.
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
	kept := filepath.Join(strings.TrimSpace(string(out)), "internal", "jpyexec", "jpyexec.go")
	text, err := os.ReadFile(kept)
	if err != nil || strings.Count(string(text), stdinKept) != 1 {
		return "", nil
	}
	changed, overlay := filepath.Join(temp, "jpyexec.go"), filepath.Join(temp, "overlay.json")
	if err := os.WriteFile(changed, []byte(strings.Replace(string(text), stdinKept, stdinClosed, 1)), 0o600); err != nil {
		return "", err
	}
	replaced, err := json.Marshal(map[string]map[string]string{"Replace": {kept: changed}})
	if err != nil {
		return "", err
	}
	return "-overlay=" + overlay, os.WriteFile(overlay, replaced, 0o600)
}
