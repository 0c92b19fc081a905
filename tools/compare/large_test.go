package compare

import (
	"bytes"
	"encoding/base64"
	"encoding/binary"
	"hash/crc32"
	"strings"
	"testing"

	"flowbook/tools/notebook"
)

// TestLargePicture: a PNG that claims 40,000 x 40,000 pixels is not decoded, which would take 6 GB.
func TestLargePicture(t *testing.T) {
	claim := func(side uint32, rest string) *notebook.Output {
		header := []byte("IHDR")
		header = binary.BigEndian.AppendUint32(header, side)
		header = binary.BigEndian.AppendUint32(header, side)
		header = append(header, 8, 6, 0, 0, 0) // 8 bits a channel, RGBA
		var b bytes.Buffer
		b.WriteString("\x89PNG\r\n\x1a\n")
		b.Write(binary.BigEndian.AppendUint32(nil, 13))
		b.Write(header)
		b.Write(binary.BigEndian.AppendUint32(nil, crc32.ChecksumIEEE(header)))
		b.WriteString(rest)
		o := &notebook.Output{Type: notebook.DisplayData, Data: new(notebook.Bundle)}
		if err := o.Data.Put("image/png", base64.StdEncoding.EncodeToString(b.Bytes())); err != nil {
			t.Fatal(err)
		}
		return o
	}
	if got := (Rules{}).image("png", claim(40000, "x"), claim(40000, "y")); len(got) != 1 || !strings.Contains(got[0], "40000 x 40000 pixels are more than the 50 million") {
		t.Errorf("two that differ: %q", got)
	}
	if got := (Rules{MostPixels: 100}).image("png", claim(20, "x"), claim(20, "y")); len(got) != 1 || !strings.Contains(got[0], "20 x 20 pixels are more than") {
		t.Errorf("two above a limit of 100 pixels: %q", got)
	}
	if got := (Rules{MostPixels: 400}).image("png", claim(20, "x"), claim(20, "y")); len(got) != 1 || strings.Contains(got[0], "more than") {
		t.Errorf("two within a limit of 400 pixels, which are cut off: %q", got)
	}
	if got := (Rules{}).image("png", claim(40000, "x"), claim(40000, "x")); got != nil {
		t.Errorf("two of the same bytes: %q", got)
	}
}
