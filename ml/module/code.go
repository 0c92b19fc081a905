package module

import (
	"go/scanner"
	"go/token"
	"strconv"
	"strings"
)

// Code is Go source reduced to the tokens that the compiler reads.
type Code struct {
	Tokens  []byte   // the tokens, without comments and formatting; directives are kept
	Imports []string // import paths, in order
	Embeds  []string // patterns of //go:embed, in order, still with their "all:"
	Idents  []string // identifiers that stand before a dot: packages, among others
	Texts   []string // string literals but those of imports
	Cgo     bool     // imports "C": its comments are code
	Broken  bool     // the scanner met an error, so Tokens does not stand for the source
}

// Scan reduces src, which may be a whole file or any run of declarations and statements.
//
// The specification lets a semicolon be omitted before ")" and "}" and a comma be added there, so
// both are dropped: code on one line and the same code on several give the same tokens.
func Scan(src []byte) Code {
	var c Code
	var s scanner.Scanner
	file := token.NewFileSet().AddFile("", -1, len(src))
	s.Init(file, src, func(token.Position, string) { c.Broken = true }, scanner.ScanComments)

	held := token.ILLEGAL // a semicolon or comma that the next token may make superfluous
	importing, group := false, false
	last := ""
	for {
		_, tok, lit := s.Scan()
		if tok == token.COMMENT {
			if isDirective(lit) {
				c.Tokens = append(append(append(c.Tokens, byte(tok)), lit...), 0)
				c.Embeds = append(c.Embeds, embedPatterns(lit)...)
			}
			continue
		}
		if held != token.ILLEGAL && tok != token.RPAREN && tok != token.RBRACE && tok != token.EOF {
			c.Tokens = append(c.Tokens, byte(held), 0)
		}
		held = token.ILLEGAL
		switch tok {
		case token.EOF:
			return c
		case token.IMPORT:
			importing = true
		case token.LPAREN:
			group = importing
		case token.RPAREN:
			if group {
				importing, group = false, false
			}
		case token.SEMICOLON, token.COMMA:
			held = tok
			if tok == token.SEMICOLON && !group {
				importing = false
			}
			continue
		case token.STRING:
			text, err := strconv.Unquote(lit)
			switch {
			case err != nil:
			case importing:
				c.Imports = append(c.Imports, text)
				c.Cgo = c.Cgo || text == "C"
			default:
				c.Texts = append(c.Texts, text)
			}
		case token.PERIOD:
			if last != "" {
				c.Idents = append(c.Idents, last)
			}
		}
		last = ""
		if tok == token.IDENT {
			last = lit
		}
		c.Tokens = append(c.Tokens, byte(tok))
		if tok.IsLiteral() {
			c.Tokens = append(c.Tokens, lit...)
		}
		c.Tokens = append(c.Tokens, 0)
	}
}

// directives are the beginnings of comments that change the program: the compiler's and the
// linker's, build constraints, line numbers and cgo's exports.
var directives = []string{"//go:", "//line ", "/*line ", "//export ", "//extern ", "// +build", "//+build"}

func isDirective(comment string) bool {
	for _, d := range directives {
		if strings.HasPrefix(comment, d) {
			return true
		}
	}
	return false
}

// embedPatterns returns the patterns of a //go:embed directive, which may be quoted; nothing for
// any other comment.
func embedPatterns(comment string) []string {
	rest, ok := strings.CutPrefix(comment, "//go:embed")
	if !ok || rest == strings.TrimLeft(rest, " \t") {
		return nil
	}
	var patterns []string
	for {
		rest = strings.TrimLeft(rest, " \t\r")
		if rest == "" {
			return patterns
		}
		if quoted, err := strconv.QuotedPrefix(rest); err == nil {
			if pattern, err := strconv.Unquote(quoted); err == nil {
				patterns = append(patterns, pattern)
			}
			rest = rest[len(quoted):]
			continue
		}
		end := strings.IndexAny(rest, " \t\r")
		if end < 0 {
			end = len(rest)
		}
		patterns = append(patterns, rest[:end])
		rest = rest[end:]
	}
}
