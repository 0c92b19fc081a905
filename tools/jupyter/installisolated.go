package jupyter

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

// IsolatedName is the name of the kernelspec whose kernels run in a sandbox, beside "gonb".
const IsolatedName = "gonb-sandbox"

// sandboxSuffix ends the names of isolated kernels.
const sandboxSuffix = "-sandbox"

// baseFile is the file, in the folder of the isolated kernelspec, that holds the spec of the kernel
// that it isolates.
const baseFile = "base.json"

// InstallIsolated writes the kernelspec [IsolatedName], or NAME-sandbox, beside the installed one NAME. Its kernels are
// those of base in a sandbox: it starts `program kernel isolated`, a copy of the program at that
// path, which calls [Relay]. nbgrader, papermill and JupyterLab run a stranger's cells with it.
func InstallIsolated(base *Installed, program string) (*Installed, error) {
	dir := base.Dir + sandboxSuffix
	if _, err := ReadInstalled(dir); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("install the isolated kernel: %w", err)
	}
	self, err := os.ReadFile(program)
	if err != nil {
		return nil, fmt.Errorf("install the isolated kernel: %w", err)
	}
	spec, err := json.MarshalIndent(base.Spec, "", "  ")
	if err != nil {
		return nil, fmt.Errorf("install the isolated kernel: %w", err)
	}
	in := &Installed{Spec: Spec{Name: filepath.Base(dir), Dir: dir, DisplayName: base.DisplayName + ", isolated", Language: base.Language,
		InterruptMode: base.InterruptMode, Argv: []string{"{resource_dir}/bin/flowbook" + exe, "kernel", "isolated", "{resource_dir}", "{connection_file}"}}}
	in.Metadata.Flowbook = &Mark{Root: base.Metadata.Flowbook.Root,
		Files: []string{"bin/flowbook" + exe, baseFile, "logo-32x32.png", "logo-64x64.png", "logo-svg.svg", "kernel.json"}}
	write := func(name string, data []byte, mode fs.FileMode) error {
		return replace(filepath.Join(dir, filepath.FromSlash(name)), data, mode)
	}
	err = errors.Join(write("bin/flowbook"+exe, self, 0o755), write(baseFile, append(spec, '\n'), 0o644))
	for _, name := range in.Metadata.Flowbook.Files[2:5] {
		logo, logoErr := logos.ReadFile("logo/" + name)
		err = errors.Join(err, logoErr, write(name, logo, 0o644))
	}
	if err == nil {
		var data []byte
		if data, err = json.MarshalIndent(in, "", "  "); err == nil {
			err = write("kernel.json", append(data, '\n'), 0o644)
		}
	}
	if err != nil {
		return nil, fmt.Errorf("install the isolated kernel: %w", err)
	}
	return in, nil
}

// ReadBase returns the spec of the kernel that the isolated kernelspec in the folder dir isolates.
func ReadBase(dir string) (*Spec, error) {
	path := filepath.Join(dir, baseFile)
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	spec := &Spec{}
	if err := json.Unmarshal(data, spec); err != nil {
		return nil, fmt.Errorf("read %s: %w", path, err)
	}
	return spec, nil
}
