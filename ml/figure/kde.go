package figure

import (
	"fmt"
	"math"
	"slices"
)

// A kernelDensity is a Gaussian kernel density estimate of some values.
type kernelDensity struct {
	sorted    []float64
	counts    []float64 // how often each of them counts
	n         float64
	bandwidth float64 // standard deviation of a kernel
}

// newKernelDensity estimates the density of sorted values with Scott's
// bandwidth, n^(-1/5) times their standard deviation (n-1), as scipy's
// gaussian_kde and seaborn. It has no bandwidth if all values are equal.
func newKernelDensity(sorted []float64) kernelDensity {
	n := float64(len(sorted))
	k := kernelDensity{sorted: sorted, n: n}
	if n < 2 || sorted[0] == sorted[len(sorted)-1] {
		return k
	}
	mean, squares := 0.0, 0.0
	for _, v := range sorted {
		mean += v / n
	}
	for _, v := range sorted {
		squares += float64((v - mean) * (v - mean))
	}
	k.bandwidth = math.Sqrt(squares/(n-1)) * math.Pow(n, -0.2)
	if math.IsInf(k.bandwidth, 0) {
		k.bandwidth = 0
		return k
	}
	k.collapse()
	return k
}

// exact is the number of values up to which each has its own kernel.
const exact = 10_000

// collapse replaces values that lie within a thousandth of a bandwidth by their
// mean, which changes the density by less than a millionth: a curve of a
// million values then takes no longer than one of some thousands.
func (k *kernelDensity) collapse() {
	width := k.bandwidth / 1000
	if len(k.sorted) <= exact {
		width = 0
	}
	var means []float64
	for from := 0; from < len(k.sorted); {
		to, sum := from, 0.0
		for to < len(k.sorted) && k.sorted[to]-k.sorted[from] <= width {
			sum += k.sorted[to] - k.sorted[from]
			to++
		}
		means = append(means, k.sorted[from]+sum/float64(to-from))
		k.counts = append(k.counts, float64(to-from))
		from = to
	}
	k.sorted = means
}

// reach is how many bandwidths away a value counts: beyond, its part is less
// than the last bit of the part of a value that is near.
const reach = 9

// at returns the density at v.
func (k kernelDensity) at(v float64) float64 {
	from, _ := slices.BinarySearch(k.sorted, v-reach*k.bandwidth)
	sum := 0.0
	for i := from; i < len(k.sorted) && k.sorted[i] <= v+reach*k.bandwidth; i++ {
		d := (k.sorted[i] - v) / k.bandwidth
		sum += float64(k.counts[i] * math.Exp(float64(-0.5*d*d)))
	}
	return sum / (k.n * k.bandwidth * math.Sqrt(2*math.Pi))
}

// curve returns the density at n equal distances between the outermost values
// and cut bandwidths beyond them.
func (k kernelDensity) curve(n int, cut float64) (x, y []float64) {
	if k.bandwidth == 0 {
		return nil, nil
	}
	lo := k.sorted[0] - float64(cut*k.bandwidth)
	hi := k.sorted[len(k.sorted)-1] + float64(cut*k.bandwidth)
	x, y = make([]float64, n), make([]float64, n)
	for i := range x {
		x[i] = lo + float64(float64(i)/float64(n-1)*(hi-lo))
		y[i] = k.at(x[i])
	}
	return x, y
}

// seaborn's kdeplot: points of the curve, and how many bandwidths it reaches
// beyond the values.
const (
	kdePoints = 200
	kdeCut    = 3
)

// KDE returns points of the density of the values, estimated with Gaussian
// kernels: 200 equal distances, from three bandwidths below the smallest value
// to three above the largest. The bandwidth is Scott's, n^(-1/5) times the
// standard deviation, the default of scipy's gaussian_kde and of seaborn. Values
// that are not finite are left out; fewer than two different values have no
// density.
func KDE(values []float64) (x, density []float64) {
	sorted, _ := sortedUsable(values, false)
	return newKernelDensity(sorted).curve(kdePoints, kdeCut)
}

// sortedUsable returns the values that an axis can show, in ascending order,
// and how many others there are. On a logarithmic axis they are exponents of
// ten.
func sortedUsable(values []float64, log bool) (sorted []float64, lost int) {
	sorted = make([]float64, 0, len(values))
	for _, v := range values {
		if !usable(v, log) {
			continue
		}
		if log {
			v = math.Log10(v)
		}
		sorted = append(sorted, v)
	}
	slices.Sort(sorted)
	return sorted, len(values) - len(sorted)
}

// kde is the curve of a density.
type kde struct {
	estimates
	s Style
}

// estimates are the densities of one set of values, each made when an axis first needs it.
type estimates struct {
	values []float64
	points int
	cut    float64
	curves [2]*curve // on a linear and on a logarithmic axis
}

func (d *estimates) on(log bool) *curve {
	at := 0
	if log {
		at = 1
	}
	if d.curves[at] == nil {
		d.curves[at] = newCurve(d.values, log, d.points, d.cut)
	}
	return d.curves[at]
}

// curve is the density of the values of a mark on one kind of axis.
type curve struct {
	x, y      []float64
	n, lost   int
	bandwidth float64
}

// KDE draws the density of the values as the function KDE estimates it. On a
// logarithmic x axis it is the density of the logarithms, for each factor of
// ten, as in seaborn. Area fills it: f.Area(x, nil, y, style).
func (f *Figure) KDE(values []float64, s Style) {
	f.add(&kde{estimates{values: values, points: kdePoints, cut: kdeCut}, f.colour(s)})
}

func newCurve(values []float64, log bool, points int, cut float64) *curve {
	sorted, lost := sortedUsable(values, log)
	k := newKernelDensity(sorted)
	c := &curve{n: len(sorted), lost: lost, bandwidth: k.bandwidth}
	c.x, c.y = k.curve(points, cut)
	if log {
		for i, x := range c.x {
			c.x[i] = math.Pow(10, x)
		}
	}
	return c
}

func (k *kde) line(f *Figure) *line {
	c := k.on(f.logX())
	return &line{series{c.x, c.y}, k.s}
}

func (k *kde) style() Style { return k.s }

func (k *kde) text(f *Figure) string {
	c := k.on(f.logX())
	return named("density curve", k.s) + ": " + c.text(f.logX()) + leftOut(c.lost)
}

// text says how many values a curve stands for and how wide its kernels are.
func (c *curve) text(log bool) string {
	text := plural(c.n, "value")
	switch {
	case c.bandwidth == 0:
		return text + ", not drawn (a density needs two different values)"
	case log:
		text += fmt.Sprintf(", bandwidth %s of log10", number(c.bandwidth))
	default:
		text += ", bandwidth " + number(c.bandwidth)
	}
	return text + ", highest " + number(slices.Max(c.y))
}

func (k *kde) limits(f *Figure) limits {
	l := k.line(f).limits(f)
	if !f.LogY && !l.y.empty() {
		l.y.include(0)
		l.floor = true
	}
	return l
}

func (k *kde) draw(p *panel) { k.line(p.f).draw(p) }

func (k *kde) swatch(p *panel, r rect) { (&line{s: k.s}).swatch(p, r) }

func (k *kde) layers(s *spec) []any {
	if k.on(s.f.logX()).bandwidth == 0 {
		return nil
	}
	return k.line(s.f).layers(s)
}
