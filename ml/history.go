package ml

import (
	"fmt"
	"math"
	"strings"
)

// Epoch is the result of one pass over the training rows. Losses are means over rows, the activity
// regulariser included, as Keras reports them; ValLoss is NaN without validation rows. LearningRate
// is the rate that the epoch was trained at.
type Epoch struct {
	Loss, ValLoss, LearningRate float64
}

// History tells how a training went, epoch by epoch.
type History struct {
	Epochs  []Epoch
	Planned int  // epochs asked for
	Steps   int  // batches an epoch
	Rows    int  // training rows
	Best    int  // index of the epoch whose weights were kept
	Stopped bool // early stopping ended it
	Backend string
}

// Losses are the training losses, epoch by epoch.
func (h History) Losses() []float64 {
	out := make([]float64, len(h.Epochs))
	for i, e := range h.Epochs {
		out[i] = e.Loss
	}
	return out
}

// ValLosses are the validation losses, epoch by epoch.
func (h History) ValLosses() []float64 {
	out := make([]float64, len(h.Epochs))
	for i, e := range h.Epochs {
		out[i] = e.ValLoss
	}
	return out
}

// String is Keras's log of the training without its times, so that a stored fit and a fresh one
// print the same bytes.
func (h History) String() string {
	var b strings.Builder
	for i := range h.Epochs {
		h.line(&b, i)
	}
	return b.String()
}

// Line is the log of one epoch: two lines, each with its newline.
func (h History) Line(epoch int) string {
	var b strings.Builder
	h.line(&b, epoch)
	return b.String()
}

func (h History) line(b *strings.Builder, epoch int) {
	e := h.Epochs[epoch]
	fmt.Fprintf(b, "Epoch %d/%d\n%d/%d %s - loss: %s", epoch+1, h.Planned, h.Steps, h.Steps, strings.Repeat("━", 20), logNumber(e.Loss))
	if !math.IsNaN(e.ValLoss) {
		fmt.Fprintf(b, " - val_loss: %s", logNumber(e.ValLoss))
	}
	fmt.Fprintf(b, " - learning_rate: %s\n", logNumber(e.LearningRate))
}

// logNumber is how Keras's progress bar prints a value: four decimals, or an exponent for values
// that four decimals would round to zero.
func logNumber(v float64) string {
	if math.Abs(v) > 1e-3 {
		return fmt.Sprintf("%.4f", v)
	}
	return fmt.Sprintf("%.4e", v)
}

// Bundle is the history as a notebook shows it.
func (h History) Bundle() map[string]any {
	return map[string]any{"text/plain": h.String()}
}
