package main

// dataCmd makes, cuts, checks and converts files of flows.
type dataCmd struct {
	Generate generateCmd `cmd:"" help:"Make a synthetic data set of labelled flows."`
}
