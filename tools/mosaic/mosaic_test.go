package mosaic

import (
	"flag"
	"os"
	"path/filepath"
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
	t.Logf("%d benign files, %d attacks", len(benign), len(attacks))
	var all []Judgement
	for seed := uint64(1); seed <= *seeds; seed++ {
		js, err := Judge(t.Context(), benign, attacks, Detectors(), seed)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, js...)
	}
	if err := Table(os.Stdout, all); err != nil {
		t.Fatal(err)
	}
	if err := Attacks(os.Stdout, all); err != nil {
		t.Fatal(err)
	}
}
