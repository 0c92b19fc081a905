package notebook_test

import (
	"fmt"
	"os"
	"strings"

	"flowbook/tools/notebook"
)

func Example() {
	nb, err := notebook.Read(strings.NewReader(`{"nbformat": 4, "nbformat_minor": 4, "metadata": {"rate": 1.0},
	  "cells": [{"cell_type": "markdown", "metadata": {}, "source": "# Flows\nand alarms"}]}`))
	if err != nil {
		fmt.Println(err)
		return
	}
	nb.AddIDs()
	if err := notebook.Validate(nb); err != nil {
		fmt.Println(err)
		return
	}
	nb.Write(os.Stdout)
	// Output:
	// {
	//  "cells": [
	//   {
	//    "cell_type": "markdown",
	//    "id": "5278877d4f0b",
	//    "metadata": {},
	//    "source": [
	//     "# Flows\n",
	//     "and alarms"
	//    ]
	//   }
	//  ],
	//  "metadata": {
	//   "rate": 1.0
	//  },
	//  "nbformat": 4,
	//  "nbformat_minor": 5
	// }
}

func ExampleError() {
	_, err := notebook.Read(strings.NewReader("{\n \"nbformat\": 4,\n \"metadata\": {},\n \"cells\": [{\"cell_type\": \"code\", \"source\": 7}]\n}"))
	fmt.Println(err)
	// Output:
	// line 4, byte 78: cells[0].source: a number, not a string or a list of strings
}

func ExampleNew() {
	nb := notebook.New()
	cell := notebook.NewCode("%%\nfmt.Println(6 * 7)")
	cell.Outputs = []*notebook.Output{{Type: notebook.Stream, Name: "stdout", Text: "42\n"}}
	nb.Cells = append(nb.Cells, notebook.NewMarkdown("# Sums"), cell)
	nb.AddIDs()
	for _, c := range nb.Cells {
		fmt.Printf("%s %s %q\n", c.ID, c.Type, c.Source)
	}
	fmt.Println(notebook.Validate(nb))
	// Output:
	// dc45bbf0188d markdown "# Sums"
	// aca178489f11 code "%%\nfmt.Println(6 * 7)"
	// <nil>
}

func ExampleValidate() {
	nb := notebook.New()
	nb.Cells = append(nb.Cells, &notebook.Cell{ID: "not an id", Type: notebook.Markdown})
	fmt.Println(notebook.Validate(nb))
	// Output: cells[0].id: 'not an id' does not match pattern '^[a-zA-Z0-9-_]+$'
}
