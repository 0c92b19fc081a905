package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"flowbook/ml/module"
	"flowbook/tools/jupyter"
)

// TestMain makes this binary the command itself (bench one …), and a Python that lacks every
// package or fails at once.
func TestMain(m *testing.M) {
	jupyter.Main()
	enough = time.Millisecond
	if len(os.Args) == 5 && os.Args[1] == "one" {
		main()
	}
	if len(os.Args) == 6 && strings.HasSuffix(os.Args[1], ".py") {
		if os.Getenv("FAKE_PYTHON_FAILS") != "" {
			fmt.Fprintln(os.Stderr, "Traceback\nValueError: no")
			os.Exit(1)
		}
		fmt.Println("missing: python: no module named " + os.Args[2])
		os.Exit(0)
	}
	os.Exit(m.Run())
}

// optionsOf are those of a run of small works with this binary on both sides.
func optionsOf(t *testing.T) options {
	t.Helper()
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	root, err := module.Root("")
	if err != nil {
		t.Fatal(err)
	}
	return options{Root: root, State: t.TempDir(), Program: exe, Python: exe, Count: 2, Out: filepath.Join(t.TempDir(), "out"),
		Work: regexp.MustCompile(`^Split/n=10000$`)}
}

func TestRun(t *testing.T) {
	o := optionsOf(t)
	var table bytes.Buffer
	if err := tabulate(t.Context(), o, &table, io.Discard); err != nil {
		t.Fatal(err)
	}
	want := regexp.MustCompile(`(?m)^benchmark +side .*
Split/n=10000 +go +[0-9.]+(µs|ms|s) .* 2
 +pandas +python: no module named pandas
 +cp +python: no module named cp
 +split-sha256sum +python: no module named split-sha256sum
$`)
	if !want.Match(table.Bytes()) {
		t.Errorf("table:\n%s\nwant %s", &table, want)
	}
	if !strings.Contains(table.String(), "benchstat@") {
		t.Errorf("the table does not name benchstat's command:\n%s", &table)
	}
	for _, file := range []struct{ name, want string }{
		{"go.txt", `(?s)^goos: .*\nside: go\nBenchmarkSplit/n=10000 \d+ \d+ ns/op.*\nBenchmarkSplit/n=10000 [^\n]*\n$`},
		{"python.txt", `(?s)\nside: pandas\n# Split/n=10000: python: no module named pandas\n\nside: cp\n`},
		{"table.txt", `^benchmark`},
		{"record.json", `"benchmark": "Split/n=10000",\n +"side": "go"`},
	} {
		got, err := os.ReadFile(filepath.Join(o.Out, file.name))
		if err != nil {
			t.Fatal(err)
		}
		if !regexp.MustCompile(file.want).Match(got) {
			t.Errorf("%s:\n%s\nwant %s", file.name, got, file.want)
		}
	}
}

func TestRunWithoutPython(t *testing.T) {
	o := optionsOf(t)
	o.Python, o.Count = "", 1
	var table bytes.Buffer
	if err := tabulate(t.Context(), o, &table, io.Discard); err != nil {
		t.Fatal(err)
	}
	if !regexp.MustCompile(`pandas +python: not found; set \$FLOWBOOK_PYTHON\n`).Match(table.Bytes()) {
		t.Errorf("table:\n%s", &table)
	}
}

// A side that fails does not take the others with it, and is not silent.
func TestRunFailure(t *testing.T) {
	t.Setenv("FAKE_PYTHON_FAILS", "1")
	o := optionsOf(t)
	var table bytes.Buffer
	err := tabulate(t.Context(), o, &table, io.Discard)
	if err == nil || err.Error() != "3 failed: see the table" {
		t.Errorf("error %v", err)
	}
	for _, want := range []string{`Split/n=10000 +go +[0-9.]+`, `pandas +failed: exit status 1: ValueError: no\n`} {
		if !regexp.MustCompile(want).Match(table.Bytes()) {
			t.Errorf("table:\n%s\nwant %s", &table, want)
		}
	}
}

func TestRunNothing(t *testing.T) {
	o := optionsOf(t)
	o.Work = regexp.MustCompile("Cook")
	if err := tabulate(t.Context(), o, io.Discard, io.Discard); err == nil || err.Error() != "no work matches Cook" {
		t.Errorf("error %v", err)
	}
}

func TestRunInterrupted(t *testing.T) {
	ctx, cancel := context.WithCancelCause(t.Context())
	why := fmt.Errorf("enough of it")
	cancel(why)
	o := optionsOf(t)
	if err := makeFlows(t.Context(), o.State, 10_000); err != nil {
		t.Fatal(err)
	}
	if err := tabulate(ctx, o, io.Discard, io.Discard); err != why {
		t.Errorf("error %v, want the context's cause", err)
	}
	if _, err := os.Stat(filepath.Join(o.Out, "table.txt")); err != nil {
		t.Error(err)
	}
}
