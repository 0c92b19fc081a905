package runner_test

import (
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"runtime"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/sync/errgroup"

	"flowbook/ml/module"
	"flowbook/tools/jupyter"
	"flowbook/tools/notebook"
	"flowbook/tools/runner"
)

var adversarial = flag.Bool("adversarial", false, "execute all of testdata/adversarial.txt in every way, some minutes")

// The cells before each adversarial notebook. Programs are cut down from the third build on.
var preludes = []string{
	"import (\n\t\"encoding/json\"\n\t\"github.com/janpfeifer/must\"\n)\n" +
		"func Heavy() string { return string(must.M1(json.Marshal(map[string]int{\"heavy\": 1}))) }\n%%\nfmt.Println(Heavy())",
	"%%\nfmt.Println(\"ready\")",
}

// TestAdversarial: notebooks whose cells could see how they are compiled put out the same with all
// declarations in each program, with those alone that are reached, and with cells that share
// programs. One in ten is executed, also by the real go command and goimports; all with
// -adversarial.
func TestAdversarial(t *testing.T) {
	if testing.Short() {
		t.Skip("executes notebooks on the real kernel")
	}
	spec, err := jupyter.GoNB(t.Context(), "../..")
	if err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(filepath.Join("testdata", "adversarial.txt"))
	if err != nil {
		t.Fatal(err)
	}
	books := strings.Split(string(text), "\n== ")[1:]
	type way struct {
		name, front string
		separate    bool
	}
	all := []way{{"all declarations", "whole", true}, {"those that are reached", "", true}, {"shared programs", "", false}, {"the real go command", "off", true}}
	executed, cells, runs := 0, 0, 0
	var group errgroup.Group
	group.SetLimit(runtime.GOMAXPROCS(0))
	for i, b := range books {
		if !*adversarial && i%10 != 0 {
			continue
		}
		name, rest, _ := strings.Cut(b, "\n")
		sources := append(append([]string{}, preludes...), strings.Split(strings.TrimSpace(rest), "\n--\n")...)
		ways := all
		if i%10 != 0 {
			ways = all[:3]
		}
		executed, cells, runs = executed+1, cells+len(sources), runs+len(ways)
		group.Go(func() error {
			var want []string
			for j, way := range ways {
				got, err := transcript(t, book(t, sources...), runner.Options{Spec: spec, Dir: t.TempDir(), AllowErrors: true, Separate: way.separate,
					Env: []string{module.EnvGoFront + "=" + way.front, module.EnvState + "=" + t.TempDir()}})
				if err != nil {
					return fmt.Errorf("%s, %s: %w", name, way.name, err)
				}
				if j == 0 {
					want = got
				} else if diff := cmp.Diff(want, got); diff != "" {
					t.Errorf("%s: %s (-%s +these):\n%s", name, way.name, ways[0].name, diff)
				}
			}
			t.Log(name)
			return nil
		})
	}
	if err := group.Wait(); err != nil {
		t.Fatal(err)
	}
	t.Logf("%d of %d notebooks with %d cells, %d runs", executed, len(books), cells, runs)
}

// differs matches the parts of an output that differ from run to run.
var differs = regexp.MustCompile(`gonb_[0-9a-f]{8}|[^\s"]*/fb\w+/|\+0x[0-9a-f]+|0x[0-9a-f]{6,}|goroutine \d+|pid=\d+`)

// transcript executes a notebook and returns a line for each cell: its status and outputs.
func transcript(t *testing.T, nb *notebook.Notebook, opt runner.Options) ([]string, error) {
	res, err := runner.Run(t.Context(), nb, opt)
	if err != nil {
		return nil, err
	}
	var lines []string
	for _, c := range res.Cells {
		line := fmt.Sprintf("%d %s", c.Number, c.Status)
		for _, o := range nb.Cells[c.Index].Outputs {
			data, err := json.Marshal(o.Data)
			if err != nil {
				return nil, err
			}
			line += fmt.Sprintf("\n%s %s %s %s %s %s", o.Type, o.Name, o.Text, data, o.EName, o.EValue)
		}
		lines = append(lines, differs.ReplaceAllString(strings.ReplaceAll(line, opt.Dir, "DIR"), "…"))
	}
	return lines, nil
}
