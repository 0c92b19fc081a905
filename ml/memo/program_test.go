package memo

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// cell is a program as GoNB composes it.
const cell = `package main

import (
	"flag"
	"fmt"
	"flowbook/ml"
	"math/rand/v2"
)

type T struct{ A int }

type unused struct{}

const (
	one = iota
	two
)

var (
	rate  = 0.5
	count = 1
	table = ml.Table("a.csv")
)

// Slow takes long.
func Slow() T { return T{helper(two)} }

func helper(n int) int { x := rate; return n + int(x) + deep() }

func deep() int { return 1 }

func (t T) Double() int { return 2 * t.A }

func Loop(n int) int {
	if n == 0 {
		return ml.N
	}
	return Loop(n - 1)
}

func Generic() int { return pick([]int{1, two}) }

func pick[E any](list []E) E { return list[rand.IntN(1)] }

func Counts() int { return count }

func FromTable() int { return len(table) }

func Other() string { return fmt.Sprint("other") }

func main() {
	flag.Parse()
	rate := 3.0 // a local one
	rate++
	count++
	fmt.Println(Slow(), rate)
}
`

// The digest of a function changes when something that it reaches does, and for nothing else.
func TestProgramDigest(t *testing.T) {
	digest := func(text, function string) string {
		t.Helper()
		p, err := readProgram([]byte(text))
		if err != nil {
			t.Fatal(err)
		}
		d, _, _, err := p.digest(function)
		if err != nil {
			t.Fatal(err)
		}
		return d
	}
	functions := []string{"Slow", "Loop", "Generic", "Other"}
	for _, tt := range []struct{ name, old, text, changed string }{
		{"nothing", "", "", ""},
		{"a comment", "takes long", "takes very long", ""},
		{"formatting", "{ return 1 }", "{\n\treturn 1\n}", ""},
		{"a helper", "n + int(x)", "n - int(x)", "Slow"},
		{"a helper's helper", "return 1 }", "return 2 }", "Slow"},
		{"a constant of the group", "one = iota", "one = iota + 1", "Slow Generic"},
		{"a variable", "rate  = 0.5", "rate  = 0.6", "Slow"},
		{"a type", "A int }", "A int; B string }", "Slow"},
		{"a method of a type", "2 * t.A", "3 * t.A", "Slow"},
		{"another type", "unused struct{}", "unused struct{ X int }", ""},
		{"another function", `"other"`, `"another"`, "Other"},
		{"another cell's body", "fmt.Println(Slow(), rate)", "fmt.Println(Slow().Double())", ""},
		{"a recursive function", "n == 0", "n == 1", "Loop"},
		{"a generic helper", "list[rand.IntN(1)]", "list[0]", "Generic"},
		{"a package by its name", "\"flowbook/ml\"", "ml \"example.com/ml\"", "Loop"},
		{"the order", "func deep() int { return 1 }\n", "", "Slow"}, // the function is gone, which does not compile
		{"a new function", "func deep()", "func more() {}\n\nfunc deep()", ""},
	} {
		if !strings.Contains(cell, tt.old) {
			t.Fatalf("%s: no %q", tt.name, tt.old)
		}
		text := strings.Replace(cell, tt.old, tt.text, 1)
		var changed []string
		for _, f := range functions {
			if digest(cell, f) != digest(text, f) {
				changed = append(changed, f)
			}
		}
		if diff := cmp.Diff(tt.changed, strings.Join(changed, " ")); diff != "" {
			t.Errorf("%s (-want +got):\n%s", tt.name, diff)
		}
	}
	moved := strings.Replace(cell, "func deep() int { return 1 }\n", "", 1) + "\nfunc deep() int { return 1 }\n"
	if digest(moved, "Slow") != digest(cell, "Slow") {
		t.Error("a function that is moved changes the digest")
	}
}

func TestProgramOf(t *testing.T) {
	p, err := readProgram([]byte(cell))
	if err != nil {
		t.Fatal(err)
	}
	_, initialised, packages, err := p.digest("Loop")
	if err != nil || initialised || !cmp.Equal(packages, []string{"flowbook/ml"}) {
		t.Errorf("Loop: %v %q %v", initialised, packages, err)
	}
	if _, initialised, _, err = p.digest("FromTable"); err != nil || !initialised {
		t.Errorf("FromTable: %v %v", initialised, err)
	}
	const want = "main.Counts uses the variable count, which the program may change (main.go line 55); pass it as an argument, or make it a constant"
	if _, _, _, err = p.digest("Counts"); err == nil || err.Error() != want {
		t.Errorf("Counts: %v, want %s", err, want)
	}
	if _, _, _, err = p.digest("Nothing"); err == nil {
		t.Error("a function that is not there has a digest")
	}
}
