package cluster

import (
	"archive/tar"
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"flowbook/tools/store"
)

// write makes files below a folder.
func write(t *testing.T, dir string, files map[string]string) {
	t.Helper()
	for name, text := range files {
		file := filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

var sourcesOfModule = map[string]string{
	"mod/go.mod": "module example.com/mod\n\ngo 1.26\n\nrequire example.com/lib v0.0.0\n\nreplace example.com/lib => ../lib\n",
	"mod/a.go":   "package mod\n", "mod/.gitignore": "*.secret\n", "mod/key.secret": "x", "mod/notebooks/pipeline.yaml": "steps:\n", "mod/data.csv": "1\n",
	"lib/go.mod": "module example.com/lib\n", "lib/lib.go": "package lib\n", "other/x.txt": "x",
}

func listed(t *testing.T, archive []byte) (names []string) {
	t.Helper()
	files, err := entries(archive)
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		names = append(names, f.name)
	}
	return names
}

// TestPack bundles the same module in two places and with other times: the bytes are the same,
// ignored files and data stay out, the module that go.mod names by its folder comes along.
func TestPack(t *testing.T) {
	t.Setenv("GOWORK", "")
	t.Setenv("GOFLAGS", "")
	var archives [][]byte
	for range 2 {
		dir := t.TempDir()
		write(t, dir, sourcesOfModule)
		if out, err := exec.Command("git", "-C", dir, "init", "-q").CombinedOutput(); err != nil {
			t.Skipf("git init: %v %s: install git", err, out)
		}
		archive, in, err := Pack(t.Context(), filepath.Join(dir, "mod"), func(name string) bool { return name == "data.csv" })
		if err != nil {
			t.Fatal(err)
		}
		if in != "mod" {
			t.Errorf("the module is in %q", in)
		}
		archives = append(archives, archive)
	}
	want := []string{"lib/go.mod", "lib/lib.go", "mod/.gitignore", "mod/a.go", "mod/go.mod", "mod/notebooks/pipeline.yaml"}
	if diff := cmp.Diff(want, listed(t, archives[0])); diff != "" {
		t.Errorf("files (-want +got):\n%s", diff)
	}
	if !bytes.Equal(archives[0], archives[1]) {
		t.Error("the two archives differ")
	}
}

func TestPackWork(t *testing.T) {
	dir := t.TempDir()
	t.Setenv("GOWORK", "")
	t.Setenv("GOFLAGS", "")
	write(t, dir, sourcesOfModule)
	write(t, dir, map[string]string{"go.work": "go 1.26\n\nuse (\n\t./mod\n\t./deep/more\n)\n", "deep/more/go.mod": "module example.com/more\n", "deep/more/m.go": "package more\n"})
	archive, in, err := Pack(t.Context(), filepath.Join(dir, "mod"), func(string) bool { return false })
	if err != nil {
		t.Fatal(err)
	}
	names := listed(t, archive)
	for _, name := range []string{"go.work", "deep/more/m.go", "lib/lib.go", "mod/data.csv"} {
		if !slices.Contains(names, name) {
			t.Errorf("%s is not among %v", name, names)
		}
	}
	if in != "mod" {
		t.Errorf("the module is in %q", in)
	}
	write(t, dir, map[string]string{"mod/go.mod": "module example.com/mod\n\nreplace example.com/lib => /somewhere/lib\n"})
	if _, _, err := Pack(t.Context(), filepath.Join(dir, "mod"), func(string) bool { return false }); err == nil || !strings.Contains(err.Error(), "absolute path, which workers do not have") {
		t.Errorf("an absolute replacement: error %v", err)
	}
}

// TestEntriesRefuses reads archives that would write outside their folder.
func TestEntriesRefuses(t *testing.T) {
	for _, h := range []tar.Header{
		{Name: "../x", Typeflag: tar.TypeReg}, {Name: "/x", Typeflag: tar.TypeReg}, {Name: "a/../../x", Typeflag: tar.TypeReg},
		{Name: "a/l", Typeflag: tar.TypeSymlink, Linkname: "../../x"}, {Name: "l", Typeflag: tar.TypeSymlink, Linkname: "/etc"},
		{Name: "h", Typeflag: tar.TypeLink, Linkname: "x"}, {Name: "p", Typeflag: tar.TypeFifo},
	} {
		var b bytes.Buffer
		w := tar.NewWriter(&b)
		if err := w.WriteHeader(&h); err != nil {
			t.Fatal(err)
		}
		w.Close()
		if _, err := entries(b.Bytes()); err == nil {
			t.Errorf("%s %c %s is taken", h.Name, h.Typeflag, h.Linkname)
		}
	}
	if _, err := entries([]byte("no archive at all, but long enough to be read")); err == nil {
		t.Error("no archive is taken")
	}
}

// TestTrees takes a tree, leaves things behind, and takes it for another run and another bundle.
func TestTrees(t *testing.T) {
	t.Setenv("GOWORK", "")
	s, err := store.Open("file:///"+strings.TrimPrefix(filepath.ToSlash(t.TempDir()), "/"), store.Options{})
	if err != nil {
		t.Fatal(err)
	}
	bundle := func(files map[string]string) Bundle {
		dir := t.TempDir()
		write(t, dir, files)
		archive, in, err := Pack(t.Context(), filepath.Join(dir, "mod"), func(name string) bool { return strings.HasSuffix(name, ".csv") })
		if err != nil {
			t.Fatal(err)
		}
		d, err := s.PutBytes(t.Context(), archive)
		if err != nil {
			t.Fatal(err)
		}
		return Bundle{d, in}
	}
	input := func(name, text string) store.File {
		d, err := s.PutBytes(t.Context(), []byte(text))
		if err != nil {
			t.Fatal(err)
		}
		return store.File{Path: name, Digest: d}
	}
	trees := newTrees(t.TempDir(), s, 1)
	read := func(root string) map[string]string {
		files := map[string]string{}
		for _, dir := range []string{".", "Datasets", ".flowbook/memo", ".flowbook/out"} {
			list, _ := filepath.Glob(filepath.Join(root, filepath.FromSlash(dir), "*"))
			for _, name := range list {
				if data, err := os.ReadFile(name); err == nil {
					rel, _ := filepath.Rel(root, name)
					files[filepath.ToSlash(rel)] = string(data)
				}
			}
		}
		return files
	}
	first := bundle(sourcesOfModule)
	root, release, err := trees.take(t.Context(), first, []store.File{input("Datasets/in.csv", "1")})
	if err != nil {
		t.Fatal(err)
	}
	write(t, root, map[string]string{
		"Datasets/in.csv": "changed", "Datasets/out.csv": "left", "a.go": "changed", "new.go": "left", ".flowbook/memo/x": "kept", ".flowbook/out/a.ipynb": "left",
	})
	release()
	more := map[string]string{"mod/b.go": "package mod\n"}
	for name, text := range sourcesOfModule {
		more[name] = text
	}
	delete(more, "mod/a.go")
	again, release, err := trees.take(t.Context(), bundle(more), []store.File{input("Datasets/in.csv", "1"), input("Datasets/in2.csv", "2")})
	if err != nil {
		t.Fatal(err)
	}
	release()
	if again != root {
		t.Errorf("the tree moved from %s to %s, where nothing is compiled", root, again)
	}
	want := map[string]string{
		"go.mod": sourcesOfModule["mod/go.mod"], "b.go": "package mod\n", "key.secret": "x", ".gitignore": "*.secret\n",
		"Datasets/in.csv": "1", "Datasets/in2.csv": "2", ".flowbook/memo/x": "kept",
	}
	got := read(again)
	delete(want, ".gitignore") // without git, files with a dot stay out
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("files (-want +got):\n%s", diff)
	}
	first.Digest.Hash = store.DigestOf([]byte("none")).Hash
	if _, _, err := trees.take(t.Context(), first, nil); err == nil {
		t.Error("a bundle that is not there is taken")
	}
}
