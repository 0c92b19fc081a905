package detect

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"flowbook/ml"
	"flowbook/ml/dataset"
)

var update = flag.Bool("update", false, "write testdata/bits.json anew")

// bits are digests of what one detector makes of one file: equal only if every bit is.
type bits struct {
	Model    string `json:"model"`    // model.json, which holds the arrays' digests
	Features string `json:"features"` // rows that the detector sees
	Scores   string `json:"scores"`   // of all flows
	Findings string `json:"findings"` // of a scan in pieces
}

// golden is testdata/bits.json: for each file of flows its digest and, for each kind, the bits.
type golden map[string]struct {
	File  string          `json:"file,omitempty"`
	Kinds map[string]bits `json:"kinds"`
}

// TestSameBits: a model trained on a file, its features, scores and findings are, bit for bit,
// those that were written down before anything here was made fast: those of blocks by the first
// version, whose pace alone was counted otherwise (so the digests of models have changed since),
// those of behaviour by the second, of whose models only the number of the schema has changed
// since, those of flows without ports just before flows went role by role.
func TestSameBits(t *testing.T) {
	if testing.Short() {
		t.Skip("trains every detector twice; run without -short")
	}
	if runtime.GOARCH != "amd64" || ml.ChosenBackend().Config != "go:ops_sequential" {
		t.Skip("the digests are those of amd64 and of gomlx's Go backend: exponentials and sums round otherwise elsewhere")
	}
	const file = "testdata/bits.json"
	var want golden
	text, err := os.ReadFile(file)
	if err == nil {
		err = json.Unmarshal(text, &want)
	}
	if err != nil && !*update {
		t.Fatal(err)
	}
	got := golden{}
	for _, c := range []struct {
		name  string
		flows func(t *testing.T, columns []string) (f *dataset.Frame, digest string)
	}{
		{"made up", func(*testing.T, []string) (*dataset.Frame, string) { return flows(Block+3000, 60, 9_980, 3), "" }},
		{"split_1", readSplit1},
	} {
		t.Run(c.name, func(t *testing.T) {
			entry := want[c.name]
			entry.Kinds = map[string]bits{}
			for _, kind := range blockKinds {
				frame, digest := c.flows(t, append([]string{"id"}, (&Features{}).Columns()...))
				if !*update && digest != entry.File {
					t.Skip("another split_1 than the one that the digests are of")
				}
				entry.File = digest
				entry.Kinds[kind] = bitsOf(t, Training{Kind: kind, Flows: frame, Blocks: true})
			}
			got[c.name] = entry
			if diff := cmp.Diff(want[c.name], entry); diff != "" && !*update {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
	for _, c := range []struct {
		name  string
		flows *dataset.Frame
		kinds []string
	}{
		{"behaviour", flows(3000, 60, 2800, 3), Kinds[1:]},
		{"behaviour, some flows without ports", portless(flows(3000, 60, 2800, 3)), []string{"pca", "tail"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			entry := want[c.name]
			entry.Kinds = map[string]bits{}
			for _, kind := range c.kinds {
				entry.Kinds[kind] = bitsOf(t, Training{Kind: kind, Flows: c.flows})
			}
			got[c.name] = entry
			if diff := cmp.Diff(want[c.name], entry); diff != "" && !*update {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
	if *update {
		text, err := json.MarshalIndent(got, "", "  ")
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, append(text, '\n'), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

// portless has port 0 and protocol 0 in each seventh flow: the hash of the two is 0, which is a
// port like any other.
func portless(f *dataset.Frame) *dataset.Frame {
	for _, name := range []string{"dst_port", "protocol"} {
		values := slices.Clone(f.Int64s(name))
		for r := 0; r < len(values); r += 7 {
			values[r] = 0
		}
		f = f.With(dataset.Int64Column(name, values))
	}
	return f
}

func readSplit1(t *testing.T, columns []string) (*dataset.Frame, string) {
	path := dataset.Path("EditDatasets/split_1.csv")
	text, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		t.Skip("no split_1; flowbook data generate and flowbook data split make it")
	}
	if err != nil {
		t.Fatal(err)
	}
	frame, err := dataset.Read(path, columns...)
	if err != nil {
		t.Fatal(err)
	}
	return frame, digest(text)
}

// blockKinds are the detectors that take features of blocks.
var blockKinds = []string{"original", "autoencoder", "pca", "forest", "zscore"}

func bitsOf(t *testing.T, training Training) bits {
	t.Helper()
	training.Seed, training.Percentile = 18, 95
	frame := training.Flows
	model, _, err := Train(t.Context(), training)
	if err != nil {
		t.Fatal(err)
	}
	folder := filepath.Join(t.TempDir(), "model")
	if err := model.Save(folder); err != nil {
		t.Fatal(err)
	}
	document, err := os.ReadFile(filepath.Join(folder, modelFile))
	if err != nil {
		t.Fatal(err)
	}
	findings := sha256.New()
	tally, err := model.Scan(t.Context(), &stream{frame: frame, piece: 777}, func(f Finding) error {
		_, err := fmt.Fprintf(findings, "%d %d %x %x", f.Row, f.ID, f.Score, f.Threshold)
		for _, d := range f.Drivers {
			fmt.Fprintf(findings, " %s %x", d.Feature, d.Share)
		}
		fmt.Fprintln(findings)
		return err
	}, func(index float64, t Tally) { fmt.Fprintf(findings, "drift %x %s\n", index, tallied(t)) })
	if err != nil {
		t.Fatal(err)
	}
	fmt.Fprint(findings, tallied(tally))
	return bits{digest(document), digestOf(model.Transform(frame).Data), digestOf(model.Score(frame)), hex.EncodeToString(findings.Sum(nil))}
}

func digestOf(values []float64) string {
	sum := sha256.New()
	if err := binary.Write(io.Writer(sum), binary.LittleEndian, values); err != nil {
		panic(err)
	}
	return hex.EncodeToString(sum.Sum(nil))
}

// tallied is a tally as the digests have it.
func tallied(t Tally) string {
	return fmt.Sprintf("{Flows:%d Anomalies:%d Drifts:%d WorstDrift:%v}", t.Flows, t.Anomalies, t.Drifts, t.WorstDrift)
}
