package notebook

import (
	"bytes"
	"encoding/json"
	"slices"
	"strconv"
	"strings"
)

// mime3 are the names that format 3 has for the types of an output.
var mime3 = map[string]string{
	"text": "text/plain", "html": "text/html", "svg": "image/svg+xml", "png": "image/png", "jpeg": "image/jpeg",
	"latex": "text/latex", "json": "application/json", "javascript": "application/javascript",
}

// upgrade turns a notebook of format 3 into one of 4.5 by the rules of nbformat's v4.upgrade. Each
// node keeps its place in the file. A part without the shape of format 3 stays unchanged, for the
// decoder to refuse.
func upgrade(n node) node {
	var cells []node
	sheets, ok := n.get("worksheets")
	for _, sheet := range sheets.items {
		own, found := sheet.get("cells")
		ok = ok && found && own.kind == list
		for _, c := range own.items {
			cells = append(cells, upgradeCell(c))
		}
	}
	n = n.without("worksheets", "orig_nbformat", "orig_nbformat_minor", "nbformat_minor")
	if metadata, found := n.get("metadata"); found {
		n = n.with("metadata", metadata.without("name", "signature"))
	}
	if !ok || sheets.kind != list {
		return n // "no cells: not a notebook"
	}
	n = n.with("nbformat_minor", node{kind: number, off: n.off, raw: []byte(strconv.Itoa(formatMinor))})
	return n.with("cells", node{kind: list, off: sheets.off, items: cells})
}

func upgradeCell(c node) node {
	kind, _ := c.get("cell_type")
	c = c.without("trusted")
	if item, ok := c.get("rendered"); ok {
		c = c.with("rendered", joined(item))
	}
	source, ok := c.get("source")
	source = joined(source)
	switch kind.value {
	case Code:
		if source, ok = c.get("input"); !ok {
			source = node{kind: str, off: c.off}
		}
		c = c.without("input", "language").with("source", joined(source))
		if item, ok := c.get("collapsed"); ok {
			metadata, found := c.get("metadata")
			if !found {
				metadata = node{kind: object, off: c.off}
			}
			c = c.without("collapsed").with("metadata", metadata.with("collapsed", item))
		}
		if item, ok := c.get("prompt_number"); ok {
			c = c.without("prompt_number").with("execution_count", item)
		} else {
			c = c.with("execution_count", node{kind: null, off: c.off, raw: []byte("null")})
		}
		if outputs, ok := c.get("outputs"); ok && outputs.kind == list {
			outputs.items = slices.Clone(outputs.items)
			for i, o := range outputs.items {
				outputs.items[i] = upgradeOutput(o)
			}
			c = c.with("outputs", outputs)
		}
		return c
	case "heading":
		level := 1
		if item, ok := c.get("level"); ok {
			level, _ = strconv.Atoi(string(item.raw))
		}
		text, _ := source.text()
		words := splitLines(text)
		for i, line := range words {
			words[i] = strings.TrimRight(line, "\r\n\v\f\x1c\x1d\x1e\u0085\u2028\u2029")
		}
		heading := node{kind: str, off: source.off, value: strings.Repeat("#", min(max(level, 0), 99)) + " " + strings.Join(words, " ")}
		return c.without("level").with("cell_type", markdown(kind)).with("source", heading)
	case "html":
		c = c.with("cell_type", markdown(kind))
	}
	if ok {
		c = c.with("source", source)
	}
	return c
}

// markdown returns the cell type markdown at the position of the type that it replaces.
func markdown(kind node) node {
	kind.value, kind.raw = Markdown, []byte(`"`+Markdown+`"`)
	return kind
}

func upgradeOutput(o node) node {
	kind, _ := o.get("output_type")
	for _, key := range []string{"text", "html", "svg", "latex", "javascript", "json"} {
		if item, ok := o.get(key); ok {
			o = o.with(key, joined(item))
		}
	}
	rename := func(to string) {
		kind.value, kind.raw = to, []byte(`"`+to+`"`)
		o = o.with("output_type", kind)
	}
	switch kind.value {
	case "pyout", DisplayData:
		out := node{kind: object, off: o.off}
		metadata, ok := o.get("metadata")
		if !ok {
			metadata = node{kind: object, off: o.off}
		}
		if kind.value == "pyout" {
			rename(ExecuteResult)
			count, ok := o.get("prompt_number")
			if !ok {
				count = node{kind: null, off: o.off, raw: []byte("null")}
			}
			o = o.without("prompt_number")
			out = out.with("execution_count", count)
		}
		data := mimeKeys(o.without("output_type", "execution_count", "metadata"))
		item, _ := data.get("application/json")
		if text, ok := item.text(); ok {
			if v, err := parse([]byte(text)); err == nil {
				v.off = item.off
				data = data.with("application/json", v)
			}
		}
		return out.with("output_type", kind).with("metadata", mimeKeys(metadata)).with("data", data)
	case "pyerr":
		rename(ErrorOutput)
	case Stream:
		name, ok := o.get("stream")
		if !ok {
			name = node{kind: str, off: o.off, value: "stdout"}
		}
		o = o.without("stream").with("name", name)
	}
	return o
}

// mimeKeys gives the types of an output the names that format 4 has for them.
func mimeKeys(n node) node {
	for i, key := range n.keys {
		if mime, ok := mime3[key]; ok {
			item := n.items[i]
			n = n.without(key).with(mime, item)
			return mimeKeys(n)
		}
	}
	return n
}

// joined is a list of lines whose ends may have been left out: format 3 has both forms, and the
// first line tells which.
func joined(n node) node {
	if n.kind != list || len(n.items) == 0 {
		return n
	}
	if first := n.items[0].value; strings.HasSuffix(first, "\n") || strings.HasSuffix(first, "\r") {
		return n
	}
	n.items = slices.Clone(n.items)
	for i := range n.items[:len(n.items)-1] {
		if n.items[i].kind != str {
			return n
		}
		n.items[i].value += "\n"
		n.items[i].raw = nil
	}
	n.raw = n.compose()
	return n
}

// with is an object with a value for key.
func (n node) with(key string, item node) node {
	if n.kind != object {
		return n
	}
	if item.raw == nil {
		item.raw = item.compose()
	}
	n = n.without(key)
	n.keys, n.items = append(n.keys, key), append(n.items, item)
	n.raw = n.compose()
	return n
}

// without is an object without some keys.
func (n node) without(keys ...string) node {
	if n.kind != object {
		return n
	}
	was := n
	n.keys, n.items = nil, nil
	for i, key := range was.keys {
		if !slices.Contains(keys, key) {
			n.keys, n.items = append(n.keys, key), append(n.items, was.items[i])
		}
	}
	n.raw = n.compose()
	return n
}

// compose writes the text of a value that was put together.
func (n node) compose() json.RawMessage {
	var b bytes.Buffer
	text := func(s string) {
		e := &encoder{}
		e.str(s)
		b.Write(e.buf)
	}
	item := func(n node) {
		if n.raw == nil {
			n.raw = n.compose()
		}
		b.Write(n.raw)
	}
	switch n.kind {
	case str:
		text(n.value)
	case list:
		b.WriteByte('[')
		for i, v := range n.items {
			if i > 0 {
				b.WriteByte(',')
			}
			item(v)
		}
		b.WriteByte(']')
	case object:
		b.WriteByte('{')
		for i, v := range n.items {
			if i > 0 {
				b.WriteByte(',')
			}
			text(n.keys[i])
			b.WriteByte(':')
			item(v)
		}
		b.WriteByte('}')
	default:
		return n.raw
	}
	return b.Bytes()
}
