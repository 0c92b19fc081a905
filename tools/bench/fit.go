package main

import (
	"context"
	"math/rand/v2"

	"flowbook/ml"
	"flowbook/ml/dataset"
)

// goFit trains the original's autoencoder on 7,000 rows for all of 50 epochs, each validated on
// 3,000 rows: its callbacks could end it earlier on one side than on another. Building the network
// is part of it; a fit of one epoch warms up.
func goFit(ctx context.Context, o options, _ string, c *clock) error {
	m, err := packets(o.State, 10_000, 10_000)
	if err != nil {
		return err
	}
	config := ml.KerasConfig()
	config.EarlyStopping, config.ReduceLROnPlateau = nil, nil
	config.Epochs = number(c.work, "epochs")
	t := ml.Training{Config: config, Parts: ml.TrainTestSplit(new(ml.MinMaxScaler).FitTransform(m), 0.3)}
	short := t
	short.Config.Epochs = 1
	fit := func(t ml.Training) func() error {
		return func() error {
			_, err := ml.Train(ctx, t)
			return err
		}
	}
	return c.loop(c.work, fit(short), fit(t))
}

// goPredict runs rows through the network: all of them distinct, or packets as a file has them,
// where most are small numbers.
func goPredict(_ context.Context, o options, _ string, c *clock) error {
	n := number(c.work, "n")
	m, err := packets(o.State, 100_000, n)
	if err != nil {
		return err
	}
	m = new(ml.MinMaxScaler).FitTransform(m)
	if text(c.work, "values") == "distinct" {
		m = distinct(n)
	}
	net, err := ml.NewAutoencoder(ml.KerasConfig(), 1)
	if err != nil {
		return err
	}
	return c.loop(c.work, nil, func() error {
		net.Predict(m)
		return nil
	})
}

// distinct returns n numbers in [0,1), almost all different.
func distinct(n int) dataset.Matrix {
	random := rand.New(rand.NewPCG(1, 1))
	m := dataset.Matrix{Rows: n, Cols: 1, Data: make([]float64, n)}
	for i := range m.Data {
		m.Data[i] = random.Float64()
	}
	return m
}
