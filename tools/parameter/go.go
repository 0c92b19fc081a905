package parameter

import (
	"bytes"
	"errors"
	"fmt"
	"go/ast"
	"go/importer"
	"go/parser"
	"go/printer"
	"go/token"
	"go/types"
	"io"
	"os"
	"os/exec"
	"strconv"
	"strings"

	"flowbook/tools/gocell"
)

// goDecl is the type-checked parameters cell of a Go notebook. A parameter is a constant or variable declared on its own: GoNB keeps
// one declaration a name and a later cell's replaces it, so the injected cell simply declares it again. Names that one call
// sets together (var a, b = f()) and what := declares under %% cannot be replaced and are no parameters.
type goDecl struct {
	fset   *token.FileSet
	file   *ast.File
	pkg    *types.Package
	params []Parameter
	object map[string]types.Object
}

func declareGo(source, dir string) (*goDecl, error) {
	d := &goDecl{fset: token.NewFileSet(), object: map[string]types.Object{}}
	var err error
	d.file, err = parser.ParseFile(d.fset, "parameters", "package parameters\n//line parameters:1\n"+gocell.Declarations(source), parser.ParseComments|parser.SkipObjectResolution)
	if err != nil {
		return nil, fmt.Errorf("parameters cell: %w", err)
	}
	d.addImports()
	var paths []string
	for _, spec := range d.file.Imports {
		if path, err := strconv.Unquote(spec.Path.Value); err == nil {
			paths = append(paths, path)
		}
	}
	imp, err := exportImporter(d.fset, dir, paths)
	if err != nil {
		return nil, fmt.Errorf("parameters cell: %w", err)
	}
	var first error
	conf := types.Config{Importer: imp, Error: func(err error) {
		var te types.Error
		if errors.As(err, &te) && te.Soft { // unused imports: goimports removes them
			return
		}
		if first == nil {
			first = d.advise(te, err)
		}
	}}
	d.pkg, _ = conf.Check("parameters", d.fset, []*ast.File{d.file}, nil)
	if first != nil {
		return nil, fmt.Errorf("parameters cell: %w", first)
	}
	for _, decl := range d.file.Decls {
		gen, ok := decl.(*ast.GenDecl)
		if !ok || gen.Tok != token.VAR && gen.Tok != token.CONST {
			continue
		}
		for _, spec := range gen.Specs {
			d.add(gen, spec.(*ast.ValueSpec))
		}
	}
	return d, nil
}

// advise adds the remedy to an error about a package that the cell does not import: the kernel would
// find one of the user's, which addImports does not look for.
func (d *goDecl) advise(te types.Error, err error) error {
	name, undefined := strings.CutPrefix(te.Msg, "undefined: ")
	if !undefined {
		return err
	}
	qualifies := false
	ast.Inspect(d.file, func(n ast.Node) bool {
		if sel, ok := n.(*ast.SelectorExpr); ok {
			id, ok := sel.X.(*ast.Ident)
			qualifies = qualifies || ok && id.Name == name
		}
		return !qualifies
	})
	if !qualifies {
		return err
	}
	return fmt.Errorf("%w: if %s is a package, write its import into this cell", err, name)
}

// add takes up the names of one specification.
func (d *goDecl) add(gen *ast.GenDecl, spec *ast.ValueSpec) {
	if len(spec.Names) > 1 && len(spec.Values) == 1 {
		return
	}
	for i, name := range spec.Names {
		obj := d.pkg.Scope().Lookup(name.Name)
		if name.Name == "_" || obj == nil {
			continue
		}
		p := Parameter{Name: name.Name, Type: d.typeString(obj.Type())}
		if i < len(spec.Values) {
			p.Default = d.source(spec.Values[i])
		}
		for _, c := range []*ast.CommentGroup{spec.Comment, spec.Doc, gen.Doc} {
			if c != nil && p.Help == "" {
				p.Help = strings.Join(strings.Fields(c.Text()), " ")
			}
		}
		d.params = append(d.params, p)
		d.object[name.Name] = obj
	}
}

func (d *goDecl) parameters() []Parameter { return d.params }
func (d *goDecl) comment() string         { return "//" }
func (d *goDecl) valid(name string) bool  { return token.IsIdentifier(name) }

func (d *goDecl) assign(a Assignment) (string, error) {
	obj := d.object[a.Name]
	value, err := goValue{d}.of(a, obj.Type())
	if err != nil {
		return "", err
	}
	keyword := "var"
	if _, ok := obj.(*types.Const); ok {
		keyword = "const"
	}
	t := d.typeString(obj.Type())
	if basic, ok := obj.Type().(*types.Basic); ok && basic.Info()&types.IsUntyped != 0 || strings.HasPrefix(value, t+"{") || strings.HasPrefix(value, t+"(") {
		return fmt.Sprintf("%s %s = %s", keyword, a.Name, value), nil
	}
	return fmt.Sprintf("%s %s %s = %s", keyword, a.Name, t, value), nil
}

func (d *goDecl) guess(a Assignment) (string, error) {
	value := ""
	if a.Node == nil {
		value = goGuess(a.Text)
	} else {
		var err error
		if value, err = (goValue{d}).any(resolve(a.Node)); err != nil {
			return "", err
		}
	}
	if value == "nil" {
		return "var " + a.Name + " any", nil
	}
	return "var " + a.Name + " = " + value, nil
}

// goGuess is pythonGuess for Go.
func goGuess(text string) string {
	guess := pythonGuess(text)
	_, fault := strconv.ParseInt(guess, 10, 64)
	switch {
	case guess == "True", guess == "False", text == "true", text == "false":
		return strings.ToLower(text)
	case guess == "None":
		return "nil"
	case guess == "float('nan')":
		return "math.NaN()"
	case guess == "float('inf')":
		return "math.Inf(1)"
	case guess == "float('-inf')":
		return "math.Inf(-1)"
	case fault == nil, !strings.HasPrefix(guess, `"`) && strings.ContainsAny(guess, ".e"): // a number that int or float64 holds
		return guess
	}
	return strconv.Quote(text)
}

// typeString writes a type with the names under which the cell imports packages.
func (d *goDecl) typeString(t types.Type) string {
	return types.TypeString(t, func(p *types.Package) string {
		if p == d.pkg {
			return ""
		}
		for _, spec := range d.file.Imports {
			if path, _ := strconv.Unquote(spec.Path.Value); path == p.Path() && spec.Name != nil {
				return spec.Name.Name
			}
		}
		return p.Name()
	})
}

func (d *goDecl) source(n ast.Node) string {
	var b bytes.Buffer
	if err := printer.Fprint(&b, d.fset, n); err != nil {
		return ""
	}
	return b.String()
}

// addImports does what goimports will do for the kernel, for the packages of the standard library whose name no other has.
func (d *goDecl) addImports() {
	have := map[string]bool{}
	for _, spec := range d.file.Imports {
		path, _ := strconv.Unquote(spec.Path.Value)
		name := gocell.PackageName(path)
		if spec.Name != nil {
			name = spec.Name.Name
		}
		have[name] = true
	}
	for _, decl := range d.file.Decls {
		if gen, ok := decl.(*ast.GenDecl); ok {
			for _, spec := range gen.Specs {
				if v, ok := spec.(*ast.ValueSpec); ok {
					for _, n := range v.Names {
						have[n.Name] = true
					}
				}
			}
		}
	}
	ast.Inspect(d.file, func(n ast.Node) bool {
		sel, ok := n.(*ast.SelectorExpr)
		if !ok {
			return true
		}
		id, ok := sel.X.(*ast.Ident)
		if !ok || have[id.Name] || len(gocell.Std(id.Name)) != 1 {
			return true
		}
		have[id.Name] = true
		spec := &ast.ImportSpec{Path: &ast.BasicLit{Kind: token.STRING, Value: strconv.Quote(gocell.Std(id.Name)[0]), ValuePos: d.file.Name.End()}}
		d.file.Imports = append(d.file.Imports, spec)
		d.file.Decls = append([]ast.Decl{&ast.GenDecl{Tok: token.IMPORT, TokPos: d.file.Name.End(), Specs: []ast.Spec{spec}}}, d.file.Decls...)
		return true
	})
}

// exportImporter imports the packages from the compiler's export data, which go list finds or makes.
func exportImporter(fset *token.FileSet, dir string, paths []string) (types.Importer, error) {
	export := map[string]string{}
	if len(paths) > 0 {
		cmd := exec.Command("go", append([]string{"list", "-export", "-f", "{{.ImportPath}}\t{{.Export}}", "--"}, paths...)...)
		cmd.Dir = dir
		var stderr bytes.Buffer
		cmd.Stderr = &stderr
		out, err := cmd.Output()
		if err != nil {
			if msg, _, _ := strings.Cut(strings.TrimSpace(stderr.String()), "\n"); msg != "" {
				return nil, fmt.Errorf("go list: %s", strings.TrimSpace(msg))
			}
			return nil, fmt.Errorf("go list: %w", err)
		}
		for line := range strings.Lines(string(out)) {
			path, file, _ := strings.Cut(strings.TrimSuffix(line, "\n"), "\t")
			export[path] = file
		}
	}
	return importer.ForCompiler(fset, "gc", func(path string) (io.ReadCloser, error) {
		file, ok := export[path]
		if !ok || file == "" {
			return nil, fmt.Errorf("no export data for %s", path)
		}
		return os.Open(file)
	}), nil
}
