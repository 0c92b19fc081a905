// Package compare compares the outputs of a notebook's cells with those that the notebook has
// stored. It needs no kernel.
package compare

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/aymanbagabas/go-udiff"

	"flowbook/tools/notebook"
)

// Rules say when the outputs of a cell count as those that its notebook has stored.
//
// A cell's text is compared stream by stream: GoNB does not keep the order in which a program
// writes to stdout, to stderr and to displays. Displays and results are compared in order, each
// MIME type by its nature: images/png by pixels, JSON by value, all else as text after sanitizing.
// Of errors, name and value count and not the traceback.
type Rules struct {
	Tolerance  float64     // largest relative difference of equal numbers; 0 compares text
	Pixels     float64     // share of an image's pixels that may differ visibly
	MostPixels int64       // largest picture that is decoded, at 4 to 8 bytes a pixel; 0 is 50 million
	IgnoreMIME []string    // types that are not compared
	Sanitizers []Sanitizer // on top of the built-in ones
	Exact      bool        // without the built-in sanitizers: durations, addresses and temporary paths count
}

// Diff says how outputs differ, for people; "" if they do not.
func (c Rules) Diff(was, is []*notebook.Output) string {
	var parts []string
	for _, name := range streamNames(was, is) {
		parts = c.text(parts, name, streamText(was, name), streamText(is, name))
	}
	wd, id := displays(was), displays(is)
	for i := range max(len(wd), len(id)) {
		what := fmt.Sprintf("display %d", i+1)
		switch {
		case i >= len(id):
			parts = append(parts, fmt.Sprintf("%s: was %s, is missing\n", what, mimeList(wd[i])))
		case i >= len(wd):
			parts = append(parts, fmt.Sprintf("%s: new: %s\n", what, mimeList(id[i])))
		default:
			parts = c.display(parts, what, wd[i], id[i])
		}
	}
	parts = c.text(parts, "error", errorText(was), errorText(is))
	return strings.Join(parts, "")
}

// display compares two displays type by type.
func (c Rules) display(parts []string, what string, was, is *notebook.Output) []string {
	for _, mime := range union(mimes(was), mimes(is)) {
		a, b := was.Data.Get(mime), is.Data.Get(mime)
		name := what + ", " + mime
		switch {
		case slices.Contains(c.IgnoreMIME, mime), strings.HasPrefix(mime, "application/vnd.jupyter.widget-view"):
		case a == nil:
			parts = append(parts, name+": is new\n")
		case b == nil:
			parts = append(parts, name+": is missing\n")
		case string(a) == string(b):
		case mime == "image/png":
			parts = append(parts, c.image(name, was, is)...)
		case mime == "application/json" || strings.HasSuffix(mime, "+json"):
			parts = append(parts, c.json(name, a, b)...)
		default:
			wt, wok := was.Data.Text(mime)
			it, iok := is.Data.Text(mime)
			if !wok || !iok {
				wt, it = string(a), string(b)
			}
			parts = c.text(parts, name, wt, it)
		}
	}
	return parts
}

// text compares two texts after sanitizing.
func (c Rules) text(parts []string, name, was, is string) []string {
	if was == is {
		return parts
	}
	a, b := c.sanitize(was), c.sanitize(is)
	if a == b || c.Tolerance > 0 && closeText(a, b, c.Tolerance) {
		return parts
	}
	if a != "" && !strings.HasSuffix(a, "\n") && b != "" && !strings.HasSuffix(b, "\n") {
		a, b = a+"\n", b+"\n" // both have none: no word about it
	}
	return append(parts, udiff.Unified("stored "+name, "new "+name, visible(a), visible(b)))
}

func streamNames(lists ...[]*notebook.Output) []string {
	var names []string
	for _, l := range lists {
		for _, o := range l {
			if o.Type == notebook.Stream && !slices.Contains(names, o.Name) {
				names = append(names, o.Name)
			}
		}
	}
	slices.Sort(names)
	return names
}

func streamText(outs []*notebook.Output, name string) string {
	var b strings.Builder
	for _, o := range outs {
		if o.Type == notebook.Stream && o.Name == name {
			b.WriteString(o.Text)
		}
	}
	return b.String()
}

func displays(outs []*notebook.Output) []*notebook.Output {
	var ds []*notebook.Output
	for _, o := range outs {
		if o.Type == notebook.DisplayData || o.Type == notebook.ExecuteResult {
			ds = append(ds, o)
		}
	}
	return ds
}

func errorText(outs []*notebook.Output) string {
	var b strings.Builder
	for _, o := range outs {
		if o.Type == notebook.ErrorOutput {
			fmt.Fprintf(&b, "%s: %s\n", o.EName, strings.TrimRight(ansi.ReplaceAllString(o.EValue, ""), "\n"))
		}
	}
	return b.String()
}

func mimes(o *notebook.Output) []string {
	if o.Data == nil {
		return nil
	}
	return o.Data.Keys()
}

func mimeList(o *notebook.Output) string { return strings.Join(mimes(o), ", ") }

// union is all of a in its order, then the elements that only b has.
func union(a, b []string) []string {
	all := slices.Clone(a)
	for _, s := range b {
		if !slices.Contains(all, s) {
			all = append(all, s)
		}
	}
	return all
}

// ansi matches the escape sequences of a terminal.
var ansi = regexp.MustCompile(`\x1b\[[0-9;?]*[ -/]*[@-~]`)
