package detect

import (
	"bytes"
	"encoding/json"
	"math"
	"os"
	"path/filepath"
	"reflect"
	"runtime"
	"strconv"
	"testing"
	"testing/fstest"

	"flowbook/ml"
)

// TestSchema1LoadsForEver: the models in testdata/schema1 were written by the program of
// 2026-11-23, before detectors had a table and model.json types of its own. They load and score as
// they did then: bit for bit where the arithmetic is the same, to float32's precision elsewhere.
// Nobody may write these files anew.
func TestSchema1LoadsForEver(t *testing.T) {
	text, err := os.ReadFile("testdata/schema1/scores.json")
	if err != nil {
		t.Fatal(err)
	}
	var want map[string][]string
	if err := json.Unmarshal(text, &want); err != nil {
		t.Fatal(err)
	}
	if len(want) != 5 {
		t.Fatalf("scores of %d models, not 5", len(want))
	}
	frame := flows(300, 20, 100, 2)
	tolerance := 1e-4
	if runtime.GOARCH == "amd64" && ml.ChosenBackend().Config == "go:ops_sequential" {
		tolerance = 0
	}
	for kind, scores := range want {
		t.Run(kind, func(t *testing.T) {
			m, err := Load(filepath.Join("testdata/schema1", kind))
			if err != nil {
				t.Fatal(err)
			}
			got := m.Score(frame)
			if len(got) != len(scores) {
				t.Fatalf("%d scores, want %d", len(got), len(scores))
			}
			for i := range got {
				score, err := strconv.ParseFloat(scores[i], 64)
				if err != nil {
					t.Fatal(err)
				}
				if math.Abs(got[i]-score) > tolerance*math.Abs(score) {
					t.Fatalf("flow %d scores %v, want %v", i, got[i], score)
				}
			}
		})
	}
}

// TestUnknownFields: a field that a later program added without raising the schema is passed over,
// its checksum holds; an altered byte is still found.
func TestUnknownFields(t *testing.T) {
	text, err := os.ReadFile("testdata/schema1/zscore/model.json")
	if err != nil {
		t.Fatal(err)
	}
	later := bytes.Replace(text, []byte(`  "kind": "zscore",`), []byte("  \"kind\": \"zscore\",\n  \"note\": {\"a\": [1]},"), 1)
	empty := checksumField.ReplaceAll(later, []byte(`  "checksum": "",`))
	later = checksumField.ReplaceAll(later, []byte(`  "checksum": "`+digest(bytes.TrimSuffix(empty, []byte("\n")))+`",`))
	if _, err := load(fstest.MapFS{modelFile: {Data: later}}); err != nil {
		t.Errorf("with a field that is not known: %v", err)
	}
	for at := range later {
		altered := bytes.Clone(later)
		altered[at] ^= 1
		if _, err := load(fstest.MapFS{modelFile: {Data: altered}}); err == nil {
			t.Fatalf("byte %d altered: no error", at)
		}
	}
}

// TestNetworkKeepsConfig: each field of ml.Config is stored, so that one added there is not
// forgotten here.
func TestNetworkKeepsConfig(t *testing.T) {
	c := ml.KerasConfig()
	fill(reflect.ValueOf(&c).Elem())
	if got := storeNetwork(c).config(); !reflect.DeepEqual(got, c) {
		t.Errorf("stored and read back: %+v, want %+v", got, c)
	}
}

// fill sets every field to something that is not zero.
func fill(v reflect.Value) {
	switch v.Kind() {
	case reflect.Struct:
		for i := range v.NumField() {
			fill(v.Field(i))
		}
	case reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		fill(v.Elem())
	case reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), 2, 2))
		for i := range v.Len() {
			fill(v.Index(i))
		}
	case reflect.String:
		v.SetString("tanh")
	case reflect.Bool:
		v.SetBool(true)
	case reflect.Float64:
		v.SetFloat(0.25)
	case reflect.Int:
		v.SetInt(3)
	case reflect.Uint64:
		v.SetUint(7)
	}
}
