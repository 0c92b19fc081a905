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
	lines := strings.Split(source, "\n")
	joined := false // the line before ended in a backslash
	for i, line := range lines {
		bare := strings.TrimPrefix(line, "//gonb:")
		switch {
		case joined || Special(line):
			if f := strings.Fields(bare); !joined && len(f) > 0 && (f[0] == "%%" || f[0] == "%main") {
				for ; i < len(lines); i++ {
					lines[i] = ""
				}
				return strings.Join(lines, "\n")
			}
			joined = strings.HasSuffix(line, `\`)
			lines[i] = ""
		case strings.HasPrefix(line, "package"):
			lines[i] = ""
		}
	}
	return strings.Join(lines, "\n")
}
