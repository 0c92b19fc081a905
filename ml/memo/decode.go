package memo

import (
	"encoding"
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"reflect"
)

// errDamaged says that bytes are not those of a value of the wanted type.
var errDamaged = errors.New("the stored bytes are damaged")

// decode sets v, which must be settable and zero, to the value that encode turned into data.
func decode(data []byte, v reflect.Value) error {
	d := decoder{data}
	if err := d.value(v, 0); err != nil {
		return err
	}
	if len(d.rest) > 0 {
		return errDamaged
	}
	return nil
}

type decoder struct{ rest []byte }

func (d *decoder) value(v reflect.Value, depth int) error {
	if depth > maxDepth {
		return errDamaged
	}
	switch v.Kind() {
	case reflect.Bool:
		b, err := d.take(1)
		if err != nil || b[0] > 1 {
			return errDamaged
		}
		v.SetBool(b[0] == 1)
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		x, n := binary.Varint(d.rest)
		if n <= 0 || v.OverflowInt(x) {
			return errDamaged
		}
		d.rest = d.rest[n:]
		v.SetInt(x)
	case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64:
		x, err := d.uvarint()
		if err != nil || v.OverflowUint(x) {
			return errDamaged
		}
		v.SetUint(x)
	case reflect.Float64:
		x, err := d.float64()
		if err != nil {
			return err
		}
		v.SetFloat(x)
	case reflect.Float32:
		b, err := d.take(4)
		if err != nil {
			return err
		}
		v.SetFloat(float64(math.Float32frombits(binary.LittleEndian.Uint32(b))))
	case reflect.Complex64, reflect.Complex128:
		re, err := d.float64()
		if err != nil {
			return err
		}
		im, err := d.float64()
		if err != nil {
			return err
		}
		v.SetComplex(complex(re, im))
	case reflect.String:
		b, err := d.block()
		if err != nil {
			return err
		}
		v.SetString(string(b))
	case reflect.Pointer:
		b, err := d.take(1)
		if err != nil || b[0] > 1 {
			return errDamaged
		}
		if b[0] == 1 {
			v.Set(reflect.New(v.Type().Elem()))
			return d.value(v.Elem(), depth+1)
		}
	case reflect.Slice:
		return d.slice(v, depth)
	case reflect.Array:
		for i := range v.Len() {
			if err := d.value(v.Index(i), depth+1); err != nil {
				return err
			}
		}
	case reflect.Map:
		return d.entries(v, depth)
	case reflect.Struct:
		if isOpaque(v.Type()) {
			return d.opaque(v)
		}
		for i := range v.NumField() {
			if err := d.value(v.Field(i), depth+1); err != nil {
				return err
			}
		}
	default:
		return fmt.Errorf("a %s has no lasting form", v.Type())
	}
	return nil
}

// slice grows as elements are found, so that a damaged length cannot ask for more memory than the
// bytes could fill.
func (d *decoder) slice(v reflect.Value, depth int) error {
	n, err := d.uvarint()
	if err != nil || n == 0 {
		return err
	}
	n--
	if v.Type().Elem().Size() == 0 && n > 0 {
		if n > math.MaxInt {
			return errDamaged
		}
		v.Set(reflect.MakeSlice(v.Type(), int(n), int(n)))
		return nil
	}
	if n > uint64(len(d.rest)) {
		return errDamaged
	}
	switch to := v.Addr().Interface().(type) {
	case *[]byte:
		b, err := d.take(int(n))
		*to = append([]byte{}, b...)
		return err
	case *[]float64:
		if n > uint64(len(d.rest))/8 {
			return errDamaged
		}
		*to = make([]float64, n)
		for i := range *to {
			(*to)[i], _ = d.float64()
		}
		return nil
	}
	v.Set(reflect.MakeSlice(v.Type(), 0, int(min(n, 1024))))
	for i := range int(n) {
		if i == v.Cap() {
			v.Grow(1)
		}
		v.SetLen(i + 1)
		if err := d.value(v.Index(i), depth+1); err != nil {
			return err
		}
	}
	return nil
}

func (d *decoder) entries(v reflect.Value, depth int) error {
	n, err := d.uvarint()
	if err != nil || n == 0 {
		return err
	}
	t := v.Type()
	v.Set(reflect.MakeMap(t))
	for range n - 1 {
		if len(d.rest) == 0 && t.Key().Size() > 0 {
			return errDamaged
		}
		key, elem := reflect.New(t.Key()).Elem(), reflect.New(t.Elem()).Elem()
		if err := d.value(key, depth+1); err != nil {
			return err
		}
		if v.MapIndex(key).IsValid() {
			return errDamaged
		}
		if err := d.value(elem, depth+1); err != nil {
			return err
		}
		v.SetMapIndex(key, elem)
	}
	return nil
}

func (d *decoder) opaque(v reflect.Value) error {
	b, err := d.block()
	if err != nil {
		return err
	}
	if err := v.Addr().Interface().(encoding.BinaryUnmarshaler).UnmarshalBinary(b); err != nil {
		return fmt.Errorf("a %s: %w", v.Type(), err)
	}
	return nil
}

func (d *decoder) float64() (float64, error) {
	b, err := d.take(8)
	if err != nil {
		return 0, err
	}
	return math.Float64frombits(binary.LittleEndian.Uint64(b)), nil
}

func (d *decoder) uvarint() (uint64, error) {
	x, n := binary.Uvarint(d.rest)
	if n <= 0 {
		return 0, errDamaged
	}
	d.rest = d.rest[n:]
	return x, nil
}

// block takes bytes that their length precedes.
func (d *decoder) block() ([]byte, error) {
	n, err := d.uvarint()
	if err != nil || n > uint64(len(d.rest)) {
		return nil, errDamaged
	}
	return d.take(int(n))
}

func (d *decoder) take(n int) ([]byte, error) {
	if n > len(d.rest) {
		return nil, errDamaged
	}
	b := d.rest[:n]
	d.rest = d.rest[n:]
	return b, nil
}
