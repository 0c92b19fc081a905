//go:build linux

package notebooks_test

import (
	"bytes"
	"encoding/json"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// TestStudents goes the way of course/README.md: a unit's students' version, two students who
// answer it in JupyterLab, grades from the isolated kernel, a table and a page for each.
// $FLOWBOOK_E2E_PICTURES is where pictures of what they see go.
func TestStudents(t *testing.T) {
	c := newClassroom(t)
	driver := filepath.Join(os.Getenv("FLOWBOOK_E2E"), "node_modules", "playwright-core")
	if _, err := os.Stat(driver); err != nil || os.Getenv("FLOWBOOK_E2E") == "" {
		t.Skip("set FLOWBOOK_E2E to a folder with npm's playwright-core; .ci/run course does")
	}
	chromium := ""
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome"} {
		if path, err := exec.LookPath(name); err == nil {
			chromium = path
		}
	}
	if chromium == "" {
		t.Skip("no chromium: install Debian's package chromium")
	}
	pictures := os.Getenv("FLOWBOOK_E2E_PICTURES")
	if pictures == "" {
		pictures = t.TempDir()
	}
	const unit = "01_go_for_python_people"
	file := unit + ".ipynb"
	if err := os.CopyFS(filepath.Join(c.dir, "source", unit), os.DirFS(filepath.Join("course", "source", unit))); err != nil {
		t.Fatal(err)
	}
	nbgrader := filepath.Join(c.peers, "nbgrader")
	c.run(c.dir, nbgrader, "generate_assignment", unit)
	teacher := c.read(filepath.Join("source", unit, file))
	all, some, points := map[string]string{}, map[string]string{}, 0.0
	for i, g := range gradings(t, teacher) {
		if cell := teacher.Cells[i]; g.answer() {
			all[cell.ID] = strings.NewReplacer("\t// BEGIN SOLUTION\n", "", "\t// END SOLUTION\n", "").Replace(cell.Source)
			if len(some) == 0 {
				some[cell.ID] = all[cell.ID]
			}
		} else if g.test() {
			points += float64(g.Points)
		}
	}
	url, stop := c.lab()
	defer stop()
	for student, answers := range map[string]map[string]string{"ann": all, "ben": some} {
		if err := os.CopyFS(filepath.Join(c.dir, "homes", student), os.DirFS(filepath.Join(c.dir, "release"))); err != nil {
			t.Fatal(err)
		}
		options, err := json.Marshal(map[string]any{"url": url, "notebook": student + "/" + unit + "/" + file, "answers": answers, "chromium": chromium,
			"module": driver, "picture": filepath.Join(pictures, student+".png")})
		if err != nil {
			t.Fatal(err)
		}
		out, err := exec.CommandContext(t.Context(), "node", "testdata/student.mjs", string(options)).Output()
		if err != nil {
			t.Fatalf("%s in JupyterLab: %v\n%s", student, err, err.(*exec.ExitError).Stderr)
		}
		var seen []string
		if err := json.Unmarshal(out, &seen); err != nil {
			t.Fatal(err)
		}
		if oks := len(slices.DeleteFunc(slices.Clone(seen), func(s string) bool { return s != "ok\n" })); oks != len(answers) {
			t.Errorf("%s has answered %d questions and sees %q", student, len(answers), seen)
		}
		if err := os.CopyFS(filepath.Join(c.dir, "submitted", student), os.DirFS(filepath.Join(c.dir, "homes", student))); err != nil {
			t.Fatal(err)
		}
	}
	c.run(c.dir, nbgrader, "autograde", unit)
	c.run(c.dir, nbgrader, "generate_feedback", unit)
	c.run(c.dir, nbgrader, "export")
	want := map[string]map[string]float64{unit: {"ann": points, "ben": 1}} // the first exercise is worth a point
	if diff := cmp.Diff(want, c.grades()); diff != "" {
		t.Errorf("grades (-want +got):\n%s", diff)
	}
	for student := range want[unit] {
		page := filepath.Join(c.dir, "feedback", student, unit, unit+".html")
		if text, err := os.ReadFile(page); err != nil || !bytes.Contains(text, []byte("Score:")) {
			t.Errorf("%s has no feedback: %v", student, err)
		}
		shot := exec.Command(chromium, "--headless", "--no-sandbox", "--disable-gpu", "--window-size=1280,1600", "--screenshot="+filepath.Join(pictures, student+"-feedback.png"), "file://"+page)
		if out, err := shot.CombinedOutput(); err != nil {
			t.Errorf("a picture of the feedback: %v\n%s", err, out)
		}
	}
}

// lab starts JupyterLab in the folder homes.
func (c *classroom) lab() (url string, stop func()) {
	c.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		c.Fatal(err)
	}
	url = "http://" + l.Addr().String() + "/"
	_, port, _ := net.SplitHostPort(l.Addr().String())
	l.Close()
	c.write("homes/.keep", nil)
	c.write("settings/@jupyterlab/apputils-extension/notification.jupyterlab-settings", []byte(`{"fetchNews": "false", "checkForUpdates": false}`))
	cmd := exec.Command(filepath.Join(c.peers, "jupyter-lab"), "--no-browser", "--allow-root", "--expose-app-in-browser", "--ServerApp.ip=127.0.0.1", "--ServerApp.port="+port,
		"--ServerApp.port_retries=0", "--IdentityProvider.token=student", "--ServerApp.root_dir="+filepath.Join(c.dir, "homes"), "--LabApp.extension_manager=readonly")
	cmd.Dir = c.dir
	cmd.Env = append(c.env, "JUPYTER_CONFIG_DIR="+filepath.Join(c.dir, "config"), "JUPYTERLAB_SETTINGS_DIR="+filepath.Join(c.dir, "settings"),
		"JUPYTERLAB_WORKSPACES_DIR="+filepath.Join(c.dir, "workspaces"), "JUPYTER_RUNTIME_DIR="+filepath.Join(c.dir, "runtime"))
	var log bytes.Buffer
	cmd.Stdout, cmd.Stderr = &log, &log
	if err := cmd.Start(); err != nil {
		c.Fatal(err)
	}
	over := make(chan struct{})
	go func() { cmd.Wait(); close(over) }()
	stop = func() {
		cmd.Process.Signal(syscall.SIGTERM) // it shuts its kernels down
		<-over
	}
	for end := time.Now().Add(2 * time.Minute); ; time.Sleep(200 * time.Millisecond) {
		resp, err := http.Get(url + "api/status?token=student")
		if err == nil {
			resp.Body.Close()
			if resp.StatusCode == http.StatusOK {
				return url, stop
			}
		}
		select {
		case <-over:
			c.Fatalf("JupyterLab ended:\n%s", log.Bytes())
		default:
		}
		if time.Now().After(end) {
			stop()
			c.Fatalf("JupyterLab does not answer:\n%s", log.Bytes())
		}
	}
}
