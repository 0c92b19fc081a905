package pipeline

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"

	"go.yaml.in/yaml/v3"

	"flowbook/ml/atomicfile"
	"flowbook/ml/module"
	"flowbook/tools/gocell"
	"flowbook/tools/jupyter"
	"flowbook/tools/notebook"
)

// Part is one of the things that a key is made of, with a name for people.
type Part struct {
	Name   string `json:"name"`
	Digest string `json:"digest"`
}

// keyForm changes when a key made of the same parts would mean something else.
const keyForm = "2"

// keyOf is the digest of a step's code and of the rest of a run's parts. They are separate because
// the code of a step is the same for all its runs and known before the first.
func keyOf(code string, rest []Part) string { return sum(keyForm, code, digestOf(rest)) }

func digestOf(parts []Part) string {
	var texts []string
	for _, p := range parts {
		texts = append(texts, p.Name, p.Digest)
	}
	return sum(texts...)
}

// change is a part that two keys do not share.
type change struct{ name, what string }

// compare returns the parts that are new or changed.
func compare(old, now []Part) (changes []change) {
	was := map[string]string{}
	for _, p := range old {
		was[p.Name] = p.Digest
	}
	for _, p := range now {
		digest, ok := was[p.Name]
		switch {
		case !ok:
			changes = append(changes, change{p.Name, "is new"})
		case digest != p.Digest:
			changes = append(changes, change{p.Name, "changed"})
		}
		delete(was, p.Name)
	}
	for _, name := range slices.Sorted(maps.Keys(was)) {
		changes = append(changes, change{name, "is gone"})
	}
	return changes
}

// describe names the changes in a few words.
func describe(changes []change) string {
	var words []string
	for i, c := range changes {
		if i == 2 {
			words = append(words, fmt.Sprintf("and %d more", len(changes)-2))
			break
		}
		words = append(words, c.name+" "+c.what)
	}
	if len(words) == 0 {
		return "the order of its parts changed"
	}
	return strings.Join(words, ", ")
}

// keys makes the parts of keys and remembers the parts that several steps have in common.
type keys struct {
	p         *Pipeline
	digests   *digests
	goVersion string
	space     *module.Workspace
	packages  []string // import paths of the workspace's packages

	mu     sync.Mutex // of purity
	purity *gocell.Purity
}

func newKeys(ctx context.Context, p *Pipeline, d *digests) (*keys, error) {
	version, err := goVersion(ctx, p.root)
	if err != nil {
		return nil, err
	}
	space, err := module.Open(p.root)
	if errors.Is(err, module.ErrNone) {
		var root string
		if root, err = jupyter.Scratch(p.root); err == nil {
			space, err = module.Open(root)
		}
	}
	if err != nil {
		return nil, err
	}
	packages, err := space.Packages()
	if err != nil {
		return nil, err
	}
	return &keys{p: p, digests: d, goVersion: version, space: space, packages: packages, purity: gocell.NewPurity(space, packages)}, nil
}

// key is the digest of a run's inputs.
type key struct {
	digest string
	parts  []Part
	source string            // digest of the notebook's file
	inputs map[string]string // digests by path, Absent for an optional one that is not there
}

// of returns the key of a run. An input that is not there is a *MissingError.
func (k *keys) of(run *instance) (*key, error) {
	inputs, err := all(disk{k.p, k.digests}, run.inputs)
	if err != nil {
		return nil, err
	}
	code, source, err := k.code(run.Step)
	if err != nil {
		return nil, err
	}
	rest, err := restOf(run, inputs)
	if err != nil {
		return nil, err
	}
	return &key{keyOf(digestOf(code), rest), append(code, rest...), source, inputs}, nil
}

// restOf returns the parts of a run that its step's other runs need not share.
func restOf(run *instance, inputs map[string]string) (parts []Part, err error) {
	for _, a := range run.assignments {
		text, err := yaml.Marshal(a.Node)
		if err != nil {
			return nil, err
		}
		parts = append(parts, Part{"parameter " + a.Name, string(text)})
	}
	for _, name := range slices.Sorted(maps.Keys(inputs)) {
		parts = append(parts, Part{name, inputs[name]})
	}
	for _, f := range run.outputs {
		parts = append(parts, Part{"output " + f.Pattern, strconv.FormatBool(f.Optional)})
	}
	return parts, nil
}

// code returns the parts that all runs of a step share. For a notebook it returns also the digest
// of its file.
func (k *keys) code(run *Step) (parts []Part, source string, err error) {
	var packages []string
	if run.Notebook == "" {
		parts = append(parts, Part{"its command", sum(run.Command...)})
		packages = k.p.CommandPackages
		if !slices.ContainsFunc(packages, k.space.Contains) { // the command comes from elsewhere
			own, err := os.Executable()
			if err != nil {
				return nil, "", err
			}
			digest, err := k.digests.of(own)
			if err != nil {
				return nil, "", err
			}
			parts = append(parts, Part{"the flowbook command", digest})
		}
	} else {
		nb, err := k.p.Largest.ReadFile(k.p.path(run.Notebook))
		if err != nil {
			return nil, "", named(run.Notebook, atomicfile.Reason(err))
		}
		if source, err = k.digests.of(k.p.path(run.Notebook)); err != nil {
			return nil, "", err
		}
		cells, imported := k.cells(nb)
		parts, packages = append(parts, cells...), imported
		kind, err := kernel(nb)
		if err != nil {
			return nil, "", err
		}
		backend, err := k.backend(os.Getenv("GOMLX_BACKEND"))
		if err != nil {
			return nil, "", err
		}
		parts = append(parts, Part{"its folder", path.Dir(run.Notebook)}, Part{"its kernel", kind}, Part{"$GOMLX_BACKEND", backend})
	}
	sources, err := k.space.Read(packages...)
	if err != nil {
		return nil, "", err
	}
	for _, pkg := range sources.Packages {
		parts = append(parts, Part{"package " + pkg, sources.Digests[pkg]})
	}
	for _, name := range []string{"go.mod", "go.sum"} {
		digest, err := all(disk{k.p, k.digests}, []File{{Pattern: name, Optional: true}})
		if err != nil {
			return nil, "", err
		}
		parts = append(parts, Part{name, digest[name]})
	}
	more, err := k.workspace()
	if err != nil {
		return nil, "", err
	}
	parts = append(parts, more...)
	return append(parts, Part{"the Go version", k.goVersion}), source, nil
}

// workspace returns a part for each module file that counts besides the root's.
func (k *keys) workspace() (parts []Part, err error) {
	add := func(label, dir string, names ...string) error {
		for _, name := range names {
			digest, err := k.digests.of(filepath.Join(dir, name))
			if err != nil && !errors.Is(err, fs.ErrNotExist) {
				return err
			}
			parts = append(parts, Part{label + name, digest})
		}
		return nil
	}
	if k.space.GoWork != "" {
		if err := add("", filepath.Dir(k.space.GoWork), filepath.Base(k.space.GoWork), "go.work.sum"); err != nil {
			return nil, err
		}
	}
	for _, m := range k.space.Modules {
		if m.Main && m.Dir != k.p.root {
			if err := add(m.Path+"/", m.Dir, "go.mod", "go.sum"); err != nil {
				return nil, err
			}
		}
	}
	return parts, nil
}

// named has an error of reading a notebook name it as the pipeline does.
func named(name string, err error) error {
	var form *notebook.Error
	if errors.As(err, &form) {
		form.File = name
		return err
	}
	return fmt.Errorf("read %s: %w", name, atomicfile.Reason(err))
}

// cells returns a part for each code cell and the packages of the module that the cells import, or
// name without importing them, which goimports mends, or run by their path, in a command or with
// os/exec, and those of their metadata "pure".
func (k *keys) cells(nb *notebook.Notebook) (parts []Part, packages []string) {
	isGo := nb.Language() == "" || nb.Language() == "go"
	var all gocell.Code
	number := 0
	for _, c := range nb.Cells {
		if c.Type != notebook.Code {
			continue
		}
		number++
		digest := sum(c.Source)
		if isGo {
			code := gocell.ReadCode(c.Source)
			digest = code.Digest
			all.Add(code)
			packages = append(packages, slices.DeleteFunc(pure(c), func(p string) bool { return !k.space.Contains(p) })...)
		}
		parts = append(parts, Part{fmt.Sprintf("cell %d", number), sum(digest, settings(c))})
	}
	parts = append(parts, Part{"the notebook's settings", string(nb.Metadata.Get("flowbook"))})
	packages = append(packages, all.Uses(k.packages, k.space.Folder)...)
	return parts, append(packages, slices.DeleteFunc(all.Imports, func(p string) bool { return !k.space.Contains(p) })...)
}

// backend is $GOMLX_BACKEND with a plugin's digest in the place of its path, which other machines
// do not share.
func (k *keys) backend(config string) (string, error) {
	name, options, _ := strings.Cut(config, ",")
	kind, file, ok := strings.Cut(name, ":")
	if !ok || !filepath.IsAbs(file) {
		return config, nil
	}
	digest, err := k.digests.of(file)
	if errors.Is(err, fs.ErrNotExist) {
		return config, nil // running the notebook will say so
	}
	return kind + ":" + digest + "," + options, err
}

// settings are the values besides its source that decide a cell's run.
func settings(c *notebook.Cell) string {
	var tags []string
	for _, tag := range c.Tags() {
		if !strings.HasPrefix(tag, "parity:") {
			tags = append(tags, tag)
		}
	}
	slices.Sort(tags)
	return strings.Join(tags, "\n") + "\n" + string(c.Metadata.Get("flowbook"))
}

// kernel identifies the kernel of a notebook. That of Go is pinned by go.mod or by this program; of
// others their kernelspec is all that is known before they run.
func kernel(nb *notebook.Notebook) (string, error) {
	name := nb.KernelName()
	if name == "" || jupyter.Ours(name) {
		versions, err := jupyter.Versions()
		return "gonb " + sum(string(versions)), err
	}
	spec, err := jupyter.FindSpec(name)
	if err != nil {
		return name, nil // running it will say so
	}
	text, err := json.Marshal([]any{spec.Argv, spec.Env})
	return name + " " + string(text), err
}
