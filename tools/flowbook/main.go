package main

import (
	"context"
	"os"

	"flowbook/tools/jupyter"
)

func main() {
	jupyter.Main()
	os.Exit(supervised(os.Stderr, func(ctx context.Context) int {
		return run(ctx, os.Args[1:], os.Stdin, os.Stdout, os.Stderr)
	}))
}
