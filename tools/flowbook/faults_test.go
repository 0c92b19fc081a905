package main

import (
	"fmt"
	"iter"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// TestFaults: every fault of testdata/faults.txt that users met names a test that is there, and
// every fault of testdata/faultids.txt has such a row.
func TestFaults(t *testing.T) {
	open := faultIDs(t)
	list := regexp.MustCompile(`^[A-Z]\d+[a-z]?$`)
	rows := 0
	for at, line := range tableLines(t, "faults.txt") {
		rows++
		fields := strings.Split(line, " | ")
		if len(fields) != 4 {
			t.Errorf("%s: %d fields, want ids or area | fault | package | test", at, len(fields))
			continue
		}
		for id := range strings.SplitSeq(fields[0], ",") {
			if _, ok := open[id]; !ok && list.MatchString(id) {
				t.Errorf("%s: faultids.txt has no fault %s", at, id)
			}
			open[id] = ""
		}
		folder := strings.TrimPrefix(strings.TrimPrefix(fields[2], "flowbook/"), "./")
		dir := filepath.Join("..", "..", filepath.FromSlash(folder))
		name, sub, _ := strings.Cut(fields[3], "/")
		if name == "TestScript" {
			if _, err := os.Stat(filepath.Join(dir, "testdata", "script", sub+".txtar")); err != nil {
				t.Errorf("%s: no script %s: %v", at, sub, err)
			}
		} else if !hasTest(t, dir, name) {
			t.Errorf("%s: package %s has no test %s", at, fields[2], name)
		}
	}
	if rows < 100 {
		t.Errorf("%d rows, expected more: is the file's form another?", rows)
	}
	for id, fault := range open {
		if fault != "" {
			t.Errorf("no row of faults.txt names the test of %s, %s", id, fault)
		}
	}
}

// faultIDs are the faults that must have a test, by their ids.
func faultIDs(t *testing.T) map[string]string {
	t.Helper()
	ids := map[string]string{}
	for at, line := range tableLines(t, "faultids.txt") {
		id, fault, ok := strings.Cut(line, " ")
		if !ok || ids[id] != "" {
			t.Errorf("%s: want an id, which stands there once, and the fault: %q", at, line)
		}
		ids[id] = fault
	}
	if len(ids) != 97 {
		t.Errorf("%d faults, want 97: none may be dropped", len(ids))
	}
	return ids
}

// tableLines are the lines of a file of testdata, with the place of each, without blank ones and
// remarks.
func tableLines(t *testing.T, name string) iter.Seq2[string, string] {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	return func(yield func(at, line string) bool) {
		for i, line := range strings.Split(string(text), "\n") {
			if line != "" && !strings.HasPrefix(line, "#") && !yield(fmt.Sprintf("%s:%d", name, i+1), line) {
				return
			}
		}
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
