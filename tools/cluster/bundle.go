package cluster

import (
	"archive/tar"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"golang.org/x/mod/modfile"
)

// Pack returns the sources of the module in root as a tar archive whose bytes depend on them alone:
// the files that git would commit, tracked and untracked, of the module and of the modules that
// go.mod or go.work name by their folders. skip reports paths of the module, with slashes, that are
// sent by other means. in is the module's folder in the archive.
func Pack(ctx context.Context, root string, skip func(name string) bool) (archive []byte, in string, err error) {
	modules, extra, err := folders(ctx, root)
	if err != nil {
		return nil, "", fmt.Errorf("bundle the sources: %w", err)
	}
	top := modules[0]
	for _, name := range append(modules[1:], extra...) {
		for !inside(top, name) {
			top = filepath.Dir(top)
		}
	}
	files := map[string]bool{}
	for _, name := range extra {
		files[name] = true
	}
	for i, dir := range modules {
		names, err := sources(ctx, dir)
		if err != nil {
			return nil, "", fmt.Errorf("bundle %s: %w", dir, err)
		}
		for _, name := range names {
			if i > 0 || !skip(name) {
				files[filepath.Join(dir, filepath.FromSlash(name))] = true
			}
		}
	}
	rel, err := filepath.Rel(top, modules[0])
	if err != nil {
		return nil, "", err
	}
	archive, err = pack(top, files)
	return archive, filepath.ToSlash(rel), err
}

func inside(dir, name string) bool {
	rel, err := filepath.Rel(dir, name)
	return err == nil && filepath.IsLocal(rel)
}

// folders returns the folders of the modules, that of root first, and files outside them that the
// go command reads.
func folders(ctx context.Context, root string) (modules, extra []string, err error) {
	root, err = filepath.EvalSymlinks(root)
	if err != nil {
		return nil, nil, err
	}
	modules = []string{root}
	add := func(base, dir string) {
		if modfile.IsDirectoryPath(dir) {
			if dir = filepath.Join(base, filepath.FromSlash(dir)); !slices.Contains(modules, dir) {
				modules = append(modules, dir)
			}
		}
	}
	cmd := exec.CommandContext(ctx, "go", "env", "GOWORK")
	cmd.Dir = root
	out, err := cmd.Output()
	if err != nil {
		return nil, nil, fmt.Errorf("go env GOWORK: %w", err)
	}
	if work := strings.TrimSpace(string(out)); work != "" && work != "off" {
		data, err := os.ReadFile(work)
		if err != nil {
			return nil, nil, err
		}
		f, err := modfile.ParseWork(work, data, nil)
		if err != nil {
			return nil, nil, err
		}
		extra = append(extra, work)
		if _, err := os.Stat(work + ".sum"); err == nil {
			extra = append(extra, work+".sum")
		}
		for _, use := range f.Use {
			add(filepath.Dir(work), use.Path)
		}
		for _, r := range f.Replace {
			if err := relative(work, r); err != nil {
				return nil, nil, err
			}
			add(filepath.Dir(work), r.New.Path)
		}
	}
	for i := 0; i < len(modules); i++ {
		name := filepath.Join(modules[i], "go.mod")
		data, err := os.ReadFile(name)
		if errors.Is(err, fs.ErrNotExist) {
			continue // a folder with a pipeline and no module
		}
		if err != nil {
			return nil, nil, err
		}
		f, err := modfile.Parse(name, data, nil)
		if err != nil {
			return nil, nil, err
		}
		for _, r := range f.Replace {
			if err := relative(name, r); err != nil {
				return nil, nil, err
			}
			add(modules[i], r.New.Path)
		}
	}
	return modules, extra, nil
}

func relative(file string, r *modfile.Replace) error {
	if r.New.Version == "" && filepath.IsAbs(r.New.Path) {
		return fmt.Errorf("%s:%d: %s is replaced by an absolute path, which workers do not have; make it relative", file, r.Syntax.Start.Line, r.Old.Path)
	}
	return nil
}

// sources returns the files of a folder that git would commit, by their paths with slashes. Without
// git they are all but those whose names begin with a dot.
func sources(ctx context.Context, dir string) (names []string, err error) {
	cmd := exec.CommandContext(ctx, "git", "ls-files", "-z", "--cached", "--others", "--exclude-standard")
	cmd.Dir = dir
	if out, err := cmd.Output(); err == nil {
		for name := range strings.SplitSeq(string(out), "\x00") {
			if name != "" {
				names = append(names, name)
			}
		}
		return names, nil
	}
	err = filepath.WalkDir(dir, func(name string, e fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case name != dir && strings.HasPrefix(e.Name(), "."):
			if e.IsDir() {
				return fs.SkipDir
			}
			return nil
		case e.IsDir():
			return nil
		}
		rel, err := filepath.Rel(dir, name)
		names = append(names, filepath.ToSlash(rel))
		return err
	})
	return names, err
}

func pack(top string, files map[string]bool) ([]byte, error) {
	var names []string
	byName := map[string]string{}
	for file := range files {
		rel, err := filepath.Rel(top, file)
		if err != nil {
			return nil, err
		}
		rel = filepath.ToSlash(rel)
		names, byName[rel] = append(names, rel), file
	}
	slices.Sort(names)
	var b bytes.Buffer
	w := tar.NewWriter(&b)
	for _, name := range names {
		if err := add(w, name, byName[name]); err != nil {
			return nil, fmt.Errorf("bundle the sources: %w", err)
		}
	}
	return b.Bytes(), w.Close()
}

func add(w *tar.Writer, name, file string) error {
	info, err := os.Lstat(file)
	if errors.Is(err, fs.ErrNotExist) {
		return nil // a tracked file that has been removed
	}
	if err != nil {
		return err
	}
	h := &tar.Header{Name: name, Mode: 0o644, ModTime: time.Unix(0, 0), Format: tar.FormatPAX}
	switch {
	case info.Mode()&fs.ModeSymlink != 0:
		h.Typeflag = tar.TypeSymlink
		if h.Linkname, err = os.Readlink(file); err != nil {
			return err
		}
		h.Linkname = filepath.ToSlash(h.Linkname)
		return w.WriteHeader(h)
	case !info.Mode().IsRegular():
		return nil // a submodule's folder, a socket
	}
	data, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	h.Size = int64(len(data))
	if info.Mode()&0o111 != 0 {
		h.Mode = 0o755
	}
	if err := w.WriteHeader(h); err != nil {
		return err
	}
	_, err = w.Write(data)
	return err
}

// entry is a file of an archive.
type entry struct {
	name string // with slashes
	data []byte
	mode fs.FileMode
	link string // target of a symbolic link
}

// entries reads an archive and refuses names and links that lead out of it.
func entries(archive []byte) (files []entry, err error) {
	r := tar.NewReader(bytes.NewReader(archive))
	for {
		h, err := r.Next()
		if err == io.EOF {
			return files, nil
		}
		if err != nil {
			return nil, fmt.Errorf("read the bundle: %w", err)
		}
		f := entry{name: h.Name, mode: fs.FileMode(h.Mode).Perm(), link: h.Linkname}
		switch {
		case !fs.ValidPath(h.Name) || !filepath.IsLocal(filepath.FromSlash(h.Name)):
			return nil, fmt.Errorf("read the bundle: %q is no path in it", h.Name)
		case h.Typeflag == tar.TypeSymlink:
			if path.IsAbs(h.Linkname) || !fs.ValidPath(path.Join(path.Dir(h.Name), h.Linkname)) {
				return nil, fmt.Errorf("read the bundle: the link %s leads out of it, to %s", h.Name, h.Linkname)
			}
		case h.Typeflag == tar.TypeReg:
			if f.data, err = io.ReadAll(r); err != nil {
				return nil, fmt.Errorf("read the bundle: %w", err)
			}
		default:
			return nil, fmt.Errorf("read the bundle: %s is neither a file nor a link", h.Name)
		}
		files = append(files, f)
	}
}
