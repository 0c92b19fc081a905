package parquet

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
)

// The types of Thrift's compact protocol, see
// https://github.com/apache/thrift/blob/master/doc/specs/thrift-compact-protocol.md
const (
	thriftTrue, thriftFalse         = 1, 2
	thriftByte                      = 3
	thriftI16, thriftI32, thriftI64 = 4, 5, 6
	thriftDouble                    = 7
	thriftBinary                    = 8
	thriftList, thriftSet           = 9, 10
	thriftMap                       = 11
	thriftStruct                    = 12
	maxThriftDepth                  = 64
)

// skipStruct returns the length of the struct that begins b. It allocates nothing: a decoder that
// trusts the lengths of lists and texts may follow, because each one was found to lie inside b.
// io.ErrUnexpectedEOF says that b ends before the struct does.
func skipStruct(b []byte, depth int) (int, error) {
	if depth > maxThriftDepth {
		return 0, fmt.Errorf("structs are nested more than %d deep", maxThriftDepth)
	}
	for at := 0; ; {
		if at >= len(b) {
			return 0, io.ErrUnexpectedEOF
		}
		kind, delta := b[at]&0x0f, b[at]>>4
		at++
		if kind == 0 {
			return at, nil
		}
		if delta == 0 { // the field's number follows
			_, n, err := uvarint(b[at:])
			if err != nil {
				return 0, err
			}
			at += n
		}
		if kind == thriftTrue || kind == thriftFalse { // the type is the value
			continue
		}
		n, err := skipValue(b[at:], kind, depth)
		if err != nil {
			return 0, err
		}
		at += n
	}
}

// skipValue returns the length of the value of a type that begins b.
func skipValue(b []byte, kind byte, depth int) (int, error) {
	switch kind {
	case thriftTrue, thriftFalse, thriftByte:
		return fixed(b, 1)
	case thriftI16, thriftI32, thriftI64:
		_, n, err := uvarint(b)
		return n, err
	case thriftDouble:
		return fixed(b, 8)
	case thriftBinary:
		length, n, err := uvarint(b)
		if err != nil {
			return 0, err
		}
		if length > uint64(len(b)-n) {
			return 0, io.ErrUnexpectedEOF
		}
		return n + int(length), nil
	case thriftList, thriftSet:
		return skipList(b, depth)
	case thriftMap:
		return 0, errors.New("it contains a map, which Parquet's metadata does not have")
	case thriftStruct:
		return skipStruct(b, depth+1)
	}
	return 0, fmt.Errorf("it contains the type %d, which Thrift does not have", kind)
}

func skipList(b []byte, depth int) (int, error) {
	if len(b) == 0 {
		return 0, io.ErrUnexpectedEOF
	}
	kind, count, at := b[0]&0x0f, uint64(b[0]>>4), 1
	if count == 15 {
		n := 0
		var err error
		if count, n, err = uvarint(b[at:]); err != nil {
			return 0, err
		}
		at += n
	}
	if count > uint64(len(b)-at) { // each element takes a byte or more
		return 0, io.ErrUnexpectedEOF
	}
	for range count {
		n, err := skipValue(b[at:], kind, depth+1)
		if err != nil {
			return 0, err
		}
		at += n
	}
	return at, nil
}

func fixed(b []byte, n int) (int, error) {
	if len(b) < n {
		return 0, io.ErrUnexpectedEOF
	}
	return n, nil
}

func uvarint(b []byte) (v uint64, n int, err error) {
	v, n = binary.Uvarint(b)
	switch {
	case n == 0:
		return 0, 0, io.ErrUnexpectedEOF
	case n < 0:
		return 0, 0, errors.New("it contains a number of more than 64 bits")
	}
	return v, n, nil
}
