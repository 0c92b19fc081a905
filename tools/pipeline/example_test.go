package pipeline_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"os"
	"path/filepath"

	"flowbook/tools/pipeline"
)

func Example() {
	root, err := os.MkdirTemp("", "")
	if err != nil {
		log.Fatal(err)
	}
	defer os.RemoveAll(root)
	for name, text := range map[string]string{
		"go.mod":     "module flowbook\n",
		"tool.go":    "package main\n",
		"flows.yaml": "steps:\n  count:\n    command: count flows.csv\n    inputs: [flows.csv]\n    outputs: [count.txt]\n",
		"flows.csv":  "id\n1\n2\n",
	} {
		if err := os.WriteFile(filepath.Join(root, name), []byte(text), 0o644); err != nil {
			log.Fatal(err)
		}
	}
	for _, added := range []string{"", "", "3\n"} {
		data, err := os.OpenFile(filepath.Join(root, "flows.csv"), os.O_APPEND|os.O_WRONLY, 0)
		if err != nil {
			log.Fatal(err)
		}
		if _, err := data.WriteString(added); err != nil {
			log.Fatal(err)
		}
		data.Close()

		p, err := pipeline.Read(root, filepath.Join(root, "flows.yaml"))
		if err != nil {
			log.Fatal(err)
		}
		p.CommandPackages = []string{"flowbook"}
		p.Command = func(ctx context.Context, words []string, stdout, stderr io.Writer) error {
			data, err := os.ReadFile(filepath.Join(root, words[1]))
			if err != nil {
				return err
			}
			return os.WriteFile(filepath.Join(root, "count.txt"), fmt.Append(nil, len(data)), 0o644)
		}
		runs, err := p.Run(context.Background(), pipeline.Options{Jobs: 1})
		if err != nil {
			log.Fatal(err)
		}
		for _, run := range runs {
			fmt.Printf("%s: %s, %q\n", run.Name, run.Status, run.Why)
		}
	}
	// Output:
	// count: ran, "no complete run yet"
	// count: up to date, ""
	// count: ran, "flows.csv changed"
}

func ExampleFileError() {
	root, err := os.MkdirTemp("", "")
	if err != nil {
		log.Fatal(err)
	}
	defer os.RemoveAll(root)
	file := filepath.Join(root, "flows.yaml")
	if err := os.WriteFile(file, []byte("steps:\n  count:\n    command: count flows.csv\n    input: [flows.csv]\n"), 0o644); err != nil {
		log.Fatal(err)
	}
	_, err = pipeline.Read(root, file)
	var mistake *pipeline.FileError
	if errors.As(err, &mistake) {
		fmt.Printf("line %d: %s\n", mistake.Line, mistake.Msg)
	}
	// Output: line 4: a step has no field "input"; it may have notebook, command, inputs, outputs, params, grid, when and needs
}
