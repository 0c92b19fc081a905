package detect

import (
	"flag"
	"fmt"
	"math"
	"slices"
	"testing"

	"flowbook/ml"
	"flowbook/ml/dataset"
)

var table = flag.Bool("table", false, "measure every detector on the labelled splits 2 to 5 (a minute)")

var attackKinds = []string{"udp_flood", "syn_flood", "port_scan", "exfiltration", "beaconing", "brute_force"}

// labelled is one split with the kind of attack of each flow, "" for benign ones.
type labelled struct {
	flows *dataset.Frame
	kinds []string
}

func readLabelled(t *testing.T, split int) labelled {
	t.Helper()
	parts, err := dataset.ReadManifest(dataset.Path("EditDatasets"))
	if err != nil {
		t.Skipf("no splits: %v; flowbook data generate and flowbook data split make them", err)
	}
	labels, err := dataset.ReadLabels(dataset.Path("labels.csv"), parts.Source.SHA256)
	if err != nil {
		t.Fatal(err)
	}
	if !labels.Known() {
		t.Skip(labels.Why)
	}
	columns := append([]string{"id"}, (&Features{}).Columns()...)
	frame, err := dataset.Read(dataset.Path(fmt.Sprintf("EditDatasets/split_%d.csv", split)), columns...)
	if err != nil {
		t.Fatal(err)
	}
	return labelled{frame, labels.Kinds(frame.Int64s("id"))}
}

// TestTable trains every detector on split 1, without its labels, with five seeds, and measures it on splits 2 to 5.
func TestTable(t *testing.T) {
	if !*table {
		t.Skip("go test ./ml/detect -run Table -table -v measures the detectors on the labelled splits")
	}
	train := readLabelled(t, 1).flows
	var tests []labelled
	for split := 2; split <= 5; split++ {
		tests = append(tests, readLabelled(t, split))
	}
	fmt.Printf("%-12s %6s %6s %6s %6s %6s", "detector", "AP", "±", "AUC", "FPR", "prec.")
	for _, k := range attackKinds {
		fmt.Printf(" %12s", k)
	}
	fmt.Println()
	means := map[string]float64{}
	var rate float64
	for _, kind := range Kinds {
		var aps []float64
		var auc, fpr, precision float64
		recall := map[string]float64{}
		const seeds = 5
		for seed := uint64(1); seed <= seeds; seed++ {
			model, _, err := Train(t.Context(), Training{Kind: kind, Flows: train, Seed: seed, Percentile: 95})
			if err != nil {
				t.Fatal(err)
			}
			var scores []float64
			var kinds []string
			for _, s := range tests {
				scores = append(scores, model.Score(s.flows)...)
				kinds = append(kinds, s.kinds...)
			}
			actual := make([]bool, len(kinds))
			for i, k := range kinds {
				actual[i] = k != ""
			}
			flagged := ml.Above(scores, model.Threshold)
			c := ml.ConfusionMatrix(flagged, actual)
			rate = c.BaseRate()
			aps = append(aps, ml.AveragePrecision(scores, actual))
			auc += ml.ROCAUC(scores, actual) / seeds
			fpr += float64(c.FalsePositive) / float64(c.FalsePositive+c.TrueNegative) / seeds
			precision += c.Precision() / seeds
			for _, k := range attackKinds {
				hit, all := 0, 0
				for i := range kinds {
					if kinds[i] == k {
						all++
						if flagged[i] {
							hit++
						}
					}
				}
				recall[k] += float64(hit) / float64(max(all, 1)) / seeds
			}
		}
		var mean, square float64
		for _, v := range aps {
			mean += v / seeds
		}
		for _, v := range aps {
			square += (v - mean) * (v - mean) / (seeds - 1)
		}
		means[kind] = mean
		fmt.Printf("%-12s %6.3f %6.3f %6.3f %6.4f %6.3f", kind, mean, math.Sqrt(square), auc, fpr, precision)
		for _, k := range attackKinds {
			fmt.Printf(" %12.3f", recall[k])
		}
		fmt.Println()
	}
	best := slices.Max([]float64{means["pca"], means["forest"]})
	fmt.Printf("base rate %.4f; AP of the autoencoder over the better of pca and forest: %.2f\n", rate, means["autoencoder"]/best)
}
