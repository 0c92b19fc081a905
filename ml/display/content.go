package display

import (
	"encoding/gob"
	"errors"
	"fmt"
	"maps"
	"math"
	"slices"

	"flowbook/ml/dataset"

	"github.com/go-gota/gota/dataframe"
	"github.com/janpfeifer/gonb/gonbui/protocol"
)

func init() {
	// The types of a JSON document; gonbui registers the rest.
	gob.Register(map[string]any{})
	gob.Register([]any{})
}

// content is the message for one value.
type content struct {
	mime     map[protocol.MIMEType]any
	metadata map[string]any
}

// contentOf returns the content of v. A bundle that cannot travel is the
// mistake of the type that made it and panics, because gonbui would close the
// pipe for all later displays of the cell.
func contentOf(v any) content {
	if df, ok := v.(dataframe.DataFrame); ok {
		if f, err := dataset.FromGota(df); err == nil {
			v = f // gota's own text leaves columns and digits out
		}
	}
	b, ok := v.(interface{ Bundle() map[string]any })
	if !ok {
		return content{mime: map[protocol.MIMEType]any{protocol.MIMETextPlain: fmt.Sprint(v)}}
	}
	c := content{mime: map[protocol.MIMEType]any{}}
	for kind, value := range b.Bundle() {
		if err := sendable(value); err != nil {
			panic(fmt.Sprintf("display: %T: %s%v", v, kind, err))
		}
		c.mime[protocol.MIMEType(kind)] = value
	}
	if m, ok := v.(interface{ Metadata() map[string]any }); ok {
		c.metadata = m.Metadata()
		if err := sendable(c.metadata); err != nil {
			panic(fmt.Sprintf("display: %T: metadata%v", v, err))
		}
	}
	return c
}

// types returns the MIME types in order.
func (c content) types() []string {
	names := make([]string, 0, len(c.mime))
	for kind := range c.mime {
		names = append(names, string(kind))
	}
	slices.Sort(names)
	return names
}

// sendable returns nil if the value survives gob and then the kernel's JSON:
// gob has no nil inside an interface and makes nil of an empty slice, JSON has
// no NaN. The error starts with the
// path to the culprit.
func sendable(v any) error {
	switch v := v.(type) {
	case string, bool, int, int64, []byte, []string, []int:
		return nil
	case float64:
		if math.IsNaN(v) || math.IsInf(v, 0) {
			return fmt.Errorf(": %v is no JSON number", v)
		}
		return nil
	case []float64:
		for i, x := range v {
			if math.IsNaN(x) || math.IsInf(x, 0) {
				return fmt.Errorf("[%d]: %v is no JSON number", i, x)
			}
		}
		return nil
	case []any:
		if len(v) == 0 {
			return errors.New(": an empty list arrives as null")
		}
		for i, x := range v {
			if err := sendable(x); err != nil {
				return fmt.Errorf("[%d]%w", i, err)
			}
		}
		return nil
	case map[string]any:
		for _, key := range slices.Sorted(maps.Keys(v)) {
			if err := sendable(v[key]); err != nil {
				return fmt.Errorf("[%q]%w", key, err)
			}
		}
		return nil
	}
	return fmt.Errorf(": a %T cannot be sent to the kernel", v)
}
