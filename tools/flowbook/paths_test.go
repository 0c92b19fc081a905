package main

import (
	"bytes"
	"os"
	"path/filepath"
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
			// The working folder, the files in it, the state and the temporary folder all have the name.
			t.Chdir(at)
			t.Setenv("FLOWBOOK_STATE", filepath.Join(at, "state"+name))
			t.Setenv("TMPDIR", at)
			file, csv := put("./"+name+".ipynb", echo), "./"+name+".csv"
			parameters, rules := put("./"+name+".yaml", "{}\n"), put("./"+name+".txt", "regex: never\nreplace: seen\n")
			flowbook("run", file, "-o", "./o"+name+".ipynb", "--junit", "./"+name+".xml", "--param-file", parameters)
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
