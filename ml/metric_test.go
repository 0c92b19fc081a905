package ml

import (
	"encoding/json"
	"math"
	"os"
	"strconv"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"flowbook/ml/dataset"
)

// sklearn is what scikit-learn 1.4.2 and numpy 1.26.4 measured:
// tools/bench/reference/metrics_sklearn.py.
type sklearn struct {
	Cases []struct {
		Name                            string
		Scores                          []float64
		Actual                          []bool
		Threshold                       float64
		Confusion                       [2][2]int
		Accuracy, Precision, Recall, F1 float64
		ROCAUC                          float64 `json:"roc_auc"`
		AveragePrecision                float64 `json:"average_precision"`
		FPR, TPR                        []float64
		PRPrecision                     []float64 `json:"pr_precision"`
		PRRecall                        []float64 `json:"pr_recall"`
	}
	Values        []float64
	Percentiles   map[string]float64
	Table, Scaled []float64
	Splits        [][4]float64
	Tables        []struct {
		Rows                                       int
		Table                                      []*float64 // null is NaN
		MinMaxScaler, StandardScaler, RobustScaler []*float64
	}
	Stratified []struct {
		Labels      []string
		Share       float64
		Train, Test map[string]int
	}
	Folds [][3]json.RawMessage // rows, folds, test parts
}

func readSklearn(t *testing.T) (want sklearn) {
	t.Helper()
	text, err := os.ReadFile("testdata/metrics_sklearn.json")
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(text, &want); err != nil {
		t.Fatal(err)
	}
	return want
}

var close12 = cmpopts.EquateApprox(0, 1e-12)

func TestMetricsAgainstSklearn(t *testing.T) {
	for _, c := range readSklearn(t).Cases {
		t.Run(c.Name, func(t *testing.T) {
			m := ConfusionMatrix(Above(c.Scores, c.Threshold), c.Actual)
			table := [2][2]int{{m.TruePositive, m.FalseNegative}, {m.FalsePositive, m.TrueNegative}}
			if diff := cmp.Diff(c.Confusion, table); diff != "" {
				t.Errorf("confusion (-want +got):\n%s", diff)
			}
			roc, pr := ROC(c.Scores, c.Actual), PrecisionRecall(c.Scores, c.Actual)
			want := []float64{c.Accuracy, c.Precision, c.Recall, c.F1, c.ROCAUC, c.AveragePrecision}
			got := []float64{m.Accuracy(), m.Precision(), m.Recall(), m.F1(), ROCAUC(c.Scores, c.Actual), AveragePrecision(c.Scores, c.Actual)}
			if diff := cmp.Diff(want, got, close12); diff != "" {
				t.Errorf("accuracy, precision, recall, F1, AUC, AP (-want +got):\n%s", diff)
			}
			if diff := cmp.Diff([][]float64{c.FPR, c.TPR}, [][]float64{roc.X, roc.Y}, close12); diff != "" {
				t.Errorf("ROC (-want +got):\n%s", diff)
			}
			if diff := cmp.Diff([][]float64{c.PRRecall, c.PRPrecision}, [][]float64{pr.X, pr.Y}, close12); diff != "" {
				t.Errorf("precision-recall (-want +got):\n%s", diff)
			}
		})
	}
}

func TestPrecisionAtK(t *testing.T) {
	scores := []float64{9, 5, 5, 5, 1}
	actual := []bool{true, true, false, false, true}
	for k, want := range map[int]float64{1: 1, 2: (1 + 1.0/3) / 2, 4: 0.5, 5: 0.6} {
		if got := PrecisionAtK(scores, actual, k); math.Abs(got-want) > 1e-12 {
			t.Errorf("k=%d: got %v, want %v", k, got, want)
		}
	}
}

func TestPercentileAgainstNumpy(t *testing.T) {
	ref := readSklearn(t)
	for text, want := range ref.Percentiles {
		p, err := strconv.ParseFloat(text, 64)
		if err != nil {
			t.Fatal(err)
		}
		if got := Percentile(ref.Values, p); got != want {
			t.Errorf("percentile %v: got %v, want %v", p, got, want)
		}
	}
	if got := Percentile([]float64{3, 3, 3}, 33); got != 3 {
		t.Errorf("percentile of equal values: got %v, want exactly 3: a threshold that ties must flag none of them", got)
	}
	if got := Percentile(nil, 50); !math.IsNaN(got) {
		t.Errorf("percentile of nothing: got %v, want NaN", got)
	}
	if got := Percentile([]float64{1, math.NaN()}, 50); !math.IsNaN(got) {
		t.Errorf("percentile with a NaN: got %v, want NaN", got)
	}
}

func TestMinMaxScalerAgainstSklearn(t *testing.T) {
	ref := readSklearn(t)
	m := dataset.Matrix{Rows: 7, Cols: 3, Data: ref.Table}
	var s MinMaxScaler
	scaled := s.FitTransform(m)
	if diff := cmp.Diff(ref.Scaled, scaled.Data, close12); diff != "" {
		t.Errorf("scaled (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(ref.Table, s.InverseTransform(scaled).Data, cmpopts.EquateApprox(1e-12, 1e-12)); diff != "" {
		t.Errorf("scaled back (-want +got):\n%s", diff)
	}
	holes := s.FitTransform(dataset.Matrix{Rows: 3, Cols: 1, Data: []float64{math.NaN(), 2, 4}})
	if diff := cmp.Diff([]float64{math.NaN(), 0, 1}, holes.Data, cmpopts.EquateNaNs()); diff != "" {
		t.Errorf("with a NaN (-want +got):\n%s", diff)
	}
}

func TestTrainTestSplitAgainstSklearn(t *testing.T) {
	for _, s := range readSklearn(t).Splits {
		rows := int(s[0])
		m := dataset.Matrix{Rows: rows, Cols: 1, Data: make([]float64, rows)}
		for i := range m.Data {
			m.Data[i] = float64(i)
		}
		p := TrainTestSplit(m, s[1])
		if p.Train.Rows != int(s[2]) || p.Test.Rows != int(s[3]) {
			t.Errorf("%v rows, test share %v: got %s, want %v and %v rows", s[0], s[1], p, s[2], s[3])
		}
		if p.Test.Data[0] != float64(p.Train.Rows) {
			t.Errorf("%v rows, test share %v: the test part starts with row %v", s[0], s[1], p.Test.Data[0])
		}
	}
}
