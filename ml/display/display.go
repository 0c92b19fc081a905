// Package display shows values in a notebook. It is the only package that
// knows how GoNB takes rich output.
//
//	display.Show(fig)                       // a figure, a table, a history
//	display.Update("loss", fig)             // one output, drawn anew at each call
//	display.Flush()                         // … and its last state
//
// A value that has
//
//	Bundle() map[string]any
//
// is sent as that bundle: MIME type to content, a string for text, []byte for
// an image, map[string]any for a JSON document. Metadata() map[string]any, if
// it is there too, goes along. A gota data frame is shown as the table of a
// dataset.Frame, any other value as fmt prints it.
//
// Where no kernel listens the text/plain content goes to the standard output,
// so a program made of cells runs in a terminal too.
package display

import (
	"fmt"
	"os"
	"strings"

	"github.com/janpfeifer/gonb/gonbui"
	"github.com/janpfeifer/gonb/gonbui/protocol"
)

// Show displays v below the cell. Earlier prints of the program stand
// before it, later prints after it: GoNB carries prints and
// displays over different channels, so Show waits for the kernel on both sides.
func Show(v any) {
	Flush()
	send("", v)
}

// send displays v; an id names the output that later calls with it replace.
func send(id string, v any) {
	data := contentOf(v)
	if !listening() {
		printText(data)
		return
	}
	gonbui.Sync()
	gonbui.SendData(&protocol.DisplayData{Data: data.mime, Metadata: data.metadata, DisplayID: id})
	gonbui.Sync()
}

// listening tells whether a kernel takes displays. Asking gonbui to open its
// pipes first matters: its Sync would wait for ever on pipes that cannot be
// opened, for instance in a program that inherited the environment of a cell.
func listening() bool { return gonbui.IsNotebook && gonbui.Open() == nil }

// printText writes the text form to the standard output.
func printText(data content) {
	text, ok := data.mime[protocol.MIMETextPlain].(string)
	if !ok {
		text = "(" + strings.Join(data.types(), ", ") + ")"
	}
	fmt.Fprintln(os.Stdout, strings.TrimSuffix(text, "\n"))
}
