package dataset

import "slices"

// Kind is the type of a column's values.
type Kind uint8

const (
	Int64   Kind = iota // whole numbers
	Float64             // IEEE 754 doubles
	Text                // bytes of text, UTF-8 as a rule
	Bool                // true and false
	Time                // points in time, UTC, to the microsecond
)

// String returns pandas's name of the kind's dtype, for a column without nulls.
func (k Kind) String() string {
	switch k {
	case Int64:
		return "int64"
	case Float64:
		return "float64"
	case Bool:
		return "bool"
	case Time:
		return "datetime64[ns]"
	default:
		return "object"
	}
}

// Field is one column of a schema: its name and the kind of its values.
type Field struct {
	Name string
	Kind Kind
}

// Columns returns the 89 columns of an NFStream 6 flow table in the order of the file: 61
// whole-number columns, 12 of floating point, 16 of text. The slice is the caller's own.
func Columns() []Field { return slices.Clone(columns) }

// KindOf returns the kind that the schema gives to a column, and whether the schema knows it at
// all.
func KindOf(name string) (Kind, bool) {
	k, ok := kinds[name]
	return k, ok
}

var columns = makeColumns()

var kinds = func() map[string]Kind {
	m := make(map[string]Kind, len(columns))
	for _, f := range columns {
		m[f.Name] = f.Kind
	}
	return m
}()

// makeColumns spells the schema out of its regular parts: three directions times counters, sizes,
// gaps and TCP flags.
func makeColumns() []Field {
	var all []Field
	add := func(kind Kind, prefix string, names ...string) {
		for _, n := range names {
			all = append(all, Field{prefix + n, kind})
		}
	}
	directions := []string{"bidirectional_", "src2dst_", "dst2src_"}

	add(Int64, "", "id", "expiration_id")
	for _, end := range []string{"src_", "dst_"} {
		add(Text, end, "ip", "mac", "oui")
		add(Int64, end, "port")
	}
	add(Int64, "", "protocol", "ip_version", "vlan_id", "tunnel_id")
	for _, d := range directions {
		add(Int64, d, "first_seen_ms", "last_seen_ms", "duration_ms", "packets", "bytes")
	}
	for _, unit := range []string{"ps", "piat_ms"} {
		for _, d := range directions {
			add(Int64, d, "min_"+unit)
			add(Float64, d, "mean_"+unit, "stddev_"+unit)
			add(Int64, d, "max_"+unit)
		}
	}
	for _, d := range directions {
		for _, flag := range []string{"syn", "cwr", "ece", "urg", "ack", "psh", "rst", "fin"} {
			add(Int64, d, flag+"_packets")
		}
	}
	add(Text, "splt_", "direction", "ps", "piat_ms")
	add(Text, "application_", "name", "category_name")
	add(Int64, "application_", "is_guessed", "confidence")
	add(Text, "", "requested_server_name", "client_fingerprint", "server_fingerprint", "user_agent", "content_type")
	return all
}
