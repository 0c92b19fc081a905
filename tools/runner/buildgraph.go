package runner

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"
)

// buildGraph measures the parts of a Go cell's time by the go command's own record of its actions,
// which it writes anew on each build (go build -debug-actiongraph). Without a record the parts stay
// zero; without a build all of the time counts as the run's.
type buildGraph struct {
	dir   string // the kernel's folder, removed when the kernel ends
	stray string // where a cell that calls go build itself has the record written
}

const graphFile = ".flowbook-build.json"

// graphEnv is the GOFLAGS that makes go build write its record. GoNB builds in a folder of its own
// in the kernel's.
func graphEnv(flags string) string {
	return "GOFLAGS=" + strings.TrimSpace(flags+" -debug-actiongraph="+filepath.Join("..", graphFile))
}

// phases splits the time of the cell that has just ended.
func (g *buildGraph) phases(c *CellResult) {
	if g == nil {
		return
	}
	path := filepath.Join(g.dir, graphFile)
	text, err := os.ReadFile(path)
	os.Remove(path)
	os.Remove(g.stray)
	if err != nil {
		return
	}
	var actions []struct {
		Mode                           string
		TimeReady, TimeStart, TimeDone time.Time
	}
	if json.Unmarshal(text, &actions) != nil {
		return
	}
	var first, linked time.Time
	var link time.Duration
	for _, a := range actions {
		if !a.TimeStart.IsZero() && (first.IsZero() || a.TimeStart.Before(first)) {
			first = a.TimeStart
		}
		if a.TimeDone.After(linked) {
			linked = a.TimeDone
		}
		if a.Mode == "link" {
			link += a.TimeDone.Sub(a.TimeStart)
		}
	}
	if first.IsZero() { // everything was there
		c.Phases.Run = c.Phases.Total
		return
	}
	if link <= 0 || first.Before(c.Started) {
		return
	}
	end := c.Started.Add(c.Phases.Total)
	c.Phases.Prepare = first.Sub(c.Started)
	c.Phases.Link = link
	c.Phases.Build = max(0, linked.Sub(first)-link)
	c.Phases.Run = max(0, end.Sub(linked))
}

// goRoots are the folders that stack traces name, longest first.
func goRoots(dir string) []root {
	cmd := exec.Command("go", "env", "GOROOT", "GOMODCACHE", "GOMOD")
	cmd.Dir = dir
	out, err := cmd.Output()
	if err != nil {
		return nil
	}
	lines := strings.Split(strings.TrimSpace(string(out)), "\n")
	if len(lines) < 3 {
		return nil
	}
	roots := []root{{lines[1], "$GOMODCACHE"}, {lines[0], "$GOROOT"}}
	if mod := filepath.Dir(lines[2]); filepath.Base(lines[2]) == "go.mod" {
		roots = append(roots, root{mod + string(filepath.Separator), ""})
	}
	return roots
}
