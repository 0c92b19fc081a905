package ml

import (
	"context"
	"fmt"

	"flowbook/ml/dataset"
)

func column(values ...float64) dataset.Matrix {
	return dataset.Matrix{Rows: len(values), Cols: 1, Data: values}
}

func Example() {
	m := packets(1000, 1) // 1,000 rows of one feature
	parts := TrainTestSplit(new(MinMaxScaler).FitTransform(m), 0.3)
	config := KerasConfig()
	config.Epochs = 2
	fit, err := Train(context.Background(), Training{Config: config, Parts: parts})
	if err != nil {
		fmt.Println(err)
		return
	}
	errs := ReconstructionError(fit.Predict(parts.Test), parts.Test)
	threshold := Percentile(errs, 95)
	fmt.Println(parts, len(fit.History.Epochs), "epochs;", len(errs), "errors, the threshold is one of them or between two:", threshold > 0)
	// Output: ((700, 1), (300, 1)) 2 epochs; 300 errors, the threshold is one of them or between two: true
}

func ExampleMinMaxScaler() {
	var s MinMaxScaler
	scaled := s.FitTransform(column(2, 4, 6))
	fmt.Println(scaled.Data, s.InverseTransform(scaled).Data)
	// Output: [0 0.5 1] [2 4 6]
}

func ExampleTrainTestSplit() {
	parts := TrainTestSplit(dataset.Matrix{Rows: 10000, Cols: 1, Data: make([]float64, 10000)}, 0.3)
	fmt.Println(parts)
	// Output: ((7000, 1), (3000, 1))
}

func ExamplePercentile() {
	fmt.Println(Percentile([]float64{1, 2, 3, 4}, 95))
	// Output: 3.8499999999999996
}

func ExampleHistory() {
	h := History{Planned: 50, Steps: 28, Epochs: []Epoch{
		{Loss: 0.24287, ValLoss: 0.22031, LearningRate: float64(float32(0.001))},
		{Loss: 0.0064, ValLoss: 0.0004321, LearningRate: float64(float32(0.0002))},
	}}
	fmt.Print(h)
	// Output:
	// Epoch 1/50
	// 28/28 ━━━━━━━━━━━━━━━━━━━━ - loss: 0.2429 - val_loss: 0.2203 - learning_rate: 0.0010
	// Epoch 2/50
	// 28/28 ━━━━━━━━━━━━━━━━━━━━ - loss: 0.0064 - val_loss: 4.3210e-04 - learning_rate: 2.0000e-04
}

func ExampleAutoencoder_Summary() {
	a, err := NewAutoencoder(KerasConfig(), 1)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Print(a.Summary())
	// Output:
	// Model: "autoencoder"
	// ┏━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━┳━━━━━━━━━━━━━━━━━━━━━━━━┳━━━━━━━━━━━━━━━┓
	// ┃ Layer (type)                    ┃ Output Shape           ┃       Param # ┃
	// ┡━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━╇━━━━━━━━━━━━━━━━━━━━━━━━╇━━━━━━━━━━━━━━━┩
	// │ input_layer (InputLayer)        │ (None, 1)              │             0 │
	// ├─────────────────────────────────┼────────────────────────┼───────────────┤
	// │ dense (Dense)                   │ (None, 8)              │            16 │
	// ├─────────────────────────────────┼────────────────────────┼───────────────┤
	// │ dropout (Dropout)               │ (None, 8)              │             0 │
	// ├─────────────────────────────────┼────────────────────────┼───────────────┤
	// │ dense_1 (Dense)                 │ (None, 4)              │            36 │
	// ├─────────────────────────────────┼────────────────────────┼───────────────┤
	// │ dropout_1 (Dropout)             │ (None, 4)              │             0 │
	// ├─────────────────────────────────┼────────────────────────┼───────────────┤
	// │ dense_2 (Dense)                 │ (None, 2)              │            10 │
	// ├─────────────────────────────────┼────────────────────────┼───────────────┤
	// │ dense_3 (Dense)                 │ (None, 4)              │            12 │
	// ├─────────────────────────────────┼────────────────────────┼───────────────┤
	// │ dropout_2 (Dropout)             │ (None, 4)              │             0 │
	// ├─────────────────────────────────┼────────────────────────┼───────────────┤
	// │ dense_4 (Dense)                 │ (None, 8)              │            40 │
	// ├─────────────────────────────────┼────────────────────────┼───────────────┤
	// │ dropout_3 (Dropout)             │ (None, 8)              │             0 │
	// ├─────────────────────────────────┼────────────────────────┼───────────────┤
	// │ dense_5 (Dense)                 │ (None, 1)              │             9 │
	// └─────────────────────────────────┴────────────────────────┴───────────────┘
	//  Total params: 371 (1.45 KB)
	//  Trainable params: 123 (492.00 B)
	//  Non-trainable params: 0 (0.00 B)
	//  Optimizer params: 248 (996.00 B)
}

func ExampleModel() {
	// Weights are plain: to be read, drawn, stored, or set.
	m, err := NewModel(Config{
		Layers:    []Layer{Dense(2, ReLU), Dropout(0.2), Dense(1, Linear)},
		Loss:      MSE,
		Optimizer: SGD(0.1, 0.9),
		Epochs:    1, BatchSize: 32,
	}, 3)
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, w := range m.Weights {
		fmt.Println(w.In, "to", w.Out, len(w.Kernel), w.Bias)
	}
	m.Weights[1].Bias[0] = 4
	fmt.Println(m.Predict(dataset.Matrix{Rows: 1, Cols: 3, Data: []float64{0, 0, 0}}).Data)
	// Output:
	// 3 to 2 6 [0 0]
	// 2 to 1 2 [0]
	// [4]
}

func ExampleConfusionMatrix() {
	flagged := Above([]float64{0.1, 0.9, 0.8, 0.2}, 0.5)
	c := ConfusionMatrix(flagged, []bool{false, true, false, true})
	fmt.Println(c)
	fmt.Println(c.Precision(), c.Recall(), c.F1(), c.Accuracy())
	// Output:
	//                    Actual Anomaly  Actual Normal
	// Predicted Anomaly               1              1
	// Predicted Normal                1              1
	// 0.5 0.5 0.5 0.5
}

func ExampleNonzero() {
	fmt.Println(Nonzero(Above([]float64{0.1, 0.9, 0.5, 0.7}, 0.5)))
	// Output: [1 3]
}

func ExampleAveragePrecision() {
	// scikit-learn's own example: average_precision_score([0, 0, 1, 1], [0.1, 0.4, 0.35, 0.8]) is
	// 0.83…
	fmt.Printf("%.4f\n", AveragePrecision([]float64{0.1, 0.4, 0.35, 0.8}, []bool{false, false, true, true}))
	// Output: 0.8333
}

func ExampleROC() {
	// scikit-learn's own example: roc_auc_score([0, 0, 1, 1], [0.1, 0.4, 0.35, 0.8]) is 0.75.
	c := ROC([]float64{0.1, 0.4, 0.35, 0.8}, []bool{false, false, true, true})
	fmt.Println(c.X, c.Y, AUC(c))
	// Output: [0 0 0.5 0.5 1] [0 0.5 0.5 1 1] 0.75
}

func ExamplePrecisionAtK() {
	fmt.Println(PrecisionAtK([]float64{0.9, 0.8, 0.1}, []bool{true, false, true}, 2))
	// Output: 0.5
}

func ExampleWithProgress() {
	m := packets(600, 1) // 600 rows of one feature
	t := Training{Config: KerasConfig(), Parts: TrainTestSplit(new(MinMaxScaler).FitTransform(m), 0.5)}
	t.Config.Epochs = 2
	ctx := WithProgress(context.Background(), func(h History) {
		fmt.Printf("epoch %d of %d\n", len(h.Epochs), h.Planned)
	})
	if _, err := Train(ctx, t); err != nil {
		fmt.Println(err)
	}
	// Output:
	// epoch 1 of 2
	// epoch 2 of 2
}

func ExampleROCAUC() {
	// 2 anomalies among 100 flows, at places 1 and 6: the ROC curve calls that nearly perfect,
	// precision-recall does not.
	scores, actual := make([]float64, 100), make([]bool, 100)
	for i := range scores {
		scores[i] = float64(100 - i)
	}
	actual[0], actual[5] = true, true
	fmt.Printf("ROC %.2f, average precision %.2f\n", ROCAUC(scores, actual), AveragePrecision(scores, actual))
	// Output: ROC 0.98, average precision 0.67
}

func ExamplePrecisionRecall() {
	// scikit-learn's own example: precision_recall_curve([0, 0, 1, 1], [0.1, 0.4, 0.35, 0.8]).
	c := PrecisionRecall([]float64{0.1, 0.4, 0.35, 0.8}, []bool{false, false, true, true})
	for i := range c.X {
		fmt.Printf("recall %.1f precision %.2f\n", c.X[i], c.Y[i])
	}
	// Output:
	// recall 1.0 precision 0.50
	// recall 1.0 precision 0.67
	// recall 0.5 precision 0.50
	// recall 0.5 precision 1.00
	// recall 0.0 precision 1.00
}

func ExampleNewPredictor() {
	net, err := NewAutoencoder(KerasConfig(), 1)
	if err != nil {
		fmt.Println(err)
		return
	}
	p, err := NewPredictor(net)
	if err != nil {
		fmt.Println(err)
		return
	}
	defer p.Close()
	chunk := column(0.1, 0.2, 0.3) // of a stream
	back := dataset.Matrix{Rows: 3, Cols: 1, Data: make([]float64, 3)}
	if err := p.PredictTo(back, chunk); err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(back.Shape(), len(ReconstructionError(back, chunk)))
	// Output: (3, 1) 3
}
