package detect

import (
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"strings"

	"flowbook/ml"
	"flowbook/ml/dataset"
)

// document is model.json.
type document struct {
	Schema   int    `json:"schema"`
	Checksum string `json:"checksum"` // SHA-256 of this document with an empty checksum

	Kind        string           `json:"kind"`
	Threshold   float64          `json:"threshold"`
	Features    []string         `json:"features"`
	Scaler      *ml.MinMaxScaler `json:"scaler,omitempty"`
	Standard    *Features        `json:"standard,omitempty"`
	Calibration Calibration      `json:"calibration"`

	Network *ml.Config `json:"network,omitempty"`
	Order   int        `json:"order,omitempty"`
	Median  []float64  `json:"median,omitempty"`
	Scale   []float64  `json:"scale,omitempty"`
	Mean    []float64  `json:"mean,omitempty"`
	Sample  int        `json:"sample,omitempty"`
	Trees   []int      `json:"trees,omitempty"` // nodes of each tree

	Arrays []array `json:"arrays"`
}

// array names one .npy file.
type array struct {
	Name   string `json:"name"`
	File   string `json:"file"`
	Type   string `json:"type"`
	Shape  []int  `json:"shape"`
	SHA256 string `json:"sha256"`
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

// document splits the model into text and arrays.
func (m *Model) document() (d document, files [][]byte) {
	d = document{Schema: Schema, Kind: m.Kind, Threshold: m.Threshold, Features: m.FeatureNames(), Scaler: m.Scaler,
		Standard: m.Features, Calibration: m.Calibration}
	add := func(name, dtype string, values []float64, shape ...int) {
		file := encodeNpy(dtype, shape, values)
		sum := digest(file)
		files = append(files, file)
		d.Arrays = append(d.Arrays, array{Name: name, File: name + "." + sum[:12] + ".npy", Type: dtype, Shape: shape, SHA256: sum})
	}
	switch det := m.Detector.(type) {
	case *Reconstruction:
		d.Network, d.Order = &det.Net.Config, det.Order
		for i, w := range det.Net.Weights {
			add(fmt.Sprintf("layer_%d_kernel", i), "<f4", doubles(w.Kernel), w.In, w.Out)
			add(fmt.Sprintf("layer_%d_bias", i), "<f4", doubles(w.Bias), w.Out)
		}
	case *PCA:
		d.Mean = det.Mean
		add("components", "<f8", det.Components.Data, det.Components.Rows, det.Components.Cols)
	case *Forest:
		d.Sample = det.Sample
		var nodes []float64
		for _, tree := range det.Trees {
			d.Trees = append(d.Trees, len(tree))
			for _, n := range tree {
				nodes = append(nodes, float64(n.Feature), float64(n.Left), float64(n.Rows), n.Cut)
			}
		}
		add("nodes", "<f8", nodes, len(nodes)/4, 4)
	case *RobustZ:
		d.Median, d.Scale = det.Median, det.Scale
	}
	return d, files
}

// model puts the model together again.
func (d document) model(read func(name, dtype string, shape ...int) ([]float64, error)) (*Model, error) {
	m := &Model{Kind: d.Kind, Threshold: d.Threshold, Scaler: d.Scaler, Features: d.Standard, Calibration: d.Calibration}
	if names := m.FeatureNames(); strings.Join(names, "\n") != strings.Join(d.Features, "\n") {
		return nil, errors.New("its features are not those that this program makes")
	}
	width := len(d.Features)
	var err error
	switch d.Kind {
	case "original", "autoencoder":
		if d.Network == nil {
			return nil, errors.New("it has no network")
		}
		net := &ml.Autoencoder{Config: *d.Network, Features: width}
		for i, size := range net.Config.Sizes(width) {
			kernel, err := read(fmt.Sprintf("layer_%d_kernel", i), "<f4", size[0], size[1])
			if err != nil {
				return nil, err
			}
			bias, err := read(fmt.Sprintf("layer_%d_bias", i), "<f4", size[1])
			if err != nil {
				return nil, err
			}
			net.Weights = append(net.Weights, ml.Dense{In: size[0], Out: size[1], Kernel: singles(kernel), Bias: singles(bias)})
		}
		m.Detector = &Reconstruction{Net: net, Order: d.Order}
	case "pca":
		p := &PCA{Mean: d.Mean, Components: dataset.Matrix{Cols: width}}
		for _, a := range d.Arrays {
			if a.Name == "components" && len(a.Shape) == 2 {
				p.Components.Rows = a.Shape[0]
			}
		}
		p.Components.Data, err = read("components", "<f8", p.Components.Rows, width)
		m.Detector = p
	case "forest":
		m.Detector, err = readForest(d, width, read)
	case "zscore":
		m.Detector = &RobustZ{Median: d.Median, Scale: d.Scale}
	default:
		return nil, fmt.Errorf("it has a detector %q; this program knows %q", d.Kind, Kinds)
	}
	return m, err
}

func readForest(d document, width int, read func(name, dtype string, shape ...int) ([]float64, error)) (*Forest, error) {
	total := 0
	for _, n := range d.Trees {
		if n < 1 || n > 1<<20 || total > 1<<24 {
			return nil, fmt.Errorf("trees of %d nodes", d.Trees)
		}
		total += n
	}
	values, err := read("nodes", "<f8", total, 4)
	if err != nil {
		return nil, err
	}
	f := &Forest{Features: width, Sample: d.Sample}
	for _, n := range d.Trees {
		tree := make([]Node, n)
		for i := range tree {
			for _, v := range values[:3] {
				if v != math.Trunc(v) || v < 0 || v > math.MaxInt32 {
					return nil, fmt.Errorf("nodes: %v is no whole number", v)
				}
			}
			tree[i] = Node{Feature: int32(values[0]), Left: int32(values[1]), Rows: int32(values[2]), Cut: values[3]}
			values = values[4:]
		}
		f.Trees = append(f.Trees, tree)
	}
	return f, nil
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
