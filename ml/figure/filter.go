package figure

import "image"

// pixel is the number of bytes of a pixel in a row of a PNG file.
const pixel = 3

// filters are those of PNG in the order in which package png tries them; of two that are equally
// good the first is taken.
var filters = [...]struct {
	kind  byte
	apply func(out, row, above []byte, limit int) (sum int)
}{{2, up}, {4, paeth}, {0, none}, {1, left}, {3, average}}

// filterRows sends the rows of an opaque picture, each after the number of the filter that makes it
// smallest by the sum of its differences. It fills slices that it takes from free.
func filterRows(img *image.RGBA, free <-chan []byte, filtered chan<- []byte) {
	defer close(filtered)
	size := img.Bounds().Size()
	n := size.X * pixel
	row, above, trial := make([]byte, n), make([]byte, n), make([]byte, n)
	for y := range size.Y {
		for x, from := 0, img.Pix[y*img.Stride:]; x < size.X; x++ {
			copy(row[x*pixel:x*pixel+pixel], from[4*x:4*x+pixel])
		}
		out := <-free
		if out == nil {
			out = make([]byte, 1+n)
		}
		best := 1 << 62
		for _, f := range filters {
			if best == 0 {
				break // as when the row is the one above again
			}
			if sum := f.apply(trial, row, above, best); sum < best {
				best, out[0] = sum, f.kind
				copy(out[1:], trial)
			}
		}
		filtered <- out
		row, above = above, row
	}
}

// size is the absolute value of a difference of two bytes.
func size(d byte) int {
	if d < 128 {
		return int(d)
	}
	return 256 - int(d)
}

// The filters write the differences of a row from what it is expected to be, and return the sum of
// their sizes; they stop where it reaches the limit.

func none(out, row, _ []byte, limit int) (sum int) {
	for i, v := range row {
		out[i] = v
		if sum += size(v); sum >= limit {
			break
		}
	}
	return sum
}

func up(out, row, above []byte, limit int) (sum int) {
	for i, v := range row {
		out[i] = v - above[i]
		if sum += size(out[i]); sum >= limit {
			break
		}
	}
	return sum
}

func left(out, row, _ []byte, limit int) (sum int) {
	for i, v := range row {
		if out[i] = v; i >= pixel {
			out[i] -= row[i-pixel]
		}
		if sum += size(out[i]); sum >= limit {
			break
		}
	}
	return sum
}

func average(out, row, above []byte, limit int) (sum int) {
	for i, v := range row {
		before := 0
		if i >= pixel {
			before = int(row[i-pixel])
		}
		out[i] = v - byte((before+int(above[i]))/2)
		if sum += size(out[i]); sum >= limit {
			break
		}
	}
	return sum
}

// paeth expects the one of left, above and above left that is nearest to left + above - above left.
func paeth(out, row, above []byte, limit int) (sum int) {
	for i, v := range row {
		a, b, c := 0, int(above[i]), 0
		if i >= pixel {
			a, c = int(row[i-pixel]), int(above[i-pixel])
		}
		fromA, fromB := b-c, a-c
		fromC := max(fromA+fromB, -fromA-fromB)
		fromA, fromB = max(fromA, -fromA), max(fromB, -fromB)
		expected := c
		if fromA <= fromB && fromA <= fromC {
			expected = a
		} else if fromB <= fromC {
			expected = b
		}
		out[i] = v - byte(expected)
		if sum += size(out[i]); sum >= limit {
			break
		}
	}
	return sum
}
