package report

import (
	"fmt"
	"io"
	"strings"
)

// Annotations writes a workflow command for each thing that went wrong: GitHub and the CIs that
// follow it show it at the line of the .ipynb file.
//
//	::error file=notebooks/a.ipynb,line=12,title=cell 3%3A fmt.Println::exit status 2
func Annotations(w io.Writer, run Run) error {
	for i := range run.Pages {
		p := &run.Pages[i]
		failed := p.failed()
		for _, c := range failed {
			msg := oneLine(c.Message)
			if text := strings.TrimSpace(plain(c.Text)); text != "" {
				msg += "\n" + text
			}
			if err := annotate(w, p, c.Line, shorten(c.name(), 80), msg); err != nil {
				return err
			}
		}
		if p.Status.Bad() && len(failed) == 0 {
			if err := annotate(w, p, 0, string(p.Status), plain(p.Message)); err != nil {
				return err
			}
		}
	}
	return nil
}

// longest is how much of a message an annotation takes; GitHub shows no more than 4 KB.
const longest = 4000

func annotate(w io.Writer, p *Page, line int, title, msg string) error {
	var place []string
	if p.Notebook != nil {
		place = append(place, "file="+property(plain(p.Path)))
		if line > 0 {
			place = append(place, fmt.Sprintf("line=%d", line))
		}
	} else {
		msg = plain(p.Path) + ": " + msg
	}
	place = append(place, "title="+property(title))
	_, err := fmt.Fprintf(w, "::error %s::%s\n", strings.Join(place, ","), message.Replace(shorten(msg, longest)))
	return err
}

// message and property escape texts for workflow commands. A line break would end the command; in a
// property, a colon or a comma would end the value.
var message = strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A")

func property(s string) string {
	return strings.NewReplacer(":", "%3A", ",", "%2C").Replace(message.Replace(s))
}
