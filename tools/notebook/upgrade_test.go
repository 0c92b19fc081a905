package notebook

import (
	"bytes"
	"encoding/json"
	"maps"
	"os"
	"os/exec"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// format3 are notebooks of format 3: all that it has, and what its two ways to cut lines leave
// open.
var format3 = map[string]string{
	"all": `{"metadata": {"name": "old", "signature": "sha256:1", "x": {"y": 1}}, "nbformat": 3, "nbformat_minor": 0, "orig_nbformat": 2,
 "worksheets": [{"metadata": {"w": 1}, "cells": [
  {"cell_type": "heading", "level": 3, "metadata": {"k": 1}, "source": ["Title\n", "second\u2028third"]},
  {"cell_type": "heading", "metadata": {}, "source": "one"},
  {"cell_type": "markdown", "metadata": {}, "source": ["a", "b", "c"]},
  {"cell_type": "html", "metadata": {}, "source": "<b>\r\nbold</b>"},
  {"cell_type": "raw", "metadata": {}, "source": ["x\n", "y"]},
  {"cell_type": "code", "collapsed": true, "input": ["a = 1\n", "a"], "language": "python", "metadata": {"z": [1]}, "prompt_number": 7, "outputs": [
   {"output_type": "pyout", "prompt_number": 7, "metadata": {"png": {"width": 3}}, "text": ["1", "2"], "html": ["<i>\n", "1</i>"], "png": "AAAA",
    "svg": "<svg/>", "jpeg": "BBBB", "latex": ["$x$"], "json": ["{\"a\": ", "[1, 2]}"], "javascript": ["f()"]},
   {"output_type": "display_data", "text": "shown"},
   {"output_type": "stream", "stream": "stderr", "text": ["one\n", "two\n"]},
   {"output_type": "stream", "text": "no name"},
   {"output_type": "pyerr", "ename": "E", "evalue": "v", "traceback": ["t1", "t2"]}]}]},
  {"cells": [{"cell_type": "code", "input": "second()", "language": "go", "metadata": {}, "outputs": []},
   {"cell_type": "code", "collapsed": false, "language": "go", "outputs": []}]}]}`,
	"empty":         `{"metadata": {}, "nbformat": 3, "nbformat_minor": 0, "worksheets": []}`,
	"empty strings": `{"metadata": {}, "nbformat": 3, "worksheets": [{"cells": [{"cell_type": "markdown", "metadata": {}, "source": []}, {"cell_type": "heading", "level": 1, "source": ""}, {"cell_type": "code", "input": [], "metadata": {}, "outputs": [{"output_type": "pyout", "prompt_number": 1}]}]}]}`,
}

// convert is nbformat's answer: it reads notebooks, each the string of a JSON list, and writes such
// a list.
const convert = `
import json, logging, sys, nbformat
logging.disable(logging.CRITICAL)
print(json.dumps([nbformat.writes(nbformat.reads(text, as_version=4)) for text in json.load(sys.stdin)]))
`

// TestUpgradeAgainstNbformat wants of format 3 what nbformat makes of it, ids aside, and that the
// result is valid.
func TestUpgradeAgainstNbformat(t *testing.T) {
	if testing.Short() {
		t.Skip("short: starts Python")
	}
	python := os.Getenv("FLOWBOOK_PYTHON")
	if python == "" {
		t.Skip("set FLOWBOOK_PYTHON to a Python that has nbformat (pip install nbformat)")
	}
	names := slices.Sorted(maps.Keys(format3))
	var texts, wants []string
	for _, name := range names {
		texts = append(texts, format3[name])
	}
	input, err := json.Marshal(texts)
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(python, "-c", convert)
	cmd.Stdin = bytes.NewReader(input)
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("nbformat: %v\n%s", err, stderr.Bytes())
	}
	if err := json.Unmarshal(out, &wants); err != nil {
		t.Fatal(err)
	}
	for i, name := range names {
		t.Run(name, func(t *testing.T) {
			got, _ := written(t, texts[i])
			if diff := cmp.Diff(withoutIDs(t, []byte(wants[i])), withoutIDs(t, got)); diff != "" {
				t.Errorf("upgraded (-nbformat +got):\n%s", diff)
			}
		})
	}
}

// written is a notebook as it is written once it has been read and repaired. It must be valid, and
// written once more be the same.
func written(t *testing.T, text string) ([]byte, []string) {
	t.Helper()
	nb, err := Read(strings.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	repairs := nb.Repair()
	var first, again bytes.Buffer
	if err := nb.Write(&first); err != nil {
		t.Fatal(err)
	}
	if nb, err = Read(bytes.NewReader(first.Bytes())); err != nil {
		t.Fatal(err)
	}
	if err := Validate(nb); err != nil {
		t.Errorf("after the repair: %v", err)
	}
	if more := nb.Repair(); more != nil {
		t.Errorf("repaired once more: %q", more)
	}
	if err := nb.Write(&again); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(first.String(), again.String()); diff != "" {
		t.Errorf("written again (-first +again):\n%s", diff)
	}
	return first.Bytes(), repairs
}

func withoutIDs(t *testing.T, text []byte) map[string]any {
	t.Helper()
	var nb map[string]any
	if err := json.Unmarshal(text, &nb); err != nil {
		t.Fatal(err)
	}
	for _, c := range nb["cells"].([]any) {
		delete(c.(map[string]any), "id")
	}
	return nb
}

// TestUpgradeKeepsLines: an error in a cell of format 3 points into the file that has it.
func TestUpgradeKeepsLines(t *testing.T) {
	nb, err := Read(strings.NewReader(format3["all"]))
	if err != nil {
		t.Fatal(err)
	}
	var got []int
	for _, c := range nb.Cells {
		got = append(got, c.Line)
	}
	if diff := cmp.Diff([]int{3, 4, 5, 6, 7, 8, 15, 16}, got); diff != "" {
		t.Errorf("lines (-want +got):\n%s", diff)
	}
}
