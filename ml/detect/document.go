package detect

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"strings"

	"flowbook/ml"
)

// document is model.json. Its types and their tags belong to the file, not to the program: a field
// that package ml gains or renames changes nothing here.
type document struct {
	Schema   int    `json:"schema"`
	Checksum string `json:"checksum"` // SHA-256 of the file's bytes with this text empty and without the last line feed

	Kind        string      `json:"kind"`
	Threshold   float64     `json:"threshold"`
	Features    []string    `json:"features"`
	Scaler      *scaler     `json:"scaler,omitempty"`
	Standard    *standard   `json:"standard,omitempty"`
	Calibration calibration `json:"calibration"`

	Network *network  `json:"network,omitempty"`
	Order   int       `json:"order,omitempty"`
	Median  []float64 `json:"median,omitempty"`
	Scale   []float64 `json:"scale,omitempty"`
	Mean    []float64 `json:"mean,omitempty"`
	Sample  int       `json:"sample,omitempty"`
	Trees   []int     `json:"trees,omitempty"` // nodes of each tree

	// Since schema 2. In schema 3 the features of behaviour and the scores of components mean
	// something else.
	Behaviour *behaviour `json:"behaviour,omitempty"`
	Bound     float64    `json:"bound,omitempty"`   // of components
	Members   []string   `json:"members,omitempty"` // of an ensemble

	Arrays []array `json:"arrays"`

	files [][]byte // of the arrays, to be written
}

type scaler struct {
	Min []float64 `json:"Min"`
	Max []float64 `json:"Max"`
}

type standard struct {
	Applications []string  `json:"Applications"`
	Mean         []float64 `json:"Mean"`
	Scale        []float64 `json:"Scale"`
}

type behaviour struct {
	LongestMs int64    `json:"longest_ms"`
	Columns   []string `json:"columns"`
	Groups    []string `json:"groups"`
	Seen      []int    `json:"seen"` // flows that had each of rarityFields
}

type calibration struct {
	Flows       int       `json:"Flows"`
	Rate        float64   `json:"Rate"`
	FlowsPerDay float64   `json:"FlowsPerDay"`
	Edges       []float64 `json:"Edges"`
	Shares      []float64 `json:"Shares"`

	IncidentsPerDay float64 `json:"IncidentsPerDay,omitempty"`
	Percentile      float64 `json:"Percentile,omitempty"`
}

// array names one .npy file.
type array struct {
	Name   string `json:"name"`
	File   string `json:"file"`
	Type   string `json:"type"`
	Shape  []int  `json:"shape"`
	SHA256 string `json:"sha256"`
}

// add appends an array of that type ("<f4", "<f8") and shape.
func (d *document) add(name, dtype string, values []float64, shape ...int) {
	file := encodeNpy(dtype, shape, values)
	sum := digest(file)
	d.files = append(d.files, file)
	d.Arrays = append(d.Arrays, array{Name: name, File: name + "." + sum[:12] + ".npy", Type: dtype, Shape: shape, SHA256: sum})
}

// rowsOf is the length of an array, 0 if there is none.
func (d *document) rowsOf(name string) int {
	for _, a := range d.Arrays {
		if a.Name == name && len(a.Shape) > 0 {
			return a.Shape[0]
		}
	}
	return 0
}

// encode is the document's text with its checksum.
func (d document) encode() ([]byte, error) {
	d.Checksum = ""
	text, err := json.MarshalIndent(d, "", "  ")
	if err != nil {
		return nil, err
	}
	d.Checksum = digest(text)
	text, err = json.MarshalIndent(d, "", "  ")
	return append(text, '\n'), err
}

// checksumField is the checksum as encode writes it.
var checksumField = regexp.MustCompile(`(?m)^  "checksum": "([0-9a-f]{64})",$`)

// intact reports whether the text of model.json matches the checksum in it. It looks at bytes only,
// so it holds for documents with fields that this program does not know.
func intact(text []byte) bool {
	at := checksumField.FindSubmatchIndex(text)
	if at == nil {
		return false
	}
	empty := bytes.TrimSuffix(append(bytes.Clone(text[:at[2]]), text[at[3]:]...), []byte("\n"))
	return digest(empty) == string(text[at[2]:at[3]])
}

// document splits the model into text and arrays. Its schema is the oldest that holds it.
func (m *Model) document() (*document, error) {
	kind, err := kindOf(m.Kind)
	if err != nil {
		return nil, err
	}
	d := &document{Schema: 1, Kind: m.Kind, Threshold: m.Threshold, Features: m.FeatureNames(),
		Calibration: calibration(m.Calibration)}
	if m.Scaler != nil {
		d.Scaler = &scaler{m.Scaler.Min, m.Scaler.Max}
	}
	switch f := m.Features.(type) {
	case *Features:
		d.Standard = &standard{f.Applications, f.Mean, f.Scale}
	case *Behaviour:
		d.Schema = 3
		f.save(d)
	}
	kind.save(m.Detector, d)
	return d, nil
}

// model puts the model together again.
func (d *document) model(read readArray) (*Model, error) {
	m := &Model{Kind: d.Kind, Threshold: d.Threshold, Calibration: Calibration(d.Calibration)}
	if d.Scaler != nil {
		m.Scaler = &ml.MinMaxScaler{Min: d.Scaler.Min, Max: d.Scaler.Max}
	}
	if s := d.Standard; s != nil {
		m.Features = &Features{Applications: s.Applications, Mean: s.Mean, Scale: s.Scale}
	}
	if d.Behaviour != nil {
		if d.Schema < 3 {
			return nil, errors.New("it was trained by an older flowbook, whose features meant something else: train it anew")
		}
		b, err := loadBehaviour(d, len(d.Features), read)
		if err != nil {
			return nil, err
		}
		m.Features = b
	}
	if names := m.FeatureNames(); strings.Join(names, "\n") != strings.Join(d.Features, "\n") {
		return nil, errors.New("its features are not those that this program makes")
	}
	kind, err := kindOf(d.Kind)
	if err != nil {
		return nil, fmt.Errorf("it has a detector that this program does not know: %w", err)
	}
	m.Detector, err = kind.load(d, len(d.Features), read)
	return m, err
}

func doubles(v []float32) []float64 {
	out := make([]float64, len(v))
	for i := range v {
		out[i] = float64(v[i])
	}
	return out
}

func singles(v []float64) []float32 {
	out := make([]float32, len(v))
	for i := range v {
		out[i] = float32(v[i])
	}
	return out
}
