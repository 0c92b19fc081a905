package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"flowbook/tools/pipeline"
)

// TestPipelineHelp reads the pipeline file that the help shows.
func TestPipelineHelp(t *testing.T) {
	var text strings.Builder
	for line := range strings.Lines(new(pipelineCmd).Help()) {
		if line, ok := strings.CutPrefix(line, "    "); ok {
			text.WriteString(line)
		}
	}
	root := t.TempDir()
	file := filepath.Join(root, pipelineFile)
	if err := os.WriteFile(file, []byte(text.String()), 0o644); err != nil {
		t.Fatal(err)
	}
	p, err := pipeline.Read(root, file)
	if err != nil {
		t.Fatalf("%v\n%s", err, &text)
	}
	if len(p.Steps) != 2 {
		t.Errorf("%d steps", len(p.Steps))
	}
}
