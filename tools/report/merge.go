package report

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"path"
	"regexp"
	"slices"
	"strings"

	"flowbook/ml/module"
)

// merged are the cells of a program, after later declarations have replaced earlier ones.
type merged struct {
	cells []*goCell
	flags bool // a cell declares command-line flags, which main then has to parse
	named map[string]bool
}

// merge settles which declarations count.
func merge(cells []*goCell) *merged {
	m := &merged{cells: cells, named: map[string]bool{}}
	type place struct {
		d      *goDecl
		number int
	}
	latest := map[string]place{}
	for _, c := range cells {
		for _, d := range c.decls {
			m.flags = m.flags || strings.Contains(d.text, "flag.")
			for _, name := range d.names {
				if name == "_" {
					continue
				}
				m.named[name] = true
				if old, ok := latest[name]; ok && old.d != d {
					old.d.replaced = c.number
				}
				latest[name] = place{d, c.number}
			}
		}
	}
	return m
}

// function is the name of the function that a cell's body becomes.
func (m *merged) function(c *goCell) string {
	name := fmt.Sprintf("cell%d", c.number)
	for m.named[name] {
		name += "_"
	}
	return name
}

// inits takes the functions init_… out of their cells, in the order of their names, which is that
// of GoNB.
func (m *merged) inits() []*goDecl {
	var inits []*goDecl
	for _, c := range m.cells {
		for _, d := range c.decls {
			if d.replaced == 0 && isInit(d) {
				inits = append(inits, d)
			}
		}
	}
	slices.SortStableFunc(inits, func(a, b *goDecl) int { return strings.Compare(a.names[0], b.names[0]) })
	return inits
}

func isInit(d *goDecl) bool {
	return len(d.names) == 1 && strings.HasPrefix(d.names[0], "init_")
}

// imports writes the imports that a program needs: of those that cells have, the ones it uses, and
// those of the standard library that it uses without importing them.
func (m *merged) imports(body []byte) (string, error) {
	file, err := parser.ParseFile(token.NewFileSet(), "", append([]byte("package p\n"), body...), 0)
	if err != nil {
		return "", fmt.Errorf("the merged program: %w", fault(err, string(body)))
	}
	used := map[string]bool{}
	for _, id := range file.Unresolved {
		used[id.Name] = true
	}
	packages := map[string]bool{} // names that stand before a dot and are declared nowhere
	ast.Inspect(file, func(n ast.Node) bool {
		if s, ok := n.(*ast.SelectorExpr); ok {
			if id, ok := s.X.(*ast.Ident); ok && used[id.Name] {
				packages[id.Name] = true
			}
		}
		return true
	})

	chosen := map[string]goImport{}
	for _, c := range m.cells {
		for _, i := range c.imports {
			if i.name == "_" || i.name == "." {
				chosen[i.name+i.path] = i
				continue
			}
			for _, name := range packageNames(i) {
				if packages[name] {
					chosen[name] = i // a later cell's wins
				}
			}
		}
	}
	for _, p := range strings.Fields(standard) {
		if name := packageNames(goImport{path: p})[0]; packages[name] && chosen[name].path == "" {
			chosen[name] = goImport{path: p}
		}
	}
	var groups [2][]string // the standard library, then the rest
	for _, i := range chosen {
		first, _, _ := strings.Cut(i.path, "/")
		group := 0
		if strings.Contains(first, ".") || strings.HasPrefix(i.path, module.Self+"/") {
			group = 1
		}
		groups[group] = append(groups[group], strings.TrimSpace(fmt.Sprintf("%s %q", i.name, i.path)))
	}
	var text []string
	for _, lines := range groups {
		slices.Sort(lines)
		if lines = slices.Compact(lines); len(lines) > 0 {
			text = append(text, strings.Join(lines, "\n")) // gofmt sorts each group by path
		}
	}
	if len(text) == 0 {
		return "", nil
	}
	return "import (\n" + strings.Join(text, "\n\n") + "\n)\n", nil
}

var version = regexp.MustCompile(`^v[0-9]+$`)

// packageNames are the names that an import may go by: its own, or those that people derive from
// such a path.
func packageNames(i goImport) []string {
	if i.name != "" {
		return []string{i.name}
	}
	base := path.Base(i.path)
	if dir := path.Dir(i.path); version.MatchString(base) && dir != "." {
		base = path.Base(dir)
	}
	if name, v, ok := strings.Cut(base, ".v"); ok && version.MatchString("v"+v) {
		base = name
	}
	names := []string{base}
	for _, name := range []string{strings.TrimPrefix(base, "go-"), strings.TrimSuffix(base, "-go"), strings.TrimSuffix(base, ".go"), strings.ReplaceAll(base, "-", ""), strings.ReplaceAll(base, "-", "_")} {
		if !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	return names
}

// standard are the packages that a cell may use without importing them, since the kernel runs
// goimports. Of two with the same name it is the one that goimports takes.
const standard = `bufio bytes cmp context encoding/base64 encoding/binary encoding/csv encoding/gob encoding/hex encoding/json
errors flag fmt hash/fnv html image image/color image/png io io/fs iter log log/slog maps math math/big math/bits
math/cmplx math/rand mime net net/http net/netip net/url os os/exec os/signal path path/filepath reflect regexp runtime
runtime/debug slices sort strconv strings sync sync/atomic syscall text/tabwriter text/template time unicode unicode/utf8
crypto/sha256 crypto/md5 crypto/sha1 container/heap container/list archive/zip compress/gzip`
