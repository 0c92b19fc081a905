package gocell_test

import (
	"fmt"

	"flowbook/tools/gocell"
)

// What the program of the third cell consists of: nothing of the second.
func ExampleMemory_Reach() {
	cells := []*gocell.Cell{
		gocell.Read("import \"fmt\"\n\nfunc Half(x int) int { return x / two }\n\nconst two = 2"),
		gocell.Read("func Unused() {}"),
		gocell.Read("%%\nfmt.Println(Half(4))"),
	}
	reach := gocell.Remember(cells).Reach(cells[2])
	for _, d := range reach.Decls {
		fmt.Printf("%s: %q\n", d.Keys[0], d.Text)
	}
	// Output:
	// Half: "func Half(x int) int { return x / two }"
	// two: "const two = 2"
	// main: "fmt.Println(Half(4))"
}

func ExampleCell_FreeNames() {
	free, _ := gocell.Read("%%\nmean := sum(values) / n\nfmt.Println(mean)").FreeNames()
	fmt.Println(free)
	// Output: map[fmt:true n:true sum:true values:true]
}

func ExampleReadCode() {
	cell := gocell.ReadCode("import \"flowbook/ml\"\n\n%%\nfmt.Println(ml.Percentile(errors, 95)) // the threshold\n")
	fmt.Println(cell.Imports, cell.Commands)
	fmt.Println(cell.Digest == gocell.Digest("import \"flowbook/ml\"\n%%\nfmt.Println(ml.Percentile(errors,95))"))
	// Output:
	// [flowbook/ml] [%%]
	// true
}
