package detect

import (
	"context"
	"fmt"
	"os"
	"slices"

	"flowbook/ml"
	"flowbook/ml/dataset"
)

// A model is kept in a folder and, loaded again, scores to the last bit as before.
func Example() {
	folder, err := os.MkdirTemp("", "model")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer os.RemoveAll(folder)
	frame := dataset.New(dataset.Int64Column("bidirectional_packets", []int64{1, 2, 100_000}))
	scaler := new(ml.MinMaxScaler)
	scaler.FitTransform(frame.Matrix("bidirectional_packets"))
	net, err := ml.NewAutoencoder(ml.KerasConfig(), 1) // trained by ml.Train, in life
	if err != nil {
		fmt.Println(err)
		return
	}
	model := Original(scaler, net, 0.1)
	if err := model.Save(folder); err != nil {
		fmt.Println(err)
		return
	}
	again, err := Load(folder)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(slices.Equal(model.Score(frame), again.Score(frame)), again.Threshold, again.Kind)
	// Output: true 0.1 original
}

func ExampleModel_Scan() {
	frame := flows(500, 0, 0, 1) // 500 flows
	model, _, err := Train(context.Background(), Training{Kind: "tail", Flows: frame, Percentile: 99})
	if err != nil {
		fmt.Println(err)
		return
	}
	tally, err := model.Scan(context.Background(), &stream{frame: flows(1000, 100, 300, 2), piece: 64}, func(f Finding) error {
		if f.Row == 350 { // the scan began fifty flows ago
			fmt.Println("flow", f.ID, "is above the threshold:", f.Score > f.Threshold, "driver:", f.Drivers[0].Feature)
		}
		return nil
	}, nil)
	fmt.Println(tally.Flows, "flows; most of the scan is found:", tally.Anomalies >= 80, err)
	// Output:
	// flow 1350 is above the threshold: true driver: ports_of_pair_10s
	// 1000 flows; most of the scan is found: true <nil>
}

func ExampleConformalThreshold() {
	scores := []float64{0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9}
	fmt.Println(ConformalThreshold(scores, 0.2))
	fmt.Println(ConformalThreshold(scores, 0.01))
	// Output:
	// 0.8 <nil>
	// 0 9 calibration flows cannot promise a false-alarm rate of 0.01: that takes 99
}

func ExampleTrainRobustZ() {
	// Nine flows of some 100 bytes; one extreme does not move the median, so it stands out even of
	// the data it was learned from.
	m := dataset.Matrix{Rows: 9, Cols: 1, Data: []float64{98, 101, 99, 100, 102, 97, 100, 103, 9000}}
	scores := TrainRobustZ(m).Score(m)
	fmt.Println("highest:", slices.Index(scores, slices.Max(scores)))
	// Output: highest: 8
}

func ExampleTrainForest() {
	m := dataset.Matrix{Rows: 512, Cols: 2, Data: make([]float64, 1024)}
	for r := range m.Rows {
		m.Data[2*r], m.Data[2*r+1] = float64(r%16), float64(r/16%16) // a square grid
	}
	m.Data[2*300], m.Data[2*300+1] = 90, -70 // and one point far from it
	scores := TrainForest(m, 1).Score(m)
	fmt.Println("highest:", slices.Index(scores, slices.Max(scores)))
	// Output: highest: 300
}

func ExampleTrainPCA() {
	// Bytes follow packets: one component explains them, and what breaks the rule is far from it,
	// though each of its values is common.
	m := dataset.Matrix{Rows: 100, Cols: 2, Data: make([]float64, 200)}
	for r := range m.Rows {
		m.Data[2*r], m.Data[2*r+1] = float64(r), float64(100*r)
	}
	m.Data[2*50+1] = 0
	pca, err := TrainPCA(m, 0.9)
	if err != nil {
		fmt.Println(err)
		return
	}
	scores := pca.Score(m)
	fmt.Println("highest:", slices.Index(scores, slices.Max(scores)))
	// Output: highest: 50
}
