package main

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unicode"

	"flowbook/tools/jupyter/fake"
)

// attack holds what a terminal (OSC 52: the clipboard; OSC 0: the title; CSI 2J: an empty screen; a
// line written over) and a CI (stop-commands, error) would obey.
const attack = "\x1b]52;c;ZXZpbA==\x07\x1b]0;evil\x07\x1b[2J\x1b[31mover\rwritten\x07\u009b2J\n  ::stop-commands::x\n\t##[error]evil ##vso[task.complete]\n::add-mask::y\n"

// TestForeignText: whatever comes from a notebook, a kernel or the name of a file, is printed as
// text.
func TestForeignText(t *testing.T) {
	dir := t.TempDir()
	t.Chdir(dir)
	t.Setenv("JUPYTER_PATH", filepath.Join(dir, ".jupyter"))
	script := fake.Script{Cells: map[string][]fake.Step{
		"print " + attack: fake.Cell(fake.Stdout(attack), fake.Stderr(attack)),
		"fail " + attack:  fake.Raise("E"+attack, attack, fake.Stderr(attack)),
	}}
	if err := fake.Install(filepath.Join(dir, ".jupyter"), "evil", script); err != nil {
		t.Fatal(err)
	}
	book := func(kernel string, sources ...string) string {
		cells := []any{}
		for _, source := range sources {
			cells = append(cells, map[string]any{"cell_type": "code", "execution_count": nil, "metadata": map[string]any{}, "outputs": []any{}, "source": source})
		}
		text, err := json.Marshal(map[string]any{"nbformat": 4, "nbformat_minor": 4, "cells": cells,
			"metadata": map[string]any{"kernelspec": map[string]any{"name": kernel, "display_name": attack, "language": "evil"}}})
		if err != nil {
			t.Fatal(err)
		}
		return string(text)
	}
	for name, text := range map[string]string{
		"a.ipynb": book("evil", "print "+attack, "fail "+attack), "kernel.ipynb": book(attack, "x"), "bad\x1b]0;evil\x07.ipynb": "{",
	} {
		if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for _, args := range [][]string{
		{"run", "--log", "a.ipynb"}, {"run", "a.ipynb"}, {"check", "a.ipynb"}, {"run", "--dry-run", "kernel.ipynb"}, {"run", "kernel.ipynb"},
		{"run", "bad\x1b]0;evil\x07.ipynb"}, {"run", "--help-notebook", "a.ipynb"}, {"run", "-p", attack + "=1", "a.ipynb"}, {"run", "--" + attack}, {"run", attack},
		{"export", "a.ipynb", "--out", "site\x1b[2J"}, {"data", "verify", attack},
	} {
		var out bytes.Buffer
		code := run(t.Context(), args, strings.NewReader(""), &out, &out)
		for line := range strings.Lines(out.String()) {
			line = strings.TrimSuffix(line, "\n")
			if i := strings.IndexFunc(line, func(r rune) bool { return unicode.IsControl(r) && r != '\t' }); i >= 0 {
				t.Errorf("flowbook %q (status %d) printed %q", args, code, line)
			}
			if strings.HasPrefix(strings.TrimSpace(line), "::") || strings.Contains(line, "##[") || strings.Contains(line, "##vso[") {
				t.Errorf("flowbook %q (status %d) printed a command to the CI: %q", args, code, line)
			}
		}
	}
}
