package detect

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"

	"flowbook/ml/dataset"
)

// flows makes a frame of rows flows between a few hundred hosts, with a port scan of scan flows from one source to one
// target beginning at row at. It has every column that any detector needs, and id.
func flows(rows, scan, at int, seed uint64) *dataset.Frame {
	random := rand.New(rand.NewPCG(seed, 0))
	number := map[string][]float64{}
	texts := map[string][]string{}
	ids := make([]int64, rows)
	for r := range rows {
		ids[r] = 1000 + int64(r)
		n := 1 + math.Floor(math.Exp(2*random.Float64()*random.Float64()*4))
		row := map[string]float64{"bidirectional_first_seen_ms": 1e12 + float64(r)*20 + float64(random.IntN(5000)),
			"dst_port": []float64{53, 80, 443, 443, 6881}[random.IntN(5)], "protocol": []float64{6, 6, 17, 1}[random.IntN(4)],
			"bidirectional_packets": n, "src2dst_packets": math.Ceil(n / 2), "dst2src_packets": math.Floor(n / 2)}
		source, target := fmt.Sprintf("s%d", random.IntN(300)), fmt.Sprintf("d%d", random.IntN(300))
		app := []string{"DNS", "TLS", "TLS", "HTTP", "ICMP"}[random.IntN(5)]
		if r >= at && r < at+scan {
			row["bidirectional_packets"], row["src2dst_packets"], row["dst2src_packets"] = 1, 1, 0
			row["dst_port"], row["protocol"] = float64(r-at+1), 6
			row["bidirectional_first_seen_ms"] = 1e12 + float64(at)*20 + float64(r-at)*40
			source, target, app = "scanner", "victim", "Unknown"
		}
		for _, c := range logColumns {
			if _, given := row[c]; !given {
				row[c] = math.Floor(row["bidirectional_packets"] * (60 + 20*random.Float64()))
			}
		}
		for c, v := range row {
			number[c] = append(number[c], v)
		}
		texts["src_ip"] = append(texts["src_ip"], source)
		texts["dst_ip"] = append(texts["dst_ip"], target)
		texts["application_name"] = append(texts["application_name"], app)
	}
	columns := []*dataset.Column{dataset.Int64Column("id", ids)}
	for _, name := range slices.Compact(slices.Sorted(slices.Values((&Features{}).Columns()))) {
		if v, ok := texts[name]; ok {
			columns = append(columns, dataset.TextColumn(name, v))
			continue
		}
		if kind, _ := dataset.KindOf(name); kind == dataset.Float64 {
			columns = append(columns, dataset.Float64Column(name, number[name]))
			continue
		}
		whole := make([]int64, rows)
		for r, v := range number[name] {
			whole[r] = int64(v)
		}
		columns = append(columns, dataset.Int64Column(name, whole))
	}
	return dataset.New(columns...)
}

// stream hands a frame out in pieces of that many rows.
type stream struct {
	frame    *dataset.Frame
	piece    int
	from, to int
	err      error
}

func (s *stream) Scan() bool {
	s.from, s.to = s.to, min(s.to+s.piece, s.frame.NumRows())
	return s.from < s.to
}

func (s *stream) Frame() *dataset.Frame { return s.frame.Slice(s.from, s.to) }

func (s *stream) Err() error { return s.err }
