package dataset

import (
	"cmp"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"flowbook/ml/atomicfile"
	"flowbook/ml/module"
)

// Path returns where a data file lies: Path("EditDatasets/split_1.csv") is that file under the module's Datasets
// folder, whatever the working directory is. Outside the module it is relative to the working directory.
func Path(elem string) string {
	root, err := module.Root("")
	if err != nil {
		root = "."
	}
	return filepath.Join(root, "Datasets", filepath.FromSlash(elem))
}

// Rel returns a path as it is shown to people: relative to the module's root where it lies below it, with slashes.
func Rel(path string) string {
	if root, err := module.Root(""); err == nil {
		if abs, err := filepath.Abs(path); err == nil {
			if rel, err := filepath.Rel(root, abs); err == nil && filepath.IsLocal(rel) {
				path = rel
			}
		}
	}
	return filepath.ToSlash(path)
}

// Splits returns the paths of the parts in Datasets/EditDatasets, split_1.csv and on, by their number: those that the
// manifest names, or without one all that are there.
func Splits() ([]string, error) {
	dir := Path("EditDatasets")
	var paths []string
	if m, err := ReadManifest(dir); err == nil {
		for _, p := range m.Parts {
			paths = append(paths, filepath.Join(dir, p.Name))
		}
		return paths, nil
	}
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil, fmt.Errorf("list %s: %w", Rel(dir), atomicfile.Reason(err))
	}
	for _, e := range entries {
		if partNumber(e.Name()) > 0 {
			paths = append(paths, filepath.Join(dir, e.Name()))
		}
	}
	if len(paths) == 0 {
		return nil, fmt.Errorf("list %s: no split_1.csv there; flowbook data split FILE makes it: %w", Rel(dir), os.ErrNotExist)
	}
	slices.SortFunc(paths, func(a, b string) int { return cmp.Compare(partNumber(a), partNumber(b)) })
	return paths, nil
}

// partNumber returns k for …/split_k.csv, 0 for any other name.
func partNumber(path string) int {
	digits, ok := strings.CutPrefix(filepath.Base(path), "split_")
	if !ok {
		return 0
	}
	digits, ok = strings.CutSuffix(digits, ".csv")
	k, err := strconv.Atoi(digits)
	if !ok || err != nil || k < 1 || strconv.Itoa(k) != digits {
		return 0
	}
	return k
}

// noteRead tells who executes the notebook, and package memo, that a file is read.
func noteRead(path string) error { return module.NoteRead(path) }
