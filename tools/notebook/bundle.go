package notebook

import (
	"encoding/json"
	"strings"
)

// Bundle is a MIME bundle: type → content. Content is a JSON string for text and for base64 data,
// any JSON value for types that are JSON themselves. Lists of lines are joined when a notebook is
// read and cut again when it is written.
type Bundle struct {
	Object
}

// NewBundle returns a bundle of texts: type, content, type, content …
func NewBundle(pairs ...string) *Bundle {
	b := &Bundle{}
	for i := 0; i+1 < len(pairs); i += 2 {
		b.setText(pairs[i], pairs[i+1])
	}
	return b
}

// Text is the content of a type that is a string in the file; ok is false where the type is missing
// or not a string.
func (b *Bundle) Text(mime string) (text string, ok bool) {
	if b == nil {
		return "", false
	}
	n, err := parse(b.Get(mime))
	if err != nil {
		return "", false
	}
	return n.text()
}

// setText gives a type a string as its content.
func (b *Bundle) setText(mime, text string) {
	e := &encoder{}
	e.str(text)
	b.Set(mime, json.RawMessage(e.buf))
}

// UnmarshalJSON keeps the contents raw, lists of lines joined: a kernel's message and a file read
// alike.
func (b *Bundle) UnmarshalJSON(data []byte) error {
	if err := b.Object.UnmarshalJSON(data); err != nil {
		return err
	}
	b.join()
	return nil
}

// join turns lists of strings into one string each, in the types that are no JSON.
func (b *Bundle) join() {
	for i, m := range b.members {
		if isJSON(m.key) || len(m.raw) == 0 || m.raw[0] != '[' {
			continue
		}
		if n, err := parse(m.raw); err == nil {
			if text, ok := n.text(); ok {
				e := &encoder{}
				e.str(text)
				b.members[i].raw = e.buf
			}
		}
	}
}

// tree is the bundle as the encoder takes it, texts cut into lines.
func (b *Bundle) tree() map[string]any {
	t := b.Object.tree()
	for mime, v := range t {
		if !isLines(mime) {
			continue
		}
		if raw := v.(json.RawMessage); len(raw) > 0 && raw[0] == '"' {
			if text, ok := b.Text(mime); ok {
				t[mime] = splitLines(text)
			}
		}
	}
	return t
}

// isJSON says whether a type's content is JSON and is left alone; nbformat has the same rule.
func isJSON(mime string) bool {
	return mime == "application/json" || strings.HasPrefix(mime, "application/") && strings.HasSuffix(mime, "+json")
}

// isLines says whether a type's string is written as a list of lines; nbformat has the same rule.
func isLines(mime string) bool {
	return strings.HasPrefix(mime, "text/") || mime == "application/javascript" || mime == "image/svg+xml"
}
