package gocell

import "strings"

// Special reports whether a GoNB line is a magic or a shell line, and not Go. The main magics %% and %main are special too.
func Special(line string) bool {
	line = strings.TrimPrefix(line, "//gonb:")
	return len(line) > 1 && (line[0] == '%' || line[0] == '!')
}

// Declarations blanks everything of a GoNB cell that is no declaration: magics, shell lines, a package clause, and what follows %% or
// %main. Lines keep their numbers.
func Declarations(source string) string {
	decls, _ := (&Cell{Source: source}).split()
	return decls
}
