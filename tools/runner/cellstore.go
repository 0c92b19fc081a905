package runner

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"flowbook/ml/atomicfile"
	"flowbook/tools/notebook"
)

// cellStore keeps the outputs of single cells by their keys, each in a file that is itself a
// notebook of one cell. A file that is damaged, or whose data files have changed, is no result.
type cellStore struct{ dir string }

// storeLimit bounds the folder; the results longest unused go first.
const storeLimit = 256 << 20

// stored is the metadata of a result's notebook.
type stored struct {
	Key    string     `json:"key"`
	Reads  []readFile `json:"reads"`
	Digest string     `json:"digest"` // of the file with this left empty
}

// readFile is a data file that the cell read, and its content.
type readFile struct {
	Path   string `json:"path"`
	SHA256 string `json:"sha256"`
}

func (s cellStore) path(key string) string { return filepath.Join(s.dir, key+".ipynb") }

// get returns the outputs stored under the key, or why there are none that still hold.
func (s cellStore) get(key string, files *fileDigests) (outs []*notebook.Output, why string) {
	data, err := os.ReadFile(s.path(key))
	if err != nil {
		return nil, "its code or what it uses is new"
	}
	const damaged = "its stored result is damaged"
	nb, err := notebook.Read(bytes.NewReader(data))
	if err != nil || len(nb.Cells) != 1 {
		return nil, damaged
	}
	var meta stored
	if nb.Metadata.Decode("flowbook", &meta) != nil || meta.Key != key {
		return nil, damaged
	}
	digest := meta.Digest
	meta.Digest = ""
	if nb.Metadata.Put("flowbook", meta) != nil {
		return nil, damaged
	}
	if again, err := digestOf(nb); err != nil || again != digest {
		return nil, damaged
	}
	for _, r := range meta.Reads {
		if now, err := files.of(r.Path); err != nil || now != r.SHA256 {
			return nil, "it reads " + filepath.ToSlash(r.Path) + ", which has changed"
		}
	}
	touch(s.path(key))
	return nb.Cells[0].Outputs, ""
}

// put stores the outputs of a cell.
func (s cellStore) put(key string, outs []*notebook.Output, reads []readFile) error {
	nb := notebook.New()
	c := notebook.NewCode("")
	c.ID = "cell"
	one := 1
	c.ExecutionCount = &one
	for _, o := range outs {
		c.Outputs = append(c.Outputs, o.Clone())
	}
	nb.Cells = []*notebook.Cell{c}
	meta := stored{Key: key, Reads: reads}
	if err := nb.Metadata.Put("flowbook", meta); err != nil {
		return err
	}
	digest, err := digestOf(nb)
	if err != nil {
		return err
	}
	meta.Digest = digest
	if err := nb.Metadata.Put("flowbook", meta); err != nil {
		return err
	}
	var b bytes.Buffer
	if err := nb.Write(&b); err != nil {
		return err
	}
	return atomicfile.Write(s.path(key), b.Bytes(), 0o600)
}

func digestOf(nb *notebook.Notebook) (string, error) {
	h := sha256.New()
	if err := nb.Write(h); err != nil {
		return "", err
	}
	return hex.EncodeToString(h.Sum(nil)), nil
}

// prune removes the oldest results until the folder is within its bound.
func (s cellStore) prune() error {
	entries, err := os.ReadDir(s.dir)
	if err != nil {
		return err
	}
	var files []os.FileInfo
	var total int64
	for _, e := range entries {
		if info, err := e.Info(); err == nil && strings.HasSuffix(e.Name(), ".ipynb") {
			files = append(files, info)
			total += info.Size()
		}
	}
	slices.SortFunc(files, func(a, b os.FileInfo) int { return a.ModTime().Compare(b.ModTime()) })
	for _, f := range files {
		if total <= storeLimit {
			break
		}
		if err := os.Remove(filepath.Join(s.dir, f.Name())); err != nil && !os.IsNotExist(err) {
			return err
		}
		total -= f.Size()
	}
	return nil
}

// info keeps the kernel's description of itself, for runs that need no kernel.
func (s cellStore) info(base string) json.RawMessage {
	data, err := os.ReadFile(filepath.Join(s.dir, "kernel-"+base[:16]+".json"))
	if err != nil || !json.Valid(data) {
		return nil
	}
	return data
}

func (s cellStore) putInfo(base string, info json.RawMessage) error {
	return atomicfile.Write(filepath.Join(s.dir, "kernel-"+base[:16]+".json"), info, 0o600)
}

// fileDigests digests data files, each version of each once.
type fileDigests struct{ known map[string]fileDigest }

type fileDigest struct {
	info   os.FileInfo
	sha256 string
}

func (f *fileDigests) of(path string) (string, error) {
	info, err := os.Stat(path)
	if err != nil {
		return "", err
	}
	if k, ok := f.known[path]; ok && k.info.Size() == info.Size() && k.info.ModTime().Equal(info.ModTime()) {
		return k.sha256, nil
	}
	file, err := os.Open(path)
	if err != nil {
		return "", err
	}
	defer file.Close()
	h := sha256.New()
	if _, err := io.Copy(h, file); err != nil {
		return "", fmt.Errorf("digest of %s: %w", path, err)
	}
	if f.known == nil {
		f.known = map[string]fileDigest{}
	}
	sum := hex.EncodeToString(h.Sum(nil))
	f.known[path] = fileDigest{info, sum}
	return sum, nil
}
