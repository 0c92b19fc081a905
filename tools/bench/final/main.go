// Command final trains the network of Anomaly_Detection, from the same rows, config and seed, and
// keeps it as a model folder: the weights that the Python reference loads to judge the same rows
// (expected.py --final).
//
//	go run ./tools/bench/final SPLIT_1.csv FOLDER
package main

import (
	"context"
	"fmt"
	"os"

	"flowbook/ml"
	"flowbook/ml/dataset"
	"flowbook/ml/detect"
)

func main() {
	if len(os.Args) != 3 {
		fmt.Fprintln(os.Stderr, "usage: final SPLIT_1.csv FOLDER")
		os.Exit(2)
	}
	if err := keep(os.Args[1], os.Args[2]); err != nil {
		fmt.Fprintln(os.Stderr, "final:", err)
		os.Exit(1)
	}
}

// keep trains on a file of flows and saves the model.
func keep(split, folder string) error {
	flows, err := dataset.Read(split, "bidirectional_packets")
	if err != nil {
		return err
	}
	scaler := new(ml.MinMaxScaler)
	parts := ml.TrainTestSplit(scaler.FitTransform(flows.Matrix("bidirectional_packets")), 0.3)
	fit, err := ml.Train(context.Background(), ml.Training{Config: ml.KerasConfig(), Parts: parts})
	if err != nil {
		return err
	}
	errors := ml.ReconstructionError(fit.Predict(parts.Test), parts.Test)
	return detect.Original(scaler, &fit.Autoencoder, ml.Percentile(errors, 95)).Save(folder)
}
