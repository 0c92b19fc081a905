package main

import (
	"fmt"
	"io"
	"slices"
	"strings"
	"sync"
	"time"

	"golang.org/x/term"

	"flowbook/tools/report"
)

// statusLine is the one progress display of the command: a line of the terminal that shows the
// running tasks and changes until it is closed. Lines that stay are printed above it. Without a
// terminal only these lines appear.
type statusLine struct {
	mu    sync.Mutex
	w     io.Writer  // the terminal, nil without one or when closed
	width func() int // of the terminal
	drawn int        // width of the line that is drawn
	done  int        // tasks that have ended
	total int        // 0 where tasks are not counted
	note  string     // a text without a task
	tasks []*lineTask
	stop  chan struct{}
}

// lineTask is a running task of a statusLine.
type lineTask struct {
	name  string
	since time.Time
	text  string
}

func newStatusLine(con *console) *statusLine {
	l := &statusLine{stop: make(chan struct{})}
	if con.terminal != nil {
		l.w = con.terminal
		l.width = func() int {
			width, _, err := term.GetSize(int(con.terminal.Fd()))
			if err != nil || width < 20 {
				return 80
			}
			return width
		}
		go l.tick()
	}
	return l
}

// tick redraws the line, so that its times advance.
func (l *statusLine) tick() {
	ticker := time.NewTicker(500 * time.Millisecond)
	defer ticker.Stop()
	for {
		select {
		case <-l.stop:
			return
		case <-ticker.C:
			l.update(func() {})
		}
	}
}

// close removes the line.
func (l *statusLine) close() {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.w != nil {
		close(l.stop)
		l.erase()
		l.w = nil
	}
}

// update calls change, which may use the methods below, and draws the line again.
func (l *statusLine) update(change func()) {
	l.mu.Lock()
	defer l.mu.Unlock()
	change()
	l.draw()
}

// say shows a text that belongs to no task. It draws only a text that differs, because some callers
// come thousands of times a second.
func (l *statusLine) say(text string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if text != l.note {
		l.note = text
		l.draw()
	}
}

// The methods from here on are for update.

// start adds a task.
func (l *statusLine) start(name string) *lineTask {
	t := &lineTask{name: name, since: time.Now()}
	l.note, l.tasks = "", append(l.tasks, t)
	return t
}

// end removes a task, which may be nil.
func (l *statusLine) end(t *lineTask) {
	l.tasks = slices.DeleteFunc(l.tasks, func(other *lineTask) bool { return other == t })
}

// print writes a line that stays.
func (l *statusLine) print(w io.Writer, line string) {
	l.erase()
	fmt.Fprintln(w, line)
}

// erase removes the status line, so that permanent lines can be written.
func (l *statusLine) erase() {
	if l.drawn > 0 {
		fmt.Fprintf(l.w, "\r%*s\r", l.drawn, "")
		l.drawn = 0
	}
}

func (l *statusLine) draw() {
	if l.w == nil {
		return
	}
	var words []string
	if l.total > 0 {
		words = append(words, fmt.Sprintf("[%d/%d]", l.done, l.total))
	}
	for _, t := range l.tasks {
		words = append(words, strings.TrimSpace(fmt.Sprintf("%s %ds %s", t.name, int(time.Since(t.since).Seconds()), t.text)))
	}
	if l.note != "" {
		words = append(words, l.note)
	}
	line := []rune(report.Printable(strings.Join(words, "  ")))
	if width := l.width(); len(line) > width-1 {
		line = append(line[:width-2], '…')
	}
	fmt.Fprintf(l.w, "\r%s%*s\r%s", string(line), max(0, l.drawn-len(line)), "", string(line))
	l.drawn = len(line)
}
