package mosaic

import (
	"bytes"
	"flag"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"flowbook/ml/dataset"
	"flowbook/tools/flowgen"
)

var (
	captures = flag.String("captures", "", "judge the detectors on the mosaic of this folder's captures: benign/ and attack/")
	seeds    = flag.Uint64("seeds", 5, "how many seeds -captures takes")
)

// TestMosaic prints the tables of the protocol.
func TestMosaic(t *testing.T) {
	if *captures == "" {
		t.Skip("go test ./tools/mosaic -run Mosaic -v -captures DIR judges on the captures of DIR/benign and DIR/attack")
	}
	benign, err := Read(t.Context(), filepath.Join(*captures, "benign"), FileFlows)
	if err != nil {
		t.Fatal(err)
	}
	attacks, err := Read(t.Context(), filepath.Join(*captures, "attack"), AttackFlows)
	if err != nil {
		t.Fatal(err)
	}
	made, err := HandMade()
	if err != nil {
		t.Fatal(err)
	}
	found := len(attacks)
	attacks = append(attacks, made...)
	t.Logf("%d benign files, %d attacks", len(benign), found)
	all, err := JudgeAll(t.Context(), benign, attacks, *seeds)
	if err != nil {
		t.Fatal(err)
	}
	for _, j := range all {
		for _, a := range j.Attacks[found:] {
			if j.Detector == "ensemble" && !a.Noticed(0) {
				t.Errorf("seed %d: %s: %s is not noticed", j.Seed, j.Detector, a.Name)
			}
		}
	}
	for _, part := range [][]Judgement{some(all, 0, found), some(all, found, len(attacks))} {
		if err := Table(os.Stdout, part); err != nil {
			t.Fatal(err)
		}
		if err := Attacks(os.Stdout, part); err != nil {
			t.Fatal(err)
		}
	}
	if *record {
		keep(t, benign, attacks, *seeds, all, found)
	}
}

// TestOfKeepsWhatItTrained: detectors that train together train anew for another day or another seed, and what they have stays when another
// training fails.
func TestOfKeepsWhatItTrained(t *testing.T) {
	var file bytes.Buffer
	if _, err := flowgen.Generate(t.Context(), flowgen.Config{Rows: 300, Seed: 1, Workers: 2}, &file); err != nil {
		t.Fatal(err)
	}
	r, err := dataset.NewReader(&file, "flows", dataset.Options{})
	if err != nil {
		t.Fatal(err)
	}
	flows, err := r.ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	forest := Of(false, "tail", "forest")[1]
	scores := func(seed uint64) []float64 {
		t.Helper()
		trained, err := forest.Train(t.Context(), flows, seed)
		if err != nil {
			t.Fatal(err)
		}
		return trained.Unseen.Scores
	}
	first, second := scores(1), scores(2)
	if slices.Equal(first, second) {
		t.Error("two seeds give the same forest")
	}
	if _, err := forest.Train(t.Context(), flows.Head(10), 2); err == nil {
		t.Fatal("ten flows trained a forest")
	}
	if !slices.Equal(second, scores(2)) {
		t.Error("after a training that failed the same seed gives another forest")
	}
}

// TestSmallMosaic is the protocol on a little synthetic traffic: a wide scan and a bombed network
// are noticed by the detector of tails, and the same seed judges the same.
func TestSmallMosaic(t *testing.T) {
	if testing.Short() {
		t.Skip("makes 10,000 flows")
	}
	var file bytes.Buffer
	labels, err := flowgen.Generate(t.Context(), flowgen.Config{Rows: flowgen.SplitRows, Seed: 1, Workers: 2}, &file)
	if err != nil {
		t.Fatal(err)
	}
	r, err := dataset.NewReader(&file, "flows", dataset.Options{})
	if err != nil {
		t.Fatal(err)
	}
	flows, err := r.ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	kinds := make([]string, flows.NumRows())
	for _, l := range labels {
		kinds[l.ID-flowgen.FirstID] = l.Label
	}
	benign, attacks := Synthetic(flows, kinds, 3)
	made, err := HandMade()
	if err != nil {
		t.Fatal(err)
	}
	judge := func() []Judgement {
		js, err := Judge(t.Context(), benign, append(attacks, made[:2]...), append([]Detector{Baseline}, Of(false, "tail")...), 1)
		if err != nil {
			t.Fatal(err)
		}
		return js
	}
	first := judge()
	for _, a := range first[1].Attacks[len(attacks):] {
		if !a.Noticed(0) {
			t.Errorf("%s is not noticed", a.Name)
		}
	}
	if diff := cmp.Diff(first, judge()); diff != "" {
		t.Errorf("judged again (-first +second):\n%s", diff)
	}
	var b bytes.Buffer
	if err := Table(&b, first); err != nil {
		t.Fatal(err)
	}
	if err := Attacks(&b, first); err != nil {
		t.Fatal(err)
	}
	if n := strings.Count(b.String(), "\n"); n != 1+2*len(Rules)+1+len(first[0].Attacks) {
		t.Errorf("%d lines:\n%s", n, b.String())
	}
}
