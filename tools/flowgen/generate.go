package flowgen

import (
	"context"
	"fmt"
	"io"
	"strconv"
	"sync"

	"golang.org/x/sync/errgroup"

	"flowbook/ml/dataset"
	"flowbook/tools/flowmeter"
)

// FirstID is the id of the first row, the original's.
const FirstID = 23_000_000

// Config describes the flows to generate. The same Rows and Seed give the same bytes for any number
// of Workers, on any machine.
type Config struct {
	Rows    int
	Seed    uint64
	Workers int                   // splits made at once, at least 1; each needs 20 MB
	Wrote   func(done, total int) // told after every split how many rows are written; nil for nobody
}

// Generate writes a file of flows, header first, and returns the labels of its attacks in the order
// of their ids; a flow without a label is benign. A file of fewer than 10,000 rows, or a last part
// of fewer, holds the first rows of the whole split.
func Generate(ctx context.Context, c Config, w io.Writer) ([]dataset.Label, error) {
	if c.Rows < 1 || c.Workers < 1 {
		return nil, fmt.Errorf("generate: cannot make %d rows with %d workers", c.Rows, c.Workers)
	}
	if _, err := w.Write(flowmeter.AppendHeader(nil)); err != nil {
		return nil, err
	}
	var labels []dataset.Label
	splits := (c.Rows + SplitRows - 1) / SplitRows
	workers := min(c.Workers, splits)
	turn := newTurnstile()
	var g errgroup.Group
	for first := range workers {
		g.Go(func() (err error) {
			defer func() {
				if err != nil {
					turn.close()
				}
			}()
			m := newMaker()
			for split := first; split < splits; split += workers {
				if ctx.Err() != nil {
					return context.Cause(ctx)
				}
				rows := min(c.Rows-split*SplitRows, SplitRows)
				m.makeSplit(c.Seed, uint64(split), rows)
				if !turn.wait(split) {
					return nil // another worker has failed and says why
				}
				if _, err := w.Write(m.flows); err != nil {
					return err
				}
				labels = append(labels, m.labels...)
				if c.Wrote != nil {
					c.Wrote(split*SplitRows+rows, c.Rows)
				}
				turn.next()
			}
			return nil
		})
	}
	if err := g.Wait(); err != nil {
		return nil, fmt.Errorf("generate: %w", err)
	}
	return labels, nil
}

// turnstile lets the workers write in the order of their splits.
type turnstile struct {
	mu     sync.Mutex
	moved  sync.Cond
	at     int
	closed bool
}

func newTurnstile() *turnstile {
	t := &turnstile{}
	t.moved.L = &t.mu
	return t
}

// wait returns when it is a split's turn: true, or false when nobody will write any more.
func (t *turnstile) wait(split int) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	for t.at != split && !t.closed {
		t.moved.Wait()
	}
	return !t.closed
}

func (t *turnstile) next() {
	t.mu.Lock()
	t.at++
	t.mu.Unlock()
	t.moved.Broadcast()
}

func (t *turnstile) close() {
	t.mu.Lock()
	t.closed = true
	t.mu.Unlock()
	t.moved.Broadcast()
}

// maker makes splits, one after the other, in the same memory.
type maker struct {
	hosts  *hostTable
	hash   *flowmeter.Anonymiser
	flow   flowmeter.Flow
	flows  []byte
	labels []dataset.Label
}

func newMaker() *maker { return &maker{hosts: hashedHosts(), hash: newAnonymiser()} }

// makeSplit fills flows and labels with the first rows of a split.
func (m *maker) makeSplit(seed, split uint64, rows int) {
	if m.flows == nil {
		m.flows = make([]byte, 0, rows*1250)
	}
	m.flows, m.labels = m.flows[:0], m.labels[:0]
	p := newPlan(seed, split)
	for i := range rows {
		r := &p.rows[i]
		id := FirstID + int64(split)*SplitRows + int64(i)
		m.meter(p, i, id)
		m.flows = m.flow.AppendRow(m.flows)
		if r.kind != Benign {
			kind := r.kind.String()
			m.labels = append(m.labels, dataset.Label{ID: id, Label: kind, Campaign: kind + "-" + strconv.Itoa(int(r.campaign))})
		}
	}
}

// meter makes the i-th flow of a plan.
func (m *maker) meter(p *plan, i int, id int64) {
	r := &p.rows[i]
	c := &classes[r.class]
	m.flow = flowmeter.Flow{
		ID:        id,
		Src:       m.hosts.side(r.src, r.sport, m.hash),
		Dst:       m.hosts.side(r.dst, r.dport, m.hash),
		Protocol:  r.protocol,
		IPVersion: 4,
		Application: flowmeter.Application{
			Name: c.name, Category: c.category, ServerName: r.name,
			ClientFingerprint: r.client, ServerFingerprint: r.server, UserAgent: r.agent, ContentType: r.content,
		},
	}
	a := &m.flow.Application
	a.Guessed, a.Confidence = r.application()
	if p.split == 0 && i < len(head) {
		a.Guessed = head[i].guessed
	}
	p.wire(i, &m.flow.Stats).play(r)
}

// wire returns the wire of the i-th row, set to the time of its first packet.
func (p *plan) wire(i int, to *flowmeter.Stats) *wire {
	r := &p.rows[i]
	w := &wire{stream: newStream(p.seed, p.split, uint64(i)), stats: to, us: r.firstMs * 1000, gaps: r.gaps}
	if len(r.gaps) == 0 {
		w.us += int64(w.below(1000))
	}
	return w
}
