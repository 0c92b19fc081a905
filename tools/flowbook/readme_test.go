package main

import (
	"flag"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"flowbook/ml/module"

	"flowbook/tools/sandbox"
)

var commands = flag.Bool("commands", false, "execute the commands of the pages and of the CI action in copies of the module, some minutes")

// shown is a command that a page shows, and what must be true of it.
type shown struct {
	page, section, command string

	before func(*clone)               // what the page takes for granted: a capture, a fresh checkout
	do     func(c *clone, cmd string) // instead of a shell
	leaves string                     // files that are there afterwards, between blanks
	says   string                     // an expression that the output matches
}

// commandsShown are all commands in the code blocks of the pages, page by page in their order. A
// command that a page shows and that is not here fails TestReadme, so that nobody adds one without
// saying what it has to do.
var commandsShown = []shown{
	{"README.md", "Start", "go run ./tools/flowbook pipeline", (*clone).fresh, nil,
		"Datasets/27072022.csv Datasets/labels.csv Datasets/EditDatasets/split_10.csv .flowbook/out/Dataset_Processing.ipynb .flowbook/report/index.html",
		`(?m)^5 steps: 5 ran, .*\nexecuted notebooks: \.flowbook/out\nreport: \.flowbook/report/index\.html$`},
	{"README.md", "Start", "go test ./...", nil, inGate, "", ""},
	{"README.md", "Your own notebooks", "flowbook run analysis.ipynb", nil, (*clone).elsewhere, "", ""},
	{"README.md", "Your own notebooks", "flowbook check --update analysis.ipynb", nil, (*clone).elsewhere, "", ""},
	{"README.md", "Your own notebooks", "flowbook check analysis.ipynb", nil, (*clone).elsewhere, "", ""},
	{"README.md", "Your own notebooks", "flowbook init", nil, (*clone).elsewhere, "", ""},
	{"README.md", "Your own notebooks", "flowbook pipeline", nil, (*clone).elsewhere, "", ""},
	{"README.md", "Your own notebooks", "flowbook kernel install", nil, (*clone).elsewhere, "", ""},
	{"ml/detect/README.md", "Anomalies in your own capture", "go run ./tools/flowbook data meter capture.pcap --out flows.csv", (*clone).capture, nil,
		"flows.csv", `flows\.csv: 500 flows of \d+ packets, 0 packets skipped`},
	{"ml/detect/README.md", "Anomalies in your own capture", "go run ./tools/flowbook data verify flows.csv", nil, nil, "", `flows\.csv: 500 flows, every rule holds`},
	{"ml/detect/README.md", "Anomalies in your own capture", "go run ./tools/flowbook train --data flows.csv --model model --incidents-per-day 20", nil, nil,
		"model", `(?s)trained on \d+ flows.*promised: at most 20 incidents`},
	{"ml/detect/README.md", "Anomalies in your own capture", "go run ./tools/flowbook detect --model model --first flows.csv", nil, nil, "", `500 flows, \d+ anomalies above`},
	{"ml/detect/README.md", "Anomalies in your own capture", "go run ./tools/flowbook data generate --rows 1000000 --force", nil, nil, "", `27072022\.csv: 1000000 flows, sha256`},
	{"tools/runner/README.md", "Notebooks in CI", "go run ./tools/flowbook pipeline", (*clone).fresh, nil, "Datasets/EditDatasets/split_10.csv", `steps: .* ran`},
	{"tools/runner/README.md", "Notebooks in CI", "go run ./tools/flowbook check notebooks/*.ipynb --junit notebooks.xml", nil, nil,
		"notebooks.xml", `(?m)^notebooks/Visualization_Top10_Protocol\.ipynb: ok, `},
	{"tools/jupyter/README.md", "In JupyterLab", "go run ./tools/flowbook kernel install", nil, nil, "", `(?m)^installed Go \(Flowbook\) in .*kernels.gonb$`},
	{"tools/jupyter/README.md", "In JupyterLab", "go run ./tools/flowbook doctor", nil, nil, "", `(?m)^ok +kernel +.*kernels.gonb$`},
	{"tools/jupyter/README.md", "In JupyterLab", "!*cp $GONB_DIR/../go.mod $GONB_DIR/../go.sum . && go mod edit -module gonb -require flowbook@v0.0.0 -replace flowbook=$GONB_DIR/..",
		nil, (*clone).plainGoNB, "notebooks/figures/top10_protocols.png", ""},
	{"tools/sandbox/README.md", "Other people's notebooks", "go run ./tools/flowbook run --sandbox notebooks/Course_Exercises.ipynb", (*clone).sandbox, nil,
		"", `(?m)^notebooks/Course_Exercises\.ipynb: ok, `},
	{"tools/sandbox/README.md", "Other people's notebooks", "go run ./tools/flowbook kernel install --sandbox", (*clone).sandbox, nil,
		"", `(?m)^installed Go \(Flowbook\), isolated in .*kernels.gonb-sandbox, isolated by `},
	{"tools/report/README.md", "Pages and books", "go run ./tools/flowbook export notebooks/Course_Exercises.ipynb --out site", nil, nil,
		"site/index.html site/Course_Exercises.html", `site/index\.html and 1 page\n?$`},
	{"tools/cluster/README.md", "On several machines", "go run ./tools/flowbook pipeline --store file:///srv/flowbook", (*clone).fresh, (*clone).store,
		"Datasets/27072022.csv store/ac store/cas", ""},
	{"tools/cluster/README.md", "On several machines", "go run ./tools/flowbook store key Visualization_Top10_Protocol --store file:///srv/flowbook", nil, (*clone).store, "", ""},
	{"CONTRIBUTING.md", "Contributing", "go run ./tools/flowbook pipeline", nil, nil, "", `5 steps: 5 up to date`},
	{"CONTRIBUTING.md", "Contributing", "go test ./...", nil, inGate, "", ""},
	{"CONTRIBUTING.md", "The build tag `temporal`", "go vet -tags temporal ./tools/cluster ./tools/flowbook", nil, nil, "", ""},
	{"CONTRIBUTING.md", "The build tag `temporal`", "go test -tags temporal -short ./tools/cluster", nil, nil, "", `ok .*tools/cluster`},
	{"Datasets/README.md", "Datasets", "go run ./tools/flowbook data generate", (*clone).fresh, nil, "Datasets/labels.csv", `27072022\.csv: 100000 flows`},
	{"Datasets/README.md", "Datasets", "go run ./tools/flowbook data verify Datasets/27072022.csv", nil, nil, "", `: 100000 flows, every rule holds`},
	{"Datasets/README.md", "Where the data comes from", "go run ./tools/flowbook data meter capture.pcap --out Datasets/27072022.csv", (*clone).fresh, nil,
		"Datasets/27072022.csv", `27072022\.csv: 500 flows`},
	{"Datasets/README.md", "Where the data comes from", "go run ./tools/flowbook data meter capture.pcap --anonymise --key-file key --out Datasets/27072022.csv", (*clone).fresh, nil,
		"Datasets/27072022.csv", `27072022\.csv: 500 flows`},
}

// TestReadme executes the commands that the pages show in blocks: in a copy of the module, in the
// order of commandsShown, with a home folder of its own. The copy lacks the notebooks that take
// long, package notebooks executes those; .ci/run does the two commands of Start in a clone that
// lacks nothing.
func TestReadme(t *testing.T) {
	root, err := module.Root("")
	if err != nil {
		t.Fatal(err)
	}
	compareShown(t, root)
	if !*commands {
		t.Skip("executes every command of the pages, 1,000,000 flows among them: run with -commands, as .ci/run commands does")
	}
	if _, err := os.Stat(sh); err != nil {
		t.Skip("the README's commands are for a Unix shell, and there is no " + sh)
	}
	c := newClone(t, root)
	for _, s := range commandsShown {
		t.Run(s.section+"/"+s.command, func(t *testing.T) {
			c := &clone{t, c.root, c.home}
			if s.before != nil {
				s.before(c)
			}
			out := ""
			if s.do != nil {
				s.do(c, s.command)
			} else {
				out = c.shell(s.command)
			}
			if !regexp.MustCompile(s.says).MatchString(out) {
				t.Errorf("its output does not match %s:\n%s", s.says, out)
			}
			for _, name := range strings.Fields(s.leaves) {
				if _, err := os.Stat(c.path(name)); err != nil {
					t.Errorf("it has not made what it should: %v", err)
				}
			}
		})
	}
}

// sandbox skips a command that needs one where there is none.
func (c *clone) sandbox() {
	if _, err := sandbox.Find(); err != nil {
		c.t.Skip(err)
	}
}

// compareShown fails if the pages show other commands than commandsShown, or a block that is
// neither commands nor the layout of the folders.
func compareShown(t *testing.T, root string) {
	t.Helper()
	var want, got [][3]string
	for _, s := range commandsShown {
		want = append(want, [3]string{s.page, s.section, s.command})
	}
	for _, name := range pages(t, root) {
		if name == "notebooks/course/README.md" { // TestNbgrader of package notebooks follows it
			continue
		}
		source, err := os.ReadFile(filepath.Join(root, filepath.FromSlash(name)))
		if err != nil {
			t.Fatal(err)
		}
		for _, b := range readPage(source).blocks {
			commands, ok := b.commands(t)
			switch {
			case b.language == "console": // TestReadmeTranscript follows it
			case ok:
				for _, command := range commands {
					got = append(got, [3]string{name, b.section, command})
				}
			case name == "README.md" && b.section == "What stands where":
				compareLayout(t, root, b.lines)
			default:
				t.Errorf("%s, %s: a block that nothing executes:\n%s", name, b.section, strings.Join(b.lines, "\n"))
			}
		}
	}
	byPage := func(a, b [3]string) int { return strings.Compare(a[0], b[0]) }
	slices.SortStableFunc(want, byPage)
	slices.SortStableFunc(got, byPage)
	if diff := cmp.Diff(want, got); diff != "" {
		t.Fatalf("the pages show other commands than commandsShown has (-want +got):\n%s", diff)
	}
}

// compareLayout fails if a folder that the README describes is not there, or a package that is
// there is not named. Lines begin with a folder, or go on.
func compareLayout(t *testing.T, root string, lines []string) {
	t.Helper()
	for _, line := range lines {
		folder, _, _ := strings.Cut(line, " ")
		if info, err := os.Stat(filepath.Join(root, folder)); err != nil || !info.IsDir() {
			t.Errorf("README.md describes the folder %q, which is not there", folder)
		}
	}
	named := regexp.MustCompile(`\w+`).FindAllString(strings.Join(lines, "\n"), -1)
	for _, pattern := range []string{"ml/*/*.go", "tools/*/*.go"} {
		files, err := filepath.Glob(filepath.Join(root, filepath.FromSlash(pattern)))
		if err != nil {
			t.Fatal(err)
		}
		for _, file := range files {
			if pkg := filepath.Base(filepath.Dir(file)); !slices.Contains(named, pkg) {
				t.Errorf("README.md does not name package %s among what stands where", pkg)
			}
		}
	}
}

// inGate is for the command that this test is a part of: .ci/run executes it, and takes it from the
// README.
func inGate(c *clone, command string) {
	gate, err := os.ReadFile(c.path(".ci/run"))
	if err != nil {
		c.t.Fatal(err)
	}
	body := regexp.MustCompile(`(?ms)^readme\(\) \(.*?^\)$`).Find(gate)
	if body == nil {
		c.t.Fatal(".ci/run has no function readme any more")
	}
	if got := c.shell(string(body) + "\nreadme Start"); !slices.Contains(textLines([]byte(got)), command) {
		c.t.Errorf(".ci/run executes\n%s\nof the README, which is not %q", got, command)
	}
}
