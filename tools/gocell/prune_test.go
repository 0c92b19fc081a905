package gocell

import (
	"go/parser"
	"go/token"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// composed is a program as GoNB composes it.
const composed = `package main

import (
	"flag"
	"flowbook/ml/figure"
	"fmt"
	"image/png"
	"strings"
)

type T struct{ A int }

type unused int

const two = 2

var rate = start()

func Draw() { figure.New(two) }

func Encode() { png.Encode(nil, nil) }

func (t T) Show() { fmt.Println(t.A) }

func helper() T { return T{strings.Count("", "")} }

func start() float64 { return 1 }

func main() {
	flag.Parse()
	BODY
}
`

// names lists the declarations and imports that are left of a program.
func names(t *testing.T, source string) string {
	t.Helper()
	if _, err := parser.ParseFile(token.NewFileSet(), "", source, 0); err != nil {
		t.Fatalf("%v in\n%s", err, source)
	}
	var left []string
	for _, m := range regexp.MustCompile(`(?m)^\t((?:_ )?"[^"]+")|^(?:func|type|const|var) (?:\(t T\) )?(\w+)`).FindAllStringSubmatch(source, -1) {
		left = append(left, m[1]+m[2])
	}
	return strings.Join(left, " ")
}

// What main does not reach goes, if it is as it was; imports that do more than be there stay.
func TestPrune(t *testing.T) {
	const all = `"flag" "flowbook/ml/figure" "fmt" "image/png" "strings" T unused two rate Draw Encode Show helper start main`
	for _, tt := range []struct{ name, body, old, text, want string }{
		{"nothing is reached", "println()", "", "", `"flag" _ "image/png" rate start main`},
		{"a function", "Draw()", "", "", `"flag" "flowbook/ml/figure" _ "image/png" two rate Draw start main`},
		{"a type with its methods", "helper()", "", "", `"flag" "fmt" _ "image/png" "strings" T rate Show helper start main`},
		{"what is changed is compiled", "println()", "figure.New(two)", "figure.New(two, 3)", `"flag" "flowbook/ml/figure" _ "image/png" two rate Draw start main`},
		{"so is what reaches it", "println()", "two = 2", "two = 3", `"flag" "flowbook/ml/figure" _ "image/png" two rate Draw start main`},
		{"and what names a type with a changed method", "println()", "fmt.Println(t.A)", "fmt.Println(t.A, 1)", `"flag" "fmt" _ "image/png" "strings" T rate Show helper start main`},
		{"an import that is another", "println()", `"flowbook/ml/figure"`, `figure "flowbook/ml/other"`, `"flag" _ "image/png" two rate Draw start main`},
		{"what is gone", "println()", "type unused int", "", `"flag" _ "image/png" rate start main`},
		{"a name that hides a builtin", "println()", "type unused int", "func println() {}", `"flag" _ "image/png" println rate start main`},
		{"all is reached", "Draw(); helper()\n\tEncode()", "", "", ""},
		{"what is linked can be seen", "image.Decode(nil)", "", "", ""},
		{"flags can be seen", "flag.PrintDefaults()", "", "", ""},
		{"a directive", "println()", "func start()", "//go:noinline\nfunc start()", ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			_, valid, ok := Prune(strings.Replace(composed, "BODY", "println(0)", 1), nil)
			if ok || valid == nil {
				t.Fatal("a program is pruned of which nothing is known")
			}
			source := strings.Replace(composed, "BODY", tt.body, 1)
			if !strings.Contains(source, tt.old) {
				t.Fatalf("no %q", tt.old)
			}
			source = strings.Replace(source, tt.old, tt.text, 1)
			pruned, _, ok := Prune(source, valid)
			if !ok {
				if tt.want != "" {
					t.Errorf("it is not pruned, want %s", tt.want)
				}
				return
			}
			if diff := cmp.Diff(tt.want, names(t, pruned)); diff != "" {
				t.Errorf("left (-want +got):\n%s\n%s", diff, pruned)
			}
			if strings.Count(pruned, "\n") != strings.Count(source, "\n") {
				t.Error("lines have moved")
			}
		})
	}
	if got := names(t, strings.Replace(composed, "BODY", "println()", 1)); got != all {
		t.Errorf("the test reads %s", got)
	}
}
