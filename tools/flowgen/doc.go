// Package flowgen makes the synthetic data set: flows of a campus network on 27 July 2022 with
// labelled attacks in them, in NFStream's 89 columns. A split of 10,000 rows is planned first (the
// class, packets, hosts and time of each row), so that everything published of the original's first
// split comes out exactly; then each row's packets are sent, one by one, to flowmeter's
// accumulator, so that all columns agree with each other.
//
// Convention: every split and every row draws from its own stream, named by seed, split and row.
// The same Config gives the same bytes for any number of workers and on every machine; samplers use
// integers, tables, and floating-point operations that round alike everywhere.
//
// A product that is added or subtracted stands in a conversion, as in a + float64(b*c). Without
// the conversion Go fuses both operations on arm64, with one rounding, and not on amd64 (Go
// specification, Floating-point operators). With it, results are equal on all processors.
//
//	labels, err := flowgen.Generate(ctx, flowgen.Config{Rows: 100_000, Seed: 1, Workers: 2}, w)
package flowgen
