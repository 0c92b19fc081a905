package jupyter

import (
	"context"
	"errors"
)

// GoNB returns the spec of the GoNB kernel that the go.mod in root pins.
func GoNB(ctx context.Context, root string) (*Spec, error) {
	return nil, errors.New("not yet")
}
