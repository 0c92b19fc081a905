package atomicfile_test

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log"
	"os"
	"path/filepath"

	"flowbook/ml/atomicfile"
)

func ExampleCreate() {
	dir, err := os.MkdirTemp("", "")
	if err != nil {
		log.Fatal(err)
	}
	defer os.RemoveAll(dir)
	path := filepath.Join(dir, "flows.csv")
	f, err := atomicfile.Create(path, 0o666)
	if err != nil {
		log.Fatal(err)
	}
	defer f.Discard() // does nothing after Commit
	if _, err := io.WriteString(f, "id,packets\n1,20\n"); err != nil {
		log.Fatal(err)
	}
	_, err = os.Stat(path)
	fmt.Println("there before Commit:", !errors.Is(err, fs.ErrNotExist))
	if err := f.Commit(); err != nil {
		log.Fatal(err)
	}
	data, err := os.ReadFile(path)
	fmt.Printf("%s%v\n", data, err)
	// Output:
	// there before Commit: false
	// id,packets
	// 1,20
	// <nil>
}
