package gocell

import (
	"fmt"
	"go/token"
	"maps"
	"path"
	"slices"
	"strings"

	"flowbook/ml/module"
)

// Purity tells which programs of cells put out the same whenever they are executed, so that a
// stored output may stand for another execution. A program is pure if all that it names is known to
// be: on a list, or in a package of the module where it names such things in turn. Doubtful cases
// count as impure.
type Purity struct {
	space    *module.Workspace
	packages []string // of the modules in it
	read     map[string]*source
}

// NewPurity makes the Purity of cells that belong to a workspace. packages are the import paths
// that space.Packages returns.
func NewPurity(space *module.Workspace, packages []string) *Purity {
	return &Purity{space: space, packages: packages, read: map[string]*source{}}
}

// Impure says why the program of a cell may put out something else each time; "" if it is pure.
func (p *Purity) Impure(r Reach) (why string, err error) {
	search := &search{Purity: p, done: map[*unit]bool{}, methods: map[string]bool{}}
	imports := map[string][]string{}
	for _, u := range r.Imports {
		name := u.name()
		if name == "." {
			return "imports " + u.Path + " as .", nil
		}
		imports[name] = append(imports[name], u.Path)
		if name == path.Base(u.Path) {
			imports[PackageName(u.Path)] = append(imports[PackageName(u.Path)], u.Path)
		}
		if why, err := search.imported(u.Path, false); why != "" || err != nil {
			return "uses " + u.Path + why, err
		}
	}
	declared := map[string]bool{}
	for _, u := range r.Decls {
		for _, k := range u.Keys {
			declared[k] = true
		}
	}
	for _, u := range r.Decls {
		for _, sel := range u.selectors() {
			x, name := sel[0], sel[1]
			if strings.HasPrefix(name, "Save") || strings.HasPrefix(name, "WriteFile") {
				return "calls " + name + ", which may write a file", nil
			}
			search.selected(name, "")
			if x == "" || declared[x] {
				continue
			}
			paths := imports[x]
			if paths == nil && !u.cell.takes(x) {
				continue // a variable
			}
			if paths == nil { // goimports finds the package
				std := Std(x)
				for _, pkg := range p.packages {
					if path.Base(pkg) == x {
						paths = append(paths, pkg)
					}
				}
				switch {
				case len(std)+len(paths) == 0:
					return "uses " + x + ", of which nothing is known", nil
				case len(std) > 0 && !slices.ContainsFunc(std, func(p string) bool { return allowed(p, name, false) }):
					return "uses " + x + "." + name + unknown, nil
				}
			}
			for _, importPath := range paths {
				if why, err := search.selects(importPath, name, false); why != "" || err != nil {
					return "uses " + x + "." + name + why, err
				}
			}
		}
	}
	return search.run()
}

const unknown = ", which is not known to be pure"

// search follows names through the packages of the module.
type search struct {
	*Purity
	todo    []*unit
	done    map[*unit]bool
	visited []*source
	methods map[string]bool // names selected on values; unexported ones with their package
}

// selected takes note that a name is selected of a value in a package, "" for a cell.
func (s *search) selected(name, importPath string) {
	if !token.IsExported(name) {
		name = importPath + "." + name
	}
	s.methods[name] = true
}

// imported checks the code that an import executes; it returns the reason why that is not pure.
func (s *search) imported(importPath string, inPackage bool) (why string, err error) {
	if !s.space.Contains(importPath) {
		if slices.Contains(trusted, importPath) || listed(importPath, inPackage) {
			return "", nil
		}
		return unknown, nil
	}
	if slices.Contains(trusted, importPath) {
		return "", nil
	}
	src, err := s.source(importPath)
	if err != nil {
		return "", err
	}
	if !slices.Contains(s.visited, src) {
		s.visited = append(s.visited, src)
		for _, u := range src.units {
			if u.Always {
				s.add(u)
			}
		}
	}
	return "", nil
}

// selects takes up a name of a package; it says why it is not pure.
func (s *search) selects(importPath, name string, inPackage bool) (why string, err error) {
	switch {
	case slices.Contains(trusted, importPath):
		return "", nil
	case !s.space.Contains(importPath):
		if !allowed(importPath, name, inPackage) {
			return unknown, nil
		}
		return "", nil
	}
	if why, err := s.imported(importPath, inPackage); why != "" || err != nil {
		return why, err
	}
	for _, u := range s.read[importPath].names[name] {
		s.add(u)
	}
	return "", nil
}

func (s *search) add(u *unit) {
	if !s.done[u] {
		s.done[u] = true
		s.todo = append(s.todo, u)
	}
}

// run follows all names. Methods of a type that is named are found by their names: whatever value
// they are called on, and those that the standard library calls by itself.
func (s *search) run() (why string, err error) {
	for {
		for len(s.todo) > 0 {
			u := s.todo[len(s.todo)-1]
			s.todo = s.todo[:len(s.todo)-1]
			if why, err := s.unit(u); why != "" || err != nil {
				return why, err
			}
		}
		for _, src := range s.visited {
			for _, u := range src.methods {
				name := u.name()
				if (s.methods[name] || s.methods[src.path+"."+name] || slices.Contains(calledByGo, name)) && slices.ContainsFunc(src.names[u.of], func(t *unit) bool { return s.done[t] }) {
					s.add(u)
				}
			}
		}
		if len(s.todo) == 0 {
			return "", nil
		}
	}
}

// calledByGo are the methods that packages of the standard library call on values that they are
// given.
var calledByGo = []string{
	"String", "GoString", "Format", "Error", "Unwrap", "Is", "As", "Len", "Less", "Swap", "Push", "Pop", "Read", "Write", "Close", "Seek", "ReadAt", "WriteAt", "ReadByte", "WriteByte",
	"ReadFrom", "WriteTo", "UnreadByte", "ReadRune", "WriteString", "Scan", "Set", "Get", "Done", "Err", "Value", "Deadline",
	"MarshalJSON", "UnmarshalJSON", "MarshalText", "UnmarshalText", "AppendText", "MarshalBinary", "UnmarshalBinary", "AppendBinary", "GobEncode", "GobDecode", "MarshalXML", "UnmarshalXML",
	"ColorModel", "Bounds", "At", "RGBA", "Convert", "Draw", "Int63", "Uint64", "Seed", "Sum", "Reset", "Size", "BlockSize", "Sum32", "Sum64", "Bundle",
}

// unit follows the names of one declaration of a package.
func (s *search) unit(u *unit) (why string, err error) {
	in := func(why string) string { return fmt.Sprintf("package %s %s", u.from.path, why) }
	// package dataset notes the files that it opens
	noted := u.from.path == module.Self+"/ml/dataset" && u.Idents["noteRead"]
	for _, id := range slices.Sorted(maps.Keys(u.Idents)) {
		for _, v := range u.from.names[id] {
			s.add(v)
		}
		if importPath := u.imports[id]; importPath != "" {
			if why, err := s.imported(importPath, true); why != "" || err != nil {
				return in("uses " + importPath + why), err
			}
		}
	}
	for _, sel := range u.selectors() {
		x, name := sel[0], sel[1]
		s.selected(name, u.from.path)
		importPath := u.imports[x]
		if importPath == "" {
			continue
		}
		if noted && importPath == "os" {
			continue
		}
		if why, err := s.selects(importPath, name, true); why != "" || err != nil {
			return in("uses " + x + "." + name + why), err
		}
	}
	return "", nil
}
