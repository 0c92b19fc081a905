package jupyter

import "sync"

// prepared is a supervisor that was started before anybody knew for which kernel.
var prepared struct {
	sync.Mutex
	next chan *supervisor // nil if there is none
}

// Prepare starts the supervisor of the next kernel, for a program that is going to start one and
// has notebooks to read before: it takes as long to start as the program itself. The program calls
// done when it ends, also if no kernel was started.
func Prepare() (done func()) {
	prepared.Lock()
	defer prepared.Unlock()
	if prepared.next == nil && mainCalled {
		next := make(chan *supervisor, 1)
		prepared.next = next
		go func() {
			s, err := launch(newFolder())
			if err != nil {
				s = nil // Start tries again, and tells
			}
			next <- s
		}()
	}
	return func() {
		if s := takePrepared(); s != nil {
			s.discard()
		}
	}
}

// takePrepared returns the supervisor that is prepared, nil if none is.
func takePrepared() *supervisor {
	prepared.Lock()
	next := prepared.next
	prepared.next = nil
	prepared.Unlock()
	if next == nil {
		return nil
	}
	return <-next
}

// newSupervisor returns the one that is prepared, or starts one.
func newSupervisor() (*supervisor, error) {
	if s := takePrepared(); s != nil {
		return s, nil
	}
	return launch(newFolder())
}
