package figure

// Colorblind is seaborn's palette of that name, whose colours most people who
// see some colours alike can tell apart.
var Colorblind = []Color{"#0173B2", "#DE8F05", "#029E73", "#D55E00", "#CC78BC",
	"#CA9161", "#FBAFE4", "#949494", "#ECE133", "#56B4E9"}

// Colors returns n colours at equal distances on the ramp, for the Palette of
// groups that have an order. The palest are left out.
func (r Ramp) Colors(n int) []Color {
	const pale = 0.25 // of Sequential, which begins at white
	from := 0.0
	if r == Sequential {
		from = pale
	}
	all := make([]Color, n)
	for i := range all {
		at := 1.0
		if n > 1 {
			at = float64(i) / float64(n-1)
		}
		all[i] = colorOf(r.at(from + (1-from)*at))
	}
	return all
}

// A Group is the rows that share a name: seaborn's hue.
type Group struct {
	Name string
	Rows []int
}

// Groups returns the groups of a column of names, in the order in which they
// first appear. A figure with a mark for each of them has a colour for each,
// and the legend or the axis names them:
//
//	for _, g := range figure.Groups(applications) {
//		fig.Scatter(g.Of(packets), g.Of(bytes), figure.Style{Label: g.Name})
//	}
func Groups(names []string) []Group {
	at := map[string]int{}
	var all []Group
	for row, name := range names {
		i, ok := at[name]
		if !ok {
			i = len(all)
			at[name] = i
			all = append(all, Group{Name: name})
		}
		all[i].Rows = append(all[i].Rows, row)
	}
	return all
}

// Of returns the group's values of a column.
func (g Group) Of(column []float64) []float64 {
	values := make([]float64, len(g.Rows))
	for i, row := range g.Rows {
		values[i] = column[row]
	}
	return values
}
