package cluster

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"time"

	"golang.org/x/mod/modfile"

	"flowbook/tools/store"
)

// trees are the folders in which a worker makes runs: one for each module and slot, kept, so that
// the go command finds its earlier compilations.
type trees struct {
	dir   string
	store *store.Store
	slots chan int
}

func newTrees(dir string, s *store.Store, jobs int) *trees {
	t := &trees{dir: dir, store: s, slots: make(chan int, jobs)}
	for slot := range jobs {
		t.slots <- slot
	}
	return t
}

// kept is how long a tree stays that nobody uses.
const kept = 24 * time.Hour

// take returns a folder with exactly the bundle's files and the inputs; files that earlier runs
// wrote or changed there are gone. Only the state folder stays, because its files are named by
// their content. root is the module's.
func (t *trees) take(ctx context.Context, b Bundle, inputs []store.File) (root string, release func(), err error) {
	var slot int
	select {
	case slot = <-t.slots:
	case <-ctx.Done():
		return "", nil, context.Cause(ctx)
	}
	release = func() { t.slots <- slot }
	root, err = t.prepare(ctx, slot, b, inputs)
	if err != nil {
		release()
		return "", nil, err
	}
	return root, release, nil
}

func (t *trees) prepare(ctx context.Context, slot int, b Bundle, inputs []store.File) (root string, err error) {
	if !filepath.IsLocal(filepath.FromSlash(b.Root)) {
		return "", fmt.Errorf("%q is no folder of a bundle", b.Root)
	}
	archive, err := t.archive(ctx, b.Digest)
	if err != nil {
		return "", err
	}
	files, err := entries(archive)
	if err != nil {
		return "", err
	}
	top := filepath.Join(t.dir, "trees", fmt.Sprintf("%s-%d", moduleName(files, b.Root), slot))
	root = filepath.Join(top, filepath.FromSlash(b.Root))
	if err := os.MkdirAll(root, 0o700); err != nil {
		return "", err
	}
	now := time.Now()
	if err := os.Chtimes(top, now, now); err != nil {
		return "", err
	}
	t.prune(now)
	keep := map[string]bool{}
	for _, f := range files {
		keep[f.name] = true
	}
	for _, f := range inputs {
		keep[path.Join(b.Root, f.Path)] = true
	}
	if err := sweep(top, root, keep); err != nil {
		return "", err
	}
	for _, f := range files {
		if err := f.write(filepath.Join(top, filepath.FromSlash(f.name))); err != nil {
			return "", err
		}
	}
	for _, f := range inputs {
		file := filepath.Join(root, filepath.FromSlash(f.Path))
		if !filepath.IsLocal(filepath.FromSlash(f.Path)) {
			return "", fmt.Errorf("%q is no path of an input", f.Path)
		}
		if sum, err := sumOf(file); err == nil && sum == f.Digest.Hash {
			continue
		}
		if err := os.RemoveAll(file); err != nil {
			return "", err
		}
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			return "", err
		}
		if err := t.store.Fetch(ctx, f.Digest, file); err != nil {
			return "", fmt.Errorf("input %s: %w", f.Path, err)
		}
	}
	return root, nil
}

// moduleName makes a folder's name of the path of the module in root.
func moduleName(files []entry, root string) string {
	for _, f := range files {
		if f.name == path.Join(root, "go.mod") {
			name := modfile.ModulePath(f.data)
			return path.Base(name) + "-" + store.DigestOf([]byte(name)).Hash[:8]
		}
	}
	return "module"
}

// archive returns a bundle, from the worker's folder or the store.
func (t *trees) archive(ctx context.Context, d store.Digest) ([]byte, error) {
	dir := filepath.Join(t.dir, "bundles")
	file := filepath.Join(dir, d.Hash+".tar")
	if data, err := os.ReadFile(file); err == nil && store.DigestOf(data) == d {
		return data, nil
	}
	data, err := t.store.Bytes(ctx, d)
	if err != nil {
		return nil, fmt.Errorf("sources: %w", err)
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, err
	}
	return data, os.WriteFile(file, data, 0o600) // its digest is checked on reading
}

// prune removes trees and bundles that nobody has used for long.
func (t *trees) prune(now time.Time) {
	for _, dir := range []string{"trees", "bundles"} {
		list, err := os.ReadDir(filepath.Join(t.dir, dir))
		if err != nil {
			continue
		}
		for _, e := range list {
			if info, err := e.Info(); err == nil && now.Sub(info.ModTime()) > kept {
				os.RemoveAll(filepath.Join(t.dir, dir, e.Name()))
			}
		}
	}
}

// stale are the folders of the state folder that a run reads back by name.
var stale = []string{"out", "pipeline", "report"}

// sweep removes all files below top that are not to be kept, except for the state folder of the
// module in root.
func sweep(top, root string, keep map[string]bool) error {
	state := filepath.Join(root, ".flowbook")
	for _, name := range stale {
		if err := os.RemoveAll(filepath.Join(state, name)); err != nil {
			return err
		}
	}
	return filepath.WalkDir(top, func(name string, e fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case name == state:
			return fs.SkipDir
		case e.IsDir():
			return nil
		}
		rel, err := filepath.Rel(top, name)
		if err != nil || keep[filepath.ToSlash(rel)] {
			return err
		}
		return os.Remove(name)
	})
}

// write makes the file as it is in the archive, unless it is.
func (f entry) write(file string) error {
	if f.link != "" {
		if old, err := os.Readlink(file); err == nil && old == filepath.FromSlash(f.link) {
			return nil
		}
	} else if info, err := os.Lstat(file); err == nil && info.Mode().IsRegular() && info.Size() == int64(len(f.data)) {
		if data, err := os.ReadFile(file); err == nil && string(data) == string(f.data) {
			return nil
		}
	}
	if err := os.RemoveAll(file); err != nil {
		return err
	}
	if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
		return err
	}
	if f.link != "" {
		return os.Symlink(filepath.FromSlash(f.link), file)
	}
	return os.WriteFile(file, f.data, f.mode)
}

func sumOf(file string) (string, error) {
	f, err := os.Open(file)
	if err != nil {
		return "", err
	}
	defer f.Close()
	h := sha256.New()
	_, err = io.Copy(h, f)
	return hex.EncodeToString(h.Sum(nil)), err
}
