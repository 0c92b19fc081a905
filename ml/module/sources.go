package module

import (
	"cmp"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"io/fs"
	"maps"
	"os"
	"path"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"time"
)

// Sources are the source files of a set of packages.
type Sources struct {
	Digest   string            // hex SHA-256 of the code
	Packages []string          // sorted import paths, with the imports in the module
	Digests  map[string]string // of each of them alone
	Modified time.Time         // when the newest of the files was last written
}

// Digest is Read(root, pkgs...).Digest.
func Digest(root string, pkgs ...string) (string, error) {
	s, err := Read(root, pkgs...)
	if err != nil {
		return "", err
	}
	return s.Digest, nil
}

// Read reads the packages with these import paths and all imported packages that are built from
// folders (see [Workspace]), and returns the digest of their code. The digest covers, too, go.mod,
// go.sum and go.work (and with them every other module), the Go version and GOARCH that this
// program was built with. It does not depend on where root is.
//
// Comments and formatting do not count, directives (//go:build, //go:embed, …) do. Every Go file of
// a package counts except tests, whatever its build constraints say, so that the digest is the same
// with and without cgo and errs on the side of change; so do embedded files, assembly, C and object
// files. A package of another module adds nothing of its own.
func Read(root string, pkgs ...string) (*Sources, error) {
	w, err := Open(root)
	if err != nil {
		return nil, err
	}
	return w.Read(pkgs...)
}

// Read is Read of the packages of this workspace.
func (w *Workspace) Read(pkgs ...string) (*Sources, error) {
	s := &Sources{Digests: map[string]string{}}
	total := sha256.New()
	if err := s.readModFiles(total, w); err != nil {
		return nil, fmt.Errorf("digest the module: %w", err)
	}
	digests := map[string][]byte{}
	todo := slices.Clone(pkgs)
	for len(todo) > 0 {
		pkg := todo[0]
		todo = todo[1:]
		if _, done := digests[pkg]; done {
			continue
		}
		dir := w.Dir(pkg)
		if dir == "" {
			continue
		}
		digest, imports, err := s.readPackage(dir)
		if err != nil {
			return nil, fmt.Errorf("digest package %s: %w", pkg, err)
		}
		digests[pkg] = digest
		todo = append(todo, imports...)
	}
	s.Packages = slices.Sorted(maps.Keys(digests))
	for _, pkg := range s.Packages {
		WriteFields(total, pkg, string(digests[pkg]))
		s.Digests[pkg] = hex.EncodeToString(digests[pkg])
	}
	s.Digest = hex.EncodeToString(total.Sum(nil))
	return s, nil
}

// readModFiles adds the toolchain and the files that decide which other modules are built.
func (s *Sources) readModFiles(total hash.Hash, w *Workspace) error {
	add := func(dir, name, label string) error {
		data, err := s.readFile(filepath.Join(dir, name))
		if errors.Is(err, fs.ErrNotExist) && name != "go.mod" {
			err = nil
		}
		WriteFields(total, label, string(data))
		return err
	}
	if w.GoWork != "" {
		for _, name := range []string{filepath.Base(w.GoWork), "go.work.sum"} {
			if err := add(filepath.Dir(w.GoWork), name, name); err != nil {
				return err
			}
		}
	}
	for _, m := range w.Modules {
		if !m.Main {
			continue // its packages count, its go.sum does not
		}
		label := ""
		if w.GoWork != "" {
			label = m.Path + "/"
		}
		WriteFields(total, runtime.Version(), runtime.GOARCH, m.Path)
		for _, name := range []string{"go.mod", "go.sum"} {
			if err := add(m.Dir, name, label+name); err != nil {
				return err
			}
		}
	}
	return nil
}

// foreign are the file name extensions that the go command compiles or links besides Go's own.
var foreign = []string{".c", ".cc", ".cpp", ".cxx", ".h", ".hh", ".hpp", ".hxx", ".m", ".f", ".F", ".for", ".f90", ".s", ".S", ".sx", ".swig", ".swigcxx", ".syso"}

// readPackage returns the digest of one package alone and the import paths of its files.
func (s *Sources) readPackage(dir string) (digest []byte, imports []string, err error) {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil, nil, err
	}
	var names []string
	for _, e := range entries {
		name := e.Name()
		if !e.IsDir() && name[0] != '_' && name[0] != '.' && !strings.HasSuffix(name, "_test.go") &&
			(strings.HasSuffix(name, ".go") || slices.Contains(foreign, path.Ext(name))) {
			names = append(names, name)
		}
	}
	if len(names) == 0 {
		return nil, nil, fmt.Errorf("no Go files in %s", dir)
	}
	files := make([]source, len(names))
	var reading sync.WaitGroup
	for k := range min(runtime.GOMAXPROCS(0), len(names)) {
		reading.Go(func() {
			for i := k; i < len(names); i += runtime.GOMAXPROCS(0) {
				files[i].read(filepath.Join(dir, names[i]))
			}
		})
	}
	reading.Wait()
	h := sha256.New()
	var embeds []string
	for i, f := range files {
		if f.err != nil {
			return nil, nil, f.err
		}
		if f.written.After(s.Modified) {
			s.Modified = f.written
		}
		WriteFields(h, names[i], string(f.Tokens))
		imports = append(imports, f.Imports...)
		embeds = append(embeds, f.Embeds...)
	}
	if err := s.readEmbeds(h, dir, embeds); err != nil {
		return nil, nil, err
	}
	return h.Sum(nil), imports, nil
}

// source is a file of a package: of one that is not Go's, Tokens is all of it.
type source struct {
	Code
	written time.Time
	err     error
}

func (f *source) read(name string) {
	data, written, err := readFile(name)
	if f.written, f.err = written, err; err != nil {
		return
	}
	if strings.HasSuffix(name, ".go") {
		f.Code = Scan(data)
	}
	if f.Broken || f.Cgo || !strings.HasSuffix(name, ".go") {
		f.Tokens = data
	}
}

// readEmbeds adds the files that match the patterns, hidden ones included.
func (s *Sources) readEmbeds(h hash.Hash, dir string, patterns []string) error {
	var names []string
	for _, pattern := range patterns {
		matches, err := filepath.Glob(filepath.Join(dir, filepath.FromSlash(strings.TrimPrefix(pattern, "all:"))))
		if err != nil {
			return fmt.Errorf("embed %s: %w", pattern, err)
		}
		for _, match := range matches {
			err := filepath.WalkDir(match, func(name string, e fs.DirEntry, err error) error {
				if err == nil && e.Type().IsRegular() {
					names = append(names, name)
				}
				return err
			})
			if err != nil {
				return fmt.Errorf("embed %s: %w", pattern, err)
			}
		}
	}
	slices.SortFunc(names, cmp.Compare)
	for _, name := range slices.Compact(names) {
		data, err := s.readFile(name)
		if err != nil {
			return err
		}
		rel, err := filepath.Rel(dir, name)
		if err != nil {
			return err
		}
		WriteFields(h, filepath.ToSlash(rel), string(data))
	}
	return nil
}

func (s *Sources) readFile(name string) ([]byte, error) {
	data, written, err := readFile(name)
	if written.After(s.Modified) {
		s.Modified = written
	}
	return data, err
}

func readFile(name string) (data []byte, at time.Time, err error) {
	info, err := os.Stat(name)
	if err != nil {
		return nil, at, err
	}
	data, err = os.ReadFile(name)
	return data, written(info), err
}

// WriteFields writes texts so that no two lists of texts give the same bytes.
func WriteFields(h hash.Hash, texts ...string) {
	for _, text := range texts {
		var size [8]byte
		binary.LittleEndian.PutUint64(size[:], uint64(len(text)))
		h.Write(size[:])
		h.Write([]byte(text))
	}
}

// written is the time at which a file was last written. A time of modification in the future, as an
// archive can set it, says nothing; the time at which the file got it does.
func written(info fs.FileInfo) time.Time {
	at := info.ModTime()
	if changed := changed(info); at.After(time.Now()) && !changed.IsZero() {
		return changed
	}
	return at
}
