package module

import (
	"strconv"
	"strings"
)

// modFile is the part of a go.mod or go.work that names folders. The rest, and whether it is in
// order, is the go command's to judge.
type modFile struct {
	module   string
	uses     []string // folders of go.work, with slashes
	replaces []replace
}

// replace is a module that is replaced by a folder.
type replace struct{ path, dir string }

// parseModFile reads the lines that matter: "verb words" and, in a block, "words" after "verb (".
//
// golang.org/x/mod/modfile reads all of it, and would make every program that a cell is 0.4 MB
// larger.
func parseModFile(data []byte) modFile {
	var f modFile
	block := ""
	for line := range strings.Lines(string(data)) {
		words := modWords(line)
		switch {
		case len(words) == 0:
			continue
		case block != "" && words[0] == ")":
			block = ""
			continue
		case block == "" && len(words) == 2 && words[1] == "(":
			block = words[0]
			continue
		case block != "":
			words = append([]string{block}, words...)
		}
		switch words[0] {
		case "module":
			if len(words) == 2 {
				f.module = words[1]
			}
		case "use":
			if len(words) == 2 {
				f.uses = append(f.uses, words[1])
			}
		case "replace": // path [version] => folder, or another path and a version
			if n := len(words); n >= 4 && words[n-2] == "=>" {
				f.replaces = append(f.replaces, replace{words[1], words[n-1]})
			}
		}
	}
	return f
}

// modWords splits a line, without its comment. Words may be quoted.
func modWords(line string) []string {
	var words []string
	for {
		line = strings.TrimLeft(line, " \t\r\n")
		if line == "" || strings.HasPrefix(line, "//") {
			return words
		}
		if line[0] == '"' || line[0] == '`' {
			quoted, err := strconv.QuotedPrefix(line)
			if err != nil {
				return words
			}
			word, err := strconv.Unquote(quoted)
			if err != nil {
				return words
			}
			words, line = append(words, word), line[len(quoted):]
			continue
		}
		end := strings.IndexAny(line, " \t\r\n()")
		switch {
		case end == 0: // a parenthesis
			end = 1
		case end < 0:
			end = len(line)
		}
		if comment := strings.Index(line[:end], "//"); comment > 0 {
			end = comment
		}
		words, line = append(words, line[:end]), line[end:]
	}
}
