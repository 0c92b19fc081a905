package memo

import (
	"bytes"
	"encoding"
	"encoding/binary"
	"fmt"
	"math"
	"reflect"
	"slices"
)

// maxDepth bounds how deep pointers may lead: beyond it they run in a circle, or the bytes are not
// ours.
const maxDepth = 10_000

// encode returns the bytes of v, whose type has passed check. Equal values give equal bytes,
// different values different ones: maps are sorted, floats are their bits, and a nil slice, map or
// pointer differs from an empty one.
//
// The form is that of the type, without tags: one byte for a bool, varints for integers, eight or
// four little-endian bytes for floats; strings, slices and maps begin with their length, nil with 0
// and everything else with the length plus one.
func encode(v reflect.Value) ([]byte, error) {
	return encoder{limit: math.MaxInt}.appendValue(nil, v, 0)
}

// encoder refuses values of more bytes than limit, before it has written them all. used are bytes
// that are already written elsewhere, and count too.
type encoder struct{ limit, used int }

// fits reports an error if n more bytes than b has are too many.
func (e encoder) fits(b []byte, n int) error {
	if n > e.limit-e.used-len(b) {
		return fmt.Errorf("it has more than %d bytes, which is the most that is kept: keep what is made of it, or write it to a file", e.limit)
	}
	return nil
}

func (e encoder) appendValue(b []byte, v reflect.Value, depth int) ([]byte, error) {
	if depth > maxDepth {
		return nil, fmt.Errorf("a %s leads back to itself", v.Type())
	}
	if err := e.fits(b, 0); err != nil {
		return nil, err
	}
	switch v.Kind() {
	case reflect.Bool:
		if v.Bool() {
			return append(b, 1), nil
		}
		return append(b, 0), nil
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		return binary.AppendVarint(b, v.Int()), nil
	case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64:
		return binary.AppendUvarint(b, v.Uint()), nil
	case reflect.Float64:
		return binary.LittleEndian.AppendUint64(b, math.Float64bits(v.Float())), nil
	case reflect.Float32:
		return binary.LittleEndian.AppendUint32(b, math.Float32bits(float32(v.Float()))), nil
	case reflect.Complex64, reflect.Complex128:
		b = binary.LittleEndian.AppendUint64(b, math.Float64bits(real(v.Complex())))
		return binary.LittleEndian.AppendUint64(b, math.Float64bits(imag(v.Complex()))), nil
	case reflect.String:
		if err := e.fits(b, v.Len()); err != nil {
			return nil, err
		}
		b = binary.AppendUvarint(b, uint64(v.Len()))
		return append(b, v.String()...), nil
	case reflect.Pointer:
		if v.IsNil() {
			return append(b, 0), nil
		}
		return e.appendValue(append(b, 1), v.Elem(), depth+1)
	case reflect.Slice:
		if v.IsNil() {
			return append(b, 0), nil
		}
		return e.appendElems(binary.AppendUvarint(b, uint64(v.Len())+1), v, depth)
	case reflect.Array:
		return e.appendElems(b, v, depth)
	case reflect.Map:
		return e.appendMap(b, v, depth)
	case reflect.Struct:
		if isOpaque(v.Type()) {
			return appendOpaque(b, v)
		}
		var err error
		for i := range v.NumField() {
			if b, err = e.appendValue(b, v.Field(i), depth+1); err != nil {
				return nil, err
			}
		}
		return b, nil
	}
	return nil, fmt.Errorf("a %s has no lasting form", v.Type())
}

func (e encoder) appendElems(b []byte, v reflect.Value, depth int) ([]byte, error) {
	switch data := v.Interface().(type) {
	case []byte:
		if err := e.fits(b, len(data)); err != nil {
			return nil, err
		}
		return append(b, data...), nil
	case []float64:
		if err := e.fits(b, 8*len(data)); err != nil {
			return nil, err
		}
		b = slices.Grow(b, 8*len(data))
		for _, x := range data {
			b = binary.LittleEndian.AppendUint64(b, math.Float64bits(x))
		}
		return b, nil
	}
	var err error
	for i := range v.Len() {
		if b, err = e.appendValue(b, v.Index(i), depth+1); err != nil {
			return nil, err
		}
	}
	return b, nil
}

// appendMap writes the entries in the order of their bytes.
func (e encoder) appendMap(b []byte, v reflect.Value, depth int) ([]byte, error) {
	if v.IsNil() {
		return append(b, 0), nil
	}
	entries := make([][]byte, 0, v.Len())
	rest := encoder{e.limit, e.used + len(b)}
	for it := v.MapRange(); it.Next(); {
		entry, err := rest.appendValue(nil, it.Key(), depth+1)
		if err != nil {
			return nil, err
		}
		if entry, err = rest.appendValue(entry, it.Value(), depth+1); err != nil {
			return nil, err
		}
		entries = append(entries, entry)
		rest.used += len(entry)
	}
	slices.SortFunc(entries, bytes.Compare)
	b = binary.AppendUvarint(b, uint64(len(entries))+1)
	for _, entry := range entries {
		if err := e.fits(b, len(entry)); err != nil {
			return nil, err
		}
		b = append(b, entry...)
	}
	return b, nil
}

func appendOpaque(b []byte, v reflect.Value) ([]byte, error) {
	p := reflect.New(v.Type())
	p.Elem().Set(v)
	data, err := p.Interface().(encoding.BinaryMarshaler).MarshalBinary()
	if err != nil {
		return nil, fmt.Errorf("a %s: %w", v.Type(), err)
	}
	b = binary.AppendUvarint(b, uint64(len(data)))
	return append(b, data...), nil
}
