// Package memo keeps values that outlive a notebook cell. GoNB runs each cell as a program of its
// own, so a cell that needs a value of an earlier cell computes it again, unless it gets it through
// Do:
//
//	func Fitted() *ml.Fit {
//		return must.M1(memo.Do(ctx, ml.Train, ml.Training{Config: ml.KerasConfig(), Parts: Parts()}))
//	}
//
// or, for a function without an argument that stands in a cell, through Keep:
//
//	display.Show(memo.Keep(Slow).Head(5))
//
// The first call trains, and so does the first call after a line of package ml or of a package that
// it imports changed, or a value in the argument; all others, in this kernel and any later one,
// read the result from .flowbook/memo in the module's root.
//
// Arguments of Do and Keep are restricted: see their comments. Values are plain data. A type that
// would come back other than it was put in is refused before anything is computed.
package memo

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"os"
	"reflect"
	"slices"
	"strings"
	"sync"

	"flowbook/ml/module"
)

// Do returns f(ctx, in), computed now or read from the store.
//
// f must be a named function of a package of this module or of the notebook, not a closure, a
// method or a generic function: only of those is the source known. It must depend only on in and
// on files that it reads (not on the clock, the network or global state) and print nothing, because
// the next call does not run it. A result holds as long as the files that package dataset opened
// while it was computed, and those named to [Reads], have the same bytes; a file that it reads
// otherwise, with os.ReadFile for instance, is not noticed. If
// f returns an error, Do returns both its results as they are and stores nothing: a function that
// was told to stop may hand over its partial result beside the error.
//
// The key under which a result is stored is made of f's name, the bytes of in, the types, the
// digest of the source of f's package and of all that it imports (see package module: other
// modules, the Go version and GOARCH are in it), and $GOMLX_BACKEND, because numerical backends
// differ by rounding. A program that is older than the sources it was built from cannot identify
// its own code, so it computes and stores nothing.
//
// Of a function of a cell the key has, instead of the package, the declaration and all that it
// reaches in the cell's program, without comments and formatting, and the sources of the packages
// that this names. So it is the same in all cells and in run, pipeline and JupyterLab. A
// variable that the program changes anywhere is an error, for its value is in no key.
//
// In and Out are made of booleans, numbers, strings, slices, arrays, maps, pointers and structs
// whose fields are all exported, or of structs with both MarshalBinary and UnmarshalBinary, such as
// time.Time. They come back exactly: NaN and -0 keep their bits, nil and empty slices stay apart.
// Sharing between pointers is lost, and pointers in a circle are an error. The result is always the
// stored copy, so that a first call and a later one differ in nothing.
//
// Two programs that want the same result at once compute it once: the second waits. The store holds
// at most 1 GiB; results not used for the longest time leave first. A result of more than 256 MiB
// is an error. A damaged result is computed again. Where the store cannot be written, results are
// computed and not kept, and a line on standard error says so.
func Do[In, Out any](ctx context.Context, f func(context.Context, In) (Out, error), in In) (Out, error) {
	name, pkg, err := nameOf(reflect.ValueOf(f))
	if err != nil {
		var zero Out
		return zero, fmt.Errorf("memo: %w", err)
	}
	return do(ctx, name, pkg, f, in)
}

// do is Do of a function with a name, of which f is a form.
func do[In, Out any](ctx context.Context, name, pkg string, f func(context.Context, In) (Out, error), in In) (Out, error) {
	var zero Out
	if err := check(reflect.TypeFor[In]()); err != nil {
		return zero, fmt.Errorf("memo: %s: its argument cannot be a key: %w", name, err)
	}
	if err := check(reflect.TypeFor[Out]()); err != nil {
		return zero, fmt.Errorf("memo: %s: its result cannot be kept: %w", name, err)
	}
	input, err := encode(reflect.ValueOf(&in).Elem())
	if err != nil {
		return zero, fmt.Errorf("memo: %s: its argument cannot be a key: %w", name, err)
	}
	root, err := module.Root("")
	if err != nil {
		return zero, fmt.Errorf("memo: %w", err)
	}
	code, err := codeOf(root, name, pkg)
	if err != nil {
		return zero, fmt.Errorf("memo: %w", err)
	}
	if !code.current {
		result, _, err := compute(ctx, name, f, in)
		return result, err
	}
	dir, err := module.State(root, "memo")
	if err != nil {
		return unkept(ctx, name, f, in, err)
	}
	s := store{dir: dir, limit: sizeLimit}
	key := makeKey(keyForm, name, describe(reflect.TypeFor[In]()), describe(reflect.TypeFor[Out]()), string(input), code.digest, os.Getenv("GOMLX_BACKEND"))
	if result, ok := load[Out](s, key); ok {
		return result, nil
	}
	unlock, err := s.lock(ctx, key)
	if err != nil && ctx.Err() != nil {
		return zero, fmt.Errorf("memo: %s: %w", name, err)
	}
	if err != nil {
		return unkept(ctx, name, f, in, err)
	}
	defer unlock()
	if result, ok := load[Out](s, key); ok { // somebody else computed it while we waited
		return result, nil
	}
	result, data, err := computeReading(ctx, name, f, in, code)
	if err != nil {
		return result, err
	}
	if err := s.write(key, data); err != nil { // a full disk takes nothing from a result
		tellUnkept(err)
	}
	return result, nil
}

// computeReading is compute, with bytes that also tell which files f has read.
func computeReading[In, Out any](ctx context.Context, name string, f func(context.Context, In) (Out, error), in In, code code) (Out, []byte, error) {
	var read reading
	if code.initialised {
		read.paths = module.ReadFiles()
	}
	stop := module.OnRead(read.note)
	result, data, err := compute(ctx, name, f, in)
	stop()
	if err != nil {
		return result, data, err
	}
	files, err := read.digests()
	if err != nil {
		var zero Out
		return zero, nil, fmt.Errorf("memo: %s: %w", name, err)
	}
	return result, pack(files, data), nil
}

var unkeptOnce sync.Once

// tellUnkept says, once in a program, why the store takes no result.
func tellUnkept(why error) {
	unkeptOnce.Do(func() {
		fmt.Fprintf(os.Stderr, "memo: results are not kept and are computed each time: %v\n", why)
	})
}

// unkept computes a result that the store has no place for, and says why.
func unkept[In, Out any](ctx context.Context, name string, f func(context.Context, In) (Out, error), in In, why error) (Out, error) {
	tellUnkept(why)
	result, _, err := compute(ctx, name, f, in)
	return result, err
}

// code is the known part of a function's code.
type code struct {
	digest      string // of it and of all that it uses
	current     bool   // this program holds it, and no older one
	initialised bool   // it uses variables whose values were computed before it is called
}

func codeOf(root, name, pkg string) (c code, err error) {
	packages := []string{pkg}
	if pkg == "main" {
		p, err := cellProgram()
		if err != nil {
			return c, fmt.Errorf("%s: %w", name, err)
		}
		if c.digest, c.initialised, packages, err = p.digest(strings.TrimPrefix(name, "main.")); err != nil {
			return c, err
		}
	}
	sources, err := readSources(root, packages...)
	if err != nil {
		return c, err
	}
	if pkg != "main" && !slices.Contains(sources.Packages, pkg) {
		return c, fmt.Errorf("%s is not in a package of this module; move it to one, so that its source is known", name)
	}
	c.digest += sources.Digest
	c.current = !builtBefore(sources)
	return c, nil
}

// compute calls f and returns its result as the store would give it back, with its bytes. Errors of
// f come as they are, for the caller to test, with f's result; others say that the value does not
// survive, and name the function.
func compute[In, Out any](ctx context.Context, name string, f func(context.Context, In) (Out, error), in In) (Out, []byte, error) {
	var zero, back Out
	fresh, err := f(ctx, in)
	if err != nil {
		return fresh, nil, err
	}
	limited := encoder{limit: resultLimit}
	data, err := limited.appendValue(nil, reflect.ValueOf(&fresh).Elem(), 0)
	if err == nil {
		err = limited.fits(data, 0)
	}
	if err == nil {
		err = decode(data, reflect.ValueOf(&back).Elem())
	}
	var again []byte
	if err == nil {
		again, err = encode(reflect.ValueOf(&back).Elem())
	}
	if err == nil && !bytes.Equal(data, again) {
		err = fmt.Errorf("a %T comes back changed", fresh)
	}
	if err != nil {
		return zero, nil, fmt.Errorf("memo: %s: its result cannot be kept: %w", name, err)
	}
	return back, data, nil
}

func load[Out any](s store, key string) (Out, bool) {
	var result Out
	data, ok := s.read(key)
	if ok {
		data, ok = unpack(data)
	}
	if !ok || decode(data, reflect.ValueOf(&result).Elem()) != nil {
		var zero Out
		return zero, false
	}
	return result, true
}

// keyForm changes when the bytes under a key would mean something else.
const keyForm = "2"

// makeKey is the hex SHA-256 of the parts; their lengths keep them apart.
func makeKey(parts ...string) string {
	h := sha256.New()
	for _, part := range parts {
		fmt.Fprintf(h, "%d:%s", len(part), part)
	}
	return hex.EncodeToString(h.Sum(nil))
}

// read holds the sources as they were when this process first asked: its code does not change after
// that.
var read struct {
	sync.Mutex
	sources map[string]*module.Sources
}

func readSources(root string, packages ...string) (*module.Sources, error) {
	read.Lock()
	defer read.Unlock()
	at := root + "\n" + strings.Join(packages, "\n")
	if s, ok := read.sources[at]; ok {
		return s, nil
	}
	s, err := module.Read(root, packages...)
	if err != nil {
		return nil, err
	}
	if read.sources == nil {
		read.sources = map[string]*module.Sources{}
	}
	read.sources[at] = s
	return s, nil
}

// builtBefore reports whether a source file was written after this program was linked: then the
// digest is that of code which this program does not hold.
func builtBefore(sources *module.Sources) bool {
	exe, err := os.Executable()
	if err != nil {
		return true
	}
	info, err := os.Stat(exe)
	return err != nil || sources.Modified.After(info.ModTime())
}
