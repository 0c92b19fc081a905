package detect

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math"
	"strconv"
	"strings"
)

// Numbers live in numpy's .npy format, version 1.0: a magic string, a text header that names type
// and shape, then the values, little endian and row-major. Only files as this package writes them
// are read: float32 and float64 of rank 1 and 2.
// https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html

const npyMagic = "\x93NUMPY\x01\x00"

// npyHeader is the file's beginning for values of that type ("<f4", "<f8") and shape; its length is
// a multiple of 64.
func npyHeader(dtype string, shape []int) []byte {
	dims := make([]string, len(shape))
	for i, n := range shape {
		dims[i] = strconv.Itoa(n)
	}
	tuple := strings.Join(dims, ", ")
	if len(shape) == 1 {
		tuple += ","
	}
	text := fmt.Sprintf("{'descr': '%s', 'fortran_order': False, 'shape': (%s), }", dtype, tuple)
	length := len(npyMagic) + 2 + len(text) + 1
	text += strings.Repeat(" ", (64-length%64)%64) + "\n"
	head := binary.LittleEndian.AppendUint16([]byte(npyMagic), uint16(len(text)))
	return append(head, text...)
}

// npySize is the whole file's length for values of that type and shape, and false if there is no
// such shape.
func npySize(dtype string, shape []int) (int64, bool) {
	size := int64(4)
	if dtype == "<f8" {
		size = 8
	} else if dtype != "<f4" {
		return 0, false
	}
	if len(shape) < 1 || len(shape) > 2 {
		return 0, false
	}
	for _, n := range shape {
		if n < 0 || n > 1<<24 {
			return 0, false
		}
		if size *= int64(n); size > 1<<31 {
			return 0, false
		}
	}
	return size + int64(len(npyHeader(dtype, shape))), true
}

// encodeNpy is the file of values, in float32 or float64.
func encodeNpy(dtype string, shape []int, values []float64) []byte {
	out := npyHeader(dtype, shape)
	for _, v := range values {
		if dtype == "<f4" {
			out = binary.LittleEndian.AppendUint32(out, math.Float32bits(float32(v)))
		} else {
			out = binary.LittleEndian.AppendUint64(out, math.Float64bits(v))
		}
	}
	return out
}

// decodeNpy reads the values of a file that must have exactly that type and shape. The caller has
// checked that the shape is sane; nothing larger than it is allocated.
func decodeNpy(r io.Reader, dtype string, shape []int) ([]float64, error) {
	size, ok := npySize(dtype, shape)
	if !ok {
		return nil, fmt.Errorf("no array can be of type %q, shape %v", dtype, shape)
	}
	head := npyHeader(dtype, shape)
	data := make([]byte, size)
	switch n, err := io.ReadFull(r, data); {
	case errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, io.EOF):
		return nil, fmt.Errorf("it ends after %d of %d bytes", n, size)
	case err != nil:
		return nil, err
	}
	if string(data[:len(head)]) != string(head) {
		return nil, fmt.Errorf("its header is not that of %s values of shape %v", dtype, shape)
	}
	if n, err := r.Read(make([]byte, 1)); n > 0 || err != io.EOF {
		return nil, fmt.Errorf("it goes on after %d bytes", size)
	}
	data = data[len(head):]
	var out []float64
	if dtype == "<f4" {
		out = make([]float64, len(data)/4)
		for i := range out {
			out[i] = float64(math.Float32frombits(binary.LittleEndian.Uint32(data[4*i:])))
		}
	} else {
		out = make([]float64, len(data)/8)
		for i := range out {
			out[i] = math.Float64frombits(binary.LittleEndian.Uint64(data[8*i:]))
		}
	}
	for i, v := range out {
		if math.IsNaN(v) || math.IsInf(v, 0) {
			return nil, fmt.Errorf("value %d is %v", i, v)
		}
	}
	return out, nil
}
