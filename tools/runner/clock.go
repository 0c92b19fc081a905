package runner

import "time"

// clock measures a cell's time. It runs from when the kernel is done with the cell before, which
// may have been cut short; if that does not come, from a grace period on.
type clock struct {
	of     *task
	before *task            // the kernel is not done with it; nil if there is none
	over   <-chan time.Time // hears the end of the time; nil without a limit
}

// clock starts the clock of t.
func (s *session) clock(t *task) *clock {
	c := &clock{of: t}
	if s.before != nil && s.before != t && !s.before.ended() {
		c.before = s.before
	}
	s.before = t
	if c.before == nil {
		c.run(0)
	} else {
		c.run(s.opt.Grace)
	}
	return c
}

func (c *clock) run(more time.Duration) {
	if c.of.timeout > 0 {
		c.over = time.After(c.of.timeout + more)
	}
}

// heard starts the clock anew when a message, which was of that cell, shows that the kernel has come
// to this one.
func (c *clock) heard(of *task) {
	if c.before != nil && (of == c.of || c.before.ended()) {
		c.before, c.of.res.Started = nil, time.Now()
		c.run(0)
	}
}

// stop stops the clock.
func (c *clock) stop() { c.before, c.over = nil, nil }
