package runner

import (
	"testing"
	"time"
)

// TestClock: a cell's time does not run while the kernel is busy with the one before.
func TestClock(t *testing.T) {
	const limit, grace = 200 * time.Millisecond, time.Hour
	over := func(c *clock, within time.Duration) bool {
		select {
		case <-c.over:
			return true
		case <-time.After(within):
			return false
		}
	}
	for _, tt := range []struct {
		name  string
		ended bool                         // the cell before, when this one is sent
		grace time.Duration                // for the cell before
		then  func(before, of *task) *task // what happens; the cell of the message that comes
		want  bool                         // whether the time ends
	}{
		{"the kernel is idle", true, grace, nil, true},
		{"the kernel is busy", false, grace, nil, false},
		{"a message of the cell before", false, grace, func(before, of *task) *task { return before }, false},
		{"the end of the cell before", false, grace, func(before, of *task) *task {
			before.replied, before.idle = true, true
			return before
		}, true},
		{"a message of the cell", false, grace, func(before, of *task) *task { return of }, true},
		{"the kernel stays busy", false, time.Millisecond, nil, true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			s := &session{opt: Options{Grace: tt.grace}}
			before, of := &task{res: &CellResult{}}, &task{res: &CellResult{}, timeout: limit}
			if s.clock(before).over != nil {
				t.Error("a cell without a limit has one")
			}
			before.replied, before.idle = tt.ended, tt.ended
			c := s.clock(of)
			if tt.then != nil {
				c.heard(tt.then(before, of))
			}
			if got := over(c, 5*limit); got != tt.want {
				t.Errorf("the time is over: %v, want %v", got, tt.want)
			}
			if c.stop(); c.over != nil {
				t.Error("a stopped clock runs")
			}
		})
	}
}
