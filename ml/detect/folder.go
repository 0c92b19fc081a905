package detect

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"flowbook/ml/atomicfile"
)

// A model lives in a folder: model.json, and a .npy file for each array of weights. The names of
// the arrays' files hold part of their digest and model.json is put in place last, so that a folder
// written over always holds one whole model.

// Schema is the version of the folder's form that this program writes, and the newest that it
// reads.
const Schema = 3

const (
	modelFile    = "model.json"
	maxModelFile = 4 << 20
	maxArrays    = 256
)

// UnreadableError says why a folder holds no model that this program can use.
type UnreadableError struct {
	Folder string
	Err    error
}

func (e *UnreadableError) Error() string { return fmt.Sprintf("model %s: %v", e.Folder, e.Err) }

func (e *UnreadableError) Unwrap() error { return e.Err }

func digest(b []byte) string {
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:])
}

// Save writes the model into a folder, which is made if need be. A model that is there already is
// replaced in one step.
func (m *Model) Save(folder string) error {
	if err := m.save(folder); err != nil {
		return fmt.Errorf("save model %s: %w", folder, err)
	}
	return nil
}

func (m *Model) save(folder string) error {
	if err := m.check(); err != nil {
		return err
	}
	if err := os.MkdirAll(folder, 0o777); err != nil {
		return err
	}
	d, err := m.document()
	if err != nil {
		return err
	}
	text, err := d.encode()
	if err != nil {
		return err
	}
	for i, a := range d.Arrays {
		if err := atomicfile.Write(filepath.Join(folder, a.File), d.files[i], 0o666); err != nil {
			return err
		}
	}
	if err := atomicfile.Write(filepath.Join(folder, modelFile), text, 0o666); err != nil {
		return err
	}
	return d.sweep(folder)
}

// sweep removes the arrays of models that were here before.
func (d document) sweep(folder string) error {
	old, err := filepath.Glob(filepath.Join(escapeGlob(folder), "*.*.npy"))
	if err != nil {
		return err
	}
	ours := map[string]bool{}
	for _, a := range d.Arrays {
		ours[a.File] = true
	}
	for _, path := range old {
		if !ours[filepath.Base(path)] {
			if err := os.Remove(path); err != nil {
				return err
			}
		}
	}
	return nil
}

func escapeGlob(path string) string {
	if filepath.Separator == '\\' { // where a backslash cannot escape, and [ in a folder's name must be matched
		return strings.NewReplacer("[", "[[]").Replace(path)
	}
	return strings.NewReplacer(`\`, `\\`, "[", `\[`, "*", `\*`, "?", `\?`).Replace(path)
}

// Load reads a model that Save has written. Folders that are cut short, altered, or written by a
// newer program are refused with an *UnreadableError.
func Load(folder string) (*Model, error) {
	m, err := load(os.DirFS(folder))
	if err != nil {
		return nil, &UnreadableError{folder, err}
	}
	return m, nil
}

// again is the remedy for a folder that is damaged.
const again = "copy the folder again, or train anew"

func load(folder fs.FS) (*Model, error) {
	text, err := readFile(folder, modelFile, maxModelFile)
	if err != nil {
		return nil, err
	}
	var version struct{ Schema int }
	if err := json.Unmarshal(text, &version); err != nil {
		return nil, fmt.Errorf("%s is cut short or altered: %w; %s", modelFile, err, again)
	}
	if version.Schema > Schema {
		return nil, fmt.Errorf("it has schema %d, and this program reads up to %d: use a newer one", version.Schema, Schema)
	}
	if version.Schema < 1 || !intact(text) {
		return nil, fmt.Errorf("%s is not as it was written: it does not match its checksum; %s", modelFile, again)
	}
	// Fields that are not known here are no reason to refuse: whoever changes the meaning of a
	// model raises the schema.
	var d document
	if err := json.Unmarshal(text, &d); err != nil {
		return nil, fmt.Errorf("%s: %w", modelFile, err)
	}
	if len(d.Arrays) > maxArrays {
		return nil, fmt.Errorf("it has %d arrays, more than %d", len(d.Arrays), maxArrays)
	}
	m, err := d.model(func(name, dtype string, shape ...int) ([]float64, error) {
		for _, a := range d.Arrays {
			if a.Name == name {
				return a.read(folder, dtype, shape)
			}
		}
		return nil, fmt.Errorf("there is no array %s", name)
	})
	if err != nil {
		return nil, err
	}
	return m, m.check()
}

// read reads an array that must have the type and shape that the rest of the model asks for.
func (a array) read(folder fs.FS, dtype string, shape []int) ([]float64, error) {
	size, ok := npySize(dtype, shape)
	if !ok || a.Type != dtype || fmt.Sprint(a.Shape) != fmt.Sprint(shape) {
		return nil, fmt.Errorf("array %s has type %s and shape %v, not %s and %v", a.Name, a.Type, a.Shape, dtype, shape)
	}
	if strings.ContainsAny(a.File, `/\:`) {
		return nil, fmt.Errorf("array %s lies in another folder: %q", a.Name, a.File)
	}
	file, err := readFile(folder, a.File, size)
	if err != nil {
		return nil, err
	}
	if digest(file) != a.SHA256 {
		return nil, fmt.Errorf("%s is not as it was written: it does not match its checksum; %s", a.File, again)
	}
	values, err := decodeNpy(bytes.NewReader(file), dtype, shape)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", a.File, err)
	}
	return values, nil
}

// readFile reads a file of at most that many bytes; an .npy file must have exactly as many.
func readFile(folder fs.FS, name string, size int64) ([]byte, error) {
	f, err := folder.Open(name)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, errors.Unwrap(err))
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return nil, err
	}
	switch {
	case !info.Mode().IsRegular():
		return nil, fmt.Errorf("%s is no file", name)
	case name != modelFile && info.Size() < size:
		return nil, fmt.Errorf("%s is cut short: %d of %d bytes; %s", name, info.Size(), size, again)
	case info.Size() > size:
		return nil, fmt.Errorf("%s is too large: %d bytes, and %d are enough", name, info.Size(), size)
	}
	return io.ReadAll(io.LimitReader(f, size+1))
}
