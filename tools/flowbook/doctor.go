package main

import (
	"context"
	"debug/buildinfo"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"text/tabwriter"
	"time"

	"flowbook/ml"
	"flowbook/ml/atomicfile"
	"flowbook/ml/dataset"
	"flowbook/ml/module"
	"flowbook/tools/jupyter"
)

// doctorCmd changes nothing. Its status is 1 if something is missing that `flowbook pipeline`
// cannot bring itself: Go, or the module.
type doctorCmd struct {
	Store     string `env:"FLOWBOOK_STORE" placeholder:"URL" help:"Ask also this store of pipeline runs."`
	Temporal  string `env:"TEMPORAL_ADDRESS" placeholder:"HOST:PORT" help:"Ask also this Temporal server and the workers there."`
	Namespace string `env:"TEMPORAL_NAMESPACE" placeholder:"NAME" help:"Its namespace, default."`
	Queue     string `default:"flowbook" help:"The workers' task queue."`
}

// finding is one line of the report.
type finding struct {
	state string // good, absent, broken
	what  string
	text  string
	mend  []string // commands
}

const (
	good   = "ok"
	absent = "missing" // not needed, or made when it is
	broken = "BROKEN"  // required, and not usable
	wrong  = "wrong"   // there, and not as it should be
)

// flowbook is how the user calls this command: in a clone by its sources.
func flowbook(words string) string {
	if inClone() {
		return "go run ./tools/flowbook " + words
	}
	return "flowbook " + words
}

// inClone reports whether the module we stand in is Flowbook's own.
func inClone() bool {
	root, err := module.Root("")
	if err != nil {
		return false
	}
	space, err := module.Open(root)
	return err == nil && space.Dir(module.Self) == root
}

func (c *doctorCmd) Run(ctx context.Context, con *console) error {
	findings := examine(ctx)
	if c.Store != "" {
		findings = append(findings, examineStore(ctx, c.Store))
	}
	if c.Temporal != "" {
		findings = append(findings, examineTemporal(ctx, con, c.Temporal, c.Namespace, c.Queue))
	}
	w := tabwriter.NewWriter(con.stdout, 0, 0, 2, ' ', 0)
	bad := 0
	for _, f := range findings {
		fmt.Fprintf(w, "%s\t%s\t%s\n", f.state, f.what, f.text)
		for _, command := range f.mend {
			fmt.Fprintf(w, "\t\t  $ %s\n", command)
		}
		if f.state == broken {
			bad++
		}
	}
	w.Flush()
	if bad > 0 {
		return fmt.Errorf("doctor: %s BROKEN: no Go notebook runs", plural(bad, "part"))
	}
	return nil
}

func examine(ctx context.Context) []finding {
	fs := []finding{examineGo()}
	root, err := module.Root("")
	switch {
	case err == nil:
		fs = append(fs, finding{good, "module", root, nil})
	case errors.Is(err, module.ErrNone) && os.Getenv(module.EnvRoot) == "":
		fs = append(fs, finding{absent, "module", "no go.mod here or above: notebooks get one of their own, in the cache folder", []string{"go mod init example.com/NAME"}})
		root, err = (&target{dir: "."}).root()
	}
	if err != nil {
		return append(fs, finding{broken, "module", err.Error(), []string{"cd FOLDER of the module, or: export " + module.EnvRoot + "=FOLDER"}})
	}
	if fs[0].state == broken {
		return fs
	}
	tools, version, err := jupyter.BuiltTools(ctx, root)
	if err != nil { // which is of Go or of the module
		return []finding{{broken, "Go kernel", err.Error(), nil}}
	}
	fs[0].text = version + ", " + strings.TrimPrefix(fs[0].text, version+", ")
	fs = append(fs, examineTools(tools)...)
	fs = append(fs, examineGopls(), examineJupyter(ctx), examineKernel(root, tools))
	fs = append(fs, examineState(root)...)
	if seesUs(root) {
		fs = append(fs, examineBackend()...)
	}
	return append(fs, examineData()...)
}

// seesUs reports whether cells of the module can import Flowbook's packages.
func seesUs(root string) bool {
	space, err := module.Open(root)
	return err == nil && space.Contains(module.Self)
}

// examineState looks whether the state folder can be written.
func examineState(root string) []finding {
	dir, err := module.State(root)
	if err != nil {
		return []finding{{wrong, "state", err.Error(), nil}}
	}
	proof, err := atomicfile.Create(filepath.Join(dir, "doctor"), 0o600)
	if err == nil {
		proof.Discard()
		return nil
	}
	return []finding{{wrong, "state", fmt.Sprintf("executed notebooks cannot be written into %s: %v", dataset.Rel(dir), atomicfile.Reason(err)), []string{"export " + module.EnvState + "=FOLDER"}}}
}

func examineGo() finding {
	path, err := exec.LookPath("go")
	if err != nil {
		return finding{broken, "Go", "no go command on the PATH; get it from https://go.dev/dl", nil}
	}
	return finding{good, "Go", path, nil}
}

// examineTools looks at the kernel's programs in the folder where the first run puts them.
func examineTools(dir string) []finding {
	var fs []finding
	for _, t := range []struct{ what, program string }{{"GoNB", "gonb"}, {"goimports", "real/goimports"}} {
		version := versionOf(filepath.Join(dir, filepath.FromSlash(t.program)))
		if version == "" {
			fs = append(fs, finding{absent, t.what, "is built when a notebook first runs, or the kernel is installed; its modules are fetched then", nil})
			continue
		}
		text := version + ", in " + dataset.Rel(dir)
		if t.program == "gonb" && !jupyter.Changed(filepath.Join(dir, "gonb")) {
			text += ", " + unchangedGoNB
		}
		fs = append(fs, finding{good, t.what, text, nil})
	}
	return fs
}

// unchangedGoNB tells of a GoNB that a go.mod pins in a version for which Flowbook has no changes.
var unchangedGoNB = "without Flowbook's changes, which are made to " + jupyter.GoNBVersion() +
	": TAB at a cell's end, the shared gopls, hints and input at its end are missing"

// versionOf is the module version and the Go version that a Go program was built from and with, ""
// if it is none.
func versionOf(program string) string {
	if runtime.GOOS == "windows" {
		program += ".exe"
	}
	info, err := buildinfo.ReadFile(program)
	if err != nil {
		return ""
	}
	return info.Main.Version + " (" + info.GoVersion + ")"
}

func examineGopls() finding {
	if path := jupyter.FindGopls(os.Getenv("GOPATH")); path != "" {
		return finding{good, "gopls", path, nil}
	}
	if home, err := os.UserHomeDir(); err == nil {
		if path := jupyter.FindGopls(filepath.Join(home, "go")); path != "" {
			return finding{good, "gopls", path, nil}
		}
	}
	return finding{absent, "gopls", "only for completion and tooltips in JupyterLab", []string{getGopls, flowbook("kernel install")}}
}

func examineJupyter(ctx context.Context) finding {
	path, err := exec.LookPath("jupyter-lab")
	if err != nil {
		return finding{absent, "JupyterLab", "only to work in the browser; flowbook run needs none", []string{"python3 -m pip install 'jupyterlab>=4,<5'"}}
	}
	ctx, cancel := context.WithTimeout(ctx, 30*time.Second)
	defer cancel()
	out, err := exec.CommandContext(ctx, path, "--version").Output()
	if err != nil {
		return finding{wrong, "JupyterLab", fmt.Sprintf("%s --version: %v", path, err), []string{"python3 -m pip install --force-reinstall 'jupyterlab>=4,<5'"}}
	}
	return finding{good, "JupyterLab", strings.TrimSpace(string(out)) + ", " + path, nil}
}

// examineKernel looks at the kernelspec that Jupyter would take, and whether it is of this module
// and of the go.mod of now.
func examineKernel(root, tools string) finding {
	install := []string{flowbook("kernel install")}
	spec, err := jupyter.FindSpec("gonb")
	var missing *jupyter.NotFoundError
	switch {
	case errors.As(err, &missing):
		return finding{absent, "kernel", "only for JupyterLab: Jupyter knows no kernel gonb", install}
	case err != nil:
		return finding{wrong, "kernel", err.Error(), install}
	}
	in, err := jupyter.ReadInstalled(spec.Dir)
	if err != nil {
		return finding{wrong, "kernel", spec.Dir + " is a GoNB of its own, which does not see this module's packages by itself",
			[]string{"jupyter kernelspec remove gonb", flowbook("kernel install")}}
	}
	if !sameFolder(in.Metadata.Flowbook.Root, root) {
		return finding{wrong, "kernel", spec.Dir + " is for " + in.Metadata.Flowbook.Root, install}
	}
	installed, pinned := versionOf(strings.TrimSuffix(in.Argv[0], ".exe")), versionOf(filepath.Join(tools, "gonb"))
	if installed == "" || pinned != "" && installed != pinned {
		return finding{wrong, "kernel", spec.Dir + " is not the GoNB that go.mod pins", install}
	}
	if in.GPU() {
		return finding{good, "kernel", spec.Dir + ", with GPU", nil}
	}
	return finding{good, "kernel", spec.Dir, nil}
}

// examineStore checks that a store answers.
func examineStore(ctx context.Context, url string) finding {
	s, err := (&storeFlags{Store: url}).open()
	if err == nil {
		err = s.Check(ctx)
	}
	if err != nil {
		return finding{wrong, "store", strings.TrimPrefix(err.Error(), "store "), nil}
	}
	if !s.Exists() {
		return finding{absent, "store", s.String() + ": no such folder; the first run that is stored makes it", nil}
	}
	return finding{good, "store", s.String(), nil}
}

// examineBackend names the backend, and the way to get another.
func examineBackend() []finding {
	b := ml.ChosenBackend()
	fs := []finding{{good, "backend", b.Config + ": " + b.Reason, nil}}
	if b.GPU() {
		return append(fs, finding{good, "GPU in cells", "needs cells built with cgo", []string{flowbook("kernel install --gpu")}})
	}
	if runtime.GOOS != "linux" || runtime.GOARCH != "amd64" {
		return append(fs, finding{absent, "XLA", "linux/amd64 only; pure Go is as fast for networks this small", nil})
	}
	var cc []string
	if compiler() == "" {
		cc = []string{"apt-get install gcc libc6-dev"}
	}
	return append(fs,
		finding{absent, "XLA, CPU", "optional; pure Go is as fast for networks this small", append(cc,
			"python3 -m pip install --target .flowbook/xla xla-cpu-pjrt==0.0.1",
			`export CGO_ENABLED=1 GOMLX_BACKEND="xla:$PWD/.flowbook/xla/xla_plugins/xla_cpu_pjrt/xla_cpu_pjrt.so"`,
		)},
		finding{absent, "XLA, CUDA", "optional; needs an NVIDIA GPU with its driver (these commands are from the plugin's documentation, untested)", append(cc,
			"python3 -m pip install --target .flowbook/xla jax-cuda13-pjrt 'jax-cuda13-plugin[with-cuda]'",
			`X=$PWD/.flowbook/xla; export CGO_ENABLED=1 GOPJRT_CUDA_CHECKS=0 LD_LIBRARY_PATH=$(ls -d $X/nvidia/*/lib | tr '\n' ':')`,
			`export XLA_FLAGS=--xla_gpu_cuda_data_dir=$X/nvidia/cu13 GOMLX_BACKEND="xla:$X/jax_plugins/xla_cuda13/xla_cuda_plugin.so,tf32=false"`,
			flowbook("kernel install --gpu"),
		)})
}

// examineData looks at the capture, its labels and its pieces.
func examineData() []finding {
	capture := dataset.Path("27072022.csv")
	info, err := os.Stat(capture)
	if err != nil && !inClone() {
		return nil
	}
	if err != nil {
		return []finding{{absent, "data", dataset.Rel(capture) + " is not there: bring your own, or have a synthetic one made",
			[]string{flowbook("data generate"), flowbook("pipeline")}}}
	}
	fs := []finding{{good, "data", fmt.Sprintf("%s, %.1f MB", dataset.Rel(capture), float64(info.Size())/1e6), nil}}
	m, err := dataset.ReadManifest(dataset.Path("EditDatasets"))
	switch {
	case errors.Is(err, os.ErrNotExist):
		return append(fs, finding{absent, "pieces", "Datasets/EditDatasets is made from it", []string{flowbook("data split " + dataset.Rel(capture))}})
	case err != nil:
		return append(fs, finding{wrong, "pieces", err.Error(), []string{flowbook("data split " + dataset.Rel(capture) + " --force")}})
	case m.Source.Size != info.Size():
		return append(fs, finding{wrong, "pieces", "Datasets/EditDatasets is of another capture", []string{flowbook("data split " + dataset.Rel(capture) + " --force")}})
	}
	fs = append(fs, finding{good, "pieces", fmt.Sprintf("%d of %d rows, %d rows in all", len(m.Parts), m.RowsPerPart, m.Rows), nil})
	labels, err := dataset.ReadLabels(dataset.Path("labels.csv"), m.Source.SHA256)
	switch {
	case err != nil:
		fs = append(fs, finding{wrong, "labels", err.Error(), nil})
	case labels.Why != "":
		fs = append(fs, finding{absent, "labels", labels.Why, nil})
	default:
		fs = append(fs, finding{good, "labels", "Datasets/labels.csv", nil})
	}
	return fs
}
