package ml

// four holds one value of each of four rows. GoMLX's Go backend sums the products of a matrix
// multiplication in groups of four; code that must yield the same bits does so too.
type four [4]float32

// product is a matrix of weights times the values of four rows, a sum for each of the matrix's
// rows: the products are added in their order from 0, which is how GoMLX computes the rows that
// come in threes.
func product(y, x []four, weights []float32) {
	for o := range y {
		row := weights[o*len(x) : (o+1)*len(x)]
		var a, b, c, d float32
		for i, w := range row {
			v := &x[i]
			a += float32(v[0] * w)
			b += float32(v[1] * w)
			c += float32(v[2] * w)
			d += float32(v[3] * w)
		}
		y[o] = four{a, b, c, d}
	}
}

// productByFours adds four products to each other before it adds them to the sum: GoMLX's order
// where the second matrix is turned around, and for the rows that three does not divide.
func productByFours(y, x []four, weights []float32) {
	for o := range y {
		y[o] = sumByFours(x, weights[o*len(x):(o+1)*len(x)])
	}
}

func sumByFours(x []four, row []float32) four {
	var a, b, c, d float32
	for ; len(x) >= 4 && len(row) >= 4; x, row = x[4:], row[4:] {
		p, q, s, t := row[0], row[1], row[2], row[3]
		v, w, y, z := &x[0], &x[1], &x[2], &x[3]
		a += float32(v[0]*p) + float32(w[0]*q) + float32(y[0]*s) + float32(z[0]*t)
		b += float32(v[1]*p) + float32(w[1]*q) + float32(y[1]*s) + float32(z[1]*t)
		c += float32(v[2]*p) + float32(w[2]*q) + float32(y[2]*s) + float32(z[2]*t)
		d += float32(v[3]*p) + float32(w[3]*q) + float32(y[3]*s) + float32(z[3]*t)
	}
	for i, p := range row {
		v := &x[i]
		a += float32(v[0] * p)
		b += float32(v[1] * p)
		c += float32(v[2] * p)
		d += float32(v[3] * p)
	}
	return four{a, b, c, d}
}

// addOuter adds the products of x and v over the first n of the four rows to sums, which has a row
// for each of x and a column for each of v. Four products are first added to each other; fewer are
// added to the sum one after the other.
func addOuter(sums []float32, x, v []four, n int) {
	for i := range x {
		p, row := &x[i], sums[i*len(v):(i+1)*len(v)]
		if n < 4 {
			for o := range row {
				for r := range n {
					row[o] += float32(v[o][r] * p[r])
				}
			}
			continue
		}
		a, b, c, d := p[0], p[1], p[2], p[3]
		for o := range row {
			q := &v[o]
			row[o] += float32(q[0]*a) + float32(q[1]*b) + float32(q[2]*c) + float32(q[3]*d)
		}
	}
}
