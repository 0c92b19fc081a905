package runner

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
)

// GoNB names the cell and line before each place in main.go that a stack trace mentions. It looks
// at the trace piece by piece as the dying program writes it, and where a piece ends between the
// file's name and the line it says nothing. The composed program still lies there, and most of its
// lines occur in one cell only.

// mainPlace matches a place in main.go, and GoNB's words before it if it has any.
var mainPlace = regexp.MustCompile(`(\[\[ Cell \[\d+\] Line \d+ \]\](?:\x1b\[0m)? )?([^\s:]*gonb_[0-9a-f]{8}[/\\]main\.go):(\d+)`)

// mainLines says of the lines of the last main.go from which cell they come, as far as that can be
// told. It is called when a program has failed.
func (s *session) mainLines() map[int]place {
	files, err := filepath.Glob(filepath.Join(s.k.Folder(), "gonb_*", "main.go"))
	if err != nil || len(files) != 1 {
		return nil
	}
	text, err := os.ReadFile(files[0])
	if err != nil {
		return nil
	}
	var sources []cellText
	for _, t := range s.plan {
		if t.res.Status != Skipped {
			sources = append(sources, cellText{t.res.Number, t.cell.Source})
		}
	}
	return findLines(string(text), sources)
}

// cellText is a code cell's number and source.
type cellText struct {
	number int
	source string
}

// findLines finds lines of a composed program in the cells: those that are once in either.
func findLines(program string, cells []cellText) map[int]place {
	where := map[string]place{}
	for _, c := range cells {
		for i, line := range strings.Split(c.source, "\n") {
			line = strings.TrimSpace(line)
			if _, twice := where[line]; twice {
				where[line] = place{}
			} else {
				where[line] = place{c.number, i + 1}
			}
		}
	}
	composed := strings.Split(program, "\n")
	times := map[string]int{}
	for i, line := range composed {
		composed[i] = strings.TrimSpace(line)
		times[composed[i]]++
	}
	found := map[int]place{}
	for i, line := range composed {
		if p := where[line]; p.line > 0 && times[line] == 1 && line != "" {
			found[i+1] = p
		}
	}
	return found
}

// lost finds the place of the first line of main.go that a trace names, if GoNB does not.
func lost(stderr string, lines map[int]place) (place, bool) {
	m := mainPlace.FindStringSubmatch(stderr)
	if m == nil || m[1] != "" {
		return place{}, false
	}
	p, ok := lines[atoi(m[3])]
	return p, ok
}

// restorePlaces writes GoNB's words where they are missing. count turns a cell's number into its
// execution count, 0 if it has none.
func restorePlaces(text string, lines map[int]place, count func(number int) int) string {
	return mainPlace.ReplaceAllStringFunc(text, func(m string) string {
		parts := mainPlace.FindStringSubmatch(m)
		p, ok := lines[atoi(parts[3])]
		if parts[1] != "" || !ok || count(p.number) == 0 {
			return m
		}
		return fmt.Sprintf(" \x1b[7m[[ Cell [%d] Line %d ]]\x1b[0m %s", count(p.number), p.line, m)
	})
}
