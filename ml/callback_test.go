package ml

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

// The expected behaviour is read off keras/src/callbacks/early_stopping.py and
// reduce_lr_on_plateau.py (Keras 3).
func TestEarlyStopping(t *testing.T) {
	for _, c := range []struct {
		name   string
		rule   EarlyStopping
		losses []float64
		better []int // epochs that improve
		stop   int   // epoch that stops, -1 for none
	}{
		{"falls all the time", EarlyStopping{Patience: 2}, []float64{5, 4, 3, 2, 1}, []int{0, 1, 2, 3, 4}, -1},
		{"patience counts from the last best", EarlyStopping{Patience: 2}, []float64{5, 6, 4, 4, 4, 1}, []int{0, 2}, 4},
		{"an equal loss is no better", EarlyStopping{Patience: 1}, []float64{5, 5}, []int{0}, 1},
		{"a fall within min delta is no better", EarlyStopping{Patience: 2, MinDelta: 1}, []float64{5, 4.5, 4.2, 3}, []int{0}, 2},
		{"a fall beyond min delta is", EarlyStopping{Patience: 2, MinDelta: 1}, []float64{5, 4.5, 3.9, 3}, []int{0, 2}, -1},
		{"patience 0 stops at the first that is no better", EarlyStopping{}, []float64{5, 4, 4}, []int{0, 1}, 2},
	} {
		t.Run(c.name, func(t *testing.T) {
			s, stopped := newStopper(c.rule), -1
			var better []int
			for epoch, loss := range c.losses {
				b, stop := s.see(epoch, loss)
				if b {
					better = append(better, epoch)
				}
				if stop {
					stopped = epoch
					break
				}
			}
			if diff := cmp.Diff(c.better, better); diff != "" || stopped != c.stop {
				t.Errorf("stopped at %d, want %d; better (-want +got):\n%s", stopped, c.stop, diff)
			}
		})
	}
}

func TestReduceLROnPlateau(t *testing.T) {
	for _, c := range []struct {
		name   string
		rule   ReduceLROnPlateau
		losses []float64
		want   []float64 // the rate after each epoch
	}{
		{"falls all the time", ReduceLROnPlateau{Factor: .5, Patience: 1}, []float64{3, 2, 1}, []float64{1, 1, 1}},
		{"again after each patience", ReduceLROnPlateau{Factor: .5, Patience: 2}, []float64{3, 3, 3, 3, 3}, []float64{1, 1, .5, .5, .25}},
		{"min delta is 1e-4 by default in Keras: a smaller fall is none", ReduceLROnPlateau{Factor: .5, Patience: 2, MinDelta: 1e-4},
			[]float64{3, 2.99995, 2.99991}, []float64{1, 1, .5}},
		{"not below the floor", ReduceLROnPlateau{Factor: .5, Patience: 1, MinLearningRate: .375}, []float64{3, 3, 3, 3}, []float64{1, .5, .375, .375}},
	} {
		t.Run(c.name, func(t *testing.T) {
			p, rate := newPlateau(c.rule), 1.0
			var got []float64
			for _, loss := range c.losses {
				rate = p.next(loss, rate)
				got = append(got, rate)
			}
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Errorf("rates (-want +got):\n%s", diff)
			}
		})
	}
}
