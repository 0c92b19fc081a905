package ml

import (
	"context"
	"fmt"
	"math/rand/v2"
	"testing"

	"flowbook/ml/dataset"
)

// BenchmarkFit is the original's training: up to 50 epochs of 28 steps on 7,000 rows, validated on
// 3,000.
func BenchmarkFit(b *testing.B) {
	t := splitOne(1)
	for b.Loop() {
		if _, err := Train(context.Background(), t); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkPredict(b *testing.B) {
	a, err := NewAutoencoder(KerasConfig(), 1)
	if err != nil {
		b.Fatal(err)
	}
	random := rand.New(rand.NewPCG(1, 1))
	for _, n := range []int{3000, 1000000} {
		distinct := dataset.Matrix{Rows: n, Cols: 1, Data: make([]float64, n)}
		for i := range distinct.Data {
			distinct.Data[i] = random.Float64()
		}
		for _, data := range []struct {
			name string
			m    dataset.Matrix
		}{{"distinct", distinct}, {"packets", new(MinMaxScaler).FitTransform(packets(n, 1))}} {
			b.Run(fmt.Sprintf("n=%d/%s", n, data.name), func(b *testing.B) {
				for b.Loop() {
					a.Predict(data.m)
				}
			})
		}
	}
}
