package ml

import (
	"math"
	"math/rand/v2"

	"flowbook/ml/dataset"
)

// packets makes a column like bidirectional_packets of the original's split_1: its published
// quartiles (2, 7, 12), its maximum (227664), its heavy tail, in an order that seed decides.
func packets(rows int, seed uint64) dataset.Matrix {
	random := rand.New(rand.NewPCG(seed, 0))
	body := []struct{ count, rows int }{
		{1, 1650}, {2, 1700}, {3, 330}, {4, 420}, {5, 300}, {6, 500}, {7, 700}, {8, 450}, {9, 380}, {10, 500}, {11, 450}, {12, 400},
	}
	m := dataset.Matrix{Rows: rows, Cols: 1, Data: make([]float64, rows)}
	for r := range m.Data {
		switch at := random.IntN(10000); {
		case at >= 9961:
			m.Data[r] = math.Floor(math.Min(2280*math.Pow(1-random.Float64(), -1/0.95), 200000))
		case at >= 7780:
			m.Data[r] = math.Floor(math.Min(13*math.Pow(1-random.Float64(), -1/1.131), 2270))
		default:
			for _, b := range body {
				if at < b.rows {
					m.Data[r] = float64(b.count)
					break
				}
				at -= b.rows
			}
		}
	}
	m.Data[rows*3/4] = 227664
	return m
}

// splitOne is the original's training on rows like its split_1.
func splitOne(seed uint64) Training {
	c := KerasConfig()
	c.Seed = seed
	return Training{Config: c, Parts: TrainTestSplit(new(MinMaxScaler).FitTransform(packets(10000, 1)), 0.3)}
}
