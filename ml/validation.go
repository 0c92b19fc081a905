package ml

// validation is data to take the validation loss of, cut into executions.
type validation []check

// check holds the rows that one execution of the validation graph takes, row-major.
type check struct {
	rows    int
	weights []float32 // rows by 2: the shares of a row's loss and of its activity in the sum
	x       []float32
	targets []float32 // nil in an autoencoder
}

// evalRows is how many rows one execution of a validation takes at most.
const evalRows = 1 << 14

// newValidation prepares rows, x and targets (nil in an autoencoder) row-major, for losses as
// Keras computes them in batches of c.BatchSize: the mean over batches, weighted by their rows, of
// the loss plus the activity regulariser of the batch.
func (c Config) newValidation(rows int, x, targets []float32) validation {
	var v validation
	for from := 0; from < rows; from += evalRows {
		n := min(evalRows, rows-from)
		weights := make([]float32, 0, 2*n)
		for r := from; r < from+n; r++ {
			share := 1 / float64(rows)
			activity := share
			if !c.RegulariserPerRow {
				activity *= float64(min(c.BatchSize, rows-r/c.BatchSize*c.BatchSize))
			}
			weights = append(weights, float32(share), float32(activity))
		}
		part := check{rows: n, weights: weights, x: x[from*len(x)/rows : (from+n)*len(x)/rows]}
		if targets != nil {
			part.targets = targets[from*len(targets)/rows : (from+n)*len(targets)/rows]
		}
		v = append(v, part)
	}
	return v
}
