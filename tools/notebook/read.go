package notebook

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strconv"
	"strings"
)

// A Limit is the size in bytes of the largest notebook that is read, which takes some ten times as
// much memory. Zero is no limit.
type Limit int64

// Usual is the limit of [Read] and [ReadFile].
const Usual Limit = 512 << 20

func (l Limit) tooLarge(path string) error {
	return &Error{File: path, Offset: -1, Msg: fmt.Sprintf("more than %d MiB, too large for a notebook: clear its outputs with another tool, or raise the limit", l>>20)}
}

// Exceeds reports whether a file of that many bytes is too large.
func (l Limit) Exceeds(size int64) bool { return l > 0 && size > int64(l) }

// Read reads a notebook of format 4.0 to 4.5, or of a later 4.x whose new fields it keeps, and one
// of format 3, which becomes one of 4.5 as nbformat upgrades it. Anything else is an *Error. It
// does not check against the schema: Validate does, and Repair mends.
func Read(r io.Reader) (*Notebook, error) { return Usual.Read(r) }

// Read is the function Read with another limit.
func (l Limit) Read(r io.Reader) (*Notebook, error) {
	if l > 0 {
		r = io.LimitReader(r, int64(l)+1)
	}
	data, err := io.ReadAll(r)
	if err != nil {
		return nil, fmt.Errorf("read notebook: %w", err)
	}
	if l.Exceeds(int64(len(data))) {
		return nil, l.tooLarge("")
	}
	return read(data)
}

// ReadFile is Read for a file; its errors name the file.
func ReadFile(path string) (*Notebook, error) { return Usual.ReadFile(path) }

// ReadFile is the function ReadFile with another limit.
func (l Limit) ReadFile(path string) (*Notebook, error) {
	if info, err := os.Stat(path); err == nil && info.Mode().IsRegular() && l.Exceeds(info.Size()) {
		return nil, l.tooLarge(path)
	}
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("read notebook: %w", err)
	}
	nb, err := read(data)
	var bad *Error
	if errors.As(err, &bad) {
		bad.File = path
	}
	return nb, err
}

func read(data []byte) (*Notebook, error) {
	// A byte order mark is no JSON, but Windows editors put it there.
	body := bytes.TrimPrefix(data, []byte("\xef\xbb\xbf"))
	d := &decoder{data: body, skipped: len(data) - len(body)}
	if len(bytes.TrimSpace(body)) == 0 {
		return nil, d.errorAt(0, "", "an empty file, not a notebook")
	}
	root, err := parse(body)
	var bad *syntaxError
	if errors.As(err, &bad) {
		return nil, d.errorAt(bad.off, "", "not JSON: %s", bad.msg)
	}
	nb := d.notebook(root)
	if d.err != nil {
		return nil, d.err
	}
	return nb, nil
}

// decoder turns nodes into a notebook. After the first fault, which it remembers, its methods do
// nothing.
type decoder struct {
	data    []byte
	skipped int   // bytes of the file before data
	starts  []int // where each line begins, filled when first needed
	err     *Error
}

func (d *decoder) errorAt(off int, path, format string, args ...any) *Error {
	return &Error{Line: d.line(off), Offset: off + d.skipped, Path: path, Msg: fmt.Sprintf(format, args...)}
}

func (d *decoder) fail(n node, path, format string, args ...any) {
	if d.err == nil {
		d.err = d.errorAt(n.off, path, format, args...)
	}
}

// line is the line of byte off, from 1.
func (d *decoder) line(off int) int {
	if d.starts == nil {
		d.starts = []int{0}
		for i, c := range d.data {
			if c == '\n' {
				d.starts = append(d.starts, i+1)
			}
		}
	}
	i, found := slices.BinarySearch(d.starts, off)
	if found {
		i++
	}
	return i
}

// want is the value of a field that must be of a kind; ok is false where it is missing or wrong.
func (d *decoder) want(n node, path, key string, k kind) (item node, ok bool) {
	item, ok = n.get(key)
	if ok && item.kind != k {
		d.fail(item, path+key, "%s, not %s", item.kind, k)
		return node{}, false
	}
	return item, ok
}

// object reads an object into raw values.
func (d *decoder) object(n node, path, key string) Object {
	item, _ := d.want(n, path, key, object)
	return rest(item)
}

// rest is an object without the named keys. Of a key that came twice the last one counts, as in
// Python.
func rest(n node, known ...string) Object {
	var o Object
	for i, key := range n.keys {
		if !slices.Contains(known, key) {
			o.Set(key, json.RawMessage(n.items[i].raw))
		}
	}
	return o
}

// missing lists the keys that an object does not have.
func missing(n node, keys ...string) (f fields) {
	for _, key := range keys {
		if _, ok := n.get(key); !ok {
			f = append(f, key)
		}
	}
	return f
}

// text reads a string or a list of strings.
func (d *decoder) text(n node, path, key string) string {
	item, ok := n.get(key)
	if !ok {
		return ""
	}
	text, ok := item.text()
	if !ok {
		d.fail(item, path+key, "%s, not a string or a list of strings", item.kind)
	}
	return text
}

// str reads a string.
func (d *decoder) str(n node, path, key string) string {
	item, _ := d.want(n, path, key, str)
	return item.value
}

// count reads an integer or null.
func (d *decoder) count(n node, path, key string) *int {
	item, ok := n.get(key)
	if !ok || item.kind == null {
		return nil
	}
	i, err := strconv.Atoi(string(item.raw))
	if err != nil || item.kind != number {
		d.fail(item, path+key, "%.40s is not an integer", item.raw)
		return nil
	}
	return &i
}

func (d *decoder) notebook(n node) *Notebook {
	if n.kind != object {
		d.fail(n, "", "%s, not a notebook", n.kind)
		return nil
	}
	d.version(n)
	if d.err != nil {
		return nil
	}
	upgraded := d.format3(n)
	if upgraded {
		n = upgrade(n)
	}
	nb := &Notebook{
		upgraded: upgraded,
		Metadata: d.object(n, "", "metadata"),
		Extra:    rest(n, "cells", "metadata", "nbformat", "nbformat_minor"),
		absent:   missing(n, "nbformat_minor", "metadata"),
	}
	if minor := d.count(n, "", "nbformat_minor"); minor != nil {
		nb.Minor = *minor
	}
	// The fields of a notebook's origin are for memory only: nbformat, too, never writes it.
	for _, transient := range []string{"orig_nbformat", "orig_nbformat_minor", "signature"} {
		nb.Metadata.Delete(transient)
	}
	cells, ok := d.want(n, "", "cells", list)
	if !ok && d.err == nil {
		d.fail(n, "", "no cells: not a notebook")
	}
	for i, c := range cells.items {
		nb.Cells = append(nb.Cells, d.cell(c, fmt.Sprintf("cells[%d]", i)))
	}
	if upgraded && d.err == nil {
		nb.AddIDs()
	}
	return nb
}

// format3 says whether the notebook is one of format 3.
func (d *decoder) format3(n node) bool {
	v, _ := n.get("nbformat")
	return v.kind == number && string(v.raw) == "3"
}

// version refuses formats other than 4 and 3.
func (d *decoder) version(n node) {
	v, ok := n.get("nbformat")
	switch {
	case !ok:
		d.fail(n, "", "no nbformat: not a notebook")
	case v.kind != number || string(v.raw) != "4" && !d.format3(n):
		hint := ""
		if string(v.raw) < "4" {
			hint = "; convert it with: jupyter nbconvert --to notebook --nbformat 4 FILE"
		}
		d.fail(v, "nbformat", "format %.20s is not supported, only formats 3 and 4%s", v.raw, hint)
	}
}

func (d *decoder) cell(n node, path string) *Cell {
	if n.kind != object {
		d.fail(n, path, "%s, not a cell", n.kind)
		return nil
	}
	path += "."
	c := &Cell{
		ID:       d.str(n, path, "id"),
		Type:     d.str(n, path, "cell_type"),
		Source:   d.text(n, path, "source"),
		Metadata: d.object(n, path, "metadata"),
		absent:   missing(n, "source", "outputs", "execution_count", "metadata"),
	}
	c.Metadata.Delete("trusted")
	known := []string{"id", "cell_type", "source", "metadata", "attachments"}
	if item, ok := d.want(n, path, "attachments", object); ok {
		c.Attachments = Object{members: make([]member, 0, len(item.items))}
		for i, name := range item.keys {
			c.Attachments.Set(name, item.items[i].raw)
		}
	}
	if c.Type == "" {
		d.fail(n, path+"cell_type", "missing")
	}
	if c.Type == Code {
		known = append(known, "outputs", "execution_count")
		c.ExecutionCount = d.count(n, path, "execution_count")
		outputs, _ := d.want(n, path, "outputs", list)
		for i, o := range outputs.items {
			c.Outputs = append(c.Outputs, d.output(o, fmt.Sprintf("%soutputs[%d]", path, i)))
		}
	}
	c.Extra = rest(n, known...)
	c.Line = d.line(n.off)
	if source, ok := n.get("source"); ok {
		c.Line = d.line(source.off)
		entries := source.items
		if source.kind == str {
			entries = []node{source}
		}
		begins := true // a line does: lists are also cut at \f and the like, which end no line of code
		for _, entry := range entries {
			for line := range strings.Lines(entry.value) {
				if begins {
					c.lines = append(c.lines, d.line(entry.off))
				}
				begins = strings.HasSuffix(line, "\n")
			}
		}
		if len(c.lines) > 0 {
			c.Line = c.lines[0]
		}
	}
	return c
}

func (d *decoder) output(n node, path string) *Output {
	if n.kind != object {
		d.fail(n, path, "%s, not an output", n.kind)
		return nil
	}
	path += "."
	o := &Output{Type: d.str(n, path, "output_type")}
	known := []string{"output_type"}
	switch o.Type {
	case Stream:
		known = append(known, "name", "text")
		o.Name, o.Text = d.str(n, path, "name"), d.text(n, path, "text")
	case DisplayData, ExecuteResult:
		known = append(known, "data", "metadata")
		if item, ok := d.want(n, path, "data", object); ok {
			o.Data = &Bundle{rest(item)}
			o.Data.join()
		}
		if item, ok := d.want(n, path, "metadata", object); ok {
			o.Metadata = item.raw
		}
		if o.Type == ExecuteResult {
			known = append(known, "execution_count")
			o.ExecutionCount = d.count(n, path, "execution_count")
		}
	case ErrorOutput:
		known = append(known, "ename", "evalue", "traceback")
		o.EName, o.EValue = d.str(n, path, "ename"), d.str(n, path, "evalue")
		if item, ok := d.want(n, path, "traceback", list); ok {
			o.Traceback = make([]string, len(item.items))
			for i, line := range item.items {
				if o.Traceback[i] = line.value; line.kind != str {
					d.fail(line, fmt.Sprintf("%straceback[%d]", path, i), "%s, not a string", line.kind)
				}
			}
		}
	}
	o.Extra = rest(n, known...)
	o.absent = missing(n, known...)
	return o
}
