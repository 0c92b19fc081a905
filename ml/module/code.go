package module

import (
	"go/scanner"
	"go/token"
	"strconv"
	"strings"
)

// code is Go source reduced to what the compiler sees.
type code struct {
	tokens  []byte   // the tokens, without comments and formatting; directives are kept
	imports []string // import paths, in order
	embeds  []string // patterns of //go:embed, in order, still with their "all:"
	idents  []string // identifiers that stand before a dot: packages, among others
	texts   []string // string literals but those of imports
	cgo     bool     // imports "C": its comments are code
	broken  bool     // the scanner met an error, so tokens does not stand for the source
}

// scan reduces src, which may be a whole file or any run of declarations and statements.
//
// The specification lets a semicolon be omitted before ")" and "}" and a comma be added there, so both are dropped: code on one
// line and the same code on several give the same tokens.
func scan(src []byte) code {
	var c code
	var s scanner.Scanner
	file := token.NewFileSet().AddFile("", -1, len(src))
	s.Init(file, src, func(token.Position, string) { c.broken = true }, scanner.ScanComments)

	held := token.ILLEGAL // a semicolon or comma that the next token may make superfluous
	importing, group := false, false
	last := ""
	for {
		_, tok, lit := s.Scan()
		if tok == token.COMMENT {
			if isDirective(lit) {
				c.tokens = append(append(append(c.tokens, byte(tok)), lit...), 0)
				c.embeds = append(c.embeds, embedPatterns(lit)...)
			}
			continue
		}
		if held != token.ILLEGAL && tok != token.RPAREN && tok != token.RBRACE && tok != token.EOF {
			c.tokens = append(c.tokens, byte(held), 0)
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
				c.imports = append(c.imports, text)
				c.cgo = c.cgo || text == "C"
			default:
				c.texts = append(c.texts, text)
			}
		case token.PERIOD:
			if last != "" {
				c.idents = append(c.idents, last)
			}
		}
		last = ""
		if tok == token.IDENT {
			last = lit
		}
		c.tokens = append(c.tokens, byte(tok))
		if tok.IsLiteral() {
			c.tokens = append(c.tokens, lit...)
		}
		c.tokens = append(c.tokens, 0)
	}
}

// directives are the beginnings of comments that change the program: the compiler's and the linker's, build constraints,
// line numbers, cgo's exports and GoNB's commands written as comments.
var directives = []string{"//go:", "//gonb:", "//line ", "/*line ", "//export ", "//extern ", "// +build", "//+build"}

func isDirective(comment string) bool {
	for _, d := range directives {
		if strings.HasPrefix(comment, d) {
			return true
		}
	}
	return false
}

// embedPatterns returns the patterns of a //go:embed directive, which may be quoted; nothing for any other comment.
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
