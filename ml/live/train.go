// Package live shows a training below its cell while it runs:
//
//	fit := must.M1(live.Train(ml.Training{Config: ml.KerasConfig(), Parts: parts}))
//
// One output says how far the training is and draws its losses, in place, until they are the
// finished curve. Interrupting the cell ends the training and keeps the best weights so far.
package live

import (
	"context"
	"fmt"
	"os"
	"os/signal"
	"sync/atomic"

	"flowbook/ml"
	"flowbook/ml/display"
	"flowbook/ml/memo"
)

// trainings counts the calls of Train in this process: each has an output of its own.
var trainings atomic.Int64

// Train returns the results of memo.Do(ctx, ml.Train, t) and shows the training meanwhile. A fit
// that memo has from an earlier call shows at once the last view of the training, so that the saved
// notebook is the same.
//
// An interrupt is not an error once an epoch is done: the fit returned then holds the weights of
// the best epoch, and the output says so. It is not kept, so the next call trains anew.
func Train(t ml.Training) (*ml.Fit, error) {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	defer display.Flush()
	id := fmt.Sprint("training-", trainings.Add(1))
	watched := ml.WithProgress(ctx, func(h ml.History) { display.Update(id, view{h, true}) })
	fit, err := memo.Do(watched, ml.Train, t)
	if fit == nil || err != nil && ctx.Err() == nil {
		return nil, err
	}
	display.Update(id, view{fit.History, false})
	return fit, nil
}
