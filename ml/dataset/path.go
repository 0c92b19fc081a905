package dataset

import (
	"cmp"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

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

// Splits returns the paths of the parts that are there, Datasets/EditDatasets/split_1.csv and on, by their number.
func Splits() ([]string, error) {
	paths, err := filepath.Glob(filepath.Join(Path("EditDatasets"), "split_*.csv"))
	if err != nil {
		return nil, err
	}
	paths = slices.DeleteFunc(paths, func(p string) bool { return partNumber(p) == 0 })
	if len(paths) == 0 {
		return nil, fmt.Errorf("no split_1.csv in Datasets/EditDatasets: split a file with flowbook data split FILE: %w", os.ErrNotExist)
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

// noteRead appends the file's absolute path to the file that $FLOWBOOK_READS names, so that whoever runs a notebook
// learns which data it depends on.
func noteRead(path string) error {
	list := os.Getenv("FLOWBOOK_READS")
	if list == "" {
		return nil
	}
	abs, err := filepath.Abs(path)
	if err != nil {
		return err
	}
	w, err := os.OpenFile(list, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
	if err != nil {
		return fmt.Errorf("note that %s is read: %w", Rel(path), err)
	}
	_, err = w.WriteString(abs + "\n") // one write, so that lines of several processes do not mix
	if cerr := w.Close(); err == nil {
		err = cerr
	}
	if err != nil {
		return fmt.Errorf("note that %s is read: %w", Rel(path), err)
	}
	return nil
}
