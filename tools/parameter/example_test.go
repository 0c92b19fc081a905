package parameter_test

import (
	"fmt"

	"flowbook/tools/notebook"
	"flowbook/tools/parameter"
)

func ExampleList() {
	nb := notebook.New()
	cell := notebook.NewCode("var rate = 0.5 // learning rate\nvar layers = []int{8, 4}")
	cell.Metadata.Set("tags", []byte(`["parameters"]`))
	nb.Cells = append(nb.Cells, cell)
	nb.Metadata.Set("language_info", []byte(`{"name": "go"}`))
	params, err := parameter.List(nb, ".")
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, p := range params {
		fmt.Println(p.Name, p.Type, p.Default, p.Help)
	}
	// Output:
	// rate float64 0.5 learning rate
	// layers []int []int{8, 4}
}

func ExampleInject() {
	nb := notebook.New()
	cell := notebook.NewCode("var rate = 0.5\nvar layers = []int{8, 4}")
	cell.Metadata.Set("tags", []byte(`["parameters"]`))
	nb.Cells = append(nb.Cells, cell)
	nb.Metadata.Set("language_info", []byte(`{"name": "go"}`))
	a, err := parameter.Parse("layers=[16, 8]")
	if err != nil {
		fmt.Println(err)
		return
	}
	if err := parameter.Inject(nb, []parameter.Assignment{a}, "."); err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(nb.Cells[1].Source)
	fmt.Println(parameter.Inject(nb, []parameter.Assignment{{Name: "rate", Text: "fast", Origin: "-p rate=fast"}}, "."))
	// Output:
	// // Parameters
	// var layers = []int{16, 8}
	// -p rate=fast: parameter rate: "fast" is no float64
}
