//go:build temporal && linux

package cluster

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"flowbook/ml/atomicfile"
)

// papermillPool executes a one-second Python notebook -overhead times, four at a time, and prints
// what each took, in seconds. It is what papermill's users have on one machine: a process pool.
const papermillPool = `
import sys, time, json, concurrent.futures, nbformat, papermill, os
def one(k):
    began = time.monotonic()
    papermill.execute_notebook("one.ipynb", f"out-{k}.ipynb", parameters={"k": k}, progress_bar=False)
    return time.monotonic() - began
if __name__ == "__main__":
    nb = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell("k = 0", metadata={"tags": ["parameters"]}), nbformat.v4.new_code_cell("import time\ntime.sleep(1)\nprint(k)")],
        metadata={"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}})
    nbformat.write(nb, "one.ipynb")
    began = time.monotonic()
    with concurrent.futures.ProcessPoolExecutor(4) as pool:
        took = list(pool.map(one, range(int(sys.argv[1]))))
    print(json.dumps({"took": took, "all": time.monotonic() - began}))
`

// TestOverhead measures what scheduling costs: runs of a one-second notebook on four workers, cold
// and with the store warm, beside papermill in a process pool. It prints a table and judges nothing
// but that with the store warm nothing is executed.
func TestOverhead(t *testing.T) {
	if *overhead == 0 {
		t.Skip("set -overhead 200 to measure that many runs")
	}
	python := os.Getenv("FLOWBOOK_PYTHON")
	if python == "" {
		t.Skip("set FLOWBOOK_PYTHON to a Python with papermill; `.ci/run` installs one")
	}
	s := newSite(t)
	module := s.path("module")
	s.notebook(module, "each", `import ("fmt"; "os"; "time")
`, "var k = 0", `%%
time.Sleep(time.Second)
fmt.Println(k)
os.WriteFile(fmt.Sprintf("../Datasets/each_%d.txt", k), nil, 0o644)`)
	s.warm = true
	for n := range 4 {
		s.worker(n, "-j", "1")
	}
	file := filepath.Join(module, "notebooks", "pipeline.yaml")
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	grid := func(from, to int) {
		if err := os.WriteFile(file, []byte(strings.ReplaceAll(string(text), "1..4", fmt.Sprintf("%d..%d", from, to))), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	grid(1001, 1008) // every worker has its tree and the kernel's programs then
	if got := s.submit(module); got.code != 0 {
		t.Fatalf("%+v", got)
	}
	grid(1, *overhead)
	began := time.Now()
	got := s.submit(module)
	if got.code != 0 {
		t.Fatalf("%+v", got)
	}
	cold := time.Since(began)
	elapsed := map[string]float64{} // the notebook's own time
	for _, m := range regexp.MustCompile(`(?m)^(each-k-\d+): ran on .*, (\d+\.\d+)s, `).FindAllStringSubmatch(got.out, -1) {
		seconds, err := strconv.ParseFloat(m[2], 64)
		if err != nil {
			t.Fatal(err)
		}
		elapsed[m[1]] = seconds
	}
	id := regexp.MustCompile(`submitted: (\S+)`).FindStringSubmatch(got.err)[1]
	var scheduling, whole []float64
	for name, took := range s.activities(id) {
		if own, ok := elapsed[name]; ok {
			scheduling, whole = append(scheduling, took-own), append(whole, took-1)
		}
	}
	clone := s.path("clone")
	if err := os.CopyFS(clone, os.DirFS(module)); err != nil {
		t.Fatal(err)
	}
	if err := os.RemoveAll(filepath.Join(clone, ".flowbook")); err != nil {
		t.Fatal(err)
	}
	began = time.Now()
	warm := s.submit(clone)
	matches(t, "the store is warm", fmt.Sprintf(`%d steps: %d fetched`, *overhead+1, *overhead+1), warm.out)
	warmly := time.Since(began)

	script := s.path("pool.py")
	if err := os.WriteFile(script, []byte(papermillPool), 0o644); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(python, script, fmt.Sprint(*overhead))
	cmd.Dir = s.dir
	var errs bytes.Buffer
	cmd.Stderr = &errs
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("papermill: %v: %s", err, errs.String())
	}
	var pool struct {
		Took []float64
		All  float64
	}
	if err := json.Unmarshal(out, &pool); err != nil {
		t.Fatal(err)
	}
	for i := range pool.Took {
		pool.Took[i]--
	}
	m := measured{Date: time.Now().Format(time.DateOnly), Processors: runtime.NumCPU(), Runs: *overhead, Rows: []overheadRow{
		{"flowbook on workers, a run beyond its notebook's own time", quantile(scheduling, 0.5), quantile(scheduling, 0.95), cold.Seconds()},
		{"flowbook on workers, a run beyond the one second", quantile(whole, 0.5), quantile(whole, 0.95), cold.Seconds()},
		{"papermill in a process pool, a run beyond the one second", quantile(pool.Took, 0.5), quantile(pool.Took, 0.95), pool.All},
		{"flowbook with the store warm, nothing executed", 0, 0, warmly.Seconds()},
	}}
	t.Logf("\n%s", m.markdown())
	if *record {
		text, err := json.MarshalIndent(m, "", "\t")
		if err != nil {
			t.Fatal(err)
		}
		if err := atomicfile.Write(overheadRecord, append(text, '\n'), 0o666); err != nil {
			t.Fatal(err)
		}
	}
}

func quantile(values []float64, q float64) float64 {
	slices.Sort(values)
	return values[min(len(values)-1, int(q*float64(len(values))))]
}

// activities returns how long each run was at its worker, in seconds.
func (s *site) activities(id string) map[string]float64 {
	s.t.Helper()
	out, err := exec.Command(filepath.Join(os.Getenv("FLOWBOOK_PEERS"), "temporal"), "workflow", "show", "--address", s.temporal, "--workflow-id", id, "--output", "json").Output()
	if err != nil {
		s.t.Fatal(err)
	}
	var history struct {
		Events []struct {
			EventTime time.Time
			Scheduled struct {
				Input struct{ Payloads []struct{ Data []byte } }
			} `json:"activityTaskScheduledEventAttributes"`
			Started struct {
				ScheduledEventID string
			} `json:"activityTaskStartedEventAttributes"`
			Completed struct {
				ScheduledEventID string
			} `json:"activityTaskCompletedEventAttributes"`
			EventID string
		}
	}
	if err := json.Unmarshal(out, &history); err != nil {
		s.t.Fatal(err)
	}
	names, started, took := map[string]string{}, map[string]time.Time{}, map[string]float64{}
	for _, e := range history.Events {
		switch {
		case len(e.Scheduled.Input.Payloads) > 0:
			var task Task
			if err := json.Unmarshal(e.Scheduled.Input.Payloads[0].Data, &task); err != nil {
				s.t.Fatal(err)
			}
			names[e.EventID] = task.Job.Name
		case e.Started.ScheduledEventID != "":
			started[e.Started.ScheduledEventID] = e.EventTime
		case e.Completed.ScheduledEventID != "":
			took[names[e.Completed.ScheduledEventID]] = e.EventTime.Sub(started[e.Completed.ScheduledEventID]).Seconds()
		}
	}
	return took
}
