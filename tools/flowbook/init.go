package main

import (
	"cmp"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"flowbook/ml/atomicfile"
	"flowbook/ml/module"
)

//go:embed init
var initFiles embed.FS

// initCmd writes the files that a module needs to have its notebooks checked. A file that is there
// stays.
type initCmd struct{}

// Run writes into the module's root, or the current folder where there is no module.
func (c *initCmd) Run(con *console) error {
	root, err := module.Root("")
	if errors.Is(err, module.ErrNone) {
		root, err = os.Getwd()
	}
	if err != nil {
		return fmt.Errorf("init: %w", err)
	}
	pipeline, err := initPipeline(root)
	if err != nil {
		return fmt.Errorf("init: %w", err)
	}
	files := []struct{ name, text string }{{pipelineFile, pipeline}}
	for _, f := range []struct{ name, from string }{{".gitignore", "gitignore"}, {".gitattributes", "gitattributes"}, {".github/workflows/notebooks.yml", "workflow.yml"}} {
		text, err := initFiles.ReadFile("init/" + f.from)
		if err != nil {
			return fmt.Errorf("init: %w", err)
		}
		files = append(files, struct{ name, text string }{f.name, strings.ReplaceAll(string(text), "{{REPOSITORY}}", repository())})
	}
	for _, f := range files {
		if err := c.write(con, root, f.name, f.text); err != nil {
			return fmt.Errorf("init: %w", err)
		}
	}
	return nil
}

func (c *initCmd) write(con *console, root, name, text string) error {
	file := filepath.Join(root, filepath.FromSlash(name))
	there, err := os.ReadFile(file)
	switch {
	case err == nil:
		var lacks []string
		for line := range strings.Lines(text) {
			line = strings.TrimSpace(line)
			if strings.HasPrefix(name, ".git") && !strings.Contains(name, "/") && !strings.HasPrefix(line, "#") && !slices.Contains(strings.Split(strings.ReplaceAll(string(there), "\r\n", "\n"), "\n"), line) {
				lacks = append(lacks, line)
			}
		}
		fmt.Fprintf(con.stdout, "%s is there and stays as it is\n", name)
		for _, line := range lacks {
			fmt.Fprintf(con.stdout, "    it lacks: %s\n", line)
		}
		return nil
	case !errors.Is(err, fs.ErrNotExist):
		return err
	}
	if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
		return err
	}
	if err := atomicfile.Write(file, []byte(text), 0o644); err != nil {
		return err
	}
	fmt.Fprintf(con.stdout, "wrote %s\n", name)
	return nil
}

// repository is where the workflow finds Flowbook's action: the module's own path, as soon as that
// is one of a host.
func repository() string {
	if host, rest, ok := strings.Cut(module.Self, "/"); ok && strings.Contains(host, ".") {
		return rest
	}
	return "OWNER/flowbook"
}

// notStepName matches characters that a step's name cannot have.
var notStepName = regexp.MustCompile(`[^A-Za-z0-9_.-]+`)

// initPipeline is a pipeline with a step for each notebook below root.
func initPipeline(root string) (string, error) {
	var notebooks []string
	err := filepath.WalkDir(root, func(name string, e fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if e.IsDir() && name != root && (strings.HasPrefix(e.Name(), ".") || e.Name() == "testdata" || e.Name() == "node_modules" || e.Name() == "vendor") {
			return fs.SkipDir
		}
		if !e.IsDir() && strings.HasSuffix(name, ".ipynb") {
			rel, err := filepath.Rel(root, name)
			if err != nil {
				return err
			}
			notebooks = append(notebooks, filepath.ToSlash(rel))
		}
		return nil
	})
	if err != nil {
		return "", err
	}
	var b strings.Builder
	b.WriteString("# What `flowbook pipeline` brings up to date. Paths are from this folder. List the files a step reads under\n" +
		"# inputs and those it writes under outputs; the order of the steps follows from them. A notebook that reads\n" +
		"# otherwise than through package dataset and lists no inputs runs every time; inputs: [] says that it reads nothing.\n" +
		"# `flowbook pipeline --help` has the other fields of a step: command, params, grid, when, needs.\n" +
		"title: Notebooks\n\nsteps:\n")
	if len(notebooks) == 0 {
		b.WriteString("  # analysis:\n  #   notebook: analysis.ipynb\n  #   inputs: [data/flows.csv]\n")
	}
	taken := map[string]bool{}
	for _, nb := range notebooks {
		name := strings.Trim(notStepName.ReplaceAllString(strings.TrimSuffix(path.Base(nb), ".ipynb"), "_"), ".-")
		for cmp.Or(name, "index") == "index" || taken[strings.ToLower(name)] {
			name += "_"
		}
		taken[strings.ToLower(name)] = true
		fmt.Fprintf(&b, "  %s:\n    notebook: %q\n", name, nb)
	}
	return b.String(), nil
}
