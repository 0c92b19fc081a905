package main

// dataCmd is the group of commands that make, check and reshape flow data. Each is one struct in data_<name>.go.
type dataCmd struct {
	Split splitCmd `cmd:"" help:"Cut a CSV file into parts of 10,000 rows, byte for byte."`
}
