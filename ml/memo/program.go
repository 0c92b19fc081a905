package memo

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"maps"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"flowbook/ml/module"
)

// program is the program of a notebook cell as GoNB composed it, from the declarations of all cells
// so far.
type program struct {
	text    []byte
	fset    *token.FileSet
	file    *ast.File
	decls   map[string]ast.Node   // declarations by name; a group of constants is one
	methods map[string][]ast.Node // by the name of their type
	imports map[string]string     // by the names of the packages
	changed map[string]token.Pos  // variables that are assigned after their declaration, and where
	others  string                // the Go files beside it
}

// cellProgram reads the source of the running program, if that is a cell's.
func cellProgram() (*program, error) {
	folder := os.Getenv("GONB_TMP_DIR")
	exe, err := os.Executable()
	if err != nil || folder == "" || !sameFile(filepath.Dir(exe), folder) {
		return nil, errors.New("this program is not that of a notebook cell, and its source is not known")
	}
	text, err := os.ReadFile(filepath.Join(folder, "main.go"))
	if err != nil {
		return nil, fmt.Errorf("read the cell's program: %w", err)
	}
	p, err := readProgram(text)
	if err != nil {
		return nil, err
	}
	entries, err := os.ReadDir(folder)
	if err != nil {
		return nil, fmt.Errorf("read the cell's program: %w", err)
	}
	for _, e := range entries {
		if name := e.Name(); strings.HasSuffix(name, ".go") && name != "main.go" && name != "other.go" && !strings.HasSuffix(name, "_test.go") {
			text, err := os.ReadFile(filepath.Join(folder, name))
			if err != nil {
				return nil, fmt.Errorf("read the cell's program: %w", err)
			}
			p.others += name + "\n" + string(text)
		}
	}
	return p, nil
}

func sameFile(a, b string) bool {
	x, err := os.Stat(a)
	if err != nil {
		return false
	}
	y, err := os.Stat(b)
	return err == nil && os.SameFile(x, y)
}

func readProgram(text []byte) (*program, error) {
	p := &program{text: text, fset: token.NewFileSet(), decls: map[string]ast.Node{}, methods: map[string][]ast.Node{}, imports: map[string]string{}, changed: map[string]token.Pos{}}
	// mode 0 resolves names to objects, which tells local ones apart
	file, err := parser.ParseFile(p.fset, "main.go", p.text, 0)
	if err != nil {
		return nil, fmt.Errorf("read the cell's program: %w", err)
	}
	p.file = file
	for _, spec := range file.Imports {
		importPath, err := strconv.Unquote(spec.Path.Value)
		if err != nil {
			return nil, fmt.Errorf("read the cell's program: %w", err)
		}
		if spec.Name != nil {
			p.imports[spec.Name.Name] = importPath
			continue
		}
		base := path.Base(importPath)
		if _, err := strconv.Atoi(strings.TrimPrefix(base, "v")); err == nil && base[0] == 'v' {
			base = path.Base(path.Dir(importPath))
		}
		p.imports[base] = importPath
	}
	for _, d := range file.Decls {
		switch d := d.(type) {
		case *ast.FuncDecl:
			if d.Recv != nil {
				if of := base(d.Recv.List[0].Type); of != nil {
					p.methods[of.Name] = append(p.methods[of.Name], d)
				}
			} else {
				p.decls[d.Name.Name] = d
			}
		case *ast.GenDecl:
			for _, s := range d.Specs {
				switch s := s.(type) {
				case *ast.TypeSpec:
					p.decls[s.Name.Name] = s
				case *ast.ValueSpec:
					var whole ast.Node = s
					if d.Tok == token.CONST {
						whole = d
					}
					for _, n := range s.Names {
						p.decls[n.Name] = whole
					}
				}
			}
		}
	}
	ast.Inspect(file, p.changes)
	return p, nil
}

// changes notes the package's variables to which a statement gives another value, or may.
func (p *program) changes(n ast.Node) bool {
	note := func(e ast.Expr) {
		if id := base(e); id != nil && p.ours(id) && id.Obj.Kind == ast.Var {
			p.changed[id.Name] = id.Pos()
		}
	}
	switch n := n.(type) {
	case *ast.AssignStmt:
		if n.Tok != token.DEFINE {
			for _, e := range n.Lhs {
				note(e)
			}
		}
	case *ast.IncDecStmt:
		note(n.X)
	case *ast.UnaryExpr:
		if n.Op == token.AND {
			note(n.X)
		}
	case *ast.RangeStmt:
		if n.Tok == token.ASSIGN {
			note(n.Key)
			if n.Value != nil {
				note(n.Value)
			}
		}
	case *ast.CallExpr:
		if sel, ok := n.Fun.(*ast.SelectorExpr); ok {
			note(sel.X) // a method may change it
		}
	}
	return true
}

// ours reports whether a name is that of a declaration of the program, and no local one.
func (p *program) ours(id *ast.Ident) bool {
	return id.Obj != nil && p.file.Scope.Lookup(id.Name) == id.Obj
}

// digest digests the code that a function of the program consists of: its declaration and all that
// it reaches, without comments and formatting. It returns the packages, too, that this code names;
// initialised says that it uses a variable whose value is computed when the program starts.
func (p *program) digest(function string) (digest string, initialised bool, packages []string, err error) {
	if p.decls[function] == nil {
		return "", false, nil, fmt.Errorf("main.%s is not in the cell's program", function)
	}
	reached := map[string]bool{function: true}
	todo := []string{function}
	named := map[string]bool{}
	var parts []string
	seen := map[ast.Node]bool{}
	visit := func(n ast.Node) {
		if seen[n] {
			return
		}
		seen[n] = true
		spec, variable := n.(*ast.ValueSpec)
		variable = variable && len(spec.Values) > 0
		begin, end := p.fset.Position(n.Pos()).Offset, p.fset.Position(n.End()).Offset
		parts = append(parts, string(module.Scan(p.text[begin:end]).Tokens))
		ast.Inspect(n, func(n ast.Node) bool {
			id, ok := n.(*ast.Ident)
			if _, call := n.(*ast.CallExpr); call && variable {
				initialised = true
			}
			switch {
			case !ok:
			case p.ours(id) && !reached[id.Name]:
				reached[id.Name] = true
				todo = append(todo, id.Name)
			case id.Obj == nil && p.imports[id.Name] != "":
				named[id.Name] = true
			}
			return true
		})
	}
	for len(todo) > 0 {
		name := todo[0]
		todo = todo[1:]
		if at, ok := p.changed[name]; ok {
			return "", false, nil, fmt.Errorf("main.%s uses the variable %s, which the program may change (main.go line %d); pass it as an argument, or make it a constant",
				function, name, p.fset.Position(at).Line)
		}
		if d := p.decls[name]; d != nil {
			visit(d)
		}
		for _, m := range p.methods[name] {
			visit(m)
		}
	}
	slices.Sort(parts) // whatever the order in which they were found
	h := sha256.New()
	module.WriteFields(h, function, p.others)
	module.WriteFields(h, parts...)
	for _, name := range slices.Sorted(maps.Keys(named)) {
		module.WriteFields(h, name, p.imports[name])
		packages = append(packages, p.imports[name])
	}
	return hex.EncodeToString(h.Sum(nil)), initialised, packages, nil
}

// base returns the name at the start of an expression or of a receiver's type: v of v.f[i], T of
// *T[P]. It returns nil for an expression that starts otherwise.
func base(e ast.Expr) *ast.Ident {
	for {
		switch x := e.(type) {
		case *ast.ParenExpr:
			e = x.X
		case *ast.IndexExpr:
			e = x.X
		case *ast.IndexListExpr:
			e = x.X
		case *ast.SliceExpr:
			e = x.X
		case *ast.StarExpr:
			e = x.X
		case *ast.SelectorExpr:
			e = x.X
		case *ast.Ident:
			return x
		default:
			return nil
		}
	}
}
