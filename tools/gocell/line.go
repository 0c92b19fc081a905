package gocell

import "strings"

// Kind is how GoNB treats a line of a cell.
type Kind int

const (
	Go      Kind = iota // part of the program
	Command             // a magic, a line for the shell, or one that continues such a line
	Main                // %% or %main: the lines below it are the body of main
	Clause              // begins with package: left out, even in the middle of a string
)

// Line is a line of a cell.
type Line struct {
	Text string // without the prefix //gonb: of a command
	Kind Kind
}

// Lines reads the lines of a cell that is not foreign. A line ends at \n or \r\n. A % or ! alone on
// its line is Go to GoNB, and an error to Go.
func Lines(source string) []Line {
	texts := strings.Split(strings.ReplaceAll(source, "\r\n", "\n"), "\n")
	lines := make([]Line, len(texts))
	joined := false
	for i, text := range texts {
		bare := strings.TrimPrefix(text, "//gonb:")
		switch {
		case joined:
			lines[i] = Line{bare, Command}
			joined = strings.HasSuffix(bare, `\`)
		case len(bare) > 1 && (bare[0] == '%' || bare[0] == '!'):
			lines[i] = Line{bare, Command}
			if f := strings.Fields(bare); f[0] == "%%" || f[0] == "%main" {
				lines[i].Kind = Main
			}
			joined = strings.HasSuffix(bare, `\`)
		case strings.HasPrefix(text, "package"):
			lines[i] = Line{text, Clause}
		default:
			lines[i] = Line{text, Go}
		}
	}
	return lines
}

// program is the program that the first line of a cell hands all of the cell to: "bash" for %%bash;
// "" for a Go cell.
func program(source string) string {
	first, _, _ := strings.Cut(source, "\n")
	f := strings.Fields(strings.TrimPrefix(first, "//gonb:"))
	if len(f) == 0 {
		return ""
	}
	switch f[0] {
	case "%%writefile", "%%script", "%%bash", "%%sh", "%%gx":
		return f[0][2:]
	}
	return ""
}

// Declarations blanks everything of a GoNB cell that is no declaration: magics, shell lines, a
// package clause, and the part after %% or %main. Lines keep their numbers.
func Declarations(source string) string {
	decls, _ := (&Cell{Source: source}).split()
	return decls
}
