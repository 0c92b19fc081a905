package main

import (
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"flowbook/ml/module"
)

// vendored builds cells of a module with a vendor folder. A go.work, by which the kernel sees other
// modules, knows nothing of their vendor folders, so here a cell is a package of the user's module:
// one that is there for the go command alone, by an overlay.
type vendored struct {
	root string // the user's module, whose packages the cell sees
	base string // where the vendor folder is: root, or the folder of the go.work
	cell string // the package's folder, which does not exist
}

// vendor is how cells are built if the user's module has a vendor folder.
func vendor() (vendored, bool) {
	dir, root := os.Getenv(module.EnvVendor), os.Getenv(module.EnvRoot)
	if dir == "" || root == "" {
		return vendored{}, false
	}
	return vendored{root, filepath.Dir(dir), filepath.Join(root, "flowbook_cell")}, true
}

// environ is the go command's environment: the user's go.work if its folder has the vendor folder,
// else none.
func (v vendored) environ() []string {
	work := os.Getenv(module.EnvGoWork)
	if v.base == v.root && work != filepath.Join(v.root, "go.work") {
		work = "off"
	}
	return append(os.Environ(), "GOWORK="+work)
}

// build runs `go build` or `go test` with these arguments as if the files of dir were v.cell's.
func (v vendored) build(k *keep, args []string) int {
	replaced := map[string]string{}
	files, err := filepath.Glob(filepath.Join(k.dir, "*.go"))
	for _, file := range files {
		var text []byte
		if text, err = os.ReadFile(file); err != nil {
			break
		}
		// A panic and an error of the compiler name the file that GoNB knows.
		copied := k.file(filepath.Base(file))
		if err = os.MkdirAll(filepath.Dir(copied), 0o700); err == nil {
			err = os.WriteFile(copied, append([]byte("//line "+file+":1:1\n"), text...), 0o600)
		}
		if err != nil {
			break
		}
		replaced[filepath.Join(v.cell, filepath.Base(file))] = copied
	}
	overlay := k.file("overlay.json")
	if err == nil {
		var data []byte
		if data, err = json.Marshal(map[string]any{"Replace": replaced}); err == nil {
			err = os.WriteFile(overlay, data, 0o600)
		}
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	words := append([]string{args[0], "-mod=vendor", "-overlay=" + overlay}, args[1:]...)
	cmd := exec.Command(k.real, append(words, "./"+filepath.Base(v.cell))...)
	cmd.Dir, cmd.Env = v.root, v.environ()
	out, err := cmd.CombinedOutput()
	said := strings.ReplaceAll(string(out), k.dir+string(filepath.Separator), "./")
	said = strings.ReplaceAll(said, filepath.Base(v.cell)+string(filepath.Separator), "./")
	if err != nil && strings.Contains(said, "-mod=vendor") {
		said += fmt.Sprintf("the package is not in the vendor folder of %s: go get it there, then go mod vendor\n", v.base)
	}
	fmt.Fprint(os.Stderr, said)
	if err != nil {
		return 1
	}
	return 0
}

// goimports runs goimports as if main.go were v.cell's.
func (v vendored) goimports(k *keep, path string) error {
	cmd := exec.Command(k.real, "-srcdir", filepath.Join(v.root, "main.go"), "-w", path)
	cmd.Env = append(v.environ(), "GOFLAGS=-mod=vendor")
	return cmd.Run()
}
