package alarm

import (
	"bytes"
	"fmt"
	"io"
	"math"
	"strconv"
	"strings"

	"flowbook/ml/detect"
)

// CEF writes ArcSight's Common Event Format (version 25 of its guide), a line each: a header of
// seven fields between bars, then names and values. w gets each line, without a line end, in one
// Write.
func CEF(w io.Writer) Writer { return &cef{w} }

type cef struct{ w io.Writer }

// Escapes of a header field and of a value: a line end has none in a header, and is a blank there.
var (
	cefHeader = strings.NewReplacer(`\`, `\\`, `|`, `\|`, "\r\n", " ", "\n", " ", "\r", " ")
	cefValue  = strings.NewReplacer(`\`, `\\`, `=`, `\=`, "\r\n", `\n`, "\n", `\n`, "\r", `\r`)
)

// severity goes from 3 at the threshold to 10 at sixteen times of it.
func severity(f detect.Finding) int {
	if !(f.Threshold > 0) || !(f.Score > f.Threshold) {
		return 3
	}
	return 3 + int(min(7, math.Log2(f.Score/f.Threshold)*7/4))
}

func (c *cef) write(id, name string, f detect.Finding, more ...string) error {
	var b strings.Builder
	fmt.Fprintf(&b, "CEF:0|Flowbook|flowbook|1|%s|%s|%d|", cefHeader.Replace(id), cefHeader.Replace(name), severity(f))
	first := true
	add := func(key, value string) {
		if value == "" {
			return
		}
		if !first {
			b.WriteByte(' ')
		}
		first = false
		b.WriteString(key + "=" + cefValue.Replace(value))
	}
	number := func(key string, v int64) {
		if v >= 0 {
			add(key, strconv.FormatInt(v, 10))
		}
	}
	number("rt", f.Flow.Ms)
	add("src", f.Flow.Source)
	number("spt", f.Flow.SourcePort)
	add("dst", f.Flow.Destination)
	number("dpt", f.Flow.DestinationPort)
	add("proto", protocolName(f.Flow))
	add("app", f.Flow.Application)
	for i := 0; i+1 < len(more); i += 2 {
		add(more[i], more[i+1])
	}
	add("cfp1Label", "score")
	add("cfp1", strconv.FormatFloat(f.Score, 'g', 6, 64))
	add("cfp2Label", "threshold")
	add("cfp2", strconv.FormatFloat(f.Threshold, 'g', 6, 64))
	add("msg", reason(f.Drivers))
	_, err := io.WriteString(c.w, b.String())
	return err
}

func (c *cef) Finding(f detect.Finding) error {
	more := []string{"cn1Label", "incident", "cn1", strconv.FormatInt(f.Incident, 10)}
	if f.HasID {
		more = append(more, "externalId", strconv.FormatInt(f.ID, 10))
	}
	return c.write("flow", "Unusual flow", f, more...)
}

func (c *cef) Incident(i detect.Incident) error {
	count := func(n int) string { return strconv.Itoa(n) }
	return c.write("incident", "Unusual flows", i.Worst, "cnt", strconv.FormatInt(i.Flows, 10),
		"start", strconv.FormatInt(i.First, 10), "end", strconv.FormatInt(i.Last, 10),
		"cn1Label", "incident", "cn1", strconv.FormatInt(i.Number, 10), "cs1Label", "sources destinations ports",
		"cs1", count(len(i.Sources))+" "+count(len(i.Destinations))+" "+count(len(i.Ports)))
}

// lines ends each write with a line feed.
type lines struct{ w io.Writer }

// Lines wraps w and adds a line feed to each write, for writers such as CEF that add none.
func Lines(w io.Writer) io.Writer { return lines{w} }

func (l lines) Write(b []byte) (int, error) {
	if _, err := l.w.Write(append(b[:len(b):len(b)], '\n')); err != nil {
		return 0, err
	}
	return len(b), nil
}

// Trimmed wraps w, which sends each write as one message, and drops the line end that a Writer
// adds.
func Trimmed(w io.Writer) io.Writer { return trimmed{w} }

type trimmed struct{ w io.Writer }

func (t trimmed) Write(b []byte) (int, error) {
	if _, err := t.w.Write(bytes.TrimSuffix(b, []byte("\n"))); err != nil {
		return 0, err
	}
	return len(b), nil
}
