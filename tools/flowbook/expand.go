package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"flowbook/ml/atomicfile"
)

// expand returns the notebooks of an argument: the notebooks of a folder, those that a glob finds,
// or the one that it names.
func expand(arg string) ([]string, error) {
	info, err := os.Stat(arg)
	if err == nil && info.IsDir() {
		entries, err := os.ReadDir(arg)
		if err != nil {
			return nil, &usageError{fmt.Errorf("read %s: %w", filepath.ToSlash(arg), atomicfile.Reason(err))}
		}
		var paths []string
		for _, e := range entries {
			if name := e.Name(); !e.IsDir() && filepath.Ext(name) == ".ipynb" && !strings.HasPrefix(name, ".") {
				paths = append(paths, filepath.Join(arg, name))
			}
		}
		if len(paths) == 0 {
			return nil, &usageError{fmt.Errorf("no notebook in the folder %s", filepath.ToSlash(arg))}
		}
		return paths, nil
	}
	if err == nil || !strings.ContainsAny(arg, "*?[") {
		return []string{arg}, nil
	}
	paths, err := filepath.Glob(arg)
	if err != nil {
		return nil, &usageError{fmt.Errorf("glob %s: %w", arg, err)}
	}
	if len(paths) == 0 {
		return nil, &usageError{fmt.Errorf("no notebook matches %s", arg)}
	}
	return paths, nil
}
