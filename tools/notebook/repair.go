package notebook

import (
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strings"
)

// Repair makes a valid notebook of format 4.5 of one that is not valid and lists its changes, a few
// words for each kind of fault; a valid one stays unchanged, of whatever version. It makes the same
// repairs as nbformat and JupyterLab: ids are added and duplicates replaced, missing fields get
// their empty value, metadata of the wrong shape goes. A field that the format does not know moves
// into the metadata beside it. Other faults, such as an unknown type of output, are left for
// Validate.
func (nb *Notebook) Repair() []string {
	if Validate(nb) == nil {
		return nil
	}
	r := &repair{count: map[string]int{}}
	if nb.upgraded {
		r.told("format 3 upgraded to 4.5")
		nb.upgraded = false
	}
	if nb.absent.has("nbformat_minor") {
		r.told("no nbformat_minor")
	}
	if nb.absent.has("metadata") {
		r.told("no metadata")
	}
	nb.absent = nil
	r.kernelspec(nb)
	if nb.Minor <= formatMinor {
		r.move(&nb.Extra, &nb.Metadata, "the notebook")
	}
	for _, c := range nb.Cells {
		r.cell(nb, c)
	}
	r.ids(nb)
	r.metadata(nb)
	return r.words()
}

// repair records which kinds of faults were corrected, and in how many cells.
type repair struct {
	kinds []string
	count map[string]int // of cells; 0 where a fault is the notebook's
}

// told notes a fault of the notebook.
func (r *repair) told(kind string) {
	if !slices.Contains(r.kinds, kind) {
		r.kinds = append(r.kinds, kind)
	}
}

// of notes a fault of a cell.
func (r *repair) of(kind string) {
	r.told(kind)
	r.count[kind]++
}

func (r *repair) words() []string {
	words := make([]string, len(r.kinds))
	for i, kind := range r.kinds {
		switch n := r.count[kind]; n {
		case 0:
			words[i] = kind
		case 1:
			words[i] = "1 cell with " + kind
		default:
			words[i] = fmt.Sprintf("%d cells with %s", n, kind)
		}
	}
	return words
}

// kernelspec completes the fields for the language and the kernel, or takes them out where they are
// empty.
func (r *repair) kernelspec(nb *Notebook) {
	language := nb.Language()
	if raw := nb.Metadata.Get("kernelspec"); raw != nil {
		var spec Object
		var name string
		switch {
		case spec.UnmarshalJSON(raw) != nil || spec.Decode("name", &name) != nil || name == "":
			nb.Metadata.Delete("kernelspec")
			r.told("a kernelspec without name")
		case !isString(spec.Get("display_name")):
			spec.Put("display_name", name)
			nb.Metadata.Put("kernelspec", spec)
			r.told("no display_name in the kernelspec")
		}
	}
	info := nb.Metadata.Get("language_info")
	if info == nil && (nb.Metadata.Has("kernelspec") || language == "") {
		return
	}
	var of Object
	if info == nil {
		of.Put("name", language)
		nb.Metadata.Put("language_info", of)
	} else if of.UnmarshalJSON(info) == nil && !isString(of.Get("name")) {
		r.told("no name in the language_info")
		if language == "" {
			nb.Metadata.Delete("language_info")
			return
		}
		of.Put("name", language)
		nb.Metadata.Put("language_info", of)
	}
}

func isString(raw json.RawMessage) bool { return len(raw) > 0 && raw[0] == '"' }

// move takes fields that the format does not know into the metadata. One that is there stays.
func (r *repair) move(from, to *Object, where string) {
	for _, key := range from.Keys() {
		if !to.Has(key) {
			to.Set(key, from.Get(key))
		}
		r.told(fmt.Sprintf("unknown field %s of %s, now in its metadata", key, where))
	}
	*from = Object{}
}

func (r *repair) cell(nb *Notebook, c *Cell) {
	for _, name := range []string{"source", "metadata", "outputs", "execution_count"} {
		if c.absent.has(name) && (c.Type == Code || name == "source" || name == "metadata") {
			r.of("no " + name)
		}
	}
	c.absent = nil
	if c.ExecutionCount != nil && *c.ExecutionCount < 0 {
		c.ExecutionCount = nil
		r.of("a negative execution_count")
	}
	if nb.Minor > formatMinor {
		return
	}
	if c.Type == Code && c.Attachments.members != nil {
		c.Extra.Put("attachments", c.Attachments)
		c.Attachments = Object{}
	}
	r.move(&c.Extra, &c.Metadata, "a cell")
	for _, o := range c.Outputs {
		r.output(c, o)
	}
}

func (r *repair) output(c *Cell, o *Output) {
	switch o.Type {
	case Stream, DisplayData, ExecuteResult, ErrorOutput:
	default:
		return
	}
	if o.Type == Stream && o.Name == "" {
		o.Name = "stdout"
		r.of("a stream without name")
	}
	for _, name := range o.absent {
		if name != "name" {
			r.of("an output without " + name)
		}
	}
	o.absent = nil
	if o.ExecutionCount != nil && *o.ExecutionCount < 0 {
		o.ExecutionCount = nil
		r.of("a negative execution_count")
	}
	if o.Extra.Len() == 0 {
		return
	}
	if o.Type == Stream || o.Type == ErrorOutput {
		r.move(&o.Extra, &c.Metadata, "an output")
		return
	}
	var metadata Object
	if len(o.Metadata) > 0 && metadata.UnmarshalJSON(o.Metadata) != nil {
		return
	}
	r.move(&o.Extra, &metadata, "an output")
	o.Metadata, _ = metadata.MarshalJSON()
}

var validID = regexp.MustCompile(`^[a-zA-Z0-9-_]{1,64}$`)

// ids replaces the ids that are none or that an earlier cell has, and adds those that are missing.
func (r *repair) ids(nb *Notebook) {
	missing := nb.Minor >= formatMinor
	seen := map[string]bool{}
	for _, c := range nb.Cells {
		switch {
		case c.ID == "":
			if missing {
				r.of("no id")
			}
		case !missing:
			r.of("an id, which format 4.5 brought")
			if !validID.MatchString(c.ID) || seen[c.ID] {
				c.ID = ""
			}
		case !validID.MatchString(c.ID):
			c.ID = ""
			r.of("an id that is none")
		case seen[c.ID]:
			c.ID = ""
			r.of("the id of another")
		}
		seen[c.ID] = true
	}
	nb.AddIDs()
}

// metadata takes out the keys that the schema refuses, as nbformat's strip_invalid_metadata does;
// tags that are there twice are there once.
func (r *repair) metadata(nb *Notebook) {
	for _, c := range nb.Cells {
		tags := c.Tags()
		var once []string
		for _, tag := range tags {
			if !slices.Contains(once, tag) {
				once = append(once, tag)
			}
		}
		if len(once) < len(tags) {
			c.Metadata.Put("tags", once)
			r.of("a tag that is there twice")
		}
	}
	faults, err := Faults(nb)
	if err != nil {
		return
	}
	for _, f := range faults {
		path, metadata := f.Path, &nb.Metadata
		cell := ""
		if i, ok := f.Cell(); ok {
			_, path, _ = strings.Cut(path, ".")
			metadata, cell = &nb.Cells[i].Metadata, " of a cell"
		}
		rest, ok := strings.CutPrefix(path, "metadata.")
		if key := rest[:stepEnd(rest)]; ok && metadata.Has(key) {
			metadata.Delete(key)
			r.told("metadata " + key + cell + " of the wrong shape")
		}
	}
}

// stepEnd is where the first step of a path ends.
func stepEnd(path string) int {
	if i := strings.IndexAny(path, ".["); i >= 0 {
		return i
	}
	return len(path)
}
