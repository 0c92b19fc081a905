package main

import (
	"context"
	"fmt"
	"io"
	"strings"
	"time"
)

// doWork runs one benchmark once in this process, for a Go side, and writes its results to w. Its
// inputs must exist in the state folder.
func doWork(ctx context.Context, o options, side, work string, w io.Writer) error {
	c := &clock{w: w, work: work}
	kind, _, _ := strings.Cut(work, "/")
	do, ok := map[string]func(context.Context, options, string, *clock) error{
		"Read": goRead, "Split": goSplit, "Generate": goGenerate, "Fit": goFit, "Predict": goPredict, "Figure": goFigures,
		"Train": goTrain, "Detect": goDetect, "Notebook": goNotebook, "Runner": goRunner,
	}[kind]
	if !ok {
		return fmt.Errorf("no Go side does %s", work)
	}
	return do(ctx, o, side, c)
}

// enough is the shortest time that a clock repeats an operation. Tests shorten it.
var enough = time.Second

// clock measures and prints.
type clock struct {
	w    io.Writer
	work string
}

// loop warms up by one round, unless warm does it in another way, then repeats op until enough time
// has passed.
func (c *clock) loop(name string, warm, op func() error) error {
	if warm == nil {
		warm = op
	}
	if err := warm(); err != nil {
		return err
	}
	n, cpu, start := 0, cpuTime(), time.Now()
	for n == 0 || time.Since(start) < enough {
		if err := op(); err != nil {
			return err
		}
		n++
	}
	return c.print(name, n, time.Since(start), cpuTime()-cpu)
}

// print writes one line; a processor time below zero is one that is not known.
func (c *clock) print(name string, n int, took, cpu time.Duration) error {
	line := Line{Name: name, N: n, Values: []Value{{float64(took.Nanoseconds() / int64(n)), unitTime}}}
	if cpu >= 0 {
		line.Values = append(line.Values, Value{float64(cpu.Nanoseconds() / int64(n)), unitCPU})
	}
	if peak := peakBytes(); peak > 0 {
		line.Values = append(line.Values, Value{float64(peak/1e5) / 10, unitPeak})
	}
	_, err := fmt.Fprintln(c.w, line)
	return err
}
