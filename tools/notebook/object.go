package notebook

import (
	"encoding/json"
	"fmt"
	"slices"
)

// Object is a JSON object whose values stay raw bytes and whose keys keep their order. The zero
// Object is empty and ready for use. Written into a notebook, its keys are sorted.
type Object struct {
	members []member
}

type member struct {
	key string
	raw json.RawMessage
}

// Len is the number of keys.
func (o Object) Len() int { return len(o.members) }

// Keys are the keys in their order.
func (o Object) Keys() []string {
	keys := make([]string, len(o.members))
	for i, m := range o.members {
		keys[i] = m.key
	}
	return keys
}

func (o Object) index(key string) int {
	return slices.IndexFunc(o.members, func(m member) bool { return m.key == key })
}

// Get returns the raw value of key; nil where it is missing.
func (o Object) Get(key string) json.RawMessage {
	if i := o.index(key); i >= 0 {
		return o.members[i].raw
	}
	return nil
}

// Has says whether key is there.
func (o Object) Has(key string) bool { return o.index(key) >= 0 }

// Decode unmarshals the value of key into v. A missing key leaves v alone and is no error.
func (o Object) Decode(key string, v any) error {
	raw := o.Get(key)
	if raw == nil {
		return nil
	}
	if err := json.Unmarshal(raw, v); err != nil {
		return fmt.Errorf("decode %q: %w", key, err)
	}
	return nil
}

// Set gives key a raw value. A new key comes last.
func (o *Object) Set(key string, raw json.RawMessage) {
	if i := o.index(key); i >= 0 {
		o.members[i].raw = raw
		return
	}
	o.members = append(o.members, member{key, raw})
}

// Put gives key the JSON form of v, made by encoding/json without its HTML escapes. A
// json.RawMessage is taken as it is.
func (o *Object) Put(key string, v any) error {
	if raw, ok := v.(json.RawMessage); ok {
		o.Set(key, raw)
		return nil
	}
	raw, err := json.Marshal(v)
	if err != nil {
		return fmt.Errorf("encode %q: %w", key, err)
	}
	o.Set(key, raw)
	return nil
}

// Delete removes key, if it is there.
func (o *Object) Delete(key string) {
	if i := o.index(key); i >= 0 {
		o.members = slices.Delete(o.members, i, i+1)
	}
}

// Clone returns a copy that shares nothing with o.
func (o Object) Clone() Object {
	if o.members == nil {
		return Object{}
	}
	c := Object{make([]member, len(o.members))}
	for i, m := range o.members {
		c.members[i] = member{m.key, cloneRaw(m.raw)}
	}
	return c
}

// UnmarshalJSON keeps the object's values as raw bytes.
func (o *Object) UnmarshalJSON(data []byte) error {
	n, err := parse(data)
	if err != nil {
		return err
	}
	if n.kind != object {
		return fmt.Errorf("%s, not an object", n.kind)
	}
	o.members = nil
	for i, key := range n.keys {
		o.Set(key, slices.Clone(n.items[i].raw))
	}
	return nil
}

// MarshalJSON writes the object in a notebook's order and layout.
func (o Object) MarshalJSON() ([]byte, error) {
	e := &encoder{}
	if err := e.value(o.tree(), 0); err != nil {
		return nil, err
	}
	return e.buf, nil
}

// tree is the object as the encoder takes it.
func (o Object) tree() map[string]any {
	t := make(map[string]any, len(o.members))
	for _, m := range o.members {
		t[m.key] = m.raw
	}
	return t
}
