package detect

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"flowbook/ml"
	"flowbook/ml/dataset"
)

// trainAll trains a small model of every kind. Their training is not the point.
func trainAll() (map[string]*Model, error) {
	frame := flows(400, 30, 350, 1)
	all := map[string]*Model{}
	for _, kind := range Kinds {
		m, _, err := Train(context.Background(), Training{Kind: kind, Flows: frame, Seed: 1, Percentile: 95})
		if err != nil {
			return nil, err
		}
		all[kind] = m
	}
	return all, nil
}

var trained = sync.OnceValues(trainAll)

// models are those of trainAll, a copy of each, so that a test may change it.
func models(t testing.TB) map[string]*Model {
	t.Helper()
	all, err := trained()
	if err != nil {
		t.Fatal(err)
	}
	copies := map[string]*Model{}
	for kind, m := range all {
		c := *m
		copies[kind] = &c
	}
	return copies
}

func TestSaveAndLoad(t *testing.T) {
	frame := flows(300, 20, 100, 2)
	for kind, m := range models(t) {
		t.Run(kind, func(t *testing.T) {
			folder := filepath.Join(t.TempDir(), "a [new] folder")
			if err := m.Save(folder); err != nil {
				t.Fatal(err)
			}
			back, err := Load(folder)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(m, back, cmpopts.IgnoreUnexported(Reconstruction{}, Ensemble{}, Forest{})); diff != "" {
				t.Errorf("loaded (-want +got):\n%s", diff)
			}
			if !cmp.Equal(m.Score(frame), back.Score(frame)) {
				t.Error("the loaded model scores otherwise")
			}
		})
	}
}

func TestSaveReplaces(t *testing.T) {
	folder, all := t.TempDir(), models(t)
	for _, kind := range []string{"forest", "original", "original"} {
		if err := all[kind].Save(folder); err != nil {
			t.Fatal(err)
		}
		if m, err := Load(folder); err != nil || m.Kind != kind {
			t.Fatalf("after saving %s: %+v, %v", kind, m, err)
		}
	}
	files, err := os.ReadDir(folder)
	if err != nil {
		t.Fatal(err)
	}
	if len(files) != 13 { // model.json, 6 kernels, 6 biases
		t.Errorf("%d files in the folder: %v", len(files), files)
	}
}

func TestNpyIsNumpys(t *testing.T) {
	// numpy 1.26.4: np.save(f, np.array([[1, 2.5]], '<f4'))
	want := "\x93NUMPY\x01\x00v\x00{'descr': '<f4', 'fortran_order': False, 'shape': (1, 2), }" + strings.Repeat(" ", 58) + "\n" +
		"\x00\x00\x80?\x00\x00 @"
	if diff := cmp.Diff(want, string(encodeNpy("<f4", []int{1, 2}, []float64{1, 2.5}))); diff != "" {
		t.Errorf("file (-want +got):\n%s", diff)
	}
}

func TestLoadRefuses(t *testing.T) {
	folder := t.TempDir()
	if err := models(t)["original"].Save(folder); err != nil {
		t.Fatal(err)
	}
	read := func() fstest.MapFS {
		out := fstest.MapFS{}
		entries, err := os.ReadDir(folder)
		if err != nil {
			t.Fatal(err)
		}
		for _, e := range entries {
			text, err := os.ReadFile(filepath.Join(folder, e.Name()))
			if err != nil {
				t.Fatal(err)
			}
			out[e.Name()] = &fstest.MapFile{Data: text}
		}
		return out
	}
	npy := func(f fstest.MapFS) string {
		names, err := fs.Glob(f, "layer_1_kernel.*")
		if err != nil || len(names) != 1 {
			t.Fatal(names, err)
		}
		return names[0]
	}
	rewrite := func(f fstest.MapFS, change func(*document)) { // with a valid checksum
		var d document
		if err := json.Unmarshal(f[modelFile].Data, &d); err != nil {
			t.Fatal(err)
		}
		change(&d)
		text, err := d.encode()
		if err != nil {
			t.Fatal(err)
		}
		f[modelFile] = &fstest.MapFile{Data: text}
	}
	for _, c := range []struct {
		name, want string
		change     func(fstest.MapFS)
	}{
		{"no folder", "model.json: file does not exist", func(f fstest.MapFS) { clear(f) }},
		{"no json", "model.json is cut short or altered: invalid character", func(f fstest.MapFS) { f[modelFile].Data = []byte("{[") }},
		{"cut short", "model.json is cut short or altered: unexpected end of JSON input; copy the folder again, or train anew", func(f fstest.MapFS) { f[modelFile].Data = f[modelFile].Data[:500] }},
		{"altered threshold", "model.json is not as it was written", func(f fstest.MapFS) {
			f[modelFile].Data = bytes.Replace(f[modelFile].Data, []byte(`"threshold": `), []byte(`"threshold": 1`), 1)
		}},
		{"newer", "it has schema 4, and this program reads up to 3", func(f fstest.MapFS) { rewrite(f, func(d *document) { d.Schema = 4 }) }},
		{"unknown detector", `does not know: no detector "oracle"`, func(f fstest.MapFS) { rewrite(f, func(d *document) { d.Kind = "oracle" }) }},
		{"weights gone", "layer_1_kernel", func(f fstest.MapFS) { delete(f, npy(f)) }},
		{"weights cut short", "is cut short: 255 of 256 bytes", func(f fstest.MapFS) { f[npy(f)].Data = f[npy(f)].Data[:255] }},
		{"weights too long", "is too large: 257 bytes", func(f fstest.MapFS) { f[npy(f)].Data = append(f[npy(f)].Data, 0) }},
		{"altered weights", "does not match its checksum", func(f fstest.MapFS) { f[npy(f)].Data[200] ^= 1 }},
		{"weights elsewhere", "lies in another folder", func(f fstest.MapFS) { rewrite(f, func(d *document) { d.Arrays[2].File = "../x.npy" }) }},
		{"a huge network", "has type <f4 and shape [8 4], not <f4 and [8 9000000]", func(f fstest.MapFS) {
			rewrite(f, func(d *document) { d.Network.Layers[1].Units = 9_000_000 })
		}},
		{"a network of no sense", "batches of -1 rows", func(f fstest.MapFS) { rewrite(f, func(d *document) { d.Network.BatchSize = -1 }) }},
		{"a scaler for other features", "scaler for 2 features, not 1", func(f fstest.MapFS) {
			rewrite(f, func(d *document) { d.Scaler.Min = []float64{0, 0} })
		}},
		{"no scaler", "no scaler", func(f fstest.MapFS) { rewrite(f, func(d *document) { d.Scaler = nil }) }},
	} {
		t.Run(c.name, func(t *testing.T) {
			f := read()
			c.change(f)
			if m, err := load(f); err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("got %v, error %v; want an error with %q", m, err, c.want)
			}
		})
	}
	if _, err := load(read()); err != nil {
		t.Errorf("unchanged: %v", err)
	}
	var unreadable *UnreadableError
	if _, err := Load(filepath.Join(folder, "nowhere")); !errors.As(err, &unreadable) {
		t.Errorf("no folder: error %v", err)
	}
}

// TestLoadRefusesOlderBehaviour: a model of schema 2 has numbers of the same shapes that mean something else; its scores would be compared
// with a threshold that is not theirs.
func TestLoadRefusesOlderBehaviour(t *testing.T) {
	frame := flows(300, 0, 0, 1)
	m, _, err := Train(t.Context(), Training{Kind: "tail", Flows: frame, Percentile: 95})
	if err != nil {
		t.Fatal(err)
	}
	folder := t.TempDir()
	for _, c := range []struct {
		schema int
		want   string
	}{{3, ""}, {2, "trained by an older flowbook, whose features meant something else: train it anew"}} {
		if err := m.Save(folder); err != nil {
			t.Fatal(err)
		}
		path := filepath.Join(folder, modelFile)
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		var d document
		if err := json.Unmarshal(text, &d); err != nil {
			t.Fatal(err)
		}
		if d.Schema != 3 {
			t.Errorf("saved with schema %d, want 3", d.Schema)
		}
		d.Schema = c.schema
		if text, err = d.encode(); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, text, 0o666); err != nil {
			t.Fatal(err)
		}
		switch _, err := Load(folder); {
		case c.want == "" && err != nil:
			t.Errorf("schema %d: %v", c.schema, err)
		case c.want != "" && (err == nil || !strings.Contains(err.Error(), c.want)):
			t.Errorf("schema %d: error %v, want one with %q", c.schema, err, c.want)
		}
	}
}

// TestSaveRefuses: what could not be loaded again is not saved.
func TestSaveRefuses(t *testing.T) {
	net, err := ml.NewAutoencoder(ml.KerasConfig(), 2)
	if err != nil {
		t.Fatal(err)
	}
	scaler := new(ml.MinMaxScaler)
	scaler.FitTransform(dataset.Matrix{Rows: 2, Cols: 1, Data: []float64{1, 2}})
	if err := Original(scaler, net, 1).Save(t.TempDir()); err == nil {
		t.Error("a network of two features was saved with a scaler of one")
	}
}

// FuzzLoad: whatever model.json and the arrays hold, loading neither panics nor takes memory that
// the files do not account for, and a model that loads can score.
func FuzzLoad(f *testing.F) {
	folder := f.TempDir()
	frame := flows(8, 0, 0, 1)
	features := &Features{}
	features.learnApplications(frame.Strings("application_name"))
	wide := features.raw(frame)
	features.learnScale(wide)
	net, err := ml.NewAutoencoder(ml.KerasConfig(), 1)
	if err != nil {
		f.Fatal(err)
	}
	scaler := new(ml.MinMaxScaler)
	scaler.FitTransform(dataset.Matrix{Rows: 2, Cols: 1, Data: []float64{1, 2}})
	for _, m := range []*Model{
		Original(scaler, net, 1),
		{Kind: "zscore", Features: features, Detector: TrainRobustZ(wide)},
		{Kind: "forest", Features: features, Detector: &Forest{Features: wide.Cols, Sample: 8, Trees: TrainForest(wide, 1).Trees[:2]}},
	} {
		if err := m.Save(folder); err != nil {
			f.Fatal(err)
		}
		text, err := os.ReadFile(filepath.Join(folder, modelFile))
		if err != nil {
			f.Fatal(err)
		}
		f.Add(text, []byte(npyMagic), true)
		f.Add(text, encodeNpy("<f4", []int{8}, make([]float64, 8)), false)
	}
	row := flows(3, 0, 0, 1)
	f.Fuzz(func(t *testing.T, text, npy []byte, sign bool) {
		files := fstest.MapFS{modelFile: &fstest.MapFile{Data: text}}
		var d document
		if json.Unmarshal(text, &d) == nil && len(d.Arrays) < maxArrays {
			for i := range d.Arrays { // one array for all, and the right checksums, to get past them
				if sign {
					d.Arrays[i].SHA256 = digest(npy)
				}
				if fs.ValidPath(d.Arrays[i].File) {
					files[d.Arrays[i].File] = &fstest.MapFile{Data: npy}
				}
			}
			if again, err := d.encode(); err == nil && sign {
				files[modelFile] = &fstest.MapFile{Data: again}
			}
		}
		if m, err := load(files); err == nil {
			m.Score(row)
		}
	})
}
