// Package notebook reads, checks and writes Jupyter notebooks: the .ipynb format, nbformat 4.0 to
// 4.5, and 3 to read.
//
// Its one convention: unknown fields are kept. Metadata, MIME bundles and fields of later format
// versions stay the raw bytes of the file, so floats, big integers, NaN and odd escapes survive,
// and a notebook that the Python package nbformat wrote is written back byte for byte: one space of
// indent, sorted keys, text cut into lines as Python's str.splitlines cuts it, a newline at the
// end. A file of another layout comes out in that one.
//
//	nb, err := notebook.ReadFile("a.ipynb")
//	if err != nil {
//		return err // a *notebook.Error names the line, the byte and the cell
//	}
//	nb.Cells[0].Source = "fmt.Println(1)"
//	return nb.WriteFile("a.ipynb") // atomic
//
// Strings may hold lone UTF-16 surrogates, which JSON allows and Unicode does not: in memory each
// is the three bytes that UTF-8 would use for it (WTF-8), in a file the escape \udXXX.
package notebook

import (
	"encoding/json"
	"slices"
)

// Format is the version of the notebook format this package writes into new notebooks.
const (
	Format      = 4
	formatMinor = 5
)

// Notebook is one .ipynb file.
type Notebook struct {
	Cells    []*Cell
	Metadata Object // kernelspec, language_info and the keys of others
	Minor    int    // nbformat_minor: 0 to 5, or later
	Extra    Object // fields of the top level that nbformat 4.5 does not know

	absent   fields
	upgraded bool // from format 3, and Repair has not told yet
}

// New returns an empty notebook of format 4.5.
func New() *Notebook { return &Notebook{Minor: formatMinor} }

// KernelName is the kernelspec's name, "" where the notebook names none.
func (nb *Notebook) KernelName() string {
	var spec struct{ Name string }
	nb.Metadata.Decode("kernelspec", &spec)
	return spec.Name
}

// Language is the language of the code cells in lower case ("go", "python"): language_info's name,
// else the kernelspec's language, else "".
func (nb *Notebook) Language() string {
	var info struct{ Name, Language string }
	if nb.Metadata.Decode("language_info", &info); info.Name == "" {
		nb.Metadata.Decode("kernelspec", &info)
		return lower(info.Language)
	}
	return lower(info.Name)
}

// Clone returns a copy that shares no list with nb: changing cells, outputs or metadata of one
// leaves the other alone.
func (nb *Notebook) Clone() *Notebook {
	c := *nb
	c.Metadata, c.Extra = nb.Metadata.Clone(), nb.Extra.Clone()
	c.Cells = make([]*Cell, len(nb.Cells))
	for i, cell := range nb.Cells {
		c.Cells[i] = cell.Clone()
	}
	return &c
}

// lower is strings.ToLower for the ASCII letters of language names.
func lower(s string) string {
	b := []byte(s)
	for i, c := range b {
		if 'A' <= c && c <= 'Z' {
			b[i] = c + 'a' - 'A'
		}
	}
	return string(b)
}

// fields is a set of the format's field names: those that a file left out and that stay out while
// they are empty.
type fields []string

func (f fields) has(name string) bool { return slices.Contains(f, name) }

// cloneRaw copies a raw value, so that two notebooks never share bytes.
func cloneRaw(raw json.RawMessage) json.RawMessage { return slices.Clone(raw) }
