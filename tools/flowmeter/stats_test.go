package flowmeter

import (
	"encoding/csv"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"flowbook/ml/dataset"
)

// fieldsOf is a flow's line by column name.
func fieldsOf(t testing.TB, line string) map[string]string {
	t.Helper()
	rec, err := csv.NewReader(strings.NewReader(line)).Read()
	if err != nil {
		t.Fatal(err)
	}
	columns := dataset.Columns()
	if len(rec) != len(columns) {
		t.Fatalf("%d fields, want %d", len(rec), len(columns))
	}
	m := map[string]string{}
	for i, c := range columns {
		m[c.Name] = rec[i]
	}
	return m
}

// TestStats meters four packets by hand. Means and deviations come from Python's statistics.mean
// and statistics.stdev; src2dst_mean_ps ends in 6, not 7, because a running mean rounds at each
// packet, as NFStream's does.
func TestStats(t *testing.T) {
	var f Flow
	f.Add(1000, Forward, 100, SYN)
	f.Add(1010, Reverse, 60, SYN|ACK)
	f.Add(1015, Forward, 200, ACK)
	f.Add(1015, Forward, 50, PSH|ACK|CWR)
	got := fieldsOf(t, string(f.AppendRow(nil)))
	want := map[string]string{
		"bidirectional_first_seen_ms": "1000", "bidirectional_last_seen_ms": "1015", "bidirectional_duration_ms": "15",
		"bidirectional_packets": "4", "bidirectional_bytes": "410",
		"src2dst_packets": "3", "src2dst_bytes": "350", "dst2src_packets": "1", "dst2src_bytes": "60",
		"dst2src_first_seen_ms": "1010", "dst2src_duration_ms": "0",
		"bidirectional_min_ps": "50", "bidirectional_mean_ps": "102.5", "bidirectional_stddev_ps": "68.49574196011505", "bidirectional_max_ps": "200",
		"src2dst_mean_ps": "116.66666666666666", "src2dst_stddev_ps": "76.37626158259734", "dst2src_stddev_ps": "0.0", "dst2src_mean_ps": "60.0",
		"bidirectional_min_piat_ms": "0", "bidirectional_mean_piat_ms": "5.0", "bidirectional_stddev_piat_ms": "5.0", "bidirectional_max_piat_ms": "10",
		"src2dst_min_piat_ms": "0", "src2dst_mean_piat_ms": "7.5", "src2dst_stddev_piat_ms": "10.606601717798213", "src2dst_max_piat_ms": "15",
		"dst2src_max_piat_ms":       "0",
		"bidirectional_syn_packets": "2", "bidirectional_ack_packets": "3", "bidirectional_psh_packets": "1", "bidirectional_cwr_packets": "1",
		"src2dst_syn_packets": "1", "dst2src_syn_packets": "1", "dst2src_ack_packets": "1", "src2dst_fin_packets": "0",
		"splt_direction": list(SPLT, 0, 1, 0, 0), "splt_ps": list(SPLT, 100, 60, 200, 50), "splt_piat_ms": list(SPLT, 0, 10, 5, 0),
		"application_is_guessed": "0", "requested_server_name": "",
	}
	for name, w := range want {
		if got[name] != w {
			t.Errorf("%s is %q, want %q", name, got[name], w)
		}
	}
}

// list is an splt column's text: the values, then -1.
func list(n int, values ...int) string {
	var s []string
	for i := range n {
		if i < len(values) {
			s = append(s, fmt.Sprint(values[i]))
		} else {
			s = append(s, "-1")
		}
	}
	return "[" + strings.Join(s, ", ") + "]"
}

func TestStatsBeyondLists(t *testing.T) {
	var f Flow
	for i := range int64(50) {
		f.Add(i*1000, Direction(i&1), uint16(100+i), 0)
	}
	got := fieldsOf(t, string(f.AppendRow(nil)))
	if strings.Contains(got["splt_ps"], "-1") || !strings.HasSuffix(got["splt_ps"], "118, 119]") {
		t.Errorf("splt_ps is %s", got["splt_ps"])
	}
	if got["bidirectional_mean_ps"] != "124.5" || got["bidirectional_stddev_piat_ms"] != "0.0" {
		t.Errorf("mean_ps %s, stddev_piat_ms %s", got["bidirectional_mean_ps"], got["bidirectional_stddev_piat_ms"])
	}
}

// TestHeader: the header is the schema, and a line has a field for each of its columns.
func TestHeader(t *testing.T) {
	var names []string
	for _, c := range dataset.Columns() {
		names = append(names, c.Name)
	}
	if d := cmp.Diff(strings.Join(names, ",")+"\n", string(AppendHeader(nil))); d != "" {
		t.Errorf("header (-want +got):\n%s", d)
	}
}

// TestAnonymiser's digests are Python's hashlib.blake2b(text, digest_size=64, key=key).hexdigest().
func TestAnonymiser(t *testing.T) {
	a, err := NewAnonymiser([]byte("0123456789abcdef"))
	if err != nil {
		t.Fatal(err)
	}
	for _, text := range []string{"192.0.2.1", "fe80::1", "192.0.2.1"} {
		if got, want := a.Hash(text), hashes[text]; got != want {
			t.Errorf("%s hashes to %s, want %s", text, got, want)
		}
	}
	if _, err := NewAnonymiser([]byte("short")); err == nil {
		t.Error("a key of 5 bytes is taken")
	}
	if _, err := NewAnonymiser(make([]byte, 65)); err == nil {
		t.Error("a key of 65 bytes is taken")
	}
}

func ExampleFlow_AppendRow() {
	f := Flow{ID: 1, Protocol: 17, IPVersion: 4, Src: Side{IP: "192.0.2.1", Port: 40000}, Dst: Side{IP: "198.51.100.7", Port: 53}}
	f.Add(0, Forward, 74, 0)
	f.Add(12, Reverse, 180, 0)
	row := fmt.Sprintf("%.60s", f.AppendRow(nil))
	fmt.Println(row)
	fmt.Println(f.Packets(), "packets in", f.LastMs()-f.FirstMs(), "ms")
	// Output:
	// 1,0,192.0.2.1,,,40000,198.51.100.7,,,53,17,4,0,0,0,12,12,2,2
	// 2 packets in 12 ms
}

func ExampleNewAnonymiser() {
	a, err := NewAnonymiser([]byte("sixteen bytes and more"))
	if err != nil {
		fmt.Println(err)
		return
	}
	b, c := a.Hash("192.0.2.1"), a.Hash("192.0.2.2")
	fmt.Println(len(b), b == a.Hash("192.0.2.1"), b == c)
	_, err = NewAnonymiser([]byte("short"))
	fmt.Println(err)
	// Output:
	// 128 true false
	// anonymise: the key has 5 bytes, want 16 to 64
}

// The hello and its fingerprint are the first ones in the text that introduced JA3.
func ExampleClientHello_JA3() {
	h := ClientHello{
		Version:    769,
		Ciphers:    []uint16{47, 53, 5, 10, 49161, 49162, 49171, 49172, 50, 56, 19, 4},
		Extensions: []uint16{0, 10, 11},
		Groups:     []uint16{23, 24, 25},
		Points:     []uint8{0},
	}
	fmt.Println(h.JA3())
	// Output: ada70206e40642a3e4461f35503241d5
}

var hashes = map[string]string{
	"192.0.2.1": "d2bb7440c04fb7ee606d13a8003577546804d46a19b39236df8919c8278613296af3b4cf1c8d63deca54d12a6affa5495178b4076b147b6214a1382ac8b5ad6e",
	"fe80::1":   "10b0dd2adbd7a7cefe64e318cd613419377ca14ba7b7444e83cf9742124a4c67015c95af3c3256be69dbb5951c09f0296c9272fd3721991926f78b716c1003fc",
}
