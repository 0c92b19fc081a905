// Package alarm writes a detector's findings for those who act on them: as CSV and JSON lines, as
// Suricata's EVE JSON, as CEF, and over syslog; and it leaves out flows on a list of allowed ones.
package alarm

import (
	"encoding/json"
	"fmt"
	"io"
	"math"
	"strconv"
	"strings"
	"time"

	"flowbook/ml/dataset"
	"flowbook/ml/detect"
)

// Writer writes findings or incidents, each at once.
type Writer interface {
	Finding(detect.Finding) error
	Incident(detect.Incident) error
}

// timeLayout is RFC 3339 with milliseconds, in UTC.
const timeLayout = "2006-01-02T15:04:05.000Z"

func when(ms int64) time.Time { return time.UnixMilli(ms).UTC() }

// reason says of each driver its value and the usual range; those within it give no reason, unless
// all lie there.
func reason(drivers []detect.Driver) string {
	var texts, usual []string
	for _, d := range drivers {
		if d.Value <= d.Usual {
			usual = append(usual, d.String())
			continue
		}
		texts = append(texts, d.String())
	}
	if texts == nil {
		texts = usual
	}
	return strings.Join(texts, "; ")
}

// csv writes a line each. The first five columns are those of the first version.
type csv struct {
	w    io.Writer
	line []byte
}

// CSV writes a header at once, of findings or of incidents, then a line each.
func CSV(w io.Writer, incidents bool) (Writer, error) {
	header := "row,id,score,threshold,drivers,time,src_ip,src_port,dst_ip,dst_port,protocol,application_name,incident,reason\n"
	if incidents {
		header = "incident,first,last,flows,sources,destinations,ports,src_ip,dst_ip,dst_port,application_name,score,threshold,reason\n"
	}
	_, err := io.WriteString(w, header)
	return &csv{w: w}, err
}

func (c *csv) int(v int64)     { c.line = append(strconv.AppendInt(c.line, v, 10), ',') }
func (c *csv) float(v float64) { c.line = append(dataset.AppendFloat(c.line, v), ',') }
func (c *csv) text(v string)   { c.line = append(dataset.AppendText(c.line, v), ',') }

// known writes a number; -1, for an unknown one, becomes an empty field.
func (c *csv) known(v int64) {
	if v >= 0 {
		c.line = strconv.AppendInt(c.line, v, 10)
	}
	c.line = append(c.line, ',')
}

func (c *csv) time(ms int64) {
	if ms >= 0 {
		c.line = when(ms).AppendFormat(c.line, timeLayout)
	}
	c.line = append(c.line, ',')
}

func (c *csv) end() error {
	c.line[len(c.line)-1] = '\n'
	_, err := c.w.Write(c.line)
	return err
}

func (c *csv) Finding(f detect.Finding) error {
	c.line = c.line[:0]
	c.int(f.Row)
	if f.HasID {
		c.int(f.ID)
	} else {
		c.known(-1)
	}
	c.float(f.Score)
	c.float(f.Threshold)
	var drivers []string
	for _, d := range f.Drivers {
		drivers = append(drivers, fmt.Sprintf("%s=%.2f", d.Feature, d.Share))
	}
	c.text(strings.Join(drivers, " "))
	c.time(f.Flow.Ms)
	c.text(f.Flow.Source)
	c.known(f.Flow.SourcePort)
	c.text(f.Flow.Destination)
	c.known(f.Flow.DestinationPort)
	c.known(f.Flow.Protocol)
	c.text(f.Flow.Application)
	c.int(f.Incident)
	c.text(reason(f.Drivers))
	return c.end()
}

func (c *csv) Incident(i detect.Incident) error {
	c.line = c.line[:0]
	c.int(i.Number)
	c.time(i.First)
	c.time(i.Last)
	c.int(i.Flows)
	c.int(int64(len(i.Sources)))
	c.int(int64(len(i.Destinations)))
	c.int(int64(len(i.Ports)))
	w := i.Worst
	c.text(w.Flow.Source)
	c.text(w.Flow.Destination)
	c.known(w.Flow.DestinationPort)
	c.text(w.Flow.Application)
	c.float(w.Score)
	c.float(w.Threshold)
	c.text(reason(w.Drivers))
	return c.end()
}

// JSON writes an object a line.
func JSON(w io.Writer) Writer { return &jsonLines{json.NewEncoder(w)} }

type jsonLines struct{ *json.Encoder }

type jsonDriver struct {
	Feature string   `json:"feature"`
	Share   float64  `json:"share"`
	Value   *float64 `json:"value,omitempty"`
	Usual   *float64 `json:"usually_at_most,omitempty"`
}

type jsonFlow struct {
	Time        string `json:"time,omitempty"`
	Source      string `json:"src_ip,omitempty"`
	SourcePort  *int64 `json:"src_port,omitempty"`
	Destination string `json:"dst_ip,omitempty"`
	Port        *int64 `json:"dst_port,omitempty"`
	Protocol    *int64 `json:"protocol,omitempty"`
	Application string `json:"application_name,omitempty"`
}

type jsonFinding struct {
	Row       int64        `json:"row"`
	ID        *int64       `json:"id,omitempty"`
	Score     float64      `json:"score"`
	Threshold float64      `json:"threshold"`
	Drivers   []jsonDriver `json:"drivers"`
	jsonFlow
	Incident int64 `json:"incident,omitempty"`
}

type jsonIncident struct {
	Incident     int64       `json:"incident"`
	First        string      `json:"first"`
	Last         string      `json:"last"`
	Flows        int64       `json:"flows"`
	Sources      []string    `json:"sources"`
	Destinations []string    `json:"destinations"`
	Ports        []int64     `json:"ports"`
	More         bool        `json:"more,omitempty"` // than these sources, destinations or ports
	Worst        jsonFinding `json:"worst"`
}

// finite is nil for a number that JSON does not have.
func finite(v float64) *float64 {
	if math.IsNaN(v) || math.IsInf(v, 0) {
		return nil
	}
	return &v
}

func objectOf(f detect.Finding) jsonFinding {
	known := func(v int64) *int64 {
		if v < 0 {
			return nil
		}
		return &v
	}
	o := jsonFinding{Row: f.Row, Score: f.Score, Threshold: f.Threshold, Drivers: []jsonDriver{}, Incident: f.Incident,
		jsonFlow: jsonFlow{Source: f.Flow.Source, SourcePort: known(f.Flow.SourcePort), Destination: f.Flow.Destination,
			Port: known(f.Flow.DestinationPort), Protocol: known(f.Flow.Protocol), Application: f.Flow.Application}}
	if f.HasID {
		o.ID = &f.ID
	}
	if f.Flow.Ms >= 0 {
		o.Time = when(f.Flow.Ms).Format(timeLayout)
	}
	for _, d := range f.Drivers {
		o.Drivers = append(o.Drivers, jsonDriver{d.Feature, d.Share, finite(d.Value), finite(d.Usual)})
	}
	return o
}

func (j *jsonLines) Finding(f detect.Finding) error { return j.Encode(objectOf(f)) }

func (j *jsonLines) Incident(i detect.Incident) error {
	return j.Encode(jsonIncident{i.Number, when(i.First).Format(timeLayout), when(i.Last).Format(timeLayout), i.Flows, i.Sources,
		i.Destinations, i.Ports, i.More, objectOf(i.Worst)})
}
