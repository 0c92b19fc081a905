package jupyter

import (
	"bytes"
	"cmp"
	"context"
	"embed"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"flowbook/ml/atomicfile"
	"flowbook/ml/module"
)

//go:embed logo
var logos embed.FS

// DisplayName is the installed kernel's name in Jupyter's launcher.
const DisplayName = "Go (Flowbook)"

// Installed is a kernelspec that Install wrote. Its metadata says so, and which module it serves.
type Installed struct {
	Spec
	Metadata struct {
		Flowbook *Mark `json:"flowbook,omitempty"`
	} `json:"metadata"`
}

// Mark identifies our kernelspecs.
type Mark struct {
	Root  string   `json:"root"`  // of the module that the kernel's cells see
	Files []string `json:"files"` // all that was written, with slashes, from the kernelspec's folder
}

// GPU says whether the kernel's cells are built with cgo, which links XLA into them.
func (i *Installed) GPU() bool { return i.Env["CGO_ENABLED"] == "1" }

// ForeignError says that a kernelspec in the way was written by something else.
type ForeignError struct{ Dir string }

func (e *ForeignError) Error() string {
	return fmt.Sprintf("the kernelspec %s is not Flowbook's; `jupyter kernelspec remove %s` removes it", e.Dir, filepath.Base(e.Dir))
}

// PrefixDir is the Jupyter data folder of the Python installation, or virtual environment, in
// prefix.
func PrefixDir(prefix string) string { return filepath.Join(prefix, "share", "jupyter") }

// Named is the name of the kernelspec of a module that has its own: "gonb-geo" for "geo", "gonb" for
// "".
func Named(own string) (string, error) {
	if own == "" {
		return "gonb", nil
	}
	if name := "gonb-" + strings.ToLower(own); len(name) <= 100 && validName.MatchString(name) && !strings.HasSuffix(name, sandboxSuffix) {
		return name, nil
	}
	return "", fmt.Errorf("%q is no name: up to 95 letters, digits, dots, dashes and underscores, not ending in %s", own, sandboxSuffix[1:])
}

// Ours says whether kernels of that name are those of [Install]: a notebook that names one runs on
// the kernel of its own module.
func Ours(name string) bool {
	return name == "gonb" || strings.HasPrefix(name, "gonb-") && !strings.HasSuffix(name, sandboxSuffix)
}

// InstallOptions change the installed kernel.
type InstallOptions struct {
	Name    string // of the kernelspec, as [Named] has it; "" is "gonb"
	GPU     bool   // cells are built with cgo, which links XLA into them
	Offline bool   // cells fetch no module
}

// Install writes the kernelspec "gonb", or opt.Name, into a Jupyter data folder: the kernel of [GoNB], in its
// environment, with its programs copied beside kernel.json, so that it works whatever becomes of
// the cache folder. gopls, which completes code, is found by [FindGopls] and stays where it is.
//
// The files of an earlier Install are replaced, file by file and kernel.json last; a kernelspec of
// something else is a [*ForeignError].
func Install(ctx context.Context, root, dataDir string, opt InstallOptions) (*Installed, error) {
	dir, err := filepath.Abs(filepath.Join(dataDir, "kernels", cmp.Or(opt.Name, "gonb")))
	if err != nil {
		return nil, fmt.Errorf("install the Go kernel: %w", err)
	}
	if _, err := ReadInstalled(dir); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("install the Go kernel: %w", err)
	}
	spec, err := GoNB(ctx, root)
	if err != nil {
		return nil, err
	}
	in := &Installed{Spec: *spec}
	in.Dir, in.DisplayName = dir, DisplayName
	if own, ok := strings.CutPrefix(opt.Name, "gonb-"); ok {
		in.Name, in.DisplayName = opt.Name, "Go (Flowbook, "+own+")"
	}
	in.Metadata.Flowbook = &Mark{Root: in.Env[module.EnvRoot]}
	built := filepath.Dir(spec.Argv[0])
	write := func(name string, data []byte, mode fs.FileMode) error {
		in.Metadata.Flowbook.Files = append(in.Metadata.Flowbook.Files, name)
		return replace(filepath.Join(dir, filepath.FromSlash(name)), data, mode)
	}
	for _, program := range goPrograms {
		data, err := os.ReadFile(filepath.Join(built, filepath.FromSlash(program)))
		if err == nil {
			err = write("bin/"+program, data, 0o755)
		}
		if err != nil {
			return nil, fmt.Errorf("install the Go kernel: %w", err)
		}
	}
	for _, name := range []string{"logo-32x32.png", "logo-64x64.png", "logo-svg.svg"} {
		data, err := logos.ReadFile("logo/" + name)
		if err == nil {
			err = write(name, data, 0o644)
		}
		if err != nil {
			return nil, fmt.Errorf("install the Go kernel: %w", err)
		}
	}
	bin := filepath.Join(dir, "bin")
	in.Argv[0] = filepath.Join(bin, "gonb"+exe)
	path := strings.Replace(in.Env["PATH"], built, bin, 1)
	if gopls := FindGopls(in.Env["GOPATH"]); gopls != "" {
		// last, so that no program beside gopls hides another one
		path += string(os.PathListSeparator) + filepath.Dir(gopls)
	}
	in.Env["PATH"] = path
	if opt.GPU {
		in.Env["CGO_ENABLED"] = "1"
	}
	if opt.Offline {
		in.Env["GOPROXY"] = "off"
	}
	in.Metadata.Flowbook.Files = append(in.Metadata.Flowbook.Files, "kernel.json")
	var text bytes.Buffer
	enc := json.NewEncoder(&text)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", " ")
	if err := enc.Encode(in); err != nil {
		return nil, fmt.Errorf("install the Go kernel: %w", err)
	}
	if err := replace(filepath.Join(dir, "kernel.json"), text.Bytes(), 0o644); err != nil {
		return nil, fmt.Errorf("install the Go kernel: %w", err)
	}
	return in, nil
}

// ReadInstalled reads the kernelspec in dir if Install wrote it. Its error is a [*ForeignError] if
// something else did, and wraps [fs.ErrNotExist] if none is there.
func ReadInstalled(dir string) (*Installed, error) {
	path := filepath.Join(dir, "kernel.json")
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	in := &Installed{}
	if err := json.Unmarshal(data, in); err != nil || in.Metadata.Flowbook == nil {
		return nil, &ForeignError{dir}
	}
	in.Dir, in.Name = dir, strings.ToLower(filepath.Base(dir))
	return in, nil
}

// Remove deletes the files that Install wrote into dir, and the folders that are then empty.
func Remove(dir string) error {
	in, err := ReadInstalled(dir)
	if err != nil {
		return fmt.Errorf("remove the Go kernel: %w", err)
	}
	for _, name := range in.Metadata.Flowbook.Files { // kernel.json is the last
		if !filepath.IsLocal(filepath.FromSlash(name)) {
			return fmt.Errorf("remove the Go kernel: %s names a file outside its folder: %s", filepath.Join(dir, "kernel.json"), name)
		}
		if err := os.Remove(filepath.Join(dir, filepath.FromSlash(name))); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return fmt.Errorf("remove the Go kernel: %w", err)
		}
	}
	// Remove keeps a folder into which somebody has put a file
	for _, empty := range []string{"bin/real", "bin", "."} {
		os.Remove(filepath.Join(dir, filepath.FromSlash(empty)))
	}
	return nil
}

// FindGopls is where gopls is: on the PATH, in $GOBIN or in the folder bin of gopath; "" if
// nowhere.
func FindGopls(gopath string) string {
	if path, err := exec.LookPath("gopls"); err == nil {
		if abs, err := filepath.Abs(path); err == nil {
			return abs
		}
	}
	dirs := []string{os.Getenv("GOBIN")}
	for _, dir := range filepath.SplitList(gopath) {
		dirs = append(dirs, filepath.Join(dir, "bin"))
	}
	for _, dir := range dirs {
		if path, err := exec.LookPath(filepath.Join(dir, "gopls"+exe)); err == nil && filepath.IsAbs(path) {
			return path
		}
	}
	return ""
}

// replace puts a file in place of another, so that whoever runs or reads the old one goes on with
// it.
func replace(path string, data []byte, mode fs.FileMode) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return err
	}
	return atomicfile.Write(path, data, mode)
}
