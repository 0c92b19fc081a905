package main

import (
	"io"
	"os"

	"golang.org/x/term"

	"flowbook/tools/report"
)

// printable prints text for people and CI logs. All of a command's messages go through it, because
// titles, errors, names of files and of kernels come from elsewhere.
type printable struct{ io.Writer }

func (p printable) Write(b []byte) (int, error) {
	if _, err := io.WriteString(p.Writer, report.Printable(string(b))); err != nil {
		return 0, err
	}
	return len(b), nil
}

// terminal returns the file of a terminal, nil if w is something else.
func terminal(w io.Writer) *os.File {
	if f, ok := w.(*os.File); ok && term.IsTerminal(int(f.Fd())) {
		return f
	}
	return nil
}
