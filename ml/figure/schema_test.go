package figure

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"math"
	"os"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"
)

// vegaLiteSchema returns the JSON schema of Vega-Lite 5.23, see
// testdata/README.md.
func vegaLiteSchema(t *testing.T) *jsonschema.Schema {
	t.Helper()
	file, err := os.Open("testdata/vega-lite-5.23.0.schema.json.gz")
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	unpacked, err := gzip.NewReader(file)
	if err != nil {
		t.Fatal(err)
	}
	document, err := jsonschema.UnmarshalJSON(unpacked)
	if err != nil {
		t.Fatal(err)
	}
	c := jsonschema.NewCompiler()
	if err := c.AddResource("embedded:///vega-lite.json", document); err != nil {
		t.Fatal(err)
	}
	schema, err := c.Compile("embedded:///vega-lite.json")
	if err != nil {
		t.Fatal(err)
	}
	return schema
}

func TestSpecsAreVegaLite(t *testing.T) {
	schema := vegaLiteSchema(t)
	for _, s := range append(samples(), originals()...) {
		t.Run(s.name, func(t *testing.T) {
			file, err := json.Marshal(s.fig.Spec())
			if err != nil {
				t.Fatal(err)
			}
			document, err := jsonschema.UnmarshalJSON(bytes.NewReader(file))
			if err != nil {
				t.Fatal(err)
			}
			if err := schema.Validate(document); err != nil {
				text := err.Error()
				t.Error(text[:min(len(text), 2000)])
			}
			plain(t, "spec", s.fig.Spec())
		})
	}
	// The schema must be able to refuse: an unknown mark is none.
	wrong := New(Size(4, 3))
	wrong.Line(nil, []float64{1, 2}, Style{})
	document := wrong.Spec()
	document["layer"].([]any)[0].(map[string]any)["mark"] = "squiggle"
	file, err := json.Marshal(document)
	if err != nil {
		t.Fatal(err)
	}
	parsed, err := jsonschema.UnmarshalJSON(bytes.NewReader(file))
	if err != nil {
		t.Fatal(err)
	}
	if schema.Validate(parsed) == nil {
		t.Error("a mark that Vega-Lite does not know passes the schema")
	}
}

// plain checks that a specification is made of what gob and JSON can carry.
func plain(t *testing.T, path string, v any) {
	t.Helper()
	switch v := v.(type) {
	case string, bool, int:
	case float64:
		if math.IsNaN(v) || math.IsInf(v, 0) {
			t.Errorf("%s is %v", path, v)
		}
	case []any:
		if len(v) == 0 {
			t.Errorf("%s is empty and would arrive as null", path)
		}
		for _, x := range v {
			plain(t, path+"[]", x)
		}
	case map[string]any:
		for key, x := range v {
			plain(t, path+"."+key, x)
		}
	default:
		t.Errorf("%s is a %T", path, v)
	}
}
