package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"text/tabwriter"

	"flowbook/tools/jupyter"
	"flowbook/tools/sandbox"
)

type kernelCmd struct {
	Install  kernelInstallCmd  `cmd:"" help:"Put the Go kernel of this module into Jupyter."`
	List     kernelListCmd     `cmd:"" help:"List the kernels that Jupyter finds."`
	Remove   kernelRemoveCmd   `cmd:"" help:"Take the Go kernel out of Jupyter again."`
	Isolated kernelIsolatedCmd `cmd:"" hidden:"" help:"Be the isolated kernel that Jupyter has started."`
}

// kernelPlace says in which of Jupyter's folders the kernelspec is, and its name there.
type kernelPlace struct {
	Name   string `placeholder:"NAME" help:"The kernel gonb-NAME, shown as Go (Flowbook, NAME), beside those of other modules. Default: gonb, of which there is one."`
	User   bool   `xor:"place" help:"The user's Jupyter folder ($JUPYTER_DATA_DIR, ~/.local/share/jupyter), also in a virtual environment."`
	Prefix string `xor:"place" type:"path" placeholder:"DIR" help:"The Python installation in DIR. Default: the active virtual environment ($VIRTUAL_ENV, $CONDA_PREFIX), else --user."`
}

// folder is the kernelspec's folder in a Jupyter data folder.
func (p *kernelPlace) folder(dataDir string) (dir, name string, err error) {
	if name, err = jupyter.Named(p.Name); err != nil {
		return "", "", &usageError{fmt.Errorf("kernel: --name: %w", err)}
	}
	return filepath.Join(dataDir, "kernels", name), name, nil
}

// dataDir is the Jupyter data folder that the flags mean.
func (p *kernelPlace) dataDir() (string, error) {
	if p.Prefix != "" {
		return jupyter.PrefixDir(p.Prefix), nil
	}
	if !p.User && os.Getenv("JUPYTER_DATA_DIR") == "" {
		for _, name := range []string{"VIRTUAL_ENV", "CONDA_PREFIX"} {
			if prefix := os.Getenv(name); prefix != "" {
				return jupyter.PrefixDir(prefix), nil
			}
		}
	}
	if dir := jupyter.UserDir(); dir != "" {
		return dir, nil
	}
	return "", errors.New("no home folder is known; name a place with --prefix")
}

type kernelInstallCmd struct {
	kernelPlace `embed:""`
	Sandbox     bool `help:"Also a second kernel, gonb-sandbox, whose cells are isolated: no network, no files but the system's, Go's and the module's, nothing kept."`
	GPU         bool `name:"gpu" help:"Build cells with cgo, which links XLA into them: slower cells, and the GPU where its plugin is there."`
	Offline     bool `help:"Let cells fetch no module: GOPROXY=off. Default: the settings of the go command."`
}

func (c *kernelInstallCmd) Run(ctx context.Context, con *console) error {
	root, err := (&target{dir: "."}).root()
	if err != nil {
		return fmt.Errorf("kernel install: %w", err)
	}
	dir, err := c.dataDir()
	if err != nil {
		return fmt.Errorf("kernel install: %w", err)
	}
	if c.GPU && compiler() == "" {
		return errors.New("kernel install: --gpu needs a C compiler, and neither $CC nor gcc nor clang is on the PATH")
	}
	at, name, err := c.folder(dir)
	if err != nil {
		return err
	}
	before, _ := jupyter.ReadInstalled(at) // Install tells of one that is not ours
	in, err := jupyter.Install(ctx, root, dir, jupyter.InstallOptions{Name: name, GPU: c.GPU, Offline: c.Offline})
	if err != nil {
		return unwritable(err, "--prefix DIR is another place for the kernel, $XDG_CACHE_HOME for the cache")
	}
	fmt.Fprintf(con.stdout, "installed %s in %s\n", in.DisplayName, in.Dir)
	fmt.Fprintf(con.stdout, "its cells see the module in %s\n", display(root))
	if before != nil && !sameFolder(before.Metadata.Flowbook.Root, in.Metadata.Flowbook.Root) {
		fmt.Fprintf(con.stdout, "it replaces the kernel of the module in %s, whose notebooks do not find their packages in Jupyter now: "+
			"flowbook kernel install --name NAME there gives them a kernel of their own\n", before.Metadata.Flowbook.Root)
	}
	if c.Sandbox {
		if err := c.isolated(con, in); err != nil {
			return err
		}
	}
	if !jupyter.Changed(strings.TrimSuffix(in.Argv[0], ".exe")) {
		fmt.Fprintf(con.stdout, "it is the GoNB that go.mod pins, %s\n", unchangedGoNB)
	}
	if jupyter.FindGopls(in.Env["GOPATH"]) == "" {
		fmt.Fprintf(con.stdout, "without completion, for gopls is not there: %s, then install again\n", getGopls)
	}
	found, err := jupyter.FindSpec(name)
	var missing *jupyter.NotFoundError
	switch {
	case errors.As(err, &missing):
		fmt.Fprintf(con.stdout, "Jupyter does not look there by itself: export JUPYTER_PATH=%s\n", filepath.Dir(filepath.Dir(in.Dir)))
	case err == nil && !sameFolder(found.Dir, in.Dir):
		fmt.Fprintf(con.stdout, "Jupyter finds another kernel of that name first: %s\n", found.Dir)
	}
	return nil
}

// isolated installs the isolated kernel beside the other one.
func (c *kernelInstallCmd) isolated(con *console, base *jupyter.Installed) error {
	means, err := sandbox.Find()
	if err != nil {
		return fmt.Errorf("kernel install: --sandbox: %w", err)
	}
	self, err := os.Executable()
	if err != nil {
		return fmt.Errorf("kernel install: %w", err)
	}
	in, err := jupyter.InstallIsolated(base, self)
	if err != nil {
		return err
	}
	fmt.Fprintf(con.stdout, "installed %s in %s, isolated by %s\n", in.DisplayName, in.Dir, means)
	if weakness := means.Weakness(); weakness != "" {
		fmt.Fprintln(con.stdout, weakness)
	}
	return nil
}

// kernelIsolatedCmd is the command of the isolated kernelspec.
type kernelIsolatedCmd struct {
	Spec       string `arg:"" type:"path" help:"Folder of the isolated kernelspec."`
	Connection string `arg:"" type:"path" help:"Jupyter's connection file."`
}

func (c *kernelIsolatedCmd) Run(ctx context.Context, con *console) error {
	spec, err := jupyter.ReadBase(c.Spec)
	if err != nil {
		return fmt.Errorf("kernel isolated: %w", err)
	}
	dir, err := os.Getwd()
	if err != nil {
		return fmt.Errorf("kernel isolated: %w", err)
	}
	return jupyter.Relay(ctx, c.Connection, spec, spec.Policy(dir))
}

// sameFolder says whether two paths are one folder.
func sameFolder(a, b string) bool {
	x, err := os.Stat(a)
	if err != nil {
		return false
	}
	y, err := os.Stat(b)
	return err == nil && os.SameFile(x, y)
}

// compiler is the C compiler that the go command would run, "" if there is none.
func compiler() string {
	for _, name := range []string{os.Getenv("CC"), "gcc", "clang"} {
		if path, err := exec.LookPath(name); name != "" && err == nil {
			return path
		}
	}
	return ""
}

type kernelListCmd struct{}

func (c *kernelListCmd) Run(con *console) error {
	specs, err := jupyter.Specs()
	if len(specs) == 0 && err == nil {
		fmt.Fprintln(con.stdout, "no kernels; flowbook kernel install adds one")
		return nil
	}
	w := tabwriter.NewWriter(con.stdout, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "NAME\tSHOWN AS\tFOLDER\tOF")
	for _, s := range specs {
		fmt.Fprintf(w, "%s\t%s\t%s\t%s\n", s.Name, s.DisplayName, s.Dir, ownerOf(s.Dir))
	}
	w.Flush()
	return err
}

// ownerOf says who wrote the kernelspec in dir: "-", or which module our kernel serves.
func ownerOf(dir string) string {
	in, err := jupyter.ReadInstalled(dir)
	if err != nil {
		return "-"
	}
	owner := "Flowbook in " + in.Metadata.Flowbook.Root
	if in.GPU() {
		owner += ", GPU"
	}
	if _, err := os.Stat(filepath.Join(in.Metadata.Flowbook.Root, "go.mod")); err != nil {
		owner += ", which is gone"
	}
	return owner
}

type kernelRemoveCmd struct {
	kernelPlace `embed:""`
}

func (c *kernelRemoveCmd) Run(con *console) error {
	data, err := c.dataDir()
	if err != nil {
		return fmt.Errorf("kernel remove: %w", err)
	}
	dir, _, err := c.folder(data)
	if err != nil {
		return err
	}
	if err := jupyter.Remove(dir); errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("kernel remove: there is none in %s (flowbook kernel list says where kernels are)", dir)
	} else if err != nil {
		return err
	}
	fmt.Fprintf(con.stdout, "removed %s\n", dir)
	isolated := dir + "-sandbox"
	if err := jupyter.Remove(isolated); err == nil {
		fmt.Fprintf(con.stdout, "removed %s\n", isolated)
	} else if !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return nil
}

// getGopls gets the gopls that works: newer ones want a newer Go, and it cannot be a tool of
// go.mod, whose x/tools it does not compile with.
const getGopls = "go install golang.org/x/tools/gopls@v0.21.1"
