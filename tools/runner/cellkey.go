package runner

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"os"
	"runtime"
	"slices"
	"strings"

	"flowbook/ml/module"
	"flowbook/tools/gocell"
	"flowbook/tools/jupyter"
)

// keyVersion is part of every key: another way of keying, storing or normalizing outputs makes old
// results unreachable.
const keyVersion = "flowbook cell 2"

// keyer computes the keys of a notebook's cells. A key is the digest of everything that a cell's
// output depends on, but for the data files that it reads, which are known only once it has run and
// are stored with its result:
//
//   - the cell's code and the declarations that its program consists of, without comments and
//     formatting;
//   - the commands of GoNB's (%env, %cd, !…) in all cells before it, and cells before it that are
//     no Go;
//   - the code of the packages of this module that it names, with go.mod, go.sum and the Go
//     version;
//   - the kernel: its program, arguments and environment, the working directory, the size limit of
//     outputs.
type keyer struct {
	space   *module.Workspace
	known   []string // its packages
	base    string   // digest of the inputs that all cells have in common
	cells   []*gocell.Cell
	digests map[string]string // by list of packages
	purity  *gocell.Purity
}

func newKeyer(root string, spec *jupyter.Spec, opt Options) (*keyer, error) {
	space, err := module.Open(root)
	if err != nil {
		return nil, err
	}
	known, err := space.Packages()
	if err != nil {
		return nil, err
	}
	h := sha256.New()
	dir := opt.Dir
	if abs, err := os.Getwd(); err == nil && dir == "" {
		dir = abs
	}
	var env []string
	for name, value := range spec.Env {
		env = append(env, name+"="+value)
	}
	for _, pair := range os.Environ() {
		for _, prefix := range []string{"GOMLX_", "XLA_", "FLOWBOOK_", "GOMAXPROCS=", "GODEBUG=", "TZ=", "LANG=", "LC_"} {
			if strings.HasPrefix(pair, prefix) && !strings.HasPrefix(pair, module.EnvReads+"=") {
				env = append(env, pair)
			}
		}
	}
	slices.Sort(env)
	common, err := json.Marshal([]any{keyVersion, runtime.GOOS, runtime.GOARCH, spec.Argv, env, opt.Env, dir, opt.MaxOutput})
	if err != nil { // strings and a number
		panic(err)
	}
	h.Write(common)
	return &keyer{space: space, known: known, base: hex.EncodeToString(h.Sum(nil)), digests: map[string]string{}, purity: gocell.NewPurity(space, known)}, nil
}

// errTorn ends an incremental run before it has begun.
var errTorn = fmt.Errorf("a group of constants, or of methods that are one to GoNB, is redeclared in part")

// key returns the key of cell i, or why it has none and is executed on each run. pure is nil, or
// the cell's metadata "pure": its author's word that its outputs depend only on its code, the names
// in it, these packages of the module and the noted data files.
func (k *keyer) key(i int, pure []string) (key, why string, err error) {
	c := k.cells[i]
	if why := c.NotGo(); why != "" {
		return "", why, nil
	}
	if len(c.Commands) > 0 {
		return "", "has the command " + c.Commands[0], nil
	}
	d := gocell.Remember(k.cells[:i+1])
	if d.Torn {
		return "", "", errTorn
	}
	r := d.Reach(c)
	if pure == nil {
		if why, err := k.purity.Impure(r); why != "" || err != nil {
			return "", why, err
		}
	}
	code := r.Code()
	pkgs := append(code.Uses(k.known, k.space.Folder), pure...)
	pkgs = append(pkgs, slices.DeleteFunc(code.Imports, func(p string) bool { return !k.space.Contains(p) })...)
	slices.Sort(pkgs)
	digest, err := k.packages(slices.Compact(pkgs))
	if err != nil {
		return "", "", err
	}
	h := sha256.New()
	field := func(parts ...string) {
		for _, p := range parts {
			fmt.Fprintf(h, "%d:%s", len(p), p)
		}
		h.Write([]byte{'\n'})
	}
	field(k.base, digest, c.Args, gocell.Digest(c.Source))
	for _, u := range r.Decls {
		field(append([]string{"unit", gocell.Digest(u.Text)}, u.Keys...)...)
	}
	for _, imp := range r.Imports {
		field("import", imp.Keys[0], imp.Path)
	}
	for _, before := range k.cells[:i] {
		if before.Foreign || before.Opaque {
			field("verbatim", before.Source)
		}
		field(append([]string{"commands"}, before.Commands...)...)
	}
	return hex.EncodeToString(h.Sum(nil)), "", nil
}

// packages digests packages of this module.
func (k *keyer) packages(pkgs []string) (digest string, err error) {
	list := strings.Join(pkgs, " ")
	if d, ok := k.digests[list]; ok {
		return d, nil
	}
	src, err := k.space.Read(pkgs...)
	if err != nil {
		return "", fmt.Errorf("digest of the packages of a cell: %w", err)
	}
	k.digests[list] = src.Digest
	return src.Digest, nil
}
