package pipeline

import (
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path"
	"slices"
	"strings"
)

// tree is the module's files: those on the disk, or those of a list.
type tree interface {
	// match returns the paths that match. A path without wild cards is returned even if it does not
	// exist.
	match(f File) ([]string, error)
	// of returns a file's digest, and fs.ErrNotExist for one that is not there.
	of(name string) (digest string, err error)
	has(name string) bool
}

// disk is the tree below a folder.
type disk struct {
	p *Pipeline
	d *digests
}

func (t disk) match(f File) ([]string, error) { return t.p.names(f) }

func (t disk) of(name string) (string, error) { return t.d.of(t.p.path(name)) }

func (t disk) has(name string) bool {
	_, err := os.Stat(t.p.path(name))
	return err == nil
}

// names returns the paths of the files that match a pattern. A path without wild cards is returned
// even if it does not exist.
func (p *Pipeline) names(f File) ([]string, error) {
	if !strings.ContainsAny(f.Pattern, wild) {
		return []string{f.Pattern}, nil
	}
	return fs.Glob(os.DirFS(p.root), f.Pattern)
}

// Listing is a tree of which only names and digests are known.
type Listing map[string]string

func (l Listing) match(f File) ([]string, error) {
	if !strings.ContainsAny(f.Pattern, wild) {
		return []string{f.Pattern}, nil
	}
	var names []string
	for _, name := range slices.Sorted(maps.Keys(l)) {
		if ok, err := path.Match(f.Pattern, name); err != nil {
			return nil, err
		} else if ok {
			names = append(names, name)
		}
	}
	return names, nil
}

func (l Listing) of(name string) (string, error) {
	if digest, ok := l[name]; ok {
		return digest, nil
	}
	return "", fs.ErrNotExist
}

func (l Listing) has(name string) bool { return l[name] != "" }

// Put replaces the earlier outputs of a run by the new ones.
func (l Listing) Put(written []File, outputs map[string]string) {
	for _, f := range written {
		names, err := l.match(f)
		if err != nil {
			continue // a pattern is checked when it is read
		}
		for _, name := range names {
			delete(l, name)
		}
	}
	for name, digest := range outputs {
		if digest != Absent && name != ExecutedNotebook {
			l[name] = digest
		}
	}
}

// all returns the digests of the files that are meant, by their paths from the root. A pattern that
// matches nothing is an error, or Absent if that is allowed.
func all(t tree, files []File) (map[string]string, error) {
	sums := map[string]string{}
	for _, f := range files {
		names, err := t.match(f)
		if err != nil {
			return nil, err
		}
		found := false
		for _, name := range names {
			sum, err := t.of(name)
			if errors.Is(err, fs.ErrNotExist) {
				continue
			}
			if err != nil {
				return nil, fmt.Errorf("read %s: %w", name, err)
			}
			sums[name], found = sum, true
		}
		switch {
		case !found && !f.Optional:
			return nil, &MissingError{f.Pattern}
		case !found:
			sums[f.Pattern] = Absent
		}
	}
	return sums, nil
}
