package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"strings"
	"time"

	"github.com/fsnotify/fsnotify"
)

// quietTime is how long files must have been quiet before a run: editors write in several steps.
const quietTime = 200 * time.Millisecond

// watch runs the notebooks, and again after each change, until the context is done. A run that fails is told of and ends nothing; what it began
// with is saved, so the next one goes on from there.
func (c *runCmd) watch(ctx context.Context, con *console, targets []*target) error {
	for _, t := range targets {
		if t.path == "-" || t.from != nil {
			return &usageError{errors.New("--watch needs files: standard input and addresses cannot be watched")}
		}
	}
	w, err := fsnotify.NewWatcher()
	if err != nil {
		return fmt.Errorf("watch: %w", err)
	}
	defer w.Close()
	if err := watchFolders(w, targets); err != nil {
		return err
	}
	for {
		err := c.all(ctx, con, targets)
		if ctx.Err() != nil {
			return err
		}
		fmt.Fprintln(con.stderr, "flowbook: watching; Ctrl-C ends")
		if err := change(ctx, w); err != nil {
			return err
		}
		for next := false; !next; {
			fresh, err := c.targets(ctx, con)
			if err == nil {
				targets, next = fresh, true
				continue
			}
			fmt.Fprintln(con.stderr, "flowbook:", err) // half-written, or broken: wait for the next save
			if err := change(ctx, w); err != nil {
				return err
			}
		}
	}
}

// watchFolders watches the notebooks' folders and those of the module's Go code.
func watchFolders(w *fsnotify.Watcher, targets []*target) error {
	dirs := map[string]bool{}
	for _, t := range targets {
		dirs[t.dir] = true
		root, err := t.root()
		if err != nil {
			continue // no module, no code
		}
		err = filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
			switch {
			case err != nil:
				return err
			case d.IsDir() && path != root && (strings.HasPrefix(d.Name(), ".") || d.Name() == "testdata" || d.Name() == "Datasets"):
				return fs.SkipDir
			case filepath.Ext(path) == ".go":
				dirs[filepath.Dir(path)] = true
			}
			return nil
		})
		if err != nil {
			return fmt.Errorf("watch: %w", err)
		}
	}
	for dir := range dirs {
		if err := w.Add(dir); err != nil {
			return fmt.Errorf("watch %s: %w", dir, err)
		}
	}
	return nil
}

// change waits for a change that matters and then for quiet.
func change(ctx context.Context, w *fsnotify.Watcher) error {
	var quiet <-chan time.Time
	for {
		select {
		case <-ctx.Done():
			return context.Cause(ctx)
		case err := <-w.Errors:
			return fmt.Errorf("watch: %w", err)
		case ev := <-w.Events:
			ext := filepath.Ext(ev.Name)
			if (ext == ".ipynb" || ext == ".go") && !ev.Has(fsnotify.Chmod) {
				quiet = time.After(quietTime)
			}
		case <-quiet:
			return nil
		}
	}
}
