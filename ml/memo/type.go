package memo

import (
	"encoding"
	"fmt"
	"reflect"
	"strings"
)

var (
	marshaler   = reflect.TypeFor[encoding.BinaryMarshaler]()
	unmarshaler = reflect.TypeFor[encoding.BinaryUnmarshaler]()
)

// isOpaque reports whether values of t are stored as their own MarshalBinary gives them: structs
// that hide fields and can do it.
func isOpaque(t reflect.Type) bool {
	return t.Kind() == reflect.Struct && hidden(t) != "" && reflect.PointerTo(t).Implements(marshaler) && reflect.PointerTo(t).Implements(unmarshaler)
}

// hidden returns the name of a struct's first unexported field.
func hidden(t reflect.Type) string {
	for i := range t.NumField() {
		if f := t.Field(i); !f.IsExported() {
			return f.Name
		}
	}
	return ""
}

// check says why values of t cannot be stored without loss, if so, and where in t the reason lies.
func check(t reflect.Type) error { return checkAt(t, t.String(), map[reflect.Type]bool{}) }

func checkAt(t reflect.Type, at string, seen map[reflect.Type]bool) error {
	if seen[t] {
		return nil
	}
	seen[t] = true
	switch t.Kind() {
	case reflect.Chan, reflect.Func, reflect.Interface, reflect.UnsafePointer, reflect.Uintptr:
		return fmt.Errorf("%s is a %s, which cannot be stored", at, t.Kind())
	case reflect.Pointer:
		return checkAt(t.Elem(), at, seen)
	case reflect.Slice, reflect.Array:
		return checkAt(t.Elem(), at+"[]", seen)
	case reflect.Map:
		if err := checkAt(t.Key(), at+" (its keys)", seen); err != nil {
			return err
		}
		return checkAt(t.Elem(), at+"[]", seen)
	case reflect.Struct:
		if isOpaque(t) {
			return nil
		}
		if name := hidden(t); name != "" {
			return fmt.Errorf("%s.%s is not exported", at, name)
		}
		for i := range t.NumField() {
			if err := checkAt(t.Field(i).Type, at+"."+t.Field(i).Name, seen); err != nil {
				return err
			}
		}
	}
	return nil
}

// describe spells out a type down to its basic parts, so that a type that has changed is another
// key.
func describe(t reflect.Type) string {
	var b strings.Builder
	describeTo(&b, t, map[reflect.Type]bool{})
	return b.String()
}

func describeTo(b *strings.Builder, t reflect.Type, seen map[reflect.Type]bool) {
	fmt.Fprintf(b, "%s.%s %s", t.PkgPath(), t.Name(), t.Kind())
	if seen[t] || isOpaque(t) {
		return
	}
	seen[t] = true
	b.WriteString("{")
	switch t.Kind() {
	case reflect.Array:
		fmt.Fprintf(b, "%d ", t.Len())
		describeTo(b, t.Elem(), seen)
	case reflect.Pointer, reflect.Slice:
		describeTo(b, t.Elem(), seen)
	case reflect.Map:
		describeTo(b, t.Key(), seen)
		b.WriteString(" ")
		describeTo(b, t.Elem(), seen)
	case reflect.Struct:
		for i := range t.NumField() {
			fmt.Fprintf(b, "%s ", t.Field(i).Name)
			describeTo(b, t.Field(i).Type, seen)
			b.WriteString(";")
		}
	}
	b.WriteString("}")
}
