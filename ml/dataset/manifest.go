package dataset

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

// ManifestName is the file beside the parts that says what they were cut from. It is written last, so that where it
// stands the parts are complete.
const ManifestName = "manifest.json"

// Manifest describes the parts that Split made of one file.
type Manifest struct {
	Source      Source `json:"source"`
	RowsPerPart int    `json:"rows_per_part"`
	Rows        int    `json:"rows"`
	Parts       []Part `json:"parts"`
}

// Source identifies a data file by its content.
type Source struct {
	Name   string `json:"name"` // without folder
	Size   int64  `json:"size"` // bytes
	SHA256 string `json:"sha256"`
}

// Part is one file that Split wrote.
type Part struct {
	Name   string `json:"name"`
	Rows   int    `json:"rows"`
	Bytes  int64  `json:"bytes"`
	CRC32C string `json:"crc32c"` // Castagnoli, 8 hex digits: it finds a damaged part, the source's SHA-256 names the content
}

// ReadManifest reads the manifest of a folder of parts; fs.ErrNotExist when there is none.
func ReadManifest(dir string) (*Manifest, error) {
	path := filepath.Join(dir, ManifestName)
	if err := noteRead(path); err != nil {
		return nil, err
	}
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", Rel(path), reason(err))
	}
	m := new(Manifest)
	if err := json.Unmarshal(data, m); err != nil {
		return nil, fmt.Errorf("read %s: %w", Rel(path), err)
	}
	if m.Source.SHA256 == "" || m.RowsPerPart <= 0 {
		return nil, fmt.Errorf("read %s: not a manifest of flowbook data split", Rel(path))
	}
	return m, nil
}

// write puts the manifest into dir, in one step.
func (m *Manifest) write(dir string) error {
	data, err := json.MarshalIndent(m, "", "  ")
	if err != nil {
		return err
	}
	w, err := createAtomic(filepath.Join(dir, ManifestName))
	if err != nil {
		return err
	}
	defer w.discard()
	if _, err := w.Write(append(data, '\n')); err != nil {
		return err
	}
	return w.commit()
}

// atomicFile is a file that appears under its name only when it is complete.
type atomicFile struct {
	*os.File
	path string
	done bool
}

// tempPrefix begins the names of files that are being written.
const tempPrefix = ".tmp-"

// createAtomic opens a temporary file in the folder of path. A writer that was killed leaves one behind, and the next
// to write the same path takes it over.
func createAtomic(path string) (*atomicFile, error) {
	temp := filepath.Join(filepath.Dir(path), tempPrefix+filepath.Base(path))
	f, err := os.OpenFile(temp, os.O_CREATE|os.O_WRONLY|os.O_TRUNC, 0o666)
	if err != nil {
		return nil, fmt.Errorf("write %s: %w", Rel(path), reason(err))
	}
	return &atomicFile{File: f, path: path}, nil
}

// Write writes to the temporary file; errors name the final path.
func (w *atomicFile) Write(b []byte) (int, error) {
	n, err := w.File.Write(b)
	if err != nil {
		return n, fmt.Errorf("write %s: %w", Rel(w.path), reason(err))
	}
	return n, nil
}

// commit makes the content durable and gives it its name.
func (w *atomicFile) commit() error {
	err := w.Sync()
	if cerr := w.Close(); err == nil {
		err = cerr
	}
	w.done = err == nil
	if err == nil {
		if err = os.Rename(w.Name(), w.path); err != nil {
			os.Remove(w.Name())
			var le *os.LinkError
			if errors.As(err, &le) {
				err = le.Err
			}
		}
	}
	if err != nil {
		return fmt.Errorf("write %s: %w", Rel(w.path), reason(err))
	}
	return nil
}

// discard removes the temporary file unless it was committed.
func (w *atomicFile) discard() {
	if w.done {
		return
	}
	w.Close()
	if err := os.Remove(w.Name()); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return // it stays behind under a hidden name, to be taken over
	}
}
