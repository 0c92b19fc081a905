package flowgen

import (
	"bytes"
	"cmp"
	"context"
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"
	"time"

	gocmp "github.com/google/go-cmp/cmp"

	"flowbook/ml/dataset"
)

// generated is a file of so many rows, read again.
func generated(t testing.TB, rows int, seed uint64) (*dataset.Frame, []dataset.Label) {
	t.Helper()
	var out bytes.Buffer
	labels, err := Generate(context.Background(), Config{Rows: rows, Seed: seed, Workers: 2}, &out)
	if err != nil {
		t.Fatal(err)
	}
	r, err := dataset.NewReader(&out, "generated.csv", dataset.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	f, err := r.ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	return f, labels
}

// TestSplit1Describe holds the first split against the published describe() of
// bidirectional_packets, digit for digit, whatever the seed.
func TestSplit1Describe(t *testing.T) {
	seeds := []uint64{1, 2, 20}
	if testing.Short() {
		seeds = seeds[:1]
	}
	for _, seed := range seeds {
		f, _ := generated(t, SplitRows, seed)
		packets := f.Int64s("bidirectional_packets")
		sum, square := int64(0), int64(0)
		for _, n := range packets {
			sum += n
			square += n * n
		}
		n := float64(len(packets))
		mean := float64(sum) / n
		std := math.Sqrt((float64(square) - n*mean*mean) / (n - 1))
		sorted := slices.Sorted(slices.Values(packets))
		quantile := func(q float64) float64 { // linear interpolation, as pandas
			at := q * (n - 1)
			lo, frac := int(at), at-math.Floor(at)
			return float64(sorted[lo])*(1-frac) + float64(sorted[min(lo+1, len(sorted)-1)])*frac
		}
		got := fmt.Sprintf("%.6f %.6f %.6f %.6f %.6f %.6f %.6f %.6f", n, mean, std,
			quantile(0), quantile(.25), quantile(.5), quantile(.75), quantile(1))
		want := "10000.000000 98.689200 2829.092173 1.000000 2.000000 7.000000 12.000000 227664.000000"
		if got != want {
			t.Errorf("seed %d: describe() is %s, published %s", seed, got, want)
		}
		bins := map[int]int{} // numpy.histogram with 100 bins
		for _, n := range packets {
			bins[min(int(float64(n-1)*100/(227664-1)), 99)]++
		}
		wantBins := map[int]int{0: 9961, 1: 15, 2: 6, 3: 3, 4: 4, 7: 1, 10: 1, 11: 1, 16: 1, 18: 4, 20: 1, 54: 1, 99: 1}
		if d := gocmp.Diff(wantBins, bins); d != "" {
			t.Errorf("seed %d: histogram (-published +got):\n%s", seed, d)
		}
	}
}

// TestSplit1Columns holds dtypes, non-null counts and the ten most frequent applications against
// what is published.
func TestSplit1Columns(t *testing.T) {
	f, _ := generated(t, SplitRows, 1)
	kinds := map[string]int{}
	nonNull := map[string]int{}
	for _, field := range f.Fields() {
		kinds[field.Kind.String()]++
		if c := f.Column(field.Name); c.Nulls() > 0 {
			nonNull[field.Name] = SplitRows - c.Nulls()
		}
	}
	if d := gocmp.Diff(map[string]int{"float64": 12, "int64": 61, "object": 16}, kinds); d != "" {
		t.Errorf("dtypes (-published +got):\n%s", d)
	}
	wantNull := map[string]int{"requested_server_name": 3006, "client_fingerprint": 1265, "server_fingerprint": 881, "user_agent": 173, "content_type": 74}
	if d := gocmp.Diff(wantNull, nonNull); d != "" {
		t.Errorf("non-null counts (-published +got):\n%s", d)
	}

	count := map[string]int{}
	for _, app := range f.Strings("application_name") {
		count[app]++
	}
	var apps []string
	for app := range count {
		apps = append(apps, app)
	}
	slices.SortFunc(apps, func(a, b string) int { return cmp.Or(count[b]-count[a], strings.Compare(a, b)) })
	var top []string
	for _, app := range apps[:10] {
		top = append(top, fmt.Sprintf("%s %d", app, count[app]))
	}
	want := []string{"TLS.Telegram 2710", "ICMP 1234", "BitTorrent 1147", "DNS 767", "Unknown 402", "TLS.Google 377", "TLS 269",
		"HTTP.Telegram 197", "HTTP 187", "DNS.AmazonAWS 141"}
	if d := gocmp.Diff(want, top); d != "" {
		t.Errorf("applications (-published +got):\n%s", d)
	}
}

// TestSplit1Head holds the first five rows against the published columns.
func TestSplit1Head(t *testing.T) {
	f, _ := generated(t, 5, 7)
	ints := func(name string, i int) int64 { return f.Int64s(name)[i] }
	text := func(name string, i int) string { return f.Strings(name)[i] }
	want := []string{
		"23000000 0 34:f8:e7 52464 e8:b7:48 59044 [0, 1013, 2002, 4002, 8003, -1 Unknown Unspecified 0 0 1658902768472",
		"23000001 0 60:73:5c 31396 e8:b7:48 6654 [0, -1 BitTorrent Download 0 3 1658902769073",
		"23000002 0 60:73:5c 61021 e8:b7:48 58931 [0, 60, 0, 8, 51, 8, 65, 6, 58, 1, 3, 1, 0, 54 BitTorrent Download 1 3 1658902769112",
		"23000003 0 a4:4b:d5 16304 00:25:b4 53 [0, 1, -1 DNS.TikTok SocialNetwork 0 4 1658902769242",
		"23000004 0 00:1c:7f 37930 e8:b7:48 53 [0, 1, 166, 0, 166, -1 DNS Network 1 1 1658902769679",
	}
	lengths := []int{6, 2, 14, 3, 6} // entries of the list that are published
	for i, w := range want {
		entries := strings.SplitN(text("splt_piat_ms", i), ", ", lengths[i]+1)
		got := fmt.Sprintf("%d %d %s %d %s %d %s %s %s %d %d %d", ints("id", i), ints("expiration_id", i),
			text("src_oui", i), ints("src_port", i), text("dst_oui", i), ints("dst_port", i), strings.Join(entries[:lengths[i]], ", "),
			text("application_name", i), text("application_category_name", i),
			ints("application_is_guessed", i), ints("application_confidence", i), ints("bidirectional_first_seen_ms", i))
		if d := gocmp.Diff(w, got); d != "" {
			t.Errorf("row %d (-published +got):\n%s", i, d)
		}
		if ip := text("src_ip", i); len(ip) != 128 {
			t.Errorf("row %d: the hashed address has %d digits, want 128", i, len(ip))
		}
	}
	if name := text("requested_server_name", 3); name != "tnc16-platform-useast2a.tiktokv.com" {
		t.Errorf("row 3 asks for %q", name)
	}
}

// TestSplit1Anomalies holds the nine anomalous flows against the published tables: row, time, mean
// length to six decimals.
func TestSplit1Anomalies(t *testing.T) {
	f, _ := generated(t, SplitRows, 1)
	packets, mean, first := f.Int64s("bidirectional_packets"), f.Float64s("bidirectional_mean_ps"), f.Int64s("bidirectional_first_seen_ms")
	want := []string{
		"7123 06:19:22.591 1166.870444", "7257 06:18:34.604 1092.499124", "7383 06:18:48.215 1196.463889", "7766 06:19:30.748 919.909902",
		"7768 06:19:30.896 1330.093447", "9313 06:20:53.465 1800.174906", "9505 06:19:26.972 519.923143", "9589 06:19:31.168 1039.909550",
		"9754 06:19:36.735 1734.525787",
	}
	var got []string
	ones, shared := 0, map[int64]int{}
	for i := range packets {
		shared[first[i]]++
		if i < testFrom {
			continue
		}
		if packets[i] == 1 {
			ones++
		}
		if packets[i] > 6080 { // where the original's threshold lies
			got = append(got, fmt.Sprintf("%d %s %.6f", i, time.UnixMilli(first[i]).UTC().Format("15:04:05.000"), mean[i]))
		}
	}
	if d := gocmp.Diff(want, got); d != "" {
		t.Errorf("anomalies (-published +got):\n%s", d)
	}
	if ones < 150 { // fewer, and the 95th percentile of the error is not theirs
		t.Errorf("%d one-packet flows in the test part, want at least 150", ones)
	}
	for _, row := range []int{7383, 7766} {
		if shared[first[row]] < 2 {
			t.Errorf("row %d does not share its millisecond", row)
		}
	}
}
