package live

import (
	"math"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"flowbook/ml"
)

// history is one of n epochs of 50 whose validation is best at the given epoch, from 1.
func history(n, best int) ml.History {
	h := ml.History{Planned: 50, Best: best - 1}
	for i := range n {
		val := 0.25 * math.Pow(0.8, float64(i))
		if i >= best {
			val = 0.25*math.Pow(0.8, float64(best-1)) + 0.01
		}
		h.Epochs = append(h.Epochs, ml.Epoch{Loss: 0.2 * math.Pow(0.8, float64(i)), ValLoss: val, LearningRate: 1e-3})
	}
	return h
}

func TestView(t *testing.T) {
	early := history(12, 7)
	early.Stopped = true
	unchecked := history(2, 2)
	for i := range unchecked.Epochs {
		unchecked.Epochs[i].ValLoss = math.NaN()
	}
	for _, c := range []struct {
		name string
		view view
		want string // the lines of the text but the axes'
	}{
		{"first epoch", view{history(1, 1), true}, `Figure 8 x 3.5 in: Epoch 1 of 50, loss 0.2, val_loss 0.25
  line "Training error": 1 point, x 0, y 0.2
  line "Validation error": 1 point, x 0, y 0.25
  rule "Weights kept": x 0`},
		{"running", view{history(3, 2), true}, `Figure 8 x 3.5 in: Epoch 3 of 50, loss 0.128, val_loss 0.21
  line "Training error": 3 points, x 0 to 2, y 0.128 to 0.2
  line "Validation error": 3 points, x 0 to 2, y 0.2 to 0.25
  rule "Weights kept": x 1`},
		{"interrupted", view{history(3, 3), false}, `Figure 8 x 3.5 in: Interrupted after epoch 3 of 50, loss 0.128, val_loss 0.16
  line "Training error": 3 points, x 0 to 2, y 0.128 to 0.2
  line "Validation error": 3 points, x 0 to 2, y 0.16 to 0.25
  rule "Weights kept": x 2`},
		{"stopped early", view{early, false}, `Figure 8 x 3.5 in: Stopped early after epoch 12 of 50, loss 0.01718, val_loss 0.07554
  line "Training error": 12 points, x 0 to 11, y 0.017179869 to 0.2
  line "Validation error": 12 points, x 0 to 11, y 0.065536 to 0.25
  rule "Weights kept": x 6`},
		{"trained", view{history(50, 50), false}, `Figure 8 x 3.5 in: Trained: epoch 50 of 50, loss 3.568e-06, val_loss 4.46e-06
  line "Training error": 50 points, x 0 to 49, y 3.5681192e-06 to 0.2
  line "Validation error": 50 points, x 0 to 49, y 4.460149e-06 to 0.25
  rule "Weights kept": x 49`},
		{"without validation", view{unchecked, true}, `Figure 8 x 3.5 in: Epoch 2 of 50, loss 0.16
  line "Training error": 2 points, x 0 to 1, y 0.16 to 0.2
  rule "Weights kept": x 1`},
	} {
		t.Run(c.name, func(t *testing.T) {
			var lines []string
			for line := range strings.Lines(c.view.figure().String()) {
				if !strings.HasPrefix(line, "  axes:") {
					lines = append(lines, line)
				}
			}
			if diff := cmp.Diff(c.want, strings.Join(lines, "")); diff != "" {
				t.Error("text (-want +got)\n" + diff)
			}
		})
	}
}
