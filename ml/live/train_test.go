package live

import (
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"flowbook/ml"
	"flowbook/ml/dataset"
)

// training is one of 100 rows for the given number of epochs.
func training(epochs int) ml.Training {
	m := dataset.Matrix{Rows: 100, Cols: 1}
	for i := range m.Rows {
		m.Data = append(m.Data, float64(i%10)/10)
	}
	t := ml.Training{Config: ml.KerasConfig(), Parts: ml.TrainTestSplit(m, 0.3)}
	t.Config.Epochs, t.Config.EarlyStopping.Patience = epochs, epochs
	return t
}

// inStore gives a test a store of its own and returns what lists it.
func inStore(t *testing.T) (kept func() []os.DirEntry) {
	t.Helper()
	state := t.TempDir()
	t.Setenv("FLOWBOOK_STATE", state)
	return func() []os.DirEntry {
		entries, err := os.ReadDir(filepath.Join(state, "memo"))
		if err != nil && !os.IsNotExist(err) {
			t.Fatal(err)
		}
		return entries
	}
}

// printed returns what f writes to the standard output.
func printed(t *testing.T, f func()) string {
	t.Helper()
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	stdout := os.Stdout
	os.Stdout = w
	f()
	os.Stdout = stdout
	w.Close()
	text, err := io.ReadAll(r)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// TestKeptShowsTheSame: a notebook must not tell whether its training was kept from an earlier run.
func TestKeptShowsTheSame(t *testing.T) {
	kept := inStore(t)
	var shown [2]string
	var fits [2]*ml.Fit
	for i := range shown {
		shown[i] = printed(t, func() {
			var err error
			if fits[i], err = Train(training(3)); err != nil {
				t.Error(err)
			}
		})
		if len(kept()) != 1 {
			t.Fatalf("after call %d the store holds %v, want one fit", i+1, kept())
		}
	}
	if diff := cmp.Diff(shown[0], shown[1]); diff != "" {
		t.Error("shown by a training (-) and by a kept fit (+)\n" + diff)
	}
	if diff := cmp.Diff(fits[0], fits[1]); diff != "" {
		t.Error("trained (-) and kept (+)\n" + diff)
	}
	if !strings.HasPrefix(shown[0], "Figure 8 x 3.5 in: Trained: epoch 3 of 3, loss ") || strings.Count(shown[0], "Figure") != 1 {
		t.Errorf("shown: %q, want one finished figure", shown[0])
	}
}

func TestTrainRefuses(t *testing.T) {
	kept := inStore(t)
	shown := printed(t, func() {
		if fit, err := Train(training(0)); fit != nil || err == nil {
			t.Errorf("a training of no epochs gives %v, %v", fit, err)
		}
	})
	if shown != "" || len(kept()) != 0 {
		t.Errorf("a training of no epochs shows %q and stores %v", shown, kept())
	}
}
