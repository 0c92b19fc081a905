package runner

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"flowbook/ml/module"
	"flowbook/tools/gocell"
)

// A cell is pure if the same code with the same packages and data files puts out the same. What the cells' own code may name of packages that
// see more than that is listed here; a cell that names anything else of them is executed on each run. Of a package of this
// module the same is asked about its files; ml/dataset notes what it reads, memo and display are made for cells.
var impure = map[string]allowed{
	"os":                               {names: []string{"Stdout", "Stderr", "Exit", "FileMode", "IsNotExist", "ErrNotExist"}},
	"time":                             {but: []string{"Now", "Since", "Until", "Tick", "After", "AfterFunc", "NewTicker", "NewTimer", "Local", "LoadLocation"}},
	"math/rand":                        {names: []string{"New", "NewSource", "NewZipf", "Rand", "Source", "Zipf"}},
	"math/rand/v2":                     {names: []string{"New", "NewPCG", "NewChaCha8", "NewZipf", "Rand", "Source", "PCG", "ChaCha8", "Zipf"}},
	"path/filepath":                    {but: []string{"Glob", "Walk", "WalkDir", "EvalSymlinks", "Abs"}},
	"log":                              {names: []string{"Fatal", "Fatalf", "Fatalln", "Panic", "Panicf", "Panicln", "New", "Logger", "SetFlags"}},
	"runtime":                          {names: []string{"GOOS", "GOARCH", "GC"}},
	module.Self + "/ml/dataset":        {but: []string{"Split", "WriteLabels", "Splits"}},
	"github.com/janpfeifer/gonb/cache": {},
	"crypto/rand":                      {}, "os/exec": {}, "os/signal": {}, "os/user": {}, "io/ioutil": {}, "io/fs": {}, "syscall": {}, "unsafe": {}, "plugin": {}, "embed": {},
	"net": {}, "net/http": {}, "net/rpc": {}, "net/smtp": {}, "testing": {}, "runtime/debug": {}, "runtime/metrics": {}, "runtime/pprof": {}, "database/sql": {}, "expvar": {}, "hash/maphash": {},
}

// allowed is what a cell may name of a package: only names, or everything but.
type allowed struct{ names, but []string }

func (a allowed) has(name string) bool {
	if len(a.but) > 0 {
		return !slices.Contains(a.but, name)
	}
	return slices.Contains(a.names, name)
}

// trusted are the packages of Flowbook whose dealings with files are accounted for.
var trusted = []string{module.Self + "/ml/module", module.Self + "/ml/memo", module.Self + "/ml/dataset", module.Self + "/ml/display"}

// packageImpure is what a package of this module may not name: everything by which a function can read what no key knows. The environment is
// in the key, as far as it concerns us.
var packageImpure = map[string][]string{
	"os":   {"Open", "OpenFile", "OpenRoot", "ReadFile", "ReadDir", "DirFS", "Stat", "Lstat", "Getwd", "Hostname", "Stdin", "UserHomeDir", "TempDir", "Getpid"},
	"time": {"Now", "Since", "Until", "Local"},
	"net":  {"*"}, "net/http": {"*"}, "os/exec": {"*"}, "os/user": {"*"}, "syscall": {"*"}, "crypto/rand": {"*"}, "io/ioutil": {"*"}, "plugin": {"*"},
	"path/filepath": {"Glob", "Walk", "WalkDir", "EvalSymlinks"},
}

// purity says why the cell with this reach must be executed whatever its key; "" if it need not.
func purity(r gocell.Reach) string {
	paths := map[string]string{} // the names of packages, those that goimports will find among them
	for path := range impure {
		paths[gocell.PackageName(path)] = path
	}
	paths["rand"] = "math/rand/v2"
	for _, imp := range r.Imports {
		paths[strings.TrimPrefix(imp.Keys[0], "import ")] = imp.Path
		paths[gocell.PackageName(imp.Path)] = imp.Path
		if a, ok := impure[imp.Path]; ok && len(a.names)+len(a.but) == 0 || strings.HasPrefix(imp.Path, "net/") && imp.Path != "net/netip" && imp.Path != "net/url" {
			return "uses " + imp.Path
		}
		if name := strings.TrimPrefix(imp.Keys[0], "import "); name == "." {
			return "imports " + imp.Path + " as ."
		}
	}
	for _, u := range r.Decls {
		for sel := range u.Selectors {
			x, name := sel[0], sel[1]
			if a, ok := impure[paths[x]]; ok && x != "" && !a.has(name) {
				return "uses " + x + "." + name
			}
			if strings.HasPrefix(name, "Save") || strings.HasPrefix(name, "WriteFile") {
				return "calls " + name + ", which may write a file"
			}
		}
	}
	return ""
}

// packagePurity says why a function of this package, which lies in dir, may see what no key knows; "" if it cannot.
func packagePurity(dir, pkg string) (string, error) {
	if slices.Contains(trusted, pkg) {
		return "", nil
	}
	files, err := os.ReadDir(dir)
	if err != nil {
		return "", fmt.Errorf("package %s: %w", pkg, err)
	}
	for _, f := range files {
		if !strings.HasSuffix(f.Name(), ".go") || strings.HasSuffix(f.Name(), "_test.go") {
			continue
		}
		file, err := parser.ParseFile(token.NewFileSet(), filepath.Join(dir, f.Name()), nil, parser.SkipObjectResolution)
		if err != nil {
			return fmt.Sprintf("package %s cannot be parsed", pkg), nil
		}
		if why := fileImpurity(file); why != "" {
			return fmt.Sprintf("package %s uses %s", pkg, why), nil
		}
	}
	return "", nil
}

func fileImpurity(file *ast.File) (why string) {
	names := map[string]string{}
	for _, imp := range file.Imports {
		path, _ := strconv.Unquote(imp.Path.Value) // the parser has seen to it
		if banned, ok := packageImpure[path]; ok {
			if banned[0] == "*" {
				return path
			}
			name := gocell.PackageName(path)
			if imp.Name != nil {
				name = imp.Name.Name
			}
			names[name] = path
		}
	}
	ast.Inspect(file, func(n ast.Node) bool {
		if sel, ok := n.(*ast.SelectorExpr); ok && why == "" {
			if id, ok := sel.X.(*ast.Ident); ok && slices.Contains(packageImpure[names[id.Name]], sel.Sel.Name) {
				why = id.Name + "." + sel.Sel.Name
			}
		}
		return why == ""
	})
	return why
}
