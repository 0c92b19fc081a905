package flowmeter

import (
	"fmt"
	"math"

	"flowbook/ml/dataset"
)

// Report is the result of Verify. Rules holds the broken ones in the order of their first breach.
type Report struct {
	Rows  int64
	Rules []Broken
}

// Broken is one rule that some rows break.
type Broken struct {
	Rule  string
	Rows  int64
	First []Breach // the first few
}

// Breach is one row that breaks a rule. Row counts data rows from 0.
type Breach struct {
	Row  int64
	ID   int64 // -1 where it is missing
	What string
}

// OK says that every row keeps every rule.
func (r *Report) OK() bool { return len(r.Rules) == 0 }

// breaches is how many rows of each rule a report names.
const breaches = 3

func (r *Report) add(rule string, row, id int64, what string) {
	for i := range r.Rules {
		if b := &r.Rules[i]; b.Rule == rule {
			if b.Rows++; len(b.First) < breaches {
				b.First = append(b.First, Breach{row, id, what})
			}
			return
		}
	}
	r.Rules = append(r.Rules, Broken{Rule: rule, Rows: 1, First: []Breach{{row, id, what}}})
}

// Verify reads flows and checks rules that hold in every file of them, whoever metered it: ids
// follow each other, the two directions add up to the whole, times and durations agree, means lie
// within their ranges and go with the sums, only TCP has flags, an unanswered flow has zeros for
// the answers, the splt lists agree with the counters, and texts appear only with their protocol.
// An error is a file that cannot be read as flows at all. progress, where not nil, hears the bytes
// done and in all.
func Verify(r *dataset.Reader, progress func(done, total int64)) (*Report, error) {
	v := &verifier{report: &Report{}, last: -1}
	for r.Scan() {
		f := r.Frame()
		v.load(f)
		for i := range v.id {
			v.row(i)
		}
		if progress != nil {
			progress(r.Progress())
		}
	}
	return v.report, r.Err()
}

// verifier holds the columns of one piece of the file.
type verifier struct {
	report *Report
	rows   int64 // before this piece
	last   int64 // id of the row before

	id, protocol       []int64
	ports              [2][]int64
	scopes             [3]scopeColumns
	splt               [3][]string
	app                []string
	client, server     []string
	agent, contentType []string
}

type scopeColumns struct {
	name                                  string
	first, last, duration, packets, bytes []int64
	size, gap                             momentColumns
	flags                                 [8][]int64
}

type momentColumns struct {
	min, max  []int64
	mean, std []float64
}

var flagNames = [8]string{"syn", "cwr", "ece", "urg", "ack", "psh", "rst", "fin"}

// load takes the columns of a frame. A missing number is a breach of its own, and read as 0.
func (v *verifier) load(f *dataset.Frame) {
	v.rows = v.report.Rows
	ints := func(name string) []int64 {
		if f.Column(name).Nulls() == 0 {
			return f.Int64s(name)
		}
		return v.holes(f, name)
	}
	floats := func(name string) []float64 {
		x := f.Float64s(name)
		for i, value := range x {
			if math.IsNaN(value) || math.IsInf(value, 0) {
				v.missing(name, i)
			}
		}
		return x
	}
	v.id = nil // unknown until the column is read
	v.id = ints("id")
	v.protocol = ints("protocol")
	v.ports = [2][]int64{ints("src_port"), ints("dst_port")}
	for k, name := range []string{"bidirectional", "src2dst", "dst2src"} {
		c := &v.scopes[k]
		c.name = name
		c.first, c.last, c.duration = ints(name+"_first_seen_ms"), ints(name+"_last_seen_ms"), ints(name+"_duration_ms")
		c.packets, c.bytes = ints(name+"_packets"), ints(name+"_bytes")
		for _, m := range []struct {
			to   *momentColumns
			unit string
		}{{&c.size, "ps"}, {&c.gap, "piat_ms"}} {
			*m.to = momentColumns{ints(name + "_min_" + m.unit), ints(name + "_max_" + m.unit), floats(name + "_mean_" + m.unit), floats(name + "_stddev_" + m.unit)}
		}
		for b, flag := range flagNames {
			c.flags[b] = ints(name + "_" + flag + "_packets")
		}
	}
	v.splt = [3][]string{f.Strings("splt_direction"), f.Strings("splt_ps"), f.Strings("splt_piat_ms")}
	v.app = f.Strings("application_name")
	v.client, v.server = f.Strings("client_fingerprint"), f.Strings("server_fingerprint")
	v.agent, v.contentType = f.Strings("user_agent"), f.Strings("content_type")
	for _, name := range []string{"expiration_id", "ip_version", "vlan_id", "tunnel_id", "application_is_guessed", "application_confidence"} {
		ints(name)
	}
}

// holes is a whole-number column with 0 for missing values.
func (v *verifier) holes(f *dataset.Frame, name string) []int64 {
	out := make([]int64, len(f.Labels()))
	for i, x := range f.Float64s(name) {
		if math.IsNaN(x) {
			v.missing(name, i)
			continue
		}
		out[i] = int64(x)
	}
	return out
}

func (v *verifier) missing(column string, i int) {
	id := int64(-1)
	if v.id != nil {
		id = v.id[i]
	}
	v.report.add("every number is there", v.rows+int64(i), id, column+" is missing or not finite")
}

// fail records that the row breaks a rule.
func (v *verifier) fail(i int, rule, format string, args ...any) {
	v.report.add(rule, v.rows+int64(i), v.id[i], fmt.Sprintf(format, args...))
}

func (v *verifier) row(i int) {
	v.report.Rows++
	if v.last >= 0 && v.id[i] != v.last+1 {
		v.fail(i, "ids are consecutive", "id %d after %d", v.id[i], v.last)
	}
	v.last = v.id[i]
	all, fwd, rev := &v.scopes[0], &v.scopes[1], &v.scopes[2]
	v.adds(i, "packets", all.packets[i], fwd.packets[i], rev.packets[i])
	v.adds(i, "bytes", all.bytes[i], fwd.bytes[i], rev.bytes[i])
	for b, flag := range flagNames {
		v.adds(i, flag, all.flags[b][i], fwd.flags[b][i], rev.flags[b][i])
		if v.protocol[i] != protoTCP && all.flags[b][i] != 0 {
			v.fail(i, "only TCP has flags", "protocol %d has %d %s packets", v.protocol[i], all.flags[b][i], flag)
		}
	}
	answer := v.answered(i)
	if fwd.packets[i] < 1 && !answer {
		v.fail(i, "the first packet goes forward", "src2dst_packets is %d", fwd.packets[i])
	}
	first := fwd.first[i]
	if answer && (fwd.packets[i] < 1 || rev.first[i] < first) {
		first = rev.first[i]
	}
	if all.first[i] != first || all.last[i] != max(fwd.last[i], rev.last[i]) {
		v.fail(i, "a flow begins with its first direction and ends with its last packet", "%d to %d, directions %d to %d and %d to %d",
			all.first[i], all.last[i], fwd.first[i], fwd.last[i], rev.first[i], rev.last[i])
	}
	for k := range v.scopes {
		v.scope(i, &v.scopes[k])
	}
	if p := v.protocol[i]; (p == 1 || p == 58) && (v.ports[0][i] != 0 || v.ports[1][i] != 0) {
		v.fail(i, "ICMP has no ports", "ports %d and %d", v.ports[0][i], v.ports[1][i])
	}
	if p := v.protocol[i]; p != 6 && p != 17 && v.agent[i]+v.contentType[i]+v.client[i]+v.server[i] != "" {
		v.fail(i, "only TCP and UDP show texts", "protocol %d has a user agent, a content type or a fingerprint", p)
	}
	v.lists(i)
}

// answered says whether the row is a TCP flow that could have been turned round because it began
// with the answer to its request, see Options.Orient.
func (v *verifier) answered(i int) bool {
	rev := &v.scopes[2]
	return v.protocol[i] == protoTCP && rev.flags[0][i] > 0 && rev.flags[4][i] > 0 && rev.first[i] == v.scopes[0].first[i]
}

func (v *verifier) adds(i int, what string, all, fwd, rev int64) {
	if fwd+rev != all {
		v.fail(i, "the directions add up", "%s: %d + %d, bidirectional %d", what, fwd, rev, all)
	}
}

// scope checks one direction, or both together.
func (v *verifier) scope(i int, c *scopeColumns) {
	n := c.packets[i]
	if c.first[i] > c.last[i] || c.duration[i] != c.last[i]-c.first[i] {
		v.fail(i, "duration is last minus first", "%s: %d to %d, duration %d", c.name, c.first[i], c.last[i], c.duration[i])
	}
	if n <= 0 {
		if c.first[i] != 0 || c.bytes[i] != 0 || !c.size.zero(i) || !c.gap.zero(i) {
			v.fail(i, "a direction without packets is all zeros", "%s has %d packets", c.name, n)
		}
		return
	}
	v.moments(i, c, "ps", &c.size)
	v.moments(i, c, "piat_ms", &c.gap)
	if d := float64(c.size.mean[i]*float64(n)) - float64(c.bytes[i]); math.Abs(d) > 1e-6*float64(c.bytes[i]) {
		v.fail(i, "mean length times packets is bytes", "%s: %v times %d, %d bytes", c.name, c.size.mean[i], n, c.bytes[i])
	}
	if n == 1 && (!c.gap.zero(i) || c.size.std[i] != 0 || c.size.min[i] != c.bytes[i] || c.size.max[i] != c.bytes[i] || c.size.mean[i] != float64(c.bytes[i])) {
		v.fail(i, "one packet has no spread", "%s: min %d, mean %v, max %d, stddev %v, %d bytes", c.name, c.size.min[i], c.size.mean[i], c.size.max[i], c.size.std[i], c.bytes[i])
	}
}

func (m *momentColumns) zero(i int) bool {
	return m.min[i] == 0 && m.max[i] == 0 && m.mean[i] == 0 && m.std[i] == 0
}

func (v *verifier) moments(i int, c *scopeColumns, unit string, m *momentColumns) {
	slack := 1e-9 * float64(m.max[i])
	if m.min[i] < 0 || m.mean[i] < float64(m.min[i])-slack || m.mean[i] > float64(m.max[i])+slack || m.std[i] < 0 {
		v.fail(i, "the mean lies within its range", "%s: min %d, mean %v, max %d, stddev %v of %s", c.name, m.min[i], m.mean[i], m.max[i], m.std[i], unit)
	}
}
