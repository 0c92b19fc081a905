package tensorboard

import (
	"encoding/hex"
	"encoding/json"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"flowbook/ml"
)

func history() ml.History {
	return ml.History{Planned: 3, Epochs: []ml.Epoch{
		{Loss: 0.25, ValLoss: 0.5, LearningRate: 1e-3},
		{Loss: 0.125, ValLoss: 0.375, LearningRate: 1e-3},
		{Loss: 0.0625, ValLoss: math.Inf(1), LearningRate: 2e-4},
	}}
}

// TestRecordsOfTensorFlow compares two records with those that TensorFlow 2.16.1 wrote of the same
// events:
//
//	e = event_pb2.Event(wall_time=1.5, step=7)
//	v = e.summary.value.add(tag="epoch_loss")
//	v.metadata.plugin_data.plugin_name = "scalars"; v.metadata.data_class = 1
//	v.tensor.CopyFrom(TensorProto(dtype=1, tensor_shape=TensorShapeProto(), tensor_content=struct.pack("<f", 0.25)))
//	tf.io.TFRecordWriter(path).write(e.SerializeToString())
//
// and of Event(wall_time=1.5, file_version="brain.Event:2").
func TestRecordsOfTensorFlow(t *testing.T) {
	at := time.Unix(1, 500_000_000)
	for _, c := range []struct{ name, want, got string }{
		{"scalar", scalarRecord, hex.EncodeToString(record(scalarEvent(at, 7, scalar{"epoch_loss", 0.25})))},
		{"version", versionRecord, hex.EncodeToString(record(versionEvent(at)))},
	} {
		if c.got != c.want {
			t.Errorf("%s: got\n%s, want\n%s", c.name, c.got, c.want)
		}
	}
}

// TestTensorBoardReads lets the tensorboard package read the files.
func TestTensorBoardReads(t *testing.T) {
	python := os.Getenv("FLOWBOOK_PYTHON")
	if python == "" {
		t.Skip("$FLOWBOOK_PYTHON is not set: give it a Python with tools/bench/reference/requirements.txt installed, which brings tensorboard")
	}
	if testing.Short() {
		t.Skip("importing tensorboard takes seconds; run without -short")
	}
	dir := t.TempDir()
	w, err := NewWriter(dir)
	if err != nil {
		t.Fatal(err)
	}
	h := history()
	for n := range h.Epochs { // as a training reports them
		w.Report(ml.History{Epochs: h.Epochs[:n+1]})
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(python, "-c", `
import json, sys
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
from tensorboard.util import tensor_util
out = {}
for run in ("train", "validation"):
    events = EventAccumulator(sys.argv[1] + "/" + run)
    events.Reload()
    for tag in events.Tags()["tensors"]:
        assert events.SummaryMetadata(tag).plugin_data.plugin_name == "scalars"
        out[run + "/" + tag] = [[e.step, str(float(tensor_util.make_ndarray(e.tensor_proto)))] for e in events.Tensors(tag)]
print(json.dumps(out))`, dir)
	cmd.Stderr = os.Stderr
	text, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	var got map[string][][2]any
	if err := json.Unmarshal(text, &got); err != nil {
		t.Fatal(err)
	}
	want := map[string][][2]any{
		"train/epoch_loss":          {{0.0, "0.25"}, {1.0, "0.125"}, {2.0, "0.0625"}},
		"train/epoch_learning_rate": {{0.0, "0.0010000000474974513"}, {1.0, "0.0010000000474974513"}, {2.0, "0.00019999999494757503"}},
		"validation/epoch_loss":     {{0.0, "0.5"}, {1.0, "0.375"}, {2.0, "inf"}},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("TensorBoard reads (-want +got):\n%s", diff)
	}
}

// TestFiles: a training without validation has no such run; a second one in the same second has a
// file of its own; what cannot be written is an error.
func TestFiles(t *testing.T) {
	dir := t.TempDir()
	h := history()
	for i := range h.Epochs {
		h.Epochs[i].ValLoss = math.NaN()
	}
	for range 3 {
		if err := Write(dir, h); err != nil {
			t.Fatal(err)
		}
	}
	files, err := filepath.Glob(filepath.Join(dir, "*", "*tfevents*"))
	if err != nil || len(files) != 3 || strings.Contains(strings.Join(files, ""), "validation") {
		t.Errorf("files %v, error %v; want three of training runs", files, err)
	}
	occupied := filepath.Join(dir, "occupied")
	if err := os.WriteFile(occupied, nil, 0o666); err != nil {
		t.Fatal(err)
	}
	if err := Write(occupied, h); err == nil {
		t.Error("no error for a folder that is a file")
	}
}

const (
	scalarRecord = "36000000000000004f578cef09000000000000f83f10072a290a270a0a65706f63685f6c6f7373420a0801120022040000803e4a0d0a090a07" +
		"7363616c6172732001392f14bd"
	versionRecord = "1800000000000000a37f4b2209000000000000f83f1a0d627261696e2e4576656e743a322a28646c"
)
