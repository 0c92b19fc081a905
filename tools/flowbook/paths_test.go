package main

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"flowbook/tools/jupyter/fake"
)

// oddNames are names that some tool, format or command line reads otherwise than as a name.
var oddNames = map[string]string{
	"blank": "a b", "percent": "a%20b", "quote": `a"b`, "apostrophe": "a'b", "backslash": `a\b`, "caret": "a^b", "hash": "a#b",
	"question": "a?b", "bracket": "a[b", "star": "a*b", "newline": "a\nb", "caron": "ž", "cjk": "日本", "dash": "-dash", "colon": "a:b", "dollar": "a$HOME",
	"brace": "a{b}", "not UTF-8": "a\xffb", "long": strings.Repeat("l", 200), "escape": "a\x1b[2Jb", "comma": "a,b",
}

// TestPathsOfGo: a notebook runs on the real kernel where its module, itself, its output, the
// working folder, the state, the temporary folder and the go command's own folders all have an odd
// name. What the go command, GoNB or a PATH cannot take is refused, in one line that says which
// folder and why. All names of oddNames were tried by hand for each folder of the go command by
// itself: no others fail.
func TestPathsOfGo(t *testing.T) {
	if testing.Short() {
		t.Skip("runs kernels; run without -short")
	}
	ours := goFolders(t)
	for _, c := range []struct{ name, bad, refused string }{
		{name: "a b"}, {name: "a%20b\"'^#?["}, {name: "ž日本"}, {name: "-dash"}, {name: "a\xffb"}, {name: strings.Repeat("l", 150)},
		{"a:b", "checkout", "a colon in its name"},
		{"a,b", "checkout", "a comma in its name"},
		{`a\b`, "checkout", "a backslash in its name"},
		{"a\nb", "checkout", "a line break in its name"},
		{"a:b", "XDG_CACHE_HOME", "a colon in its name"},
		{"a\nb", "GOROOT", "a line break in its name"},
		{"a\nb", "GOCACHE", "a line break in its name"},
	} {
		t.Run(c.bad+c.name, func(t *testing.T) {
			if c.bad != "" && runtime.GOOS == "windows" {
				t.Skip("no such names here")
			}
			if c.bad == "XDG_CACHE_HOME" && runtime.GOOS == "darwin" {
				t.Skip("the cache folder has no variable here")
			}
			odd := func(folder string) bool { return c.bad == "" || c.bad == folder }
			base := t.TempDir()
			named := func(folder string) string {
				path := filepath.Join(base, folder)
				if odd(folder) {
					path = filepath.Join(path, c.name)
				}
				return path
			}
			for _, folder := range []string{"checkout", "state", "tmp"} {
				if err := os.MkdirAll(named(folder), 0o700); err != nil {
					t.Skip("the file system does not take the name: ", err)
				}
			}
			for folder, path := range ours {
				if err := os.MkdirAll(filepath.Dir(named(folder)), 0o700); err != nil {
					t.Fatal(err)
				}
				if err := os.Symlink(path, named(folder)); err != nil {
					t.Fatal(err)
				}
				t.Setenv(folder, named(folder))
			}
			t.Setenv("PATH", filepath.Join(named("GOROOT"), "bin")+string(os.PathListSeparator)+os.Getenv("PATH"))
			t.Setenv("FLOWBOOK_ROOT", "")
			t.Setenv("FLOWBOOK_STATE", named("state"))
			t.Setenv("TMPDIR", named("tmp"))
			t.Chdir(named("checkout"))
			for file, text := range map[string]string{"go.mod": "module x\n\ngo 1.26\n", "./" + c.name + ".ipynb": answer} {
				if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
					t.Fatal(err)
				}
			}
			var out bytes.Buffer
			code := run(t.Context(), []string{"run", "--offline", "./" + c.name + ".ipynb", "-o", "./out" + c.name + ".ipynb"}, strings.NewReader(""), &out, &out)
			if c.refused != "" {
				if code == exitOK || !strings.Contains(out.String(), c.refused) || strings.Count(out.String(), "\n") != 1 {
					t.Errorf("exit status %d, want one line with %q\n%s", code, c.refused, &out)
				}
				return
			}
			executed, err := os.ReadFile("./out" + c.name + ".ipynb")
			if code != exitOK || err != nil || !bytes.Contains(executed, []byte(`"42\n"`)) {
				t.Errorf("exit status %d, %v\n%s\n%s", code, err, &out, executed)
			}
		})
	}
}

// answer is a notebook of one cell of Go.
const answer = `{"cells":[{"cell_type":"code","execution_count":null,"id":"one","metadata":{},"outputs":[],"source":["import \"fmt\"\n","%%\n","fmt.Println(6*7)"]}],` +
	`"metadata":{"kernelspec":{"display_name":"Go (gonb)","language":"go","name":"gonb"}},"nbformat":4,"nbformat_minor":5}`

// goFolders are the folders of the go command, and the one in which the kernel's programs are kept,
// by their variables.
func goFolders(t *testing.T) map[string]string {
	t.Helper()
	names := []string{"GOROOT", "GOMODCACHE", "GOCACHE", "GOPATH"}
	text, err := exec.Command("go", append([]string{"env"}, names...)...).Output()
	if err != nil {
		t.Fatal(err)
	}
	cache, err := os.UserCacheDir()
	if err != nil {
		t.Fatal(err)
	}
	folders := map[string]string{"XDG_CACHE_HOME": cache}
	for i, line := range textLines(text) {
		folders[names[i]] = line
	}
	return folders
}

// TestPaths: every path that the command takes in may have any name that the file system takes.
func TestPaths(t *testing.T) {
	home := t.TempDir()
	t.Setenv("HOME", home)
	t.Setenv("FLOWBOOK_ROOT", "")
	t.Setenv("JUPYTER_PATH", filepath.Join(home, ".jupyter"))
	if err := fake.Install(filepath.Join(home, ".jupyter"), "echo", fake.Script{}); err != nil {
		t.Fatal(err)
	}
	book := func(language string) string {
		return `{"cells":[{"cell_type":"code","execution_count":1,"id":"one","metadata":{},` +
			`"outputs":[{"name":"stdout","output_type":"stream","text":["var x = 1"]}],"source":["var x = 1"]}],"metadata":{"kernelspec":` +
			`{"display_name":"echo","language":"` + language + `","name":"echo"}},"nbformat":4,"nbformat_minor":5}`
	}
	echo, golang := book("echo"), book("go")
	for kind, name := range oddNames {
		t.Run(kind, func(t *testing.T) {
			if testing.Short() && kind != "blank" && kind != "not UTF-8" {
				t.Skip("runs most commands; run without -short")
			}
			at := filepath.Join(t.TempDir(), name)
			if err := os.Mkdir(at, 0o700); err != nil {
				t.Skip("the file system does not take the name: ", err)
			}
			link := filepath.Join(t.TempDir(), "link")
			if err := os.Symlink(at, link); err != nil {
				t.Fatal(err)
			}
			flowbook := func(args ...string) {
				t.Helper()
				var out, errs bytes.Buffer
				if code := run(t.Context(), args, strings.NewReader(""), &out, &errs); code != exitOK {
					t.Errorf("flowbook %q: exit status %d\n%s%s", args, code, &out, &errs)
				}
			}
			put := func(path, text string) string {
				t.Helper()
				if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
					t.Fatal(err)
				}
				return path
			}
			// The working folder, the files in it, the state and the temporary folder all have the
			// name.
			t.Chdir(at)
			t.Setenv("FLOWBOOK_STATE", filepath.Join(at, "state"+name))
			t.Setenv("TMPDIR", at)
			file, csv := put("./"+name+".ipynb", echo), "./"+name+".csv"
			parameters, rules := put("./"+name+".yaml", "{}\n"), put("./"+name+".txt", "regex: never\nreplace: seen\n")
			literal := strings.NewReplacer("{", "{{", "}", "}}").Replace(name) // -o takes {NAME} for a parameter
			flowbook("run", file, "-o", "./o"+literal+".ipynb", "--junit", "./"+name+".xml", "--param-file", parameters)
			flowbook("check", file, "--sanitize", rules)
			flowbook("export", file, "--out", "site"+name)
			flowbook("export", file, "--out", "md"+name, "--to", "markdown")
			flowbook("export", put("./go"+name+".ipynb", golang), "--out", "go"+name, "--to", "go")
			flowbook("data", "generate", "--rows", "300", "--out", csv, "--labels", "./"+name+".labels")
			flowbook("data", "verify", csv)
			flowbook("data", "split", csv, "--rows", "100", "--out", "./split"+name)
			flowbook("data", "convert", csv, "./"+name+".parquet")
			flowbook("data", "convert", "./"+name+".parquet", "./back"+name+".csv")
			flowbook("train", "--data", csv, "--labels", "./"+name+".labels", "--detector", "zscore", "--model", "./m"+name)
			flowbook("detect", "--model", "./m"+name, "./"+name+".parquet")
			capture, key := put("./"+name+".pcap", string(pings(t, 3))), put("./"+name+".key", "0123456789abcdef")
			flowbook("data", "meter", capture, "--key-file", key, "--out", "./flows"+name+".csv")
			// The same folder through a symbolic link.
			t.Chdir(link)
			flowbook("run", "--in-place", file)
			flowbook("run", filepath.Join(link, file))
		})
	}
}
