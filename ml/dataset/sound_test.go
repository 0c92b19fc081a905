package dataset

import (
	"bytes"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// FuzzSound reads any bytes with the rows' fields counted ahead, when rows without a quote out of
// place are parsed the short way, and without: values, skipped rows and errors must agree, for all
// columns and for one.
func FuzzSound(f *testing.F) {
	for _, s := range []string{
		"id,src_ip,protocol\n1,a,6\n2,\"b,\"\"c\"\"\n\",17\n", "id,src_ip\r\n1,\"a\"\r\n2,\"b\"\rx\r\n", "id,src_ip\n1,\"a\\\"b\"\n2,\"c\\\",d\"\n",
		"a,b,c\n\"x\"y,1,2\nx\"y,1,2\n1,\"x\n\n\",2\n,,\n\"\",\"\",\"\"\n1,2\n1,2,3,4", "id,b,c\n1,x\",\"y\n", "a,b\n1,\"\n", "id,b,c\nx,1,2\n\"3\",\"\",\n",
	} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		type result struct {
			Rows    []string
			Labels  []int64
			Skipped int
			First   string
			Err     string
		}
		read := func(count, skipBad bool, columns ...string) (out result) {
			r, err := NewReader(bytes.NewReader(data), "x.csv", Options{Columns: columns, SkipBad: skipBad})
			if err != nil {
				return result{Err: err.Error()}
			}
			defer r.Close()
			r.src.count = count
			frame, err := r.ReadAll()
			if err != nil {
				return result{Err: err.Error()}
			}
			out.Rows, out.Labels = rowsOf(frame), frame.Labels()
			n, first := r.Skipped()
			if out.Skipped = n; first != nil {
				out.First = first.Error()
			}
			return out
		}
		names := []string{}
		if r, err := NewReader(bytes.NewReader(data), "x.csv", Options{}); err == nil {
			names = r.Names()
			r.Close()
		}
		for _, columns := range [][]string{nil, names[:min(1, len(names))], names[max(0, len(names)-1):]} {
			for _, skipBad := range []bool{false, true} {
				if diff := cmp.Diff(read(false, skipBad, columns...), read(true, skipBad, columns...)); diff != "" {
					t.Errorf("%q, columns %q, skip %v (-field by field +sound):\n%s", data, columns, skipBad, diff)
				}
			}
		}
	})
}
