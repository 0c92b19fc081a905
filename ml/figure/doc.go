// Package figure draws figures from one description in two forms: a PNG,
// which every viewer shows, and a Vega-Lite v5 specification, which
// JupyterLab draws alive, with zoom and tooltips.
//
//	fig := figure.New(figure.Size(12, 7))
//	fig.Title, fig.XLabel, fig.YLabel = "Training", "Epoch", "Loss"
//	fig.Line(nil, loss, figure.Style{Color: figure.RoyalBlue, Width: 2, Label: "Training error"})
//	fig.Line(nil, valLoss, figure.Style{Color: figure.DarkOrange, Width: 2, Label: "Validation error"})
//	display.Show(fig)
//
// Sizes are inches, as in matplotlib; font sizes, line widths and marker
// diameters are points (1/72 inch). The zero value of a size or of a colour
// means the one of the figure's Look.
//
// Data never makes a figure panic: values that are not finite, or that a
// logarithmic axis cannot show, are left out, and both the text form and the
// figure say how many. A slice of the wrong length is the caller's mistake
// and panics.
//
// The picture's font has the letters of the Latin, Greek and Cyrillic scripts.
// Letters of others, such as Chinese ones, are boxes in the PNG; the text form
// names them, and the Vega-Lite form shows them in the reader's font. A newline
// parts the lines of a title and of an annotation; elsewhere it is a blank.
//
// The drawing goes through the vg layer of gonum.org/v1/plot and its raster
// backend alone: package plot itself would link four more backends and twelve
// fonts into every notebook cell.
//
// A product that is added or subtracted stands in a conversion, as in a + float64(b*c). Without
// the conversion Go fuses both operations on arm64, with one rounding, and not on amd64 (Go
// specification, Floating-point operators). With it, results are equal on all processors.
package figure
