package jupyter

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strings"
)

// Spec says how a kernel is started: the content of a kernel.json.
type Spec struct {
	Name string `json:"-"` // the folder's name, lower case
	// Dir is the folder of the spec's file, "" without a file; {resource_dir} in Argv stands for
	// it.
	Dir           string            `json:"-"`
	Argv          []string          `json:"argv"`           // {connection_file} is replaced
	DisplayName   string            `json:"display_name"`   // for people
	Language      string            `json:"language"`       // "go", "python"
	InterruptMode string            `json:"interrupt_mode"` // "message" or "signal", "" is signal
	Env           map[string]string `json:"env,omitempty"`  // ${NAME} is replaced from our environment
}

// NotFoundError says that Jupyter knows no kernel of a name.
type NotFoundError struct {
	Name  string
	Known []string // the names of the kernels that there are
}

func (e *NotFoundError) Error() string {
	if len(e.Known) == 0 {
		return fmt.Sprintf("no kernel is called %q, and no other is installed (jupyter --paths says where they are looked for)", e.Name)
	}
	return fmt.Sprintf("no kernel is called %q; there are: %s", e.Name, strings.Join(e.Known, ", "))
}

// validName matches the kernel names that Jupyter allows.
var validName = regexp.MustCompile(`^[A-Za-z0-9._-]+$`)

// FindSpec finds the kernelspec called name, in upper or lower case, on Jupyter's search path. Its
// error is a [*NotFoundError] if there is none.
func FindSpec(name string) (*Spec, error) {
	specs, err := Specs()
	for _, s := range specs {
		if s.Name == strings.ToLower(name) {
			return ReadSpec(s.Dir)
		}
	}
	if err != nil {
		return nil, err
	}
	e := &NotFoundError{Name: name}
	for _, s := range specs {
		e.Known = append(e.Known, s.Name)
	}
	return nil, e
}

// Specs lists the kernelspecs of Jupyter's search path by name; of two with one name the earlier on
// the path. Unreadable kernelspecs are left out; the error joins the reasons.
func Specs() ([]*Spec, error) {
	found := map[string]bool{}
	var specs []*Spec
	var errs []error
	for _, base := range searchPath() {
		entries, err := os.ReadDir(filepath.Join(base, "kernels"))
		if err != nil {
			continue // most of the path does not exist
		}
		for _, entry := range entries {
			name := strings.ToLower(entry.Name())
			if found[name] || !validName.MatchString(name) {
				continue
			}
			s, err := ReadSpec(filepath.Join(base, "kernels", entry.Name()))
			if errors.Is(err, fs.ErrNotExist) {
				continue
			}
			found[name] = true
			if err != nil {
				errs = append(errs, err)
				continue
			}
			specs = append(specs, s)
		}
	}
	slices.SortFunc(specs, func(a, b *Spec) int { return strings.Compare(a.Name, b.Name) })
	return specs, errors.Join(errs...)
}

// ReadSpec reads the kernelspec in the folder dir.
func ReadSpec(dir string) (*Spec, error) {
	path := filepath.Join(dir, "kernel.json")
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	s := &Spec{Name: strings.ToLower(filepath.Base(dir)), Dir: dir}
	if err := json.Unmarshal(data, s); err != nil {
		return nil, fmt.Errorf("read %s: %w", path, err)
	}
	if len(s.Argv) == 0 {
		return nil, fmt.Errorf("read %s: it has no argv", path)
	}
	return s, nil
}

// searchPath is where Jupyter looks for data, in order: $JUPYTER_PATH, the user's folder, the
// folders of the virtual environment and of the python3 on the PATH, the system's. With
// $JUPYTER_PREFER_ENV_PATH the environment comes before the user.
func searchPath() []string {
	var path []string
	add := func(dirs ...string) {
		for _, dir := range dirs {
			if dir != "" && !slices.Contains(path, dir) {
				path = append(path, dir)
			}
		}
	}
	add(filepath.SplitList(os.Getenv("JUPYTER_PATH"))...)
	first, second := []string{UserDir()}, environmentDirs()
	if prefer := os.Getenv("JUPYTER_PREFER_ENV_PATH"); prefer != "" && !slices.Contains([]string{"no", "n", "false", "off", "0", "0.0"}, strings.ToLower(prefer)) {
		first, second = second, first
	}
	add(first...)
	add(second...)
	if runtime.GOOS == "windows" {
		if data := os.Getenv("PROGRAMDATA"); data != "" {
			add(filepath.Join(data, "jupyter"))
		}
	} else {
		add("/usr/local/share/jupyter", "/usr/share/jupyter")
	}
	return path
}

// UserDir is the user's Jupyter data folder, "" where no home is known.
func UserDir() string {
	if dir := os.Getenv("JUPYTER_DATA_DIR"); dir != "" {
		return dir
	}
	home := homeDir()
	switch runtime.GOOS {
	case "darwin":
		if home != "" {
			return filepath.Join(home, "Library", "Jupyter")
		}
	case "windows":
		if data := os.Getenv("APPDATA"); data != "" {
			return filepath.Join(data, "jupyter")
		}
	default:
		if data := os.Getenv("XDG_DATA_HOME"); data != "" {
			return filepath.Join(data, "jupyter")
		}
		if home != "" {
			return filepath.Join(home, ".local", "share", "jupyter")
		}
	}
	return ""
}

// environmentDirs are the data folders of the Python installations in use.
func environmentDirs() []string {
	var dirs []string
	for _, name := range []string{"VIRTUAL_ENV", "CONDA_PREFIX"} {
		if prefix := os.Getenv(name); prefix != "" {
			dirs = append(dirs, filepath.Join(prefix, "share", "jupyter"))
		}
	}
	for _, name := range []string{"jupyter", "python3", "python"} {
		if program, err := exec.LookPath(name); err == nil {
			dirs = append(dirs, filepath.Join(filepath.Dir(filepath.Dir(program)), "share", "jupyter"))
		}
	}
	return dirs
}
