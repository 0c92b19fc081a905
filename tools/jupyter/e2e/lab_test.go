//go:build unix

package e2e

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"flowbook/tools/compare"
	"flowbook/tools/jupyter"
	"flowbook/tools/notebook"
	"flowbook/tools/runner"
)

func TestMain(m *testing.M) {
	jupyter.Main()
	os.Exit(m.Run())
}

// howTo says how to get what the test needs.
const howTo = `the test of the real JupyterLab needs a folder E with: python3 -m venv E && E/bin/pip install 'jupyterlab>=4,<5' papermill; ` +
	`npm install --prefix E playwright-core; node and chromium on the PATH; optionally gopls (GOBIN=E/bin go install golang.org/x/tools/gopls@v0.21.1). Then FLOWBOOK_E2E=E go test ./tools/jupyter/e2e`

// endless is put before a training cell, whose configuration it takes the place of.
const endless = `// Endless is a training of hours.
func Endless() ml.Config {
	config := ml.KerasConfig()
	config.Epochs, config.EarlyStopping.Patience = 1_000_000, 1_000_000
	return config
}

`

// endlessly returns the notebook's cell that trains before the reader's eyes, made to train for
// hours.
func endlessly(t *testing.T, nb *notebook.Notebook) string {
	t.Helper()
	for _, c := range nb.Cells {
		if _, main, _ := strings.Cut(c.Source, "%%"); !strings.Contains(main, "live.Train(") {
			continue
		}
		if n := strings.Count(c.Source, "Config: Network()"); n != 1 {
			t.Fatalf("the training cell configures %d trainings, want one:\n%s", n, c.Source)
		}
		return endless + strings.Replace(c.Source, "Config: Network()", "Config: Endless()", 1)
	}
	t.Fatal("no cell of the notebook trains live")
	return ""
}

// saw is what lab.mjs prints.
type saw struct {
	Failure, Kernel, Tooltip string
	Steps, Console           []string
	Clean                    bool     // the tab, after opening
	First, Second            struct { // completions
		Completions []string
		Presses     int // of TAB until there were some
		Seconds     float64
	}
	Saved bool
	Live  []struct {
		Title            string
		Outputs, Figures int
	} // the training cell, looked at again and again
	Interrupt struct {
		Seconds  float64
		Displays int
		Output   string
	}
	Cells []struct {
		Type, Text              string
		Outputs                 []string
		Figures, Images, Tables int
		Width, Overflow         float64
	}
}

// TestLab runs Anomaly_Detection in JupyterLab as a person would, and compares what Lab saves with
// what a headless run writes.
func TestLab(t *testing.T) {
	s := newSeat(t)
	s.nbconvert(t)
	s.papermill(t)

	path := filepath.Join(s.root, "notebooks", "Anomaly_Detection.ipynb")
	before, err := notebook.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	got := s.lab(t, "Anomaly_Detection.ipynb", endlessly(t, before))
	for _, step := range got.Steps {
		t.Log(step)
	}
	if got.Failure != "" {
		t.Fatalf("%s (pictures in %s)", got.Failure, s.pictures)
	}
	if got.Kernel != jupyter.DisplayName {
		t.Errorf("the kernel is called %q, want %q", got.Kernel, jupyter.DisplayName)
	}
	figures, tables := 0, 0
	for i, c := range got.Cells {
		tables += c.Tables
		for _, o := range c.Outputs {
			if strings.HasPrefix(o, "error") {
				t.Errorf("cell %d failed: %s", i, c.Text)
			}
			if strings.Contains(o, "vegalite") {
				figures++
				if c.Figures == 0 || c.Images > 0 {
					t.Errorf("cell %d: %d Vega-Lite figures drawn, %d PNG in their place", i, c.Figures, c.Images)
				}
				if c.Overflow > 0 {
					t.Errorf("cell %d: its figure of %v pixels is %v wider than the column", i, c.Width, c.Overflow)
				}
			}
		}
	}
	if figures < 9 || tables < 2 {
		t.Errorf("%d figures and %d tables seen, want at least 9 and 2", figures, tables)
	}
	if !got.Clean {
		t.Error("opening the notebook changes it")
	}
	if s.gopls {
		if all := strings.Join(got.First.Completions, " "); !strings.Contains(all, "Title") {
			t.Errorf("TAB after fig. at the end of a cell offers %q, want Title among it", all)
		}
		if all := strings.Join(got.Second.Completions, " "); !strings.Contains(all, "Percentile") {
			t.Errorf("TAB after ml. offers %q, want Percentile among it", all)
		}
		t.Logf("the first TAB answers at press %d in %.1f s, one after all cells at press %d in %.1f s",
			got.First.Presses, got.First.Seconds, got.Second.Presses, got.Second.Seconds)
		if !strings.Contains(got.Tooltip, "func") || !strings.Contains(got.Tooltip, "Percentile") {
			t.Errorf("the tooltip of ml.Percentile is %q", got.Tooltip)
		}
	}
	titles := map[string]bool{}
	for _, l := range got.Live {
		titles[l.Title] = true
		if l.Outputs != 1 || l.Figures != 1 {
			t.Errorf("%s: the running training has %d outputs with %d figures drawn, want one figure drawn anew", l.Title, l.Outputs, l.Figures)
		}
	}
	if len(titles) < 3 {
		t.Errorf("the running training showed %v, want at least 3 states", got.Live)
	}
	if i := got.Interrupt; i.Seconds > 2 || i.Displays != 1 {
		t.Errorf("the interrupted training took %.1f s to end and left %d figures, want one", i.Seconds, i.Displays)
	}
	for _, want := range []string{": Interrupted after epoch ", "Weights kept", "Epoch 1/1000000\n28/28 "} {
		if !strings.Contains(got.Interrupt.Output, want) {
			t.Errorf("the interrupted training does not say %q but %.500q", want, got.Interrupt.Output)
		}
	}
	t.Logf("interrupt to the kept weights: %.2f s", got.Interrupt.Seconds)
	if !got.Saved {
		t.Error("the notebook is not saved")
	}
	s.compare(t, before, path)
	s.nothingLeft(t)
}

// nothingLeft looks for processes that still use the seat: a kernel, gopls, the browser.
func (s *seat) nothingLeft(t *testing.T) {
	t.Helper()
	var left []string
	for end := time.Now().Add(20 * time.Second); time.Now().Before(end); time.Sleep(200 * time.Millisecond) {
		left = nil
		lines, _ := filepath.Glob("/proc/[0-9]*/cmdline") // elsewhere than on Linux none
		for _, name := range lines {
			if line, err := os.ReadFile(name); err == nil && bytes.Contains(line, []byte(filepath.Dir(s.home))) {
				left = append(left, strings.ReplaceAll(string(line), "\x00", " "))
			}
		}
		if len(left) == 0 {
			return
		}
	}
	t.Errorf("still running:\n%s", strings.Join(left, "\n"))
}

// seat is a copy of the module's notebooks with data and Jupyter folders of its own.
type seat struct {
	root, home, pictures string // root: what the kernel takes for the module
	chromium, playwright string
	gopls                bool
	spec                 *jupyter.Spec
}

func newSeat(t *testing.T) *seat {
	t.Helper()
	if testing.Short() {
		t.Skip("-short: " + howTo)
	}
	tools := os.Getenv("FLOWBOOK_E2E")
	if tools != "" {
		t.Setenv("PATH", filepath.Join(tools, "bin")+string(os.PathListSeparator)+os.Getenv("PATH"))
	}
	s := &seat{playwright: filepath.Join(tools, "node_modules", "playwright-core")}
	if _, err := os.Stat(s.playwright); tools == "" || err != nil {
		t.Skip(howTo)
	}
	for _, name := range []string{"jupyter-lab", "jupyter-nbconvert", "papermill", "node"} {
		if _, err := exec.LookPath(name); err != nil {
			t.Skipf("no %s: %s", name, howTo)
		}
	}
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome"} {
		if path, err := exec.LookPath(name); err == nil {
			s.chromium = path
			break
		}
	}
	if s.chromium == "" {
		t.Skip("no chromium: " + howTo)
	}
	s.gopls = jupyter.FindGopls("") != ""
	s.copyModule(t)
	s.install(t)
	return s
}

// copyModule makes the root: the sources by link, the notebooks as copies, the data by link, so
// that nothing in the real one changes.
func (s *seat) copyModule(t *testing.T) {
	t.Helper()
	module, err := filepath.Abs("../../..")
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	s.root, s.home, s.pictures = filepath.Join(dir, "root"), filepath.Join(dir, "home"), os.Getenv("FLOWBOOK_E2E_PICTURES")
	if s.pictures == "" {
		s.pictures = filepath.Join(dir, "pictures")
	}
	state := filepath.Join(dir, "state")
	for _, d := range []string{s.root, s.home, s.pictures, state, filepath.Join(s.root, "Datasets"), filepath.Join(s.root, "notebooks")} {
		if err := os.MkdirAll(d, 0o755); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := jupyter.GoNB(t.Context(), module); err != nil { // where it is built once and for all
		t.Fatal(err)
	}
	links := map[string]string{
		filepath.Join(module, ".flowbook", "bin"): filepath.Join(state, "bin"),
	}
	for _, name := range []string{"go.mod", "go.sum", "ml", "tools"} {
		links[filepath.Join(module, name)] = filepath.Join(s.root, name)
	}
	capture := filepath.Join(module, "Datasets", "27072022.csv")
	if _, err := os.Stat(capture); err == nil {
		for _, name := range []string{"27072022.csv", "labels.csv"} {
			links[filepath.Join(module, "Datasets", name)] = filepath.Join(s.root, "Datasets", name)
		}
	} else {
		generate := exec.Command("go", "run", "flowbook/tools/flowbook", "data", "generate")
		generate.Env = append(os.Environ(), "FLOWBOOK_ROOT="+s.root)
		if out, err := generate.CombinedOutput(); err != nil {
			t.Fatalf("data generate: %v\n%s", err, out)
		}
	}
	for from, to := range links {
		if err := os.Symlink(from, to); err != nil {
			t.Fatal(err)
		}
	}
	for _, name := range []string{"Anomaly_Detection.ipynb", "Dataset_Processing.ipynb"} {
		data, err := os.ReadFile(filepath.Join(module, "notebooks", name))
		if err == nil {
			err = os.WriteFile(filepath.Join(s.root, "notebooks", name), data, 0o644)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	t.Setenv("FLOWBOOK_STATE", state)
	for name, folder := range map[string]string{
		"JUPYTER_DATA_DIR": "data", "JUPYTER_CONFIG_DIR": "config", "JUPYTER_RUNTIME_DIR": "runtime", "IPYTHONDIR": "ipython",
		"JUPYTERLAB_SETTINGS_DIR": "settings", "JUPYTERLAB_WORKSPACES_DIR": "workspaces",
	} {
		t.Setenv(name, filepath.Join(s.home, folder))
	}
	// Lab would ask whether it may fetch news.
	news := filepath.Join(mkdir(t, filepath.Join(s.home, "settings", "@jupyterlab", "apputils-extension")), "notification.jupyterlab-settings")
	if err := os.WriteFile(news, []byte(`{"fetchNews": "false", "checkForUpdates": false}`), 0o644); err != nil {
		t.Fatal(err)
	}
	t.Setenv("JUPYTER_PATH", "")
	t.Setenv("TMPDIR", mkdir(t, filepath.Join(dir, "tmp")))
}

func mkdir(t *testing.T, dir string) string {
	t.Helper()
	if err := os.MkdirAll(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	return dir
}

// install puts the kernel into the seat's Jupyter. Its cells are compiled against the real module,
// whose packages are in the build cache, and see the seat's root as the place of the data.
func (s *seat) install(t *testing.T) {
	t.Helper()
	module, err := filepath.Abs("../../..")
	if err != nil {
		t.Fatal(err)
	}
	in, err := jupyter.Install(t.Context(), module, jupyter.UserDir(), jupyter.InstallOptions{})
	if err != nil {
		t.Fatal(err)
	}
	in.Env["FLOWBOOK_ROOT"] = s.root
	data, err := json.Marshal(in)
	if err == nil {
		err = os.WriteFile(filepath.Join(in.Dir, "kernel.json"), data, 0o644)
	}
	if err == nil {
		s.spec, err = jupyter.FindSpec("gonb")
	}
	if err != nil {
		t.Fatal(err)
	}
}

// command runs a program in the seat until it ends.
func (s *seat) command(t *testing.T, name string, args ...string) []byte {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, name, args...)
	cmd.Dir = filepath.Join(s.root, "notebooks")
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	cmd.Cancel = func() error { return syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) }
	cmd.WaitDelay = 5 * time.Second
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	if err := cmd.Run(); err != nil {
		t.Fatalf("%s: %v\n%s", name, err, stderr.Bytes())
	}
	return stdout.Bytes()
}

// nbconvert executes a notebook as Jupyter's own command does; its outputs are the stored ones.
func (s *seat) nbconvert(t *testing.T) {
	t.Helper()
	out := filepath.Join(s.home, "nbconvert.ipynb")
	s.command(t, "jupyter-nbconvert", "--to", "notebook", "--execute", "Dataset_Processing.ipynb", "--output", out)
	s.filesSaved(t, out)
}

// papermill does the same.
func (s *seat) papermill(t *testing.T) {
	t.Helper()
	out := filepath.Join(s.home, "papermill.ipynb")
	s.command(t, "papermill", "-k", "gonb", "--no-progress-bar", "Dataset_Processing.ipynb", out)
	s.filesSaved(t, out)
}

// filesSaved looks for Dataset_Processing's list of files in an executed copy, and for the files.
func (s *seat) filesSaved(t *testing.T, path string) {
	t.Helper()
	nb, err := notebook.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	var text strings.Builder
	for _, c := range nb.Cells {
		for _, o := range c.Outputs {
			text.WriteString(o.Text)
			if o.Type == "error" {
				t.Errorf("%s: a cell failed: %s", filepath.Base(path), o.EValue)
			}
		}
	}
	if !strings.HasPrefix(text.String(), "Files saved:\nDatasets/EditDatasets/split_1.csv\n") {
		t.Errorf("%s put out %q", filepath.Base(path), text.String())
	}
	if _, err := os.Stat(filepath.Join(s.root, "Datasets", "EditDatasets", "split_1.csv")); err != nil {
		t.Error(err)
	}
}

// lab starts JupyterLab, lets lab.mjs use it on the named notebook and interrupt a training in it,
// and stops it again.
func (s *seat) lab(t *testing.T, name, training string) *saw {
	t.Helper()
	const token = "e2e"
	server := exec.Command("jupyter-lab", "--no-browser", "--allow-root", "--expose-app-in-browser", "--ServerApp.ip=127.0.0.1", "--ServerApp.port=0",
		"--IdentityProvider.token="+token, "--ServerApp.root_dir="+filepath.Join(s.root, "notebooks"),
		"--LabApp.extension_manager=readonly")
	server.Dir = s.home
	server.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	var log bytes.Buffer
	server.Stdout, server.Stderr = &log, &log
	if err := server.Start(); err != nil {
		t.Fatal(err)
	}
	done := make(chan struct{})
	go func() { server.Wait(); close(done) }()
	defer func() { // SIGTERM lets it shut its kernels down
		server.Process.Signal(syscall.SIGTERM)
		select {
		case <-done:
		case <-time.After(20 * time.Second):
			t.Error("JupyterLab did not stop within 20 s")
			syscall.Kill(-server.Process.Pid, syscall.SIGKILL)
			<-done
		}
		if t.Failed() {
			t.Logf("JupyterLab said:\n%s", log.Bytes())
		}
	}()
	url, err := waitForServer(done, token)
	if err != nil {
		t.Fatal(err)
	}
	options, err := json.Marshal(map[string]any{
		"url": url, "token": token, "notebook": name, "chromium": s.chromium, "module": s.playwright, "pictures": s.pictures, "gopls": s.gopls, "training": training,
	})
	if err != nil {
		t.Fatal(err)
	}
	script, err := filepath.Abs("lab.mjs")
	if err != nil {
		t.Fatal(err)
	}
	got := new(saw)
	if out := s.command(t, "node", script, string(options)); json.Unmarshal(out, got) != nil {
		t.Fatalf("lab.mjs printed %q", out)
	}
	return got
}

// waitForServer finds where the server listens and waits until it answers.
func waitForServer(done <-chan struct{}, token string) (url string, err error) {
	for end := time.Now().Add(90 * time.Second); time.Now().Before(end); time.Sleep(200 * time.Millisecond) {
		select {
		case <-done:
			return "", errors.New("JupyterLab ended at once")
		default:
		}
		files, _ := filepath.Glob(filepath.Join(os.Getenv("JUPYTER_RUNTIME_DIR"), "jpserver-*.json"))
		if len(files) == 0 {
			continue
		}
		data, _ := os.ReadFile(files[0])
		var info struct{ URL string }
		if json.Unmarshal(data, &info) != nil {
			continue
		}
		if resp, err := http.Get(info.URL + "api/status?token=" + token); err == nil {
			resp.Body.Close()
			if resp.StatusCode == http.StatusOK {
				return info.URL, nil
			}
		}
	}
	return "", errors.New("JupyterLab did not answer within 90 s")
}

// compare runs the notebook headlessly in the same seat and on the same kernel, and compares with
// what Lab has saved.
func (s *seat) compare(t *testing.T, nb *notebook.Notebook, saved string) {
	t.Helper()
	lab, err := notebook.ReadFile(saved)
	if err != nil {
		t.Fatal(err)
	}
	if err := notebook.Validate(lab); err != nil {
		t.Error(err)
	}
	res, err := runner.Run(t.Context(), nb, runner.Options{Spec: s.spec, Dir: filepath.Dir(saved), Path: saved, Timeout: 5 * time.Minute})
	if err != nil {
		t.Fatal(err)
	}
	if bad := res.Bad(); bad != nil {
		t.Fatalf("headless: cell %d: %s: %v", bad.Number, bad.Status, bad.Error)
	}
	if len(lab.Cells) != len(nb.Cells) {
		t.Fatalf("Lab saved %d cells, the run has %d", len(lab.Cells), len(nb.Cells))
	}
	for i, c := range nb.Cells {
		if c.Type != lab.Cells[i].Type || c.ID != lab.Cells[i].ID || c.Source != lab.Cells[i].Source {
			t.Errorf("cell %d is not what it was after saving", i)
		}
		if diff := (compare.Rules{}).Diff(c.Outputs, lab.Cells[i].Outputs); diff != "" && !c.HasTag("nbval-ignore-output") {
			t.Errorf("cell %d, headless (-) and in JupyterLab (+):\n%s", i, diff)
		}
		if got, want := fmt.Sprint(kinds(lab.Cells[i])), fmt.Sprint(kinds(c)); got != want && !c.HasTag("nbval-ignore-output") {
			t.Errorf("cell %d: outputs %s in JupyterLab, %s headless", i, got, want)
		}
	}
}

// kinds are the types of a cell's outputs, text joined as it is shown.
func kinds(c *notebook.Cell) (types []string) {
	for _, o := range c.Outputs {
		if n := len(types); o.Type == "stream" && n > 0 && types[n-1] == o.Type+o.Name {
			continue
		}
		types = append(types, o.Type+o.Name)
	}
	return types
}
