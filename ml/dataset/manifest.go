package dataset

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"

	"flowbook/ml/atomicfile"
)

// ManifestName is the file beside the parts that names their source. It is written last, so that
// where it stands the parts are complete.
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
	CRC32C string `json:"crc32c"` // 8 hex digits, Castagnoli: detects a damaged part
}

// ReadManifest reads the manifest of a folder of parts; fs.ErrNotExist when there is none.
func ReadManifest(dir string) (*Manifest, error) {
	path := filepath.Join(dir, ManifestName)
	if err := noteRead(path); err != nil {
		return nil, err
	}
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", Rel(path), atomicfile.Reason(err))
	}
	m := new(Manifest)
	if err := json.Unmarshal(data, m); err != nil {
		return nil, fmt.Errorf("read %s: %w", Rel(path), err)
	}
	if m.Source.SHA256 == "" || m.RowsPerPart <= 0 {
		return nil, fmt.Errorf("read %s: it is no manifest of a split", Rel(path))
	}
	return m, nil
}

// create writes the manifest beside its place in dir; the caller commits it when the parts are
// there.
func (m *Manifest) create(dir string) (*atomicfile.File, error) {
	data, err := json.MarshalIndent(m, "", "  ")
	if err != nil {
		return nil, err
	}
	path := filepath.Join(dir, ManifestName)
	f, err := atomicfile.Create(path, 0o666)
	if err == nil {
		if _, err = f.Write(append(data, '\n')); err == nil {
			err = f.Finish()
		}
		if err != nil {
			f.Discard()
		}
	}
	return f, unwritten(path, err)
}

// unwritten names the path of a failed write as our messages do; nil stays nil.
func unwritten(path string, err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("write %s: %w", Rel(path), atomicfile.Reason(err))
}
