package tensorboard_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"flowbook/ml"
	"flowbook/ml/dataset"
	"flowbook/ml/tensorboard"
)

func ExampleNewWriter() {
	rows := dataset.Matrix{Rows: 100, Cols: 1, Data: make([]float64, 100)}
	training := ml.Training{Config: ml.KerasConfig(), Parts: ml.TrainTestSplit(rows, 0.3)}
	training.Config.Epochs = 2

	dir, err := os.MkdirTemp("", "logs")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer os.RemoveAll(dir)
	board, err := tensorboard.NewWriter(dir)
	if err != nil {
		fmt.Println(err)
		return
	}
	_, err = ml.Train(ml.WithProgress(context.Background(), board.Report), training)
	if err := errors.Join(err, board.Close()); err != nil {
		fmt.Println(err)
		return
	}
	runs, _ := filepath.Glob(filepath.Join(dir, "*"))
	for _, run := range runs {
		fmt.Println(filepath.Base(run))
	}
	// Output:
	// train
	// validation
}
