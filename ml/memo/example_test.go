package memo

import (
	"bytes"
	"context"
	"fmt"
	"log"
	"os"

	"github.com/janpfeifer/must"
)

// meanSquare stands for what takes long.
func meanSquare(ctx context.Context, values []float64) (float64, error) {
	fmt.Println("computing")
	var sum float64
	for _, v := range values {
		sum += v * v
	}
	return sum / float64(len(values)), nil
}

func ExampleDo() {
	state, err := os.MkdirTemp("", "")
	if err != nil {
		log.Fatal(err)
	}
	defer os.RemoveAll(state)
	os.Setenv("FLOWBOOK_STATE", state) // a store for this example alone
	defer os.Unsetenv("FLOWBOOK_STATE")

	for range 2 {
		m, err := Do(context.Background(), meanSquare, []float64{1, 7})
		if err != nil {
			log.Fatal(err)
		}
		fmt.Println(m)
	}
	// Output:
	// computing
	// 25
	// 25
}

// A cell reads a file with a package of its own, so Keep cannot know that; without Reads it would
// give back the number of lines that the file had before.
func ExampleReads() {
	lines := func() int {
		must.M(Reads("notes.txt"))
		return bytes.Count(must.M1(os.ReadFile("notes.txt")), []byte("\n"))
	}
	// in a cell: func Lines() int { … } above %%, and below it
	fmt.Println(Keep(lines))
}
