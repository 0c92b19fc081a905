package figure

import (
	"bufio"
	"bytes"
	"compress/zlib"
	"encoding/binary"
	"hash/crc32"
	"image"
	"io"
)

// encodeRGB writes an opaque picture as package png does, to the byte, in less time where there are
// two processors: one goroutine filters the rows while another compresses those before. After the
// header comes a chunk that states the resolution.
func encodeRGB(w *bytes.Buffer, img *image.RGBA, perMetre uint32) error {
	size := img.Bounds().Size()
	w.WriteString("\x89PNG\r\n\x1a\n")
	header := binary.BigEndian.AppendUint32(nil, uint32(size.X))
	header = binary.BigEndian.AppendUint32(header, uint32(size.Y))
	chunks := chunkWriter{w, "IDAT"}
	chunks.write("IHDR", append(header, 8, 2, 0, 0, 0)) // 8 bits of red, green and blue
	chunks.write("pHYs", physical(perMetre))
	const chunk = 1 << 15 // as package png has them
	buffered := bufio.NewWriterSize(chunks, chunk)
	if err := compress(buffered, img); err != nil {
		return err
	}
	if err := buffered.Flush(); err != nil {
		return err
	}
	chunks.write("IEND", nil)
	return nil
}

// physical is the content of a pHYs chunk: the resolution of both axes.
func physical(perMetre uint32) []byte {
	b := binary.BigEndian.AppendUint32(nil, perMetre)
	b = binary.BigEndian.AppendUint32(b, perMetre)
	return append(b, 1) // the unit is the metre
}

// compress writes the filtered rows of a picture as a zlib stream.
func compress(w io.Writer, img *image.RGBA) error {
	z, err := zlib.NewWriterLevel(w, zlib.DefaultCompression)
	if err != nil {
		return err
	}
	const ahead = 64 // rows
	free, filtered := make(chan []byte, ahead), make(chan []byte, ahead)
	for range ahead {
		free <- nil
	}
	go filterRows(img, free, filtered)
	// Row by row, as package png hands them on: the compressor sees the same.
	for row := range filtered {
		if err == nil {
			_, err = z.Write(row)
		}
		free <- row
	}
	if err != nil {
		return err
	}
	return z.Close()
}

// chunkWriter writes chunks of a PNG file; as an io.Writer, chunks of its kind.
type chunkWriter struct {
	w    *bytes.Buffer
	kind string
}

func (c chunkWriter) Write(data []byte) (int, error) {
	c.write(c.kind, data)
	return len(data), nil
}

func (c chunkWriter) write(kind string, data []byte) {
	var n [4]byte
	binary.BigEndian.PutUint32(n[:], uint32(len(data)))
	c.w.Write(n[:])
	c.w.WriteString(kind)
	c.w.Write(data)
	binary.BigEndian.PutUint32(n[:], crc32.Update(crc32.ChecksumIEEE([]byte(kind)), crc32.IEEETable, data))
	c.w.Write(n[:])
}
