package compare_test

import (
	"fmt"

	"flowbook/tools/compare"
	"flowbook/tools/notebook"
)

func ExampleRules_Diff() {
	out := func(text string) []*notebook.Output {
		return []*notebook.Output{{Type: notebook.Stream, Name: "stdout", Text: text}}
	}
	c := compare.Rules{Tolerance: 1e-6}
	fmt.Printf("%q\n", c.Diff(out("loss 0.12345678 in 1.5s\n"), out("loss 0.12345679 in 20ms\n")))
	fmt.Print(c.Diff(out("loss 0.12\n"), out("loss 0.13\n")))
	// Output:
	// ""
	// --- stored stdout
	// +++ new stdout
	// @@ -1 +1 @@
	// -loss 0.12
	// +loss 0.13
}
