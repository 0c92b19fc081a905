package main

import (
	"context"
	"os"

	"flowbook/tools/jupyter"
)

func main() {
	jupyter.Main()
	ctx, cancel := signalContext(context.Background())
	code := run(ctx, os.Args[1:], os.Stdin, os.Stdout, os.Stderr)
	cancel()
	os.Exit(code)
}
