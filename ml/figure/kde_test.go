package figure

import (
	"encoding/json"
	"math"
	"os"
	"os/exec"
	"testing"
)

// densities are values whose densities are compared with scipy's.
func densities() map[string][]float64 {
	uneven := make([]float64, 500)
	for i := range uneven {
		uneven[i] = math.Round(math.Pow(10, 4*math.Mod(float64(i)*0.618034, 1)))
	}
	return map[string][]float64{
		"few":    {1, 2, 3, 4, 10, 20, 30, 44},
		"twice":  {5, 5, 5, 5, 6},
		"uneven": uneven,
		"tiny":   {1e-9, 2e-9, 5e-9},
	}
}

// TestKDE: numbers of scipy 1.17.1's gaussian_kde for the same values: its bandwidth, which is
// sqrt(covariance), and the density at the smallest value, the mean and the largest.
func TestKDE(t *testing.T) {
	for name, want := range map[string][4]float64{
		"few":    {10.40626118525422, 0.02316499232407547, 0.020276005001575503, 0.007096481574000975},
		"twice":  {0.3241313193385525, 0.9867539281806815, 0.8256689745652063, 0.25460226854634743},
		"uneven": {592.6496518903909, 0.00047134492444020755, 0.0001965511450562238, 6.081973541140918e-06},
		"tiny":   {1.6710398154746147e-09, 150647672.30485615, 151906329.67227212, 99997227.7814315},
	} {
		values := densities()[name]
		sorted, _ := sortedUsable(values, false)
		k := newKernelDensity(sorted)
		mean := 0.0
		for _, v := range values {
			mean += v / float64(len(values))
		}
		got := [4]float64{k.bandwidth, k.at(sorted[0]), k.at(mean), k.at(sorted[len(sorted)-1])}
		for i := range got {
			if math.Abs(got[i]-want[i]) > 1e-12*math.Abs(want[i]) {
				t.Errorf("%s: bandwidth and densities are %v, want %v", name, got, want)
				break
			}
		}
	}
}

// TestKDEAgainstScipy compares whole curves with the installed scipy.
func TestKDEAgainstScipy(t *testing.T) {
	python := os.Getenv("FLOWBOOK_PYTHON")
	if python == "" {
		t.Skip("set FLOWBOOK_PYTHON to a Python with the packages of tools/bench/reference/requirements.txt")
	}
	type curve struct{ Values, X, Y []float64 }
	var curves []curve
	for _, values := range densities() {
		x, y := KDE(values)
		curves = append(curves, curve{values, x, y})
	}
	in, err := json.Marshal(curves)
	if err != nil {
		t.Fatal(err)
	}
	const script = `
import json, sys, numpy as np
from scipy.stats import gaussian_kde
worst = 0
for c in json.load(sys.stdin):
    k = gaussian_kde(c["Values"])
    b = np.sqrt(k.covariance[0, 0])
    x = np.linspace(min(c["Values"]) - 3 * b, max(c["Values"]) + 3 * b, 200)
    y = k(x)
    worst = max(worst, np.abs(x - c["X"]).max() / b, np.abs(y - c["Y"]).max() / y.max())
print(worst)`
	cmd := exec.CommandContext(t.Context(), python, "-c", script)
	stdin, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	go func() { stdin.Write(in); stdin.Close() }()
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	var worst float64
	if err := json.Unmarshal(out, &worst); err != nil || worst > 1e-12 {
		t.Errorf("the largest difference from scipy, in bandwidths and parts of the highest density, is %s", out)
	}
	t.Logf("largest difference from scipy: %.2g", worst)
}

// Many values are collapsed; the curve stays where it was.
func TestKDEOfManyValues(t *testing.T) {
	values := make([]float64, 3*exact)
	for i := range values {
		values[i] = math.Pow(10, 2*math.Mod(float64(i)*0.618034, 1))
	}
	sorted, _ := sortedUsable(values, false)
	k := newKernelDensity(sorted)
	whole := kernelDensity{sorted: sorted, counts: make([]float64, len(sorted)), n: k.n, bandwidth: k.bandwidth}
	for i := range whole.counts {
		whole.counts[i] = 1
	}
	if len(k.sorted) > len(sorted)/2 {
		t.Errorf("%d values are collapsed to %d only", len(sorted), len(k.sorted))
	}
	for _, v := range []float64{0.5, 1, 3, 50, 99} {
		if got, want := k.at(v), whole.at(v); math.Abs(got-want) > 1e-6*want {
			t.Errorf("the density at %v is %v, want %v", v, got, want)
		}
	}
}

// The area under every curve is one.
func TestKDEArea(t *testing.T) {
	for name, values := range densities() {
		x, y := KDE(values)
		area := 0.0
		for i := 1; i < len(x); i++ {
			area += (x[i] - x[i-1]) * (y[i] + y[i-1]) / 2
		}
		if math.Abs(area-1) > 0.01 { // the tails beyond three bandwidths are missing
			t.Errorf("%s: the area under the curve is %v", name, area)
		}
	}
	if x, _ := KDE([]float64{1, 1, math.NaN()}); x != nil {
		t.Errorf("equal values have a density at %v", x)
	}
}
