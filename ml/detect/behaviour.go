package detect

import (
	"cmp"
	"math"
	"slices"
	"strings"

	"flowbook/ml/dataset"
)

// Behaviour turns flows into rows of numbers: the flow itself, the name that was asked for, how
// rare its partners are, and what its source, its destination, the two of them, their networks and
// the whole network did within the last ten seconds, minute, ten minutes and hour. Each number is
// compared with what is usual for the flow's application. What it learns from the training flows,
// it keeps in these fields.
type Behaviour struct {
	Longest     int64          // of spans, in ms: longer ones had not been filled when the training flows ended, and are left out
	Present     []string       // the columns that features are made of; of optionalColumns, those that were there
	Groups      []string       // applications with a scale of their own
	Mean, Scale dataset.Matrix // a row for each group, the last one for all others: standardised is (value - Mean) / Scale
	Usual       dataset.Matrix // the same for the value that one flow in a hundred exceeds
	Rarities    [len(rarityFields)]Rarity
}

// neededColumns are those without which there is no behaviour.
var neededColumns = []string{firstSeen, "src_ip", "dst_ip", "dst_port", "protocol"}

// optionalColumns are used where they are there.
var optionalColumns = slices.Concat([]string{"application_name", "requested_server_name", "client_fingerprint"}, logColumns)

// role is one of the parties to a flow.
type role struct {
	name                string
	flows, failed, sent bool     // what is counted beside sets
	sets                []string // what is counted distinct, at most two
}

const (
	bySource = iota
	byDestination
	byPair
	bySourceNet
	byDestinationNet
	byPort
	byDomain
	roleCount
)

var roles = [roleCount]role{
	bySource:         {"source", true, true, true, []string{"targets", "ports"}},
	byDestination:    {"destination", true, true, false, []string{"sources", "ports"}},
	byPair:           {"pair", true, true, true, []string{"ports"}},
	bySourceNet:      {"source_net", true, true, false, []string{"targets"}},
	byDestinationNet: {"destination_net", true, true, false, []string{"sources", "hosts"}},
	byPort:           {"port", false, true, false, []string{"sources", "targets"}},
	byDomain:         {"domain", false, false, false, []string{"names"}},
}

// Columns are the columns that a frame of flows must have.
func (b *Behaviour) Columns() []string { return b.Present }

// Names are the features' names, in the order of a row.
func (b *Behaviour) Names() []string {
	var names []string
	for _, c := range logColumns {
		names = append(names, "log_"+c)
	}
	for _, s := range shareColumns {
		names = append(names, s[0]+"_share")
	}
	names = append(names, nameFeatures[:]...)
	for _, f := range rarityFields {
		names = append(names, "rarity_of_"+f)
	}
	names = append(names, "rhythm_of_pair")
	for _, r := range roles {
		for _, counted := range r.counted() {
			for k, span := range spanNames {
				if spans[k] <= b.Longest {
					names = append(names, counted+"_of_"+r.name+"_"+span)
				}
			}
		}
	}
	return names
}

// counted are the names of what is counted of a role.
func (r role) counted() (names []string) {
	if r.flows {
		names = append(names, "flows")
	}
	if r.failed {
		names = append(names, "failed")
	}
	if r.sent {
		names = append(names, "bytes")
	}
	return append(names, r.sets...)
}

// Transform is the features of flows, one row a flow, as of a stream that begins with the frame.
func (b *Behaviour) Transform(flows *dataset.Frame) dataset.Matrix {
	raw, groups := b.raw(flows)
	b.standardise(raw, groups)
	return raw
}

func (b *Behaviour) raw(flows *dataset.Frame) (dataset.Matrix, []int32) {
	s := b.stream()
	s.add(flows, 0)
	return dataset.Matrix{Rows: len(s.groups), Cols: s.cols, Data: s.data}, s.groups
}

// learn takes what is kept, but for the scales, from the flows before the last of blocks, and
// returns the raw features and groups of all flows. blocks are the rows at which blocks begin, and
// the end of the last one.
func (b *Behaviour) learn(flows *dataset.Frame, blocks []int) (raw dataset.Matrix, groups []int32) {
	n := blocks[len(blocks)-1]
	b.Present = slices.Clone(neededColumns)
	for _, name := range optionalColumns {
		if flows.Has(name) {
			b.Present = append(b.Present, name)
		}
	}
	b.Longest = max(covered(flows.Int64s(firstSeen)[:n])/2, spans[0])
	b.learnGroups(flows, n)
	values := make([]rareValues, 0, flows.NumRows())
	s := b.stream()
	s.learning = &values
	s.add(flows, 0)
	raw = dataset.Matrix{Rows: len(s.groups), Cols: s.cols, Data: s.data}
	first := slices.Index(b.Names(), "rarity_of_"+rarityFields[0])
	b.Rarities = learnRarities(values[:n], blocks, raw, first)
	for r := n; r < raw.Rows; r++ {
		for i, v := range values[r] {
			raw.Row(r)[first+i] = b.Rarities[i].of(v)
		}
	}
	return raw, s.groups
}

// Applications with fewer flows than fewestOfGroup have no scale of their own, nor those beyond
// mostGroups.
const (
	fewestOfGroup = 5
	mostGroups    = 60
)

// learnGroups takes the groups from the first n flows.
func (b *Behaviour) learnGroups(flows *dataset.Frame, n int) {
	count := map[string]int{}
	c := behaviourColumns(flows)
	for r := range n {
		count[c.group(r)]++
	}
	b.Groups = nil
	for g, n := range count {
		if n >= fewestOfGroup {
			b.Groups = append(b.Groups, g)
		}
	}
	slices.SortFunc(b.Groups, func(a, b string) int { return cmp.Or(cmp.Compare(count[b], count[a]), cmp.Compare(a, b)) })
	b.Groups = b.Groups[:min(mostGroups, len(b.Groups))]
}

// groupOf is the protocol that an application runs over; unknown ones go by their IP protocol.
func groupOf(application string, protocol float64) string {
	if group, known := groupNamed(application); known {
		return group
	}
	switch protocol {
	case 6:
		return "tcp"
	case 17:
		return "udp"
	}
	return "other"
}

// groupNamed is the protocol that an application runs over, as nDPI names it before the point.
func groupNamed(application string) (group string, known bool) {
	group, _, _ = strings.Cut(application, ".")
	return group, group != "" && group != "Unknown"
}

// Flows of all applications join those of one group when its mean and its scale are taken: shrink
// of them, so that few flows do not make a narrow scale, and at least one in shrinkShare of the
// training flows, because a group smaller than that may be an attack which nobody labelled, and
// would then be its own measure.
const (
	shrink      = 20
	shrinkShare = 20
)

// learnScale takes means and scales from some rows of m. A group's are drawn towards those of all.
func (b *Behaviour) learnScale(m dataset.Matrix, groups []int32, rows []int) {
	n := len(b.Groups) + 1
	joined := float64(max(shrink, len(rows)/shrinkShare))
	matrix := func() dataset.Matrix { return dataset.Matrix{Rows: n, Cols: m.Cols, Data: make([]float64, n*m.Cols)} }
	b.Mean, b.Scale = matrix(), matrix()
	count := make([]float64, n)
	all := make([]float64, m.Cols)
	for _, r := range rows {
		count[groups[r]]++
		mean := b.Mean.Row(int(groups[r]))
		for c, v := range m.Row(r) {
			all[c] += v / float64(len(rows))
			mean[c] += v
		}
	}
	for g := range n {
		for c, sum := range b.Mean.Row(g) {
			b.Mean.Row(g)[c] = (sum + joined*all[c]) / (count[g] + joined)
		}
	}
	deviation := make([]float64, m.Cols)
	for _, r := range rows {
		mean, scale := b.Mean.Row(int(groups[r])), b.Scale.Row(int(groups[r]))
		for c, v := range m.Row(r) {
			d := math.Abs(v - mean[c])
			deviation[c] += d / float64(len(rows))
			scale[c] += d
		}
	}
	for g := range n {
		for c, sum := range b.Scale.Row(g) {
			b.Scale.Row(g)[c] = max((sum+joined*deviation[c])/(count[g]+joined), 0.05)
		}
	}
}

// learnUsual takes from some rows of m the 99th percentile of each feature in each group that has a
// hundred of them; others take that of all.
func (b *Behaviour) learnUsual(m dataset.Matrix, groups []int32, rows []int) {
	n := len(b.Groups) + 1
	b.Usual = dataset.Matrix{Rows: n, Cols: m.Cols, Data: make([]float64, n*m.Cols)}
	count := make([]int, n)
	for _, r := range rows {
		count[groups[r]]++
	}
	column := make([]float64, len(rows))
	for c := range m.Cols {
		for i, r := range rows {
			column[i] = m.Row(r)[c]
		}
		slices.Sort(column)
		for g := range count {
			b.Usual.Row(g)[c] = column[(len(column)-1)*99/100]
		}
	}
	for g, n := range count {
		if n < 100 {
			continue
		}
		own := make([]float64, 0, n)
		for c := range m.Cols {
			own = own[:0]
			for _, r := range rows {
				if groups[r] == int32(g) {
					own = append(own, m.Row(r)[c])
				}
			}
			slices.Sort(own)
			b.Usual.Row(g)[c] = own[(len(own)-1)*99/100]
		}
	}
}

func (b *Behaviour) standardise(m dataset.Matrix, groups []int32) {
	eachPart(m.Rows, func(from, to int) {
		for r := from; r < to; r++ {
			mean, scale := b.Mean.Row(int(groups[r])), b.Scale.Row(int(groups[r]))
			row := m.Row(r)
			for c, v := range row {
				row[c] = (v - mean[c]) / scale[c]
			}
		}
	})
}
