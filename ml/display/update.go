package display

import (
	"slices"
	"sync"
	"time"

	"github.com/janpfeifer/gonb/gonbui"
)

// updateEvery is the shortest time between two drawings of one output. Four a second look alive and
// leave the processor to the computation that they show.
const updateEvery = 250 * time.Millisecond

// live is an output that Update replaces.
type live struct {
	id      string // unique to this process, so that a cell run again gets an output of its own
	drawn   time.Time
	waiting any // the state not drawn yet; nil if there is none
}

var (
	lives   = map[string]*live{}
	livesMu sync.Mutex
	now     = time.Now // replaced by tests
)

// Update shows v in the output called id: the first call makes the output,
// later ones replace its content. Calls that follow each other closely are
// held back; the next call, Flush or Show draws the newest of them. Without a
// kernel only the state at Flush is printed.
func Update(id string, v any) {
	livesMu.Lock()
	defer livesMu.Unlock()
	l, ok := lives[id]
	if !ok {
		l = &live{id: id + "-" + gonbui.UniqueId()}
		lives[id] = l
	}
	if !listening() || now().Sub(l.drawn) < updateEvery {
		l.waiting = v
		return
	}
	l.draw(v)
}

// Flush draws the states that Update has held back. Call it when the work that
// was shown is done; Show does it too.
func Flush() {
	livesMu.Lock()
	defer livesMu.Unlock()
	names := make([]string, 0, len(lives))
	for name, l := range lives {
		if l.waiting != nil {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	for _, name := range names {
		lives[name].draw(lives[name].waiting)
	}
}

func (l *live) draw(v any) {
	l.waiting = nil
	send(l.id, v)
	l.drawn = now()
}
