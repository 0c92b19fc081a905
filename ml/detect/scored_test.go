package detect

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"testing"

	"flowbook/ml/dataset"
)

// scoredFlows are a flow a line: when it began, in seconds, between which hosts, and its score.
func scoredFlows(ms []int64, source, destination []string, scores []float64) Scored {
	return ScoredFrom(dataset.New(dataset.Int64Column(firstSeen, ms), dataset.TextColumn("src_ip", source), dataset.TextColumn("dst_ip", destination)),
		0, scores)
}

// TestIncidentThreshold: a cluster of alike flows weighs as one incident, wherever the search meets
// it.
func TestIncidentThreshold(t *testing.T) {
	// Ten hosts, an hour apart, of one flow each, with the scores 1 to 10; host 8 has 90 flows more
	// of score 8.
	var ms []int64
	var source, destination []string
	var scores []float64
	for h := range 10 {
		n := 1
		if h == 7 {
			n = 91
		}
		for i := range n {
			ms = append(ms, int64(h)*hourMs+int64(i))
			source, destination = append(source, fmt.Sprint("host ", h)), append(destination, fmt.Sprint("peer ", h))
			scores = append(scores, float64(h+1))
		}
	}
	s := scoredFlows(ms, source, destination, scores)
	for _, c := range []struct{ rate, most, want float64 }{
		{1.0 / 101, 1, 10}, // 101 × rate: one incident, that of the tenth host, may reach the threshold
		{2.0 / 101, 1, 9},
		{3.0 / 101, 1, 8}, // with 91 flows
		{5.5 / 101, 1, 6},
		{50.0 / 101, 1, 1},  // more than there are
		{50.0 / 101, .5, 8}, // but no more than half of the flows
		{5.0 / 101, .02, 9},
	} {
		got, err := s.IncidentThreshold(c.rate, c.most)
		if err != nil || got != c.want {
			t.Errorf("rate %v, at most %v of the flows: got %v, %v; want %v", c.rate, c.most, got, err, c.want)
		}
	}
	var few *TooFewError
	if _, err := s.IncidentThreshold(0.9/101, 1); !errors.As(err, &few) {
		t.Errorf("less than one incident: got error %v", err)
	}
	for _, rate := range []float64{0, 1, 1e17} {
		if got, err := s.IncidentThreshold(rate, 1); err == nil {
			t.Errorf("rate %v: %v and no error", rate, got)
		}
	}
	if got := s.Incidents(7); got != 3 {
		t.Errorf("%d incidents above 7, want those of 3 hosts", got)
	}
}

// TestIncidentPromise: flows come in clusters of very different sizes, each with a score of its
// own. New ones make on average as many incidents as promised; a count of flows varies far more.
func TestIncidentPromise(t *testing.T) {
	random := rand.New(rand.NewPCG(5, 6))
	draw := func(clusters int) Scored {
		var ms []int64
		var source, destination []string
		var scores []float64
		for c := range clusters {
			score, size := random.ExpFloat64(), 1
			if random.IntN(20) == 0 {
				size = 60
			}
			for i := range size {
				ms = append(ms, int64(c)*2*incidentGap+int64(i)*100)
				source, destination = append(source, fmt.Sprint(c)), append(destination, "server")
				scores = append(scores, score+random.Float64()/100)
			}
		}
		return scoredFlows(ms, source, destination, scores)
	}
	// 300 clusters have 300 × (0.95 + 0.05 × 60) = 1185 flows in the mean; 15 incidents are allowed.
	const draws, rate = 60, 15.0 / 1185
	var got, promised float64
	within, flowsWithin := 0, 0
	in := func(ratio float64) int {
		if ratio >= 0.5 && ratio <= 2 {
			return 1
		}
		return 0
	}
	for range draws {
		s, fresh := draw(300), draw(300)
		threshold, err := s.IncidentThreshold(rate, 0.5)
		if err != nil {
			t.Fatal(err)
		}
		byFlows, err := ConformalThreshold(s.Scores, rate)
		if err != nil {
			t.Fatal(err)
		}
		expected := rate * float64(len(fresh.Scores))
		incidents := float64(fresh.Incidents(threshold))
		got, promised = got+incidents, promised+expected
		within += in(incidents / expected)
		flowsWithin += in(float64(above(fresh.Scores, byFlows)) / expected)
	}
	// About 15 come and about 15 chose the threshold, so a draw deviates by a third, the mean of 60
	// by 0.05.
	if ratio := got / promised; ratio < 0.85 || ratio > 1.15 {
		t.Errorf("%.2f of the incidents promised came", ratio)
	}
	if within < draws*8/10 || flowsWithin > draws*6/10 {
		t.Errorf("between half and twice of the promise: incidents in %d of %d draws, flows in %d", within, draws, flowsWithin)
	}
	t.Logf("%.2f of the incidents came; within half and twice: incidents in %d of %d draws, flows in %d", got/promised, within, draws, flowsWithin)
}
