package live

import (
	"fmt"

	"flowbook/ml"
	"flowbook/ml/figure"
)

// view is what one moment of a training shows. The figure is drawn when the view is, not when it is made: of the views of quick
// epochs most are never drawn.
type view struct {
	history ml.History
	running bool
}

// Bundle is the figure's.
func (v view) Bundle() map[string]any { return v.figure().Bundle() }

// Metadata is the figure's.
func (v view) Metadata() map[string]any { return v.figure().Metadata() }

// figure draws the losses of each epoch, from 1, and which epoch's weights are kept. Its title is the progress line.
func (v view) figure() *figure.Figure {
	epochs := make([]float64, len(v.history.Epochs))
	for i := range epochs {
		epochs[i] = float64(i + 1)
	}
	fig := figure.New(figure.Size(8, 3.5))
	fig.Title, fig.XLabel, fig.YLabel = v.line(), "Epoch", "Error"
	look := func(c figure.Color, label string) figure.Style {
		s := figure.Style{Color: c, Width: 2, Label: label}
		if len(epochs) == 1 {
			s.Marker = 5 // one point makes no line
		}
		return s
	}
	fig.Line(epochs, v.history.Losses(), look(figure.RoyalBlue, "Training error"))
	fig.Line(epochs, v.history.ValLosses(), look(figure.DarkOrange, "Validation error"))
	best := v.history.Best + 1
	fig.VLine(float64(best), figure.Style{Color: figure.Grey, Width: 1, Dash: true, Label: fmt.Sprintf("Weights kept: epoch %d", best)})
	return fig
}

// line says how far the training is, or how it ended.
func (v view) line() string {
	h := v.history
	n := len(h.Epochs)
	state := "Epoch"
	switch {
	case v.running:
	case h.Stopped:
		state = "Stopped early after epoch"
	case n < h.Planned:
		state = "Interrupted after epoch"
	default:
		state = "Trained: epoch"
	}
	last := h.Epochs[n-1]
	return fmt.Sprintf("%s %d of %d, loss %.4g, val_loss %.4g", state, n, h.Planned, last.Loss, last.ValLoss)
}
