package parquet_test

import (
	"bytes"
	"context"
	"fmt"
	"log"
	"os"
	"path/filepath"
	"strings"

	"flowbook/tools/parquet"
)

const flows = "id,application_name,bidirectional_mean_ps\n7,DNS,98.5\n8,,74.0\n"

func Example() {
	var file bytes.Buffer
	written, err := parquet.FromCSV(context.Background(), strings.NewReader(flows), "flows.csv", &file, nil)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(written.Rows, "rows, exact:", written.Exact)
	if _, err := parquet.ToCSV(context.Background(), bytes.NewReader(file.Bytes()), "flows.parquet", os.Stdout, nil); err != nil {
		log.Fatal(err)
	}
	// Output:
	// 2 rows, exact: true
	// id,application_name,bidirectional_mean_ps
	// 7,DNS,98.5
	// 8,,74.0
}

func ExampleOpen() {
	dir, err := os.MkdirTemp("", "")
	if err != nil {
		log.Fatal(err)
	}
	defer os.RemoveAll(dir)
	var file bytes.Buffer
	if _, err := parquet.FromCSV(context.Background(), strings.NewReader(flows), "flows.csv", &file, nil); err != nil {
		log.Fatal(err)
	}
	path := filepath.Join(dir, "flows.parquet")
	if err := os.WriteFile(path, file.Bytes(), 0o600); err != nil {
		log.Fatal(err)
	}

	r, err := parquet.Open(path, "id", "bidirectional_mean_ps")
	if err != nil {
		log.Fatal(err)
	}
	defer r.Close()
	for r.Scan() {
		fmt.Println(r.Frame())
	}
	fmt.Println(r.Err())
	// Output:
	//    id  bidirectional_mean_ps
	// 0   7                   98.5
	// 1   8                   74.0
	// <nil>
}
