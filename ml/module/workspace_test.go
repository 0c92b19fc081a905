package module

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/mod/modfile"
)

// several are two modules of a go.work, a third that one replaces by its folder, a module within a
// module and one that nothing names.
var several = map[string]string{
	"work/go.work":            "go 1.26\n\nuse (\n\t./app // the program\n\t\"./my lib\"\n)\n",
	"work/app/go.mod":         "module example.com/app\n\nrequire (\n\texample.com/lib v1.0.0\n\texample.com/deep v0.0.0\n)\n\nreplace example.com/deep v0.0.0 => ../../deep\n",
	"work/app/app.go":         "package app\n\nimport (\n\t_ \"example.com/deep\"\n\t_ \"example.com/lib/x\"\n)\n",
	"work/app/inner/go.mod":   "module example.com/app/inner\n",
	"work/app/inner/inner.go": "package inner\n",
	"work/my lib/go.mod":      "module example.com/lib\n",
	"work/my lib/x/x.go":      "package x\n",
	"work/other/go.mod":       "module example.com/other\n",
	"work/other/other.go":     "package other\n",
	"deep/go.mod":             "module example.com/deep\n",
	"deep/deep.go":            "package deep\n",
}

func TestOpen(t *testing.T) {
	top := writeModule(t, several)
	in := func(name string) string { return filepath.Join(top, filepath.FromSlash(name)) }
	app := Folder{"example.com/app", in("work/app"), true}
	lib := Folder{"example.com/lib", in("work/my lib"), true}
	deep := Folder{"example.com/deep", in("deep"), false}
	for _, tt := range []struct {
		name, root, gowork, inForce string
		modules                     []Folder
	}{
		{"a module of a workspace", "work/app", "", "work/go.work", []Folder{app, deep, lib}},
		{"the workspace itself", "work", "", "work/go.work", []Folder{app, deep, lib}},
		{"a module that the workspace does not use", "work/other", "", "", []Folder{{"example.com/other", in("work/other"), true}}},
		{"no workspace wanted", "work/app", "off", "", []Folder{app, deep}},
		{"a workspace elsewhere", "deep", in("work/go.work"), "", []Folder{{"example.com/deep", in("deep"), true}}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Setenv(EnvGoWork, "")
			t.Setenv("GOWORK", tt.gowork)
			w, err := Open(in(tt.root))
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tt.modules, w.Modules); diff != "" {
				t.Errorf("modules (-want +got):\n%s", diff)
			}
			want := ""
			if tt.inForce != "" {
				want = in(tt.inForce)
			}
			if w.GoWork != want {
				t.Errorf("go.work %q, want %q", w.GoWork, want)
			}
		})
	}
}

func TestDirOfPackage(t *testing.T) {
	t.Setenv("GOWORK", "")
	top := writeModule(t, several)
	w, err := Open(filepath.Join(top, "work", "app"))
	if err != nil {
		t.Fatal(err)
	}
	for pkg, want := range map[string]string{
		"example.com/app":       "work/app",
		"example.com/lib/x":     "work/my lib/x",
		"example.com/deep":      "deep",
		"example.com/app/inner": "", // a module of its own, from the module cache
		"example.com/apple":     "",
		"fmt":                   "",
	} {
		if want != "" {
			want = filepath.Join(top, filepath.FromSlash(want))
		}
		if got := w.Dir(pkg); got != want {
			t.Errorf("Dir(%s) = %q, want %q", pkg, got, want)
		}
	}
	got, err := w.Packages()
	if diff := cmp.Diff([]string{"example.com/app", "example.com/deep", "example.com/lib/x"}, got); err != nil || diff != "" {
		t.Errorf("packages: %v (-want +got):\n%s", err, diff)
	}
}

// TestDigestOfWorkspace changes one file after the other.
func TestDigestOfWorkspace(t *testing.T) {
	t.Setenv("GOWORK", "")
	digest := func(files map[string]string) string {
		t.Helper()
		d, err := Digest(filepath.Join(writeModule(t, files), "work", "app"), "example.com/app")
		if err != nil {
			t.Fatal(err)
		}
		return d
	}
	base := digest(several)
	for name, changes := range map[string]bool{
		"work/go.work": true, "work/app/go.mod": true, "work/my lib/go.mod": true, "work/app/app.go": true, "work/my lib/x/x.go": true, "deep/deep.go": true,
		"work/other/other.go": false, "work/app/inner/inner.go": false,
	} {
		files := map[string]string{}
		for file, text := range several {
			files[file] = text
		}
		if strings.HasSuffix(name, ".go") {
			files[name] += "\nvar X int\n"
		} else {
			files[name] += "\n// a comment, which may be part of what counts\n"
		}
		if got := digest(files) != base; got != changes {
			t.Errorf("%s: the digest changed: %v, want %v", name, got, changes)
		}
	}
}

// A vendored package is built from the folder of that name.
func TestVendored(t *testing.T) {
	files := map[string]string{
		"go.mod": "module example.com/m\n\nrequire example.com/dep v1.0.0\n", "m.go": "package m\n\nimport _ \"example.com/dep/p\"\n",
		"vendor/modules.txt": "# example.com/dep v1.0.0\n## explicit\nexample.com/dep/p\n", "vendor/example.com/dep/p/p.go": "package p\n",
	}
	root := writeModule(t, files)
	s, err := Read(root, "example.com/m")
	if diff := cmp.Diff([]string{"example.com/dep/p", "example.com/m"}, s.Packages); err != nil || diff != "" {
		t.Errorf("%v (-want +got):\n%s", err, diff)
	}
	w, err := Open(root)
	if err != nil {
		t.Fatal(err)
	}
	if pkgs, err := w.Packages(); err != nil || !slices.Equal(pkgs, []string{"example.com/m"}) {
		t.Errorf("packages %v, %v", pkgs, err)
	}
}

func TestOpenErrors(t *testing.T) {
	t.Setenv("GOWORK", "")
	for _, tt := range []struct {
		name  string
		files map[string]string
		want  string
	}{
		{"nothing", nil, "read the module: no go.mod and no go.work in "},
		{"no name", map[string]string{"go.mod": "go 1.26\n"}, "does not say the module's name"},
		{"a folder that is not there", map[string]string{"go.work": "use ./gone\n"}, "uses ./gone: "},
	} {
		if _, err := Open(writeModule(t, tt.files)); err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: got error %v, want %q", tt.name, err, tt.want)
		}
	}
}

// TestOurModule: what the go command knows of this module, we know.
func TestOurModule(t *testing.T) {
	root, err := Root("")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(filepath.Join(root, "ml", "module", "workspace.go")); err != nil {
		t.Fatal(err)
	}
	w, err := Open(root)
	if err != nil {
		t.Fatal(err)
	}
	if want := filepath.Join(root, "ml", "module"); w.Dir(Self+"/ml/module") != want {
		t.Errorf("this package lies in %q, want %q", w.Dir(Self+"/ml/module"), want)
	}
}

// FuzzModFile holds our reading of module files to the go command's own, wherever that accepts the
// file.
func FuzzModFile(f *testing.F) {
	for _, text := range []string{
		"module example.com/m // the module\n\ngo 1.26\n\nreplace (\n\ta.com/b v1.0.0 => ../b\n\t\"a.com/c\" => \"./c d\" // why\n\ta.com/e => a.com/f v1.2.3\n)\n",
		"module(\n\t\"m\"\n)\nreplace a.com/b=>../b\n", "module `m`\nreplace(\na.com/b => /x//y\n)", "module m\nexclude a.com/b v1.0.0\n",
	} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		mod, err := modfile.Parse("go.mod", []byte(text), nil)
		if err != nil || mod.Module == nil || strings.Contains(text, "/*") {
			return
		}
		got := parseModFile([]byte(text))
		if got.module != mod.Module.Mod.Path {
			t.Errorf("%q: module %q, want %q", text, got.module, mod.Module.Mod.Path)
		}
		var want []replace
		for _, r := range mod.Replace {
			if r.New.Version == "" {
				want = append(want, replace{r.Old.Path, r.New.Path})
			}
		}
		if !slices.Equal(got.replaces, want) {
			t.Errorf("%q: replaces %v, want %v", text, got.replaces, want)
		}
	})
}
