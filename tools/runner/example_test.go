package runner_test

import (
	"context"
	"fmt"
	"os"

	"flowbook/tools/jupyter/fake"
	"flowbook/tools/notebook"
	"flowbook/tools/runner"
)

// A notebook of three cells on a kernel that prints each cell's source, and fails at one.
func ExampleRun() {
	dir, err := os.MkdirTemp("", "example")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer os.RemoveAll(dir)
	spec, err := fake.Write(dir, fake.Script{Cells: map[string][]fake.Step{"two": fake.Raise("Error", "no such file")}})
	if err != nil {
		fmt.Println(err)
		return
	}
	nb := notebook.New()
	for _, source := range []string{"one", "two", "three"} {
		nb.Cells = append(nb.Cells, notebook.NewCode(source))
	}
	res, err := runner.Run(context.Background(), nb, runner.Options{Spec: spec})
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, c := range res.Cells {
		fmt.Println(c.Number, c.Status)
	}
	fmt.Println(res.Bad().Error)
	fmt.Println("exit status", res.ExitCode())
	// Output:
	// 1 ok
	// 2 failed
	// 3 not-run
	// Error: no such file
	// exit status 1
}

func ExampleCheck() {
	stored := notebook.New()
	stored.Cells = []*notebook.Cell{notebook.NewCode("fmt.Println(flows)")}
	stored.AddIDs()
	count := 1
	stored.Cells[0].ExecutionCount = &count
	stored.Cells[0].Outputs = []*notebook.Output{{Type: notebook.Stream, Name: "stdout", Text: "10000\n"}}

	run := stored.Clone()
	run.Cells[0].Outputs[0].Text = "9999\n"
	res := &runner.Result{Cells: []runner.CellResult{{Number: 1, Status: runner.OK}}}
	if err := runner.Check(stored, run, res, runner.Comparison{}); err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(res.Cells[0].Status, res.ExitCode())
	fmt.Println(res.Cells[0].Error)
	// Output:
	// mismatched 5
	// the outputs are not the stored ones
}
