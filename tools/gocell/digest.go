package gocell

import (
	"crypto/sha256"
	"encoding/hex"
	"strings"

	"flowbook/ml/module"
)

// Code is the text of a cell without comments and formatting, whether its Go makes sense or not.
type Code struct {
	Digest  string   // hex SHA-256
	Imports []string // import paths, in order
	Idents  []string // identifiers before a dot; goimports finds packages for undeclared ones
	Texts   []string // string literals except imports; includes programs that the cell runs

	Commands []string // lines for GoNB, %% among them; all of a cell that is foreign
}

// Digest is ReadCode(source).Digest.
func Digest(source string) string { return ReadCode(source).Digest }

// ReadCode reduces the source of a cell, or a part of one. Lines for GoNB count verbatim, as does a
// cell that is foreign, and one whose Go cannot be scanned.
func ReadCode(source string) Code {
	source = strings.ReplaceAll(source, "\r\n", "\n")
	h := sha256.New()
	var code Code
	if program(source) != "" {
		module.WriteFields(h, "foreign", source)
		return Code{Digest: hex.EncodeToString(h.Sum(nil)), Commands: []string{source}}
	}
	var run strings.Builder // Go lines up to the next line of GoNB's
	broken := false
	flush := func() {
		c := module.Scan([]byte(run.String()))
		broken = broken || c.Broken
		code.Imports = append(code.Imports, c.Imports...)
		code.Idents = append(code.Idents, c.Idents...)
		code.Texts = append(code.Texts, c.Texts...)
		if len(c.Tokens) > 0 {
			module.WriteFields(h, "go", string(c.Tokens))
		}
		run.Reset()
	}
	for _, line := range Lines(source) {
		if line.Kind == Go || line.Kind == Clause {
			run.WriteString(line.Text + "\n")
			continue
		}
		flush()
		code.Commands = append(code.Commands, line.Text)
		module.WriteFields(h, "command", line.Text)
	}
	flush()
	if broken {
		h.Reset()
		module.WriteFields(h, "verbatim", source)
	}
	code.Digest = hex.EncodeToString(h.Sum(nil))
	return code
}
