package notebook

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestReadErrors(t *testing.T) {
	const head = "{\n \"nbformat\": 4,\n \"nbformat_minor\": 5,\n \"metadata\": {},\n"
	for _, tt := range []struct {
		name, text, want string
	}{
		{"empty", " \n", "line 1, byte 0: an empty file, not a notebook"},
		{"not json", "{\n \"a\" 1}", "line 2, byte 7: not JSON: a colon is due after key \"a\""},
		{"cut off", "{\"a\": [1, \"b", "line 1, byte 12: not JSON: the text ends inside a string"},
		{"cut off before a value", "{\"a\": ", "line 1, byte 6: not JSON: the text ends where a value is due"},
		{"two values", "{} {}", "line 1, byte 3: not JSON: text after the end of the JSON value"},
		{"leading zero", "{\"a\": 01}", "line 1, byte 7: not JSON: a comma or '}' is due"},
		{"no digits", "{\"a\": -}", "line 1, byte 6: not JSON: '-' begins no value"},
		{"control character", "{\"a\": \"\n\"}", "line 1, byte 7: not JSON: control character 0x0a in a string"},
		{"bad escape", "{\"a\": \"\\u12G4\"}", "line 1, byte 7: not JSON: unknown escape in a string"},
		{"not utf-8", "{\"a\": \"x\xff\"}", "line 1, byte 8: not JSON: not UTF-8"},
		{"raw surrogate", "{\"a\": \"\xed\xa0\x80\"}", "line 1, byte 7: not JSON: not UTF-8"},
		{"too deep", strings.Repeat("[", 20000), "line 1, byte 10001: not JSON: nested deeper than 10000"},
		{"a list", "[]", "line 1, byte 0: a list, not a notebook"},
		{"other json", "{\"a\": 1}", "line 1, byte 0: no nbformat: not a notebook"},
		{"format 3 without worksheets", "{\"nbformat\": 3}", "line 1, byte 0: no cells: not a notebook"},
		{"format 2", "{\"nbformat\": 2}", "line 1, byte 13: nbformat: format 2 is not supported, only formats 3 and 4; convert it with: jupyter nbconvert --to notebook --nbformat 4 FILE"},
		{"format 5", "{\"nbformat\": 5}", "line 1, byte 13: nbformat: format 5 is not supported, only formats 3 and 4"},
		{"no cells", head + " \"x\": 1}", "line 1, byte 0: no cells: not a notebook"},
		{"cells an object", head + " \"cells\": {}}", "line 5, byte 67: cells: an object, not a list"},
		{"metadata null", "{\"nbformat\": 4, \"metadata\": null}", "line 1, byte 28: metadata: null, not an object"},
		{"cell a string", head + " \"cells\": [\n\"x\"]}", "line 6, byte 69: cells[0]: a string, not a cell"},
		{"cell type", head + " \"cells\": [{\"source\": \"x\"}]}", "line 5, byte 68: cells[0].cell_type: missing"},
		{"source", head + " \"cells\": [{\"cell_type\": \"raw\"}, {\"cell_type\": \"code\", \"source\": [1]}]}", "line 5, byte 122: cells[1].source: a list, not a string or a list of strings"},
		{"count", head + " \"cells\": [{\"cell_type\": \"code\", \"execution_count\": 1.5}]}", "line 5, byte 109: cells[0].execution_count: 1.5 is not an integer"},
		{"outputs", head + " \"cells\": [{\"cell_type\": \"code\", \"outputs\": [{\"output_type\": \"error\", \"traceback\": [\"a\", 2]}]}]}",
			"line 5, byte 146: cells[0].outputs[0].traceback[1]: a number, not a string"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			_, err := Read(strings.NewReader(tt.text))
			var bad *Error
			if !errors.As(err, &bad) {
				t.Fatalf("error %v, want an *Error", err)
			}
			if diff := cmp.Diff(tt.want, err.Error()); diff != "" {
				t.Errorf("error (-want +got):\n%s", diff)
			}
		})
	}
}

func TestReadFileNamesTheFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a.ipynb")
	if err := os.WriteFile(path, []byte("\xef\xbb\xbf{"), 0o644); err != nil {
		t.Fatal(err)
	}
	_, err := ReadFile(path)
	if want := "read " + path + ": line 1, byte 4: not JSON: a key in double quotes is due"; err == nil || err.Error() != want {
		t.Errorf("error %v, want %s", err, want)
	}
	var coder interface{ ExitCode() int }
	if !errors.As(err, &coder) || coder.ExitCode() != 3 {
		t.Errorf("exit code of %v, want 3", err)
	}
	if _, err := ReadFile(path + ".gone"); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("error %v, want one that is os.ErrNotExist", err)
	}
}

func TestLines(t *testing.T) {
	nb, err := Read(strings.NewReader(`{"nbformat": 4, "nbformat_minor": 4, "metadata": {}, "cells": [
 {"cell_type": "code", "metadata": {},
  "source": [
   "a\n",
   "b\n",

   "c\u000cd", "e\f", "f\ng"], "outputs": [], "execution_count": null},
 {"cell_type": "markdown", "metadata": {},
  "source": "x\ny"},
 {"cell_type": "raw", "metadata": {},

  "source": []}]}`))
	if err != nil {
		t.Fatal(err)
	}
	var got [][]int
	for _, c := range nb.Cells {
		got = append(got, []int{c.Line, c.LineOf(0), c.LineOf(1), c.LineOf(2), c.LineOf(3), c.LineOf(4), c.LineOf(9)})
	}
	want := [][]int{{4, 4, 4, 5, 7, 7, 7}, {9, 9, 9, 9, 9, 9, 9}, {12, 12, 12, 12, 12, 12, 12}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("lines (-want +got):\n%s", diff)
	}
}

// TestForeignLayout reads what nbformat would not write; the second text is nbformat's (reads and
// writes of 5.11.1), apart from the escaped surrogates, which Python cannot encode, and the texts
// of numbers, which we keep.
func TestForeignLayout(t *testing.T) {
	nb, err := Read(strings.NewReader(`{"nbformat_minor":4,"nbformat":4,
  "metadata":{"signature":"sha256:1","orig_nbformat":3,"b":1E2,"a":{"d":1,"c":2,"d":3}},
  "cells":[{"source":["a","b\nc","\ud83d","\ude00"],"metadata":{"trusted":true},"cell_type":"code","execution_count":7,
   "outputs":[{"output_type":"display_data","metadata":{},"data":{"image/png":["AA","BB"],"text/plain":"x\ny",
   "application/x+json":["k","l"],"text/html":["mixed",1]}},{"output_type":"stream","name":"stdout","text":"\ud800\u00e9\/"}]}]}`))
	if err != nil {
		t.Fatal(err)
	}
	if got, want := nb.Cells[0].Source, "ab\nc😀"; got != want {
		t.Errorf("source %q, want %q", got, want)
	}
	var got bytes.Buffer
	if err := nb.Write(&got); err != nil {
		t.Fatal(err)
	}
	want := `{
 "cells": [
  {
   "cell_type": "code",
   "execution_count": 7,
   "metadata": {},
   "outputs": [
    {
     "data": {
      "application/x+json": [
       "k",
       "l"
      ],
      "image/png": "AABB",
      "text/html": [
       "mixed",
       1
      ],
      "text/plain": [
       "x\n",
       "y"
      ]
     },
     "metadata": {},
     "output_type": "display_data"
    },
    {
     "name": "stdout",
     "output_type": "stream",
     "text": [
      "\ud800é/"
     ]
    }
   ],
   "source": [
    "ab\n",
    "c😀"
   ]
  }
 ],
 "metadata": {
  "a": {
   "c": 2,
   "d": 3
  },
  "b": 1E2
 },
 "nbformat": 4,
 "nbformat_minor": 4
}
`
	if diff := cmp.Diff(want, got.String()); diff != "" {
		t.Errorf("written (-want +got):\n%s", diff)
	}
}
