package module_test

import (
	"fmt"
	"log"
	"os"
	"path/filepath"

	"flowbook/ml/module"
)

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
	// Output: [flowbook/ml/atomicfile flowbook/ml/memo flowbook/ml/module] 64
}

func ExampleRoot() {
	dir, err := os.MkdirTemp("", "")
	if err != nil {
		log.Fatal(err)
	}
	defer os.RemoveAll(dir)
	if err := os.WriteFile(filepath.Join(dir, "go.mod"), []byte("module flowbook\n"), 0o644); err != nil {
		log.Fatal(err)
	}
	notebooks := filepath.Join(dir, "notebooks")
	if err := os.Mkdir(notebooks, 0o755); err != nil {
		log.Fatal(err)
	}
	defer os.Setenv(module.EnvRoot, os.Getenv(module.EnvRoot))
	os.Setenv(module.EnvRoot, "") // it would say where the root is
	root, err := module.Root(notebooks)
	fmt.Println(root == dir, err)
	// Output: true <nil>
}
