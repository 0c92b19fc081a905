package main

import (
	"strings"
	"testing"
)

// TestExplainGet: the first line names the package and the remedy.
func TestExplainGet(t *testing.T) {
	for _, tt := range []struct{ name, said, want string }{
		{"of Flowbook", "go: gonb imports\n\tflowbook/ml/memo: package flowbook/ml/memo is not in std (/go/src/flowbook/ml/memo)\n",
			"package flowbook/ml/memo is neither Go's nor in a module of yours: take it from a clone of Flowbook: " +
				"go mod edit -require flowbook@v0.0.0 -replace flowbook=CLONE, or go work init . CLONE"},
		{"misspelt", "go: gonb imports\n\tfmtt: package fmtt is not in std (/go/src/fmtt)\n",
			"package fmtt is neither Go's nor in a module of yours: is the path right? That of a module without an address needs a replace in your go.mod, or a go.work"},
		{"another fault", "go: updates to go.mod needed", "go: updates to go.mod needed"},
	} {
		got, _, _ := strings.Cut(explainGet(tt.said, missingFrom(tt.said), false), "\n")
		if got != tt.want {
			t.Errorf("%s: %q, want %q", tt.name, got, tt.want)
		}
	}
}
