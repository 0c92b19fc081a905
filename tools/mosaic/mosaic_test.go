package mosaic

import (
	"flag"
	"os"
	"path/filepath"
	"slices"
	"testing"
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
	var all []Judgement
	for seed := uint64(1); seed <= *seeds; seed++ {
		js, err := Judge(t.Context(), benign, attacks, Detectors(), seed)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, js...)
	}
	for _, j := range all {
		for _, a := range j.Attacks[found:] {
			if j.Detector == "ensemble" && !a.Noticed(0) {
				t.Errorf("seed %d: %s: %s is not noticed", j.Seed, j.Detector, a.Name)
			}
		}
	}
	for _, part := range []struct{ from, to int }{{0, found}, {found, len(attacks)}} {
		some := slices.Clone(all)
		for i := range some {
			some[i].Attacks = some[i].Attacks[part.from:part.to]
		}
		if err := Table(os.Stdout, some); err != nil {
			t.Fatal(err)
		}
		if err := Attacks(os.Stdout, some); err != nil {
			t.Fatal(err)
		}
	}
}
