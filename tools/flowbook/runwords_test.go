package main

import (
	"errors"
	"io"
	"testing"
)

// TestPipelineAsStep: a pipeline that is its own step would wait for its own lock for ever.
func TestPipelineAsStep(t *testing.T) {
	err := runWords(t.TempDir())(t.Context(), []string{"pipeline"}, io.Discard, io.Discard)
	var coder exitCoder
	if !errors.As(err, &coder) || coder.ExitCode() != exitUsage {
		t.Errorf("got %v, want exit status %d", err, exitUsage)
	}
}
