package module_test

import (
	"fmt"
	"log"

	"flowbook/ml/module"
)

func ExampleReadCell() {
	cell := module.ReadCell("import \"flowbook/ml\"\n\n%%\nfmt.Println(ml.Percentile(errors, 95)) // the threshold\n")
	fmt.Println(cell.Imports, cell.Commands)
	fmt.Println(cell.Digest == module.CodeDigest("import \"flowbook/ml\"\n%%\nfmt.Println(ml.Percentile(errors,95))"))
	// Output:
	// [flowbook/ml] [%%]
	// true
}

func ExampleRead() {
	root, err := module.Root("")
	if err != nil {
		log.Fatal(err)
	}
	sources, err := module.Read(root, "flowbook/ml/memo")
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(sources.Packages, len(sources.Digest))
	// Output: [flowbook/ml/memo flowbook/ml/module] 64
}
