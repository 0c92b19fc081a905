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
