package jupyter

import (
	"context"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"slices"
	"strings"

	"golang.org/x/sync/errgroup"

	"flowbook/ml/atomicfile"
	"flowbook/ml/module"
	"flowbook/tools"
)

// kernelMod is the module that the kernel's programs are built in: exact versions and checksums.
// Its files have another name there, for a folder with a go.mod could not be embedded.
//
//go:embed kernelmod/go.mod.txt kernelmod/go.sum.txt
var kernelMod embed.FS

// The packages that make the Go kernel. GoNB runs goimports and the go command for each cell;
// gofront stands before both. It is a program of its own, not the flowbook command under another
// name: that needs 34 ms of processor time to start, and gofront is started three times for a cell.
const (
	goNBPackage      = "github.com/janpfeifer/gonb"
	goImportsPackage = "golang.org/x/tools/cmd/goimports"
	goFrontFolder    = "jupyter/gofront"
)

// goPrograms are the files that the kernel needs in its own folder, with slashes.
var goPrograms = []string{"gonb" + exe, "go" + exe, "goimports" + exe, "real/goimports" + exe}

// kernelBuild holds the inputs of a build of the Go kernel's programs.
type kernelBuild struct {
	space        *module.Workspace
	goCommand    string
	state, cache string
	settings     goEnv
	cgo          string // CGO_ENABLED
	pinned       string // the folder of the user's module whose go.mod pins GoNB, "" for none
	dir          string // where the programs are, or will be
}

// Versions is the text of the go.mod that the Go kernel's programs are built with, where the user's
// module pins none.
func Versions() ([]byte, error) { return kernelMod.ReadFile("kernelmod/go.mod.txt") }

func openKernel(ctx context.Context, root string) (*kernelBuild, error) {
	root, err := filepath.Abs(root)
	if err != nil {
		return nil, err
	}
	k := &kernelBuild{}
	if k.goCommand, err = findGo(); err != nil {
		return nil, err
	}
	if k.space, err = module.Open(root); err != nil {
		return nil, err
	}
	for _, m := range k.space.Modules {
		if err := usableName(m.Dir); m.Main && err != nil {
			return nil, err
		}
	}
	if k.pinned, err = findPinned(k.space); err != nil {
		return nil, err
	}
	if k.state, err = module.State(root); err != nil {
		return nil, err
	}
	if k.cache, err = cacheDir(k.state); err != nil {
		return nil, err
	}
	if strings.ContainsRune(k.cache, os.PathListSeparator) {
		return nil, fmt.Errorf("the cache folder %q has a colon in its name, and the PATH of the cells would split it there: set XDG_CACHE_HOME to another folder", k.cache)
	}
	if k.settings, err = readGoEnv(ctx, k.goCommand, root, k.state, k.cache); err != nil {
		return nil, err
	}
	if err := checkGo(k.space, k.settings.GOVERSION); err != nil {
		return nil, err
	}
	info, _ := debug.ReadBuildInfo()
	k.cgo = cgoEnabled(info)
	key, err := k.key()
	if err != nil {
		return nil, err
	}
	k.dir = filepath.Join(k.cache, "kernel", key)
	return k, os.MkdirAll(filepath.Dir(k.dir), 0o700)
}

// cacheDir is Flowbook's folder in the user's cache folder; where none can be written, the module's
// state.
func cacheDir(state string) (string, error) {
	base, err := os.UserCacheDir()
	if err != nil {
		base = filepath.Join(homeDir(), ".cache")
	}
	dir := filepath.Join(base, "flowbook")
	if !filepath.IsAbs(dir) || os.MkdirAll(dir, 0o700) != nil {
		return state, nil
	}
	proof, err := atomicfile.Create(filepath.Join(dir, "proof"), 0o600)
	if err != nil {
		return state, nil
	}
	proof.Discard()
	return dir, nil
}

// key returns a digest of everything that the programs are built from.
func (k *kernelBuild) key() (string, error) {
	h := sha256.New()
	fmt.Fprintln(h, k.settings.GOVERSION, runtime.GOOS, runtime.GOARCH, k.cgo)
	changes, err := goNBText()
	if err != nil {
		return "", err
	}
	fmt.Fprint(h, changes)
	files, err := kernelFiles()
	if err != nil {
		return "", err
	}
	for _, name := range slices.Sorted(maps.Keys(files)) {
		fmt.Fprintf(h, "%s %d\n%s", name, len(files[name]), files[name])
	}
	if k.pinned != "" {
		for _, name := range []string{"go.mod", "go.sum"} {
			data, err := os.ReadFile(filepath.Join(k.pinned, name))
			if err != nil {
				return "", err
			}
			fmt.Fprintf(h, "%d\n%s", len(data), data)
		}
	}
	return hex.EncodeToString(h.Sum(nil))[:16], nil
}

// kernelFiles are the files of the module that the programs are built in, by their names with
// slashes.
func kernelFiles() (map[string][]byte, error) {
	files := map[string][]byte{}
	for _, name := range []string{"go.mod", "go.sum"} {
		data, err := kernelMod.ReadFile("kernelmod/" + name + ".txt")
		if err != nil {
			return nil, err
		}
		files[name] = data
	}
	for dir, source := range map[string]embed.FS{"tools": tools.Source, "ml/module": module.Source, "ml/atomicfile": atomicfile.Source} {
		err := fs.WalkDir(source, ".", func(name string, e fs.DirEntry, err error) error {
			if err != nil || e.IsDir() || strings.HasSuffix(name, "_test.go") {
				return err
			}
			files[dir+"/"+name], err = source.ReadFile(name)
			return err
		})
		if err != nil {
			return nil, err
		}
	}
	return files, nil
}

// build returns the folder with the programs, and builds them if they are not there as they were
// built: a program that a cell has put in their place is not executed.
func (k *kernelBuild) build(ctx context.Context) (string, error) {
	unlock, err := module.Lock(ctx, k.dir+".lock")
	if err != nil {
		return "", err
	}
	defer unlock()
	if verify(k.dir) == nil {
		return k.dir, nil
	}
	temp, err := os.MkdirTemp(filepath.Dir(k.dir), "build-*")
	if err != nil {
		return "", err
	}
	defer os.RemoveAll(temp)
	source, bin := filepath.Join(temp, "source"), filepath.Join(temp, "bin")
	if err := writeKernelModule(source); err != nil {
		return "", err
	}
	// What is fetched is compiled meanwhile, and the linkers have no use for a second processor.
	group, both := errgroup.WithContext(ctx)
	group.Go(func() error { return k.compile(both, source, bin, "", "./tools/"+goFrontFolder, goImportsPackage) })
	group.Go(func() error { return k.buildGoNB(both, source, temp, bin) })
	if err := group.Wait(); err != nil {
		return "", err
	}
	if err := arrange(bin); err != nil {
		return "", err
	}
	sums, err := digestPrograms(bin)
	if err != nil {
		return "", err
	}
	data, err := json.Marshal(sums)
	if err != nil {
		return "", err
	}
	if err := os.RemoveAll(k.dir); err != nil {
		return "", err
	}
	if err := os.Rename(bin, k.dir); err != nil {
		return "", err
	}
	return k.dir, atomicfile.Write(k.dir+".json", data, 0o600)
}

// buildGoNB builds the kernel into bin, with the version of GoNB that the user's module pins or
// that of the module in source.
func (k *kernelBuild) buildGoNB(ctx context.Context, source, temp, bin string) error {
	dir := source
	if k.pinned != "" {
		// Building fetches only the packages that these programs import; the kernel may have no
		// network and looks through all of go.mod.
		if err := k.goRun(ctx, k.pinned, "mod", "download"); err != nil {
			return fmt.Errorf("download the modules of go.mod: %w", err)
		}
		dir = k.pinned
	}
	flag, err := k.changedGoNB(ctx, dir, temp)
	if err != nil {
		return err
	}
	return k.compile(ctx, dir, bin, flag, goNBPackage)
}

// compile builds programs of the module in dir into bin, with a flag unless it is empty.
func (k *kernelBuild) compile(ctx context.Context, dir, bin, flag string, programs ...string) error {
	// Not with -trimpath: Go's own packages would be compiled anew, while cells need them without.
	args := []string{"build", "-buildvcs=false", "-ldflags=-s", "-o", bin + string(filepath.Separator)}
	if flag != "" {
		args = append(args, flag)
	}
	if err := k.goRun(ctx, dir, append(args, programs...)...); err != nil {
		return fmt.Errorf("build %s: %w", strings.Join(programs, " and "), err)
	}
	return nil
}

// goRun runs the go command for the programs; of the environment, only the flags of a C compiler
// have a say in them. Its error is the last line that it says.
func (k *kernelBuild) goRun(ctx context.Context, dir string, args ...string) error {
	cmd := exec.CommandContext(ctx, k.goCommand, args...)
	cmd.Dir = dir
	cmd.Env = k.environ()
	out, err := cmd.CombinedOutput()
	if err == nil {
		return nil
	}
	if cause := context.Cause(ctx); cause != nil {
		return cause
	}
	return goError(err, string(out))
}

func (k *kernelBuild) environ() []string {
	return append(scrubbed(goEnvironment(k.state), k.cgo), "GOCACHE="+k.settings.GOCACHE)
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

func writeKernelModule(dir string) error {
	files, err := kernelFiles()
	if err != nil {
		return err
	}
	for name, data := range files {
		file := filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(file), 0o700); err != nil {
			return err
		}
		if name == "go.mod" { // the module is called as ours is, for gofront's imports
			data = append([]byte("module "+module.Self+"\n\n"), data...)
		}
		if err := os.WriteFile(file, data, 0o600); err != nil {
			return err
		}
	}
	return nil
}

// digestPrograms returns the SHA-256 of each program.
func digestPrograms(dir string) (map[string]string, error) {
	sums := make([]string, len(goPrograms))
	var group errgroup.Group
	for i, name := range goPrograms {
		group.Go(func() error {
			data, err := os.ReadFile(filepath.Join(dir, filepath.FromSlash(name)))
			sum := sha256.Sum256(data)
			sums[i] = hex.EncodeToString(sum[:])
			return err
		})
	}
	if err := group.Wait(); err != nil {
		return nil, err
	}
	named := map[string]string{}
	for i, name := range goPrograms {
		named[name] = sums[i]
	}
	return named, nil
}

var errChanged = errors.New("its programs are not as they were built")

// verify compares the programs with the digests recorded when they were built.
func verify(dir string) error {
	data, err := os.ReadFile(dir + ".json")
	if err != nil {
		return err
	}
	var want map[string]string
	if err := json.Unmarshal(data, &want); err != nil {
		return err
	}
	got, err := digestPrograms(dir)
	if err != nil {
		return err
	}
	for _, name := range goPrograms {
		if want[name] == "" || want[name] != got[name] {
			return fmt.Errorf("%s: %w", path.Base(name), errChanged)
		}
	}
	return nil
}

// BuiltTools returns the folder in which GoNB keeps the kernel and goimports for the module in
// root. It builds nothing: the folder need not exist. The version is that of the Go toolchain.
func BuiltTools(ctx context.Context, root string) (dir, version string, err error) {
	k, err := openKernel(ctx, root)
	if err != nil {
		return "", "", err
	}
	return k.dir, k.settings.GOVERSION, nil
}

// usableName refuses a module whose path GoNB or the PATH of its cells would misread.
func usableName(root string) error {
	for _, bad := range []struct{ text, name, why string }{
		{",", "a comma", "GoNB would split it there"},
		{string(os.PathListSeparator), "a " + map[rune]string{':': "colon", ';': "semicolon"}[os.PathListSeparator], "the PATH of the cells would split it there"},
		{"\\", "a backslash", "GoNB takes it for an escape"},
		{"\n", "a line break", "go.mod cannot name it"},
	} {
		if strings.Contains(filepath.ToSlash(root), bad.text) {
			return fmt.Errorf("the folder %q has %s in its name, and %s: move the module to another folder", root, bad.name, bad.why)
		}
	}
	return nil
}
