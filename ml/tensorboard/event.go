package tensorboard

import (
	"encoding/binary"
	"hash/crc32"
	"math"
	"time"

	"google.golang.org/protobuf/encoding/protowire"
)

// An event file is a sequence of TFRecords, each a message Event of TensorFlow's event.proto. The
// numbers below are the fields of that file and of summary.proto, tensor.proto and types.proto.

// versionEvent begins a file.
func versionEvent(at time.Time) []byte {
	return text(event(at, 0), 3, "brain.Event:2")
}

// scalarEvent is a scalar as tf.summary.scalar writes it: a tensor without dimensions, for the
// plugin "scalars".
func scalarEvent(at time.Time, step int, s scalar) []byte {
	const float, scalarClass = 1, 1
	tensor := number(nil, 1, float)
	tensor = message(tensor, 2, nil) // its shape
	value := binary.LittleEndian.AppendUint32(nil, math.Float32bits(float32(s.value)))
	tensor = message(tensor, 4, value)
	metadata := message(nil, 1, text(nil, 1, "scalars"))
	metadata = number(metadata, 4, scalarClass)
	summary := message(message(text(nil, 1, s.tag), 8, tensor), 9, metadata)
	return message(event(at, step), 5, message(nil, 1, summary))
}

// event holds when and at which step.
func event(at time.Time, step int) []byte {
	b := protowire.AppendTag(nil, 1, protowire.Fixed64Type)
	b = protowire.AppendFixed64(b, math.Float64bits(float64(at.UnixNano())/1e9))
	if step == 0 {
		return b
	}
	return number(b, 2, uint64(step))
}

func number(b []byte, field protowire.Number, v uint64) []byte {
	return protowire.AppendVarint(protowire.AppendTag(b, field, protowire.VarintType), v)
}

func message(b []byte, field protowire.Number, v []byte) []byte {
	return protowire.AppendBytes(protowire.AppendTag(b, field, protowire.BytesType), v)
}

func text(b []byte, field protowire.Number, v string) []byte { return message(b, field, []byte(v)) }

// record frames data as a TFRecord: its length and itself, each with a checksum.
func record(data []byte) []byte {
	b := binary.LittleEndian.AppendUint64(make([]byte, 0, len(data)+16), uint64(len(data)))
	b = binary.LittleEndian.AppendUint32(b, checksum(b))
	b = append(b, data...)
	return binary.LittleEndian.AppendUint32(b, checksum(data))
}

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// checksum is a CRC-32C, masked because checksums of data that holds checksums are weak.
func checksum(data []byte) uint32 {
	crc := crc32.Checksum(data, castagnoli)
	return (crc>>15 | crc<<17) + 0xa282ead8
}
