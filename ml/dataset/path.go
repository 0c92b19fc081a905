package dataset

import (
	"path/filepath"
	"strconv"
	"strings"

	"flowbook/ml/module"
)

// Path returns where a data file lies: Path("EditDatasets/split_1.csv") is that file under the
// module's Datasets folder, whatever the working directory is. Outside the module it is relative to
// the working directory.
func Path(elem string) string {
	root, err := module.Root("")
	if err != nil {
		root = "."
	}
	return filepath.Join(root, "Datasets", filepath.FromSlash(elem))
}

// Rel returns a path as it is shown to people: relative to the module's root where it lies below
// it, with slashes.
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
