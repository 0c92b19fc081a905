package main

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// TestFaults: every fault of testdata/faults.txt that users met names a test that is there.
func TestFaults(t *testing.T) {
	text, err := os.ReadFile(filepath.Join("testdata", "faults.txt"))
	if err != nil {
		t.Fatal(err)
	}
	root := filepath.Join("..", "..")
	rows := 0
	for i, line := range strings.Split(string(text), "\n") {
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		rows++
		fields := strings.Split(line, " | ")
		if len(fields) != 4 {
			t.Errorf("line %d: %d fields, want area | fault | package | test", i+1, len(fields))
			continue
		}
		folder := strings.TrimPrefix(strings.TrimPrefix(fields[2], "flowbook/"), "./")
		dir := filepath.Join(root, filepath.FromSlash(folder))
		name, sub, _ := strings.Cut(fields[3], "/")
		if name == "TestScript" {
			if _, err := os.Stat(filepath.Join(dir, "testdata", "script", sub+".txtar")); err != nil {
				t.Errorf("line %d: no script %s: %v", i+1, sub, err)
			}
		} else if !hasTest(t, dir, name) {
			t.Errorf("line %d: package %s has no test %s", i+1, fields[2], name)
		}
	}
	if rows < 50 {
		t.Errorf("%d faults, expected more: is the file's form another?", rows)
	}
}

// hasTest reports whether a folder's tests declare the function.
func hasTest(t *testing.T, dir, name string) bool {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(dir, "*_test.go"))
	if err != nil {
		t.Fatal(err)
	}
	declared := regexp.MustCompile(`(?m)^func ` + regexp.QuoteMeta(name) + `\(`)
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if declared.Match(text) {
			return true
		}
	}
	return false
}
