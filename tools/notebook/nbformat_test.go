package notebook

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os/exec"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// rewrite is nbformat's answer: it reads JSON lines, each a notebook, and writes each as JSON
// string of its text.
const rewrite = `
import json, logging, sys, nbformat
logging.disable(logging.CRITICAL)
for line in sys.stdin:
    nb = nbformat.reads(line, as_version=nbformat.NO_CONVERT)
    print(json.dumps(nbformat.writes(nb) + "\n"))
`

// TestAgainstNbformat makes notebooks of every shape that the format allows, laid out as no program
// would, and wants of Read and Write what nbformat makes of them; and nothing but the same bytes of
// what nbformat wrote.
func TestAgainstNbformat(t *testing.T) {
	if testing.Short() {
		t.Skip("short: starts Python")
	}
	python, err := exec.LookPath("python3")
	if err != nil || exec.Command(python, "-c", "import nbformat").Run() != nil {
		t.Skip("no python3 with nbformat on the PATH: make a virtual environment, pip install nbformat, put its bin first")
	}
	const n = 500
	var docs bytes.Buffer
	g := &generator{rand.New(rand.NewPCG(1, 2))}
	for range n {
		doc, err := json.Marshal(g.notebook())
		if err != nil {
			t.Fatal(err)
		}
		docs.Write(append(doc, '\n'))
	}
	inputs := strings.SplitAfter(docs.String(), "\n")[:n]
	cmd := exec.Command(python, "-c", rewrite)
	cmd.Stdin = &docs
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("nbformat: %v\n%s", err, stderr.Bytes())
	}
	dec := json.NewDecoder(bytes.NewReader(out))
	for i, input := range inputs {
		var want string
		if err := dec.Decode(&want); err != nil {
			t.Fatal(err)
		}
		for from, text := range map[string]string{"a foreign layout": input, "nbformat's layout": want} {
			nb, err := Read(strings.NewReader(text))
			if err != nil {
				t.Fatalf("notebook %d from %s: %v", i, from, err)
			}
			var got bytes.Buffer
			if err := nb.Write(&got); err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(want, got.String()); diff != "" {
				t.Fatalf("notebook %d from %s (-nbformat +got):\n%s", i, from, diff)
			}
		}
	}
}

// generator makes random notebooks. Numbers are kept to those that Go and Python write alike.
type generator struct{ *rand.Rand }

var pieces = []string{"a", "word ", "\n", "\r\n", "\r", "\v", "\f", "\x1c", "\x1e", "\x1f", "\u0085", "\u2028", "\u2029", "é", "😀", "\x00", "\"", "\\", "/", "<b>", "\t", "\x7f", "\ufeff"}

func (g *generator) text() string {
	var b strings.Builder
	for range g.IntN(8) {
		b.WriteString(pieces[g.IntN(len(pieces))])
	}
	return b.String()
}

// lines is a text as a string or as a list cut anywhere.
func (g *generator) lines() any {
	if g.IntN(2) == 0 {
		return g.text()
	}
	list := []string{}
	for range g.IntN(4) {
		list = append(list, g.text())
	}
	return list
}

func (g *generator) value(depth int) any {
	switch k := g.IntN(8); {
	case k == 0 && depth < 4:
		list := []any{}
		for range g.IntN(3) {
			list = append(list, g.value(depth+1))
		}
		return list
	case k <= 2 && depth < 4:
		return g.object(depth)
	case k == 3:
		return g.Int64()
	case k == 4:
		return json.RawMessage([]string{"1.0", "1e+16", "1e-07", "-0.0", "123456789012345678901234567890", "0.1"}[g.IntN(6)])
	case k == 5:
		return []any{true, false, nil}[g.IntN(3)]
	}
	return g.text()
}

func (g *generator) object(depth int) map[string]any {
	o := map[string]any{}
	for range g.IntN(4) {
		o["k"+g.text()] = g.value(depth + 1)
	}
	return o
}

func (g *generator) bundle() map[string]any {
	b := map[string]any{}
	for _, mime := range []string{"text/plain", "text/html", "image/png", "image/svg+xml", "application/javascript", "application/x-foo", "text/x+json"} {
		if g.IntN(3) == 0 {
			b[mime] = g.lines()
		}
	}
	for _, mime := range []string{"application/json", "application/vnd.vegalite.v5+json"} {
		if g.IntN(3) == 0 {
			b[mime] = g.value(0)
		}
	}
	return b
}

func (g *generator) output() map[string]any {
	switch g.IntN(5) {
	case 0:
		return map[string]any{"output_type": "stream", "name": "stdout", "text": g.lines()}
	case 1:
		return map[string]any{"output_type": "error", "ename": g.text(), "evalue": g.text(), "traceback": []string{g.text(), g.text()}}
	case 2:
		return map[string]any{"output_type": "execute_result", "execution_count": g.IntN(9), "data": g.bundle(), "metadata": g.object(0)}
	case 3:
		return map[string]any{"output_type": "display_data", "data": g.bundle(), "metadata": g.object(0), "later": g.value(0)}
	}
	return map[string]any{"output_type": "hologram", "depth": g.value(0)}
}

func (g *generator) notebook() map[string]any {
	minor := g.IntN(6)
	cells := []any{}
	for i := range g.IntN(5) {
		cell := map[string]any{"cell_type": []string{"code", "markdown", "raw"}[g.IntN(3)], "source": g.lines(), "metadata": g.object(0)}
		if minor == 5 {
			cell["id"] = fmt.Sprint("c", i)
		}
		if cell["cell_type"] == "code" {
			outputs := []any{}
			for range g.IntN(4) {
				outputs = append(outputs, g.output())
			}
			cell["outputs"] = outputs
			if g.IntN(4) > 0 {
				cell["execution_count"] = []any{nil, 3}[g.IntN(2)]
			}
		} else if g.IntN(3) == 0 {
			cell["attachments"] = map[string]any{"a.png": g.bundle(), g.text(): g.bundle()}
		}
		if g.IntN(9) == 0 {
			cell["later"] = g.value(0)
		}
		cells = append(cells, cell)
	}
	return map[string]any{"nbformat": 4, "nbformat_minor": minor, "metadata": g.object(0), "cells": cells, "z": g.value(0)}
}
