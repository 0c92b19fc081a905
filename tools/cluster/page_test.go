package cluster

import (
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"flowbook/tools/page"
)

var update = flag.Bool("update", false, "write README.md's table anew from testdata/record/overhead.json")

// overheadRecord is the record of a run of TestOverhead.
var overheadRecord = filepath.Join("testdata", "record", "overhead.json") // beside the histories of TestReplay

// measured is the result of TestOverhead.
type measured struct {
	Date       string
	Processors int
	Runs       int // of a one-second notebook, four at a time
	Rows       []overheadRow
}

// overheadRow is one way to execute the runs. Times are in seconds; a median and a 95th percentile
// of 0 were not measured.
type overheadRow struct {
	Work             string
	Median, P95, All float64
}

func (m measured) markdown() string {
	var b strings.Builder
	fmt.Fprintf(&b, "| %d runs of a one-second notebook, four at a time, on %d processors, %s | median | 95th percentile | all runs |\n|---|---|---|---|\n",
		m.Runs, m.Processors, m.Date)
	for _, r := range m.Rows {
		median, p95 := "", ""
		if r.Median != 0 {
			median, p95 = fmt.Sprintf("%.2f s", r.Median), fmt.Sprintf("%.2f s", r.P95)
		}
		fmt.Fprintf(&b, "| %s | %s | %s | %.1f s |\n", r.Work, median, p95, r.All)
	}
	return b.String()
}

// TestPage: the table on README.md is the one of the record.
func TestPage(t *testing.T) {
	text, err := os.ReadFile(overheadRecord)
	if err != nil {
		t.Fatal(err)
	}
	var m measured
	if err := json.Unmarshal(text, &m); err != nil {
		t.Fatal(err)
	}
	page.Check(t, "README.md", m.markdown(), *update)
}
