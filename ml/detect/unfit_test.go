package detect

import (
	"errors"
	"math"
	"slices"
	"strings"
	"testing"

	"flowbook/ml/dataset"
)

// TestScanRefuses: what cannot be scored ends the scan with its row and column; what came before is scored.
func TestScanRefuses(t *testing.T) {
	whole := flows(60, 0, 0, 7)
	with := func(name string, change func(c *dataset.Column) *dataset.Column) *dataset.Frame {
		return whole.With(change(whole.Column(name)))
	}
	gap := func(c *dataset.Column) *dataset.Column { return c.Missing(45, 50) }
	infinite := slices.Clone(whole.Float64s("bidirectional_mean_ps"))
	infinite[45] = math.Inf(1)
	for _, c := range []struct {
		want  string
		flows *dataset.Frame
		kinds []string
	}{
		{"row 45, column bidirectional_packets: the value is missing", with(packets, gap), Kinds},
		{"row 45, column bidirectional_mean_ps: the value is missing", with("bidirectional_mean_ps", gap), Kinds[1:]},
		{"row 45, column bidirectional_first_seen_ms: the value is missing", with(firstSeen, gap), Kinds[1:]},
		{"row 45, column id: the value is missing", with("id", gap), Kinds},
		{"row 0, column bidirectional_first_seen_ms: the values are float64, not int64", with(firstSeen, func(c *dataset.Column) *dataset.Column {
			return dataset.Float64Column(firstSeen, whole.Float64s(firstSeen))
		}), Kinds[1:]},
		{"row 0, column src_ip: the values are int64, not object", with("src_ip", func(*dataset.Column) *dataset.Column {
			return dataset.Int64Column("src_ip", make([]int64, 60))
		}), Kinds[1:]},
		{"row 0, column bidirectional_packets: the values are object, not int64", with(packets, func(*dataset.Column) *dataset.Column {
			return dataset.TextColumn(packets, make([]string, 60))
		}), Kinds},
		{"row 45: no score, because log_bidirectional_mean_ps is infinite",
			whole.With(dataset.Float64Column("bidirectional_mean_ps", infinite)), []string{"pca", "autoencoder"}},
	} {
		for _, kind := range c.kinds {
			var last int64 = -1
			m := models(t)[kind]
			m.Threshold = -1 // every flow is reported
			_, err := m.Scan(t.Context(), &stream{frame: c.flows, piece: 20}, func(f Finding) error {
				last = f.Row
				return nil
			}, nil)
			if err == nil || err.Error() != c.want {
				t.Errorf("%s: got error %v, want %s", kind, err, c.want)
			}
			if strings.HasPrefix(c.want, "row 45") && last != 44 {
				t.Errorf("%s: %s: the last flow reported is %d, want 44", kind, c.want, last)
			}
		}
	}
	// Missing texts are no reason, nor are missing numbers that the detector does not look at.
	for _, name := range []string{"application_name", "bidirectional_mean_ps"} {
		kind := map[string]string{"application_name": "zscore", "bidirectional_mean_ps": "original"}[name]
		tally, err := models(t)[kind].Scan(t.Context(), &stream{frame: with(name, gap), piece: 20}, ignore, nil)
		if err != nil || tally.Flows != 60 {
			t.Errorf("%s with gaps in %s: %d flows, error %v", kind, name, tally.Flows, err)
		}
	}
}

func TestTrainRefusesInfiniteNumbers(t *testing.T) {
	const column = "bidirectional_mean_ps"
	frame := flows(300, 0, 0, 5)
	values := slices.Clone(frame.Float64s(column))
	values[7] = math.Inf(-1)
	frame = frame.With(dataset.Float64Column(column, values))
	for _, kind := range Kinds[1:] {
		_, _, err := Train(t.Context(), Training{Kind: kind, Flows: frame})
		if want := "train: row 7, column bidirectional_mean_ps: the number is infinite"; err == nil || err.Error() != want {
			t.Errorf("%s: got error %v, want %s", kind, err, want)
		}
	}
}

func TestTrainRefusesMissingNumbers(t *testing.T) {
	frame := flows(300, 0, 0, 5)
	for _, kind := range Kinds {
		_, _, err := Train(t.Context(), Training{Kind: kind, Flows: frame.With(frame.Column(packets).Missing(7))})
		var unfit *UnfitError
		if !errors.As(err, &unfit) || unfit.Row != 7 || unfit.Column != packets {
			t.Errorf("%s: got error %v, want an UnfitError of row 7, column %s", kind, err, packets)
		}
	}
}
