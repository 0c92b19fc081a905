package runner

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"time"

	"flowbook/ml/atomicfile"
)

// sidecar is the .run.json: the values that differ on each run and so have no place in the
// notebook.
type sidecar struct {
	Notebook string        `json:"notebook"`
	Output   string        `json:"output"`
	Status   Status        `json:"status"`
	ExitCode int           `json:"exit_code"`
	Stop     string        `json:"stop,omitempty"`
	Warnings []string      `json:"warnings,omitempty"`
	Started  string        `json:"started"`
	Seconds  float64       `json:"seconds"`
	Startup  float64       `json:"startup_seconds"`
	Kernel   sidecarKernel `json:"kernel"`
	Host     sidecarHost   `json:"host"`
	Cells    []sidecarCell `json:"cells"`
}

type sidecarKernel struct {
	Name     string `json:"name"`
	Version  string `json:"version"`
	Language string `json:"language"`
}

type sidecarHost struct {
	Name string `json:"name"`
	OS   string `json:"os"`
	Arch string `json:"arch"`
	CPUs int    `json:"cpus"`
	Go   string `json:"runner_go"`
}

type sidecarCell struct {
	Number  int      `json:"cell"`
	ID      string   `json:"id,omitempty"`
	Line    int      `json:"line,omitempty"`
	Title   string   `json:"title"`
	Status  Status   `json:"status"`
	Error   string   `json:"error,omitempty"`
	Why     string   `json:"executed_because,omitempty"`
	Started string   `json:"started,omitempty"`
	Seconds float64  `json:"seconds"`
	Prepare *float64 `json:"prepare_seconds,omitempty"`
	Build   *float64 `json:"build_seconds,omitempty"`
	Link    *float64 `json:"link_seconds,omitempty"`
	Run     *float64 `json:"run_seconds,omitempty"`
}

func writeSidecar(path string, r *Result) error {
	host, err := os.Hostname()
	if err != nil {
		host = ""
	}
	sc := sidecar{
		Notebook: filepath.ToSlash(r.Path), Output: filepath.ToSlash(r.Output), Status: r.Status, ExitCode: r.ExitCode(), Warnings: r.Warnings,
		Started: r.Started.UTC().Format(time.RFC3339Nano), Seconds: seconds(r.Elapsed), Startup: seconds(r.Startup),
		Kernel: sidecarKernel{r.Kernel, r.KernelVersion, r.Language},
		Host:   sidecarHost{host, runtime.GOOS, runtime.GOARCH, runtime.NumCPU(), runtime.Version()},
		Cells:  []sidecarCell{},
	}
	if r.Stop != nil {
		sc.Stop = r.Stop.Error()
	}
	for _, c := range r.Cells {
		s := sidecarCell{Number: c.Number, ID: c.ID, Line: c.Line, Title: c.Title, Status: c.Status, Why: c.Why, Seconds: seconds(c.Phases.Total)}
		if c.Error != nil {
			s.Error = c.Error.Error()
		}
		if !c.Started.IsZero() {
			s.Started = c.Started.UTC().Format(time.RFC3339Nano)
		}
		if p := c.Phases; p.Run > 0 {
			part := func(d time.Duration) *float64 { f := seconds(d); return &f }
			s.Prepare, s.Build, s.Link, s.Run = part(p.Prepare), part(p.Build), part(p.Link), part(p.Run)
		}
		sc.Cells = append(sc.Cells, s)
	}
	text, err := json.MarshalIndent(sc, "", " ")
	if err != nil {
		return fmt.Errorf("write %s: %w", path, err)
	}
	return atomicfile.Write(path, append(text, '\n'), 0o666)
}

func seconds(d time.Duration) float64 { return float64(d.Microseconds()) / 1e6 }
