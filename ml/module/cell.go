package module

import (
	"crypto/sha256"
	"encoding/hex"
	"strings"
)

// Cell is what the source of one notebook cell amounts to when it runs under GoNB.
type Cell struct {
	Digest   string   // hex SHA-256 of the code without comments and formatting
	Imports  []string // import paths, in order
	Idents   []string // identifiers that stand before a dot; goimports finds the packages of those that nothing declares
	Texts    []string // string literals but those of imports: a program that the cell runs is among them
	Commands []string // GoNB's own lines (%, !) and the cells that are not Go, verbatim
}

// ReadCell reduces the source of a code cell.
//
// Lines that begin with % or ! are GoNB's and count verbatim, as does a cell whose first line hands it to another program
// (%%bash, %%script, %%writefile, …). A cell whose Go cannot be scanned counts verbatim as a whole.
func ReadCell(source string) Cell {
	source = strings.ReplaceAll(source, "\r\n", "\n")
	h := sha256.New()
	var cell Cell
	if first, _, _ := strings.Cut(source, "\n"); isForeign(first) {
		writeField(h, "foreign", source)
		return Cell{Digest: hex.EncodeToString(h.Sum(nil)), Commands: []string{source}}
	}
	var run strings.Builder // Go lines up to the next line of GoNB's
	broken := false
	flush := func() {
		c := scan([]byte(run.String()))
		broken = broken || c.broken
		cell.Imports = append(cell.Imports, c.imports...)
		cell.Idents = append(cell.Idents, c.idents...)
		cell.Texts = append(cell.Texts, c.texts...)
		if len(c.tokens) > 0 {
			writeField(h, "go", string(c.tokens))
		}
		run.Reset()
	}
	continued := false
	for line := range strings.Lines(source) {
		text := strings.TrimSuffix(line, "\n")
		if !continued && !strings.HasPrefix(text, "%") && !strings.HasPrefix(text, "!") {
			run.WriteString(line)
			continue
		}
		flush()
		continued = strings.HasSuffix(text, `\`)
		cell.Commands = append(cell.Commands, text)
		writeField(h, "command", text)
	}
	flush()
	if broken {
		h.Reset()
		writeField(h, "verbatim", source)
	}
	cell.Digest = hex.EncodeToString(h.Sum(nil))
	return cell
}

// CodeDigest is ReadCell(source).Digest.
func CodeDigest(source string) string { return ReadCell(source).Digest }

// isForeign reports whether a cell's first line gives the whole cell to a program other than the Go compiler.
func isForeign(line string) bool {
	word, _, _ := strings.Cut(strings.TrimSpace(line), " ")
	switch word {
	case "%%writefile", "%%script", "%%bash", "%%sh", "%%gx":
		return true
	}
	return false
}
