package live

import (
	"fmt"
	"math"

	"flowbook/ml"
	"flowbook/ml/figure"
)

// view is one moment of a training. The figure is drawn only when the view is shown: most views of
// quick epochs are skipped.
type view struct {
	history ml.History
	running bool
}

// Bundle is the figure's.
func (v view) Bundle() map[string]any { return v.figure().Bundle() }

// Metadata is the figure's.
func (v view) Metadata() map[string]any { return v.figure().Metadata() }

// figure draws the losses of each epoch, from 0 as a plot of Keras's history has them, and which
// epoch's weights are kept. Its title is the progress line, which counts from 1 as Keras's log
// does.
func (v view) figure() *figure.Figure {
	fig := figure.New(figure.Size(8, 3.5))
	fig.Title, fig.XLabel, fig.YLabel = v.line(), "Epoch", "Error"
	look := func(c figure.Color, label string) figure.Style {
		s := figure.Style{Color: c, Width: 2, Label: label}
		if len(v.history.Epochs) == 1 {
			s.Marker = 5 // one point makes no line
		}
		return s
	}
	fig.Line(nil, v.history.Losses(), look(figure.RoyalBlue, "Training error"))
	if v.validated() {
		fig.Line(nil, v.history.ValLosses(), look(figure.DarkOrange, "Validation error"))
	}
	fig.VLine(float64(v.history.Best), figure.Style{Color: figure.Grey, Width: 1, Dash: true, Label: "Weights kept"})
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
	line := fmt.Sprintf("%s %d of %d, loss %.4g", state, n, h.Planned, last.Loss)
	if v.validated() {
		line += fmt.Sprintf(", val_loss %.4g", last.ValLoss)
	}
	return line
}

// validated says whether the training has validation rows.
func (v view) validated() bool { return !math.IsNaN(v.history.Epochs[0].ValLoss) }
