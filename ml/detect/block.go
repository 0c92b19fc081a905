package detect

import (
	"math"

	"flowbook/ml/dataset"
)

// Block is how many flows, in the file's order, are looked at together to count the company of
// each. A stream is scored one block after the other, so this also bounds its memory and its delay.
const Block = 10_000

// block gathers flows, from frames of any length, until there are enough of them. It is used for
// one block after the other and then allocates no more.
type block struct {
	features *Features
	taken    int
	frame    *dataset.Frame
	columns  *flowColumns
	data     []float64 // raw features but for the company, which finish fills in
	cols     int
	logs     logs

	ms                        []int64
	source, destination, port []int32
	hosts                     map[string]int32 // numbers of the hosts seen in this block
	company                   company
}

func (f *Features) newBlock() *block {
	return &block{features: f, cols: len(f.Names()), logs: theLogs(), hosts: map[string]int32{}}
}

// numbers is a column of numbers as it lies in its frame.
type numbers struct {
	whole []int64
	float []float64 // if whole is nil; both are nil if there is no column
}

func (n numbers) there() bool { return n.whole != nil || n.float != nil }

func numbersOf(flows *dataset.Frame, name string) numbers {
	if c := flows.Column(name); c.Kind() == dataset.Int64 && c.Nulls() == 0 {
		return numbers{whole: flows.Int64s(name)}
	}
	return numbers{float: flows.Float64s(name)}
}

func (n numbers) at(r int) float64 {
	if n.whole != nil {
		return float64(n.whole[r])
	}
	return n.float[r]
}

// flowColumns are the columns of a frame that features are made of.
type flowColumns struct {
	rows                             int
	log                              []numbers    // as logColumns
	share                            [][2]numbers // as shareColumns
	port, protocol                   numbers
	ms                               []int64
	source, destination, application []string
}

func columnsOf(flows *dataset.Frame) *flowColumns {
	c := &flowColumns{
		rows: flows.NumRows(), port: numbersOf(flows, "dst_port"), protocol: numbersOf(flows, "protocol"),
		ms: flows.Int64s(firstSeen), source: flows.Strings("src_ip"), destination: flows.Strings("dst_ip"),
		application: flows.Strings("application_name"),
	}
	for _, name := range logColumns {
		c.log = append(c.log, numbersOf(flows, name))
	}
	for _, s := range shareColumns {
		c.share = append(c.share, [2]numbers{numbersOf(flows, s[0]), numbersOf(flows, s[1])})
	}
	return c
}

// add takes flows from row from on, at most until the block is full, and returns how many it took.
func (b *block) add(frame *dataset.Frame, from int) int {
	if b.frame != frame {
		b.frame, b.columns = frame, columnsOf(frame)
	}
	flows := b.columns
	n := min(Block-b.taken, flows.rows-from)
	rest := b.grow(n)
	set := func(value func(r int) float64) {
		for i := range n {
			rest[i*b.cols] = value(from + i)
		}
		rest = rest[1:]
	}
	for _, v := range flows.log {
		for i := range n {
			rest[i*b.cols] = b.logs.of(v.at(from + i))
		}
		rest = rest[1:]
	}
	for _, s := range flows.share {
		set(func(r int) float64 { return s[0].at(r) / max(s[1].at(r), 1) })
	}
	truth := func(v bool) float64 {
		if v {
			return 1
		}
		return 0
	}
	set(func(r int) float64 { return truth(flows.port.at(r) < 1024) })
	for _, p := range protocols {
		set(func(r int) float64 { return truth(flows.protocol.at(r) == p.number) })
	}
	for _, a := range b.features.Applications {
		set(func(r int) float64 { return truth(flows.application[r] == a) })
	}
	for r := from; r < from+n; r++ {
		b.source = append(b.source, b.host(flows.source[r]))
		b.destination = append(b.destination, b.host(flows.destination[r]))
		b.port = append(b.port, int32(uint16(flows.port.at(r))))
	}
	b.ms = append(b.ms, flows.ms[from:from+n]...)
	b.taken += n
	return n
}

// grow makes room for n rows more and returns it; what stands there is to be overwritten.
func (b *block) grow(n int) []float64 {
	old := len(b.data)
	if need := old + n*b.cols; need > cap(b.data) {
		larger := make([]float64, old, min(max(need, 2*cap(b.data)), Block*b.cols))
		b.data = larger[:copy(larger[:old], b.data)]
	}
	b.data = b.data[:old+n*b.cols]
	return b.data[old:]
}

func (b *block) host(name string) int32 {
	n, ok := b.hosts[name]
	if !ok {
		n = int32(len(b.hosts))
		b.hosts[name] = n
	}
	return n
}

func (b *block) rows() int   { return b.taken }
func (b *block) full() bool  { return b.taken == Block }
func (b *block) early() bool { return false }

func (b *block) finish() dataset.Matrix {
	m := b.raw()
	b.features.standardise(m)
	return m
}

func (b *block) unit(_, c int, z float64) (value, usual float64) {
	return z*b.features.Scale[c] + b.features.Mean[c], math.NaN()
}

// raw returns the raw features of the flows gathered, which the next add overwrites, and empties
// the block.
func (b *block) raw() dataset.Matrix {
	m := dataset.Matrix{Rows: b.taken, Cols: b.cols, Data: b.data}
	counts := b.company.count(b.ms, b.source, b.destination, b.port, len(b.hosts))
	for i := range m.Rows {
		row := m.Row(i)
		for k, n := range counts[i*companyCounts : (i+1)*companyCounts] {
			row[b.cols-companyCounts+k] = b.logs[n]
		}
	}
	b.taken, b.data = 0, b.data[:0]
	b.ms, b.source, b.destination, b.port = b.ms[:0], b.source[:0], b.destination[:0], b.port[:0]
	clear(b.hosts)
	return m
}
