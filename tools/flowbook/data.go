package main

// dataCmd is the group of commands that make, check and reshape flow data. Each is one struct in
// data_<name>.go.
type dataCmd struct {
	Split    splitCmd    `cmd:"" help:"Cut a CSV file into parts of 10,000 rows, byte for byte."`
	Convert  convertCmd  `cmd:"" help:"Turn CSV into Parquet or Parquet into CSV."`
	Generate generateCmd `cmd:"" help:"Make a synthetic data set of labelled flows."`
	Verify   verifyCmd   `cmd:"" help:"Check a file of flows against itself: sums, times, lists."`
	Meter    meterCmd    `cmd:"" help:"Turn packet captures into flows."`
}
