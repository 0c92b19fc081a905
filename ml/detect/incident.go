package detect

import "maps"

// Incident is the findings that share a source or a victim and follow one another within a minute,
// for an hour at most: what goes on for longer is another incident then, so that it is told of
// again.
type Incident struct {
	Number       int64 // from 1
	First, Last  int64 // begin of its first and its last flow, ms since 1970
	Flows        int64
	Sources      []string // at most mostPeers of each, sorted by nothing but the time they came
	Destinations []string
	Ports        []int64 // of destination
	More         bool    // whether there were more sources, destinations or ports than these
	Worst        Finding // the one with the highest score
}

const (
	incidentGap     = 60_000    // ms
	incidentLongest = 3_600_000 // ms from the first to the last finding
	mostPeers       = 1000
	mostOpen        = 10_000 // incidents at a time; beyond, the one that was quiet for longest ends early
)

// Incidents numbers findings as they come, and tells of each incident when it has ended. Its memory
// is bounded.
type Incidents struct {
	// Ended is called with each incident that is over.
	Ended func(Incident) error

	number        int64
	sources       map[string]*openIncident
	destinations  map[string]*openIncident
	first, last   *openIncident // in the order of their last finding
	open          int
	latest, swept int64
}

type openIncident struct {
	Incident
	sources, destinations map[string]bool
	ports                 map[int64]bool
	before, after         *openIncident
}

// Add gives the finding its incident's number. Findings may come out of order by as much as an
// incident's gap.
func (g *Incidents) Add(f *Finding) error {
	if g.sources == nil {
		g.sources, g.destinations = map[string]*openIncident{}, map[string]*openIncident{}
	}
	g.latest = max(g.latest, f.Flow.Ms)
	if err := g.sweep(); err != nil {
		return err
	}
	i := g.of(f)
	for i != nil && f.Flow.Ms-i.First > incidentLongest {
		if err := g.end(i); err != nil {
			return err
		}
		i = g.of(f)
	}
	if i == nil {
		g.number++
		i = &openIncident{Incident: Incident{Number: g.number, First: f.Flow.Ms, Last: f.Flow.Ms, Worst: *f},
			sources: map[string]bool{}, destinations: map[string]bool{}, ports: map[int64]bool{}}
		g.open++
	} else {
		g.unlink(i)
	}
	g.link(i)
	f.Incident = i.Number
	i.add(f)
	if len(i.sources) < mostPeers || i.sources[f.Flow.Source] {
		g.sources[f.Flow.Source] = i
	}
	if g.destinations[f.Flow.Destination] == nil {
		g.destinations[f.Flow.Destination] = i
	}
	if g.open > mostOpen {
		return g.end(g.first)
	}
	return nil
}

// of is the open incident of the finding's source or else of its victim, nil if there is none.
func (g *Incidents) of(f *Finding) *openIncident {
	if i := g.sources[f.Flow.Source]; i != nil {
		return i
	}
	return g.destinations[f.Flow.Destination]
}

func (i *openIncident) add(f *Finding) {
	i.Flows++
	i.First, i.Last = min(i.First, f.Flow.Ms), max(i.Last, f.Flow.Ms)
	if f.Score >= i.Worst.Score {
		i.Worst = *f
	}
	text := func(set map[string]bool, list *[]string, v string) {
		if !set[v] {
			if len(set) == mostPeers {
				i.More = true
				return
			}
			set[v], *list = true, append(*list, v)
		}
	}
	text(i.sources, &i.Sources, f.Flow.Source)
	text(i.destinations, &i.Destinations, f.Flow.Destination)
	if port := f.Flow.DestinationPort; !i.ports[port] {
		if len(i.ports) == mostPeers {
			i.More = true
			return
		}
		i.ports[port], i.Ports = true, append(i.Ports, port)
	}
}

// sweep ends the incidents that had no finding for a minute. The list is in the order of the last
// findings, which may come late by some seconds, so the first of the list is looked at, and no more
// often than each second.
func (g *Incidents) sweep() error {
	if g.latest-g.swept < 1000 {
		return nil
	}
	g.swept = g.latest
	for g.first != nil && g.latest-g.first.Last > incidentGap {
		if err := g.end(g.first); err != nil {
			return err
		}
	}
	return nil
}

// Close ends all incidents.
func (g *Incidents) Close() error {
	for g.first != nil {
		if err := g.end(g.first); err != nil {
			return err
		}
	}
	return nil
}

func (g *Incidents) end(i *openIncident) error {
	g.unlink(i)
	g.open--
	of := func(_ string, v *openIncident) bool { return v == i }
	if g.open == 0 {
		clear(g.sources)
		clear(g.destinations)
	} else if i.More {
		maps.DeleteFunc(g.sources, of)
		maps.DeleteFunc(g.destinations, of)
	} else {
		for _, s := range i.Sources {
			if g.sources[s] == i {
				delete(g.sources, s)
			}
		}
		for _, d := range i.Destinations {
			if g.destinations[d] == i {
				delete(g.destinations, d)
			}
		}
	}
	if g.Ended == nil {
		return nil
	}
	return g.Ended(i.Incident)
}

func (g *Incidents) link(i *openIncident) {
	i.before, i.after = g.last, nil
	if g.last != nil {
		g.last.after = i
	} else {
		g.first = i
	}
	g.last = i
}

func (g *Incidents) unlink(i *openIncident) {
	if i.before != nil {
		i.before.after = i.after
	} else {
		g.first = i.after
	}
	if i.after != nil {
		i.after.before = i.before
	} else {
		g.last = i.before
	}
}
