package gocell

import (
	"path"
	"slices"
	"strings"
)

// Uses returns those of a module's packages that code uses, in their order: the code imports them;
// or it names them without an import, by the last element of the path, and goimports finds them,
// unless an import has this last element; or a text of it, a command or an argument of os/exec,
// names their folder, such as tools/flowbook in "go run ../tools/flowbook".
//
// packages are the import paths of all its packages, and folder gives that of each, from the
// module's root, with slashes.
func (c Code) Uses(packages []string, folder func(pkg string) string) (used []string) {
	imported := map[string]bool{}
	for _, p := range c.Imports {
		imported[path.Base(p)] = true
	}
	texts := slices.Concat(c.Commands, c.Texts)
	for _, p := range packages {
		dir := folder(p)
		names := func(text string) bool {
			return strings.Contains(dir, "/") && strings.Contains(text, dir) || dir != "." && strings.Contains(text, "./"+dir) || strings.Contains(p, "/") && strings.Contains(text, p)
		}
		if slices.Contains(c.Imports, p) || slices.Contains(c.Idents, path.Base(p)) && !imported[path.Base(p)] ||
			slices.ContainsFunc(texts, names) {
			used = append(used, p)
		}
	}
	return used
}

// Add adds the code of another cell; the digest is left as it is.
func (c *Code) Add(other Code) {
	c.Imports = append(c.Imports, other.Imports...)
	c.Idents = append(c.Idents, other.Idents...)
	c.Texts = append(c.Texts, other.Texts...)
	c.Commands = append(c.Commands, other.Commands...)
}
