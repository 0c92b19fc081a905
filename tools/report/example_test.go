package report_test

import (
	"fmt"
	"os"
	"path/filepath"
	"time"

	"flowbook/tools/notebook"
	"flowbook/tools/report"
	"flowbook/tools/status"
)

func small() report.Run {
	nb := notebook.New()
	nb.Cells = []*notebook.Cell{
		notebook.NewMarkdown("# Squares"),
		notebook.NewCode("func Square(x int) int { return x * x }\n\n%%\nfmt.Println(Square(7))"),
	}
	nb.Cells[1].Outputs = []*notebook.Output{{Type: notebook.Stream, Name: "stdout", Text: "49\n"}}
	return report.Run{Title: "Demo", Pages: []report.Page{{
		Name: "Squares", Path: "notebooks/Squares.ipynb", Notebook: nb, Status: status.Failed, Duration: 2 * time.Second,
		Cells: []report.Cell{{Index: 1, Number: 1, Line: 17, Title: "func Square", Status: status.Mismatched, Message: "49 is not the stored 48"}},
	}}}
}

func ExampleSite() {
	dir, err := os.MkdirTemp("", "site")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer os.RemoveAll(dir)
	if err := report.Site(dir, small()); err != nil {
		fmt.Println(err)
		return
	}
	files, _ := filepath.Glob(filepath.Join(dir, "*"))
	for _, f := range files {
		fmt.Println(filepath.Base(f))
	}
	// Output:
	// Squares.html
	// index.html
}

func ExampleProgram() {
	if err := report.Program(os.Stdout, small().Pages[0]); err != nil {
		fmt.Println(err)
	}
	// Output:
	// // The cells of notebooks/Squares.ipynb in their order, as one program.
	// package main
	//
	// import (
	// 	"fmt"
	// )
	//
	// // # Squares
	//
	// func Square(x int) int { return x * x }
	//
	// func cell1() {
	// 	fmt.Println(Square(7))
	// }
	//
	// func main() {
	// 	cell1()
	// }
}

func ExampleMarkdown() {
	err := report.Markdown(os.Stdout, small().Pages[0], func(name string, data []byte) error {
		return os.WriteFile(name, data, 0o644)
	})
	if err != nil {
		fmt.Println(err)
	}
	// Output:
	// # Squares
	//
	// ```go
	// func Square(x int) int { return x * x }
	//
	// %%
	// fmt.Println(Square(7))
	// ```
	//
	// ```text
	// 49
	// ```
}

func ExampleAnnotations() {
	report.Annotations(os.Stdout, small())
	// Output:
	// ::error file=notebooks/Squares.ipynb,line=17,title=cell 1%3A func Square::49 is not the stored 48
}

func ExampleSummary() {
	report.Summary(os.Stdout, small())
	// Output:
	// ## Demo
	//
	// | | step | status | cells | time |
	// |---|---|---|---:|---:|
	// | ❌ | notebooks/Squares.ipynb | failed | 0 of 1 | 2.0 s |
	//
	// <details><summary>notebooks/Squares.ipynb, cell 1: func Square (mismatched)</summary>
	//
	// <pre>
	// 49 is not the stored 48
	// </pre>
	//
	// </details>
}

func ExampleJUnit() {
	report.JUnit(os.Stdout, small())
	// Output:
	// <?xml version="1.0" encoding="UTF-8"?>
	// <testsuites name="Demo" tests="1" failures="1" errors="0" skipped="0" time="2.000">
	//   <testsuite name="notebooks/Squares.ipynb" tests="1" failures="1" errors="0" skipped="0" time="2.000">
	//     <testcase name="cell 1: func Square" classname="notebooks/Squares.ipynb" file="notebooks/Squares.ipynb" line="17" time="0.000">
	//       <failure message="49 is not the stored 48" type="mismatched"></failure>
	//     </testcase>
	//   </testsuite>
	// </testsuites>
}
