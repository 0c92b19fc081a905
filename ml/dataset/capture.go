package dataset

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
)

// Capture names a data file by its content, as an argument of a computation that memo caches. The
// digest makes the question another one when the file changes, so that a kept answer is never older
// than its file.
type Capture struct {
	Path string
	// SHA256 identifies the content: it is the file's digest, or that of its source and the way it
	// was cut. It is not checked again.
	SHA256 string
}

// Whole is the file that was split.
func (m *Manifest) Whole(path string) Capture { return Capture{path, m.Source.SHA256} }

// Cut is part n, from 1, of the file that was split, at its place in dir. The digest is over the
// source's digest and the place of the part in it, which decide its bytes. It panics if there is no
// such part.
func (m *Manifest) Cut(dir string, n int) Capture {
	sum := sha256.Sum256(fmt.Appendf(nil, "%s %d rows a part, part %d", m.Source.SHA256, m.RowsPerPart, n))
	return Capture{dir + "/" + m.Parts[n-1].Name, hex.EncodeToString(sum[:])}
}
