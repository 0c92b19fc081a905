package detect

import (
	"math"

	"flowbook/ml/dataset"
)

// Block is how many flows, in the file's order, are looked at together to count the company of each. A stream is scored
// one block after the other, so this also bounds its memory and its delay.
const Block = 10_000

// block gathers flows, from frames of any length, until there are enough of them.
type block struct {
	features *Features
	rows     int
	data     []float64 // raw features but for the company, which finish fills in
	cols     int

	ms                        []int64
	source, destination, port []int32
	hosts                     map[string]int32 // numbers of the hosts seen in this block
}

func (f *Features) newBlock() *block {
	return &block{features: f, cols: len(f.Names()), hosts: map[string]int32{}}
}

// add takes flows from row from on, at most until the block is full, and returns how many it took.
func (b *block) add(flows *dataset.Frame, from int) int {
	n := min(Block-b.rows, flows.NumRows()-from)
	base := len(b.data)
	b.data = append(b.data, make([]float64, n*b.cols)...)
	at := 0
	set := func(value func(r int) float64) {
		for i := range n {
			b.data[base+i*b.cols+at] = value(from + i)
		}
		at++
	}
	for _, name := range logColumns {
		v := flows.Float64s(name)
		set(func(r int) float64 { return math.Log1p(max(v[r], 0)) })
	}
	for _, s := range shareColumns {
		part, whole := flows.Float64s(s[0]), flows.Float64s(s[1])
		set(func(r int) float64 { return part[r] / max(whole[r], 1) })
	}
	truth := func(v bool) float64 {
		if v {
			return 1
		}
		return 0
	}
	port, protocol := flows.Float64s("dst_port"), flows.Float64s("protocol")
	set(func(r int) float64 { return truth(port[r] < 1024) })
	for _, p := range protocols {
		set(func(r int) float64 { return truth(protocol[r] == p.number) })
	}
	application := flows.Strings("application_name")
	for _, a := range b.features.Applications {
		set(func(r int) float64 { return truth(application[r] == a) })
	}
	ms, source, destination := flows.Int64s("bidirectional_first_seen_ms"), flows.Strings("src_ip"), flows.Strings("dst_ip")
	for r := from; r < from+n; r++ {
		b.ms = append(b.ms, ms[r])
		b.source = append(b.source, b.host(source[r]))
		b.destination = append(b.destination, b.host(destination[r]))
		b.port = append(b.port, int32(uint16(port[r])))
	}
	b.rows += n
	return n
}

func (b *block) host(name string) int32 {
	n, ok := b.hosts[name]
	if !ok {
		n = int32(len(b.hosts))
		b.hosts[name] = n
	}
	return n
}

// finish returns the raw features of the flows gathered, and empties the block. The matrix is the caller's.
func (b *block) finish() dataset.Matrix {
	m := dataset.Matrix{Rows: b.rows, Cols: b.cols, Data: b.data}
	first := b.cols - len(windows)*len(companyNames)
	for i, counts := range company(b.ms, b.source, b.destination, b.port) {
		for k, n := range counts {
			m.Data[i*b.cols+first+k] = math.Log1p(n)
		}
	}
	*b = *b.features.newBlock()
	return m
}
