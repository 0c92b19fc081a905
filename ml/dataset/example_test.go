package dataset_test

import (
	"context"
	"crypto/sha256"
	"fmt"
	"log"
	"os"
	"path/filepath"
	"strings"

	"github.com/go-gota/gota/dataframe"
	"github.com/go-gota/gota/series"

	"flowbook/ml/dataset"
)

const flows = `id,bidirectional_first_seen_ms,bidirectional_packets,bidirectional_mean_ps,application_name,user_agent
23000000,1658902768472,5,74.0,Unknown,
23000001,1658902769073,1,145.0,BitTorrent,
23000002,1658902769112,227664,919.909902,BitTorrent,"curl, 7.68"
23000003,1658902769242,2,98.5,DNS,
`

// example writes the flows above to a file and returns a frame of all of it.
func example(columns ...string) *dataset.Frame {
	path := filepath.Join(os.TempDir(), "flowbook_example.csv")
	defer os.Remove(path)
	if err := os.WriteFile(path, []byte(flows), 0o600); err != nil {
		log.Fatal(err)
	}
	f, err := dataset.Read(path, columns...)
	if err != nil {
		log.Fatal(err)
	}
	return f
}

func ExampleRead() {
	f := example("application_name", "bidirectional_packets")
	fmt.Println(f)
	fmt.Println(f.Int64s("bidirectional_packets"))
	// Output:
	//   application_name  bidirectional_packets
	// 0          Unknown                      5
	// 1       BitTorrent                      1
	// 2       BitTorrent                 227664
	// 3              DNS                      2
	// [5 1 227664 2]
}

func ExampleNewReader() {
	r, err := dataset.NewReader(strings.NewReader(flows), "flows.csv", dataset.Options{Columns: []string{"bidirectional_packets"}})
	if err != nil {
		log.Fatal(err)
	}
	defer r.Close()
	total := int64(0)
	for r.Scan() {
		for _, n := range r.Frame().Int64s("bidirectional_packets") {
			total += n
		}
	}
	fmt.Println(total, r.Err())
	// Output: 227672 <nil>
}

func ExampleOptions() {
	damaged := strings.Replace(flows, "227664", "lots", 1)
	_, err := readAll(damaged, dataset.Options{})
	fmt.Println(err)

	r, err := readAll(damaged, dataset.Options{SkipBad: true})
	if err != nil {
		log.Fatal(err)
	}
	n, first := r.Skipped()
	fmt.Println(n, "row left out:", first)
	// Output:
	// read flows.csv: row 2, column bidirectional_packets: "lots" is not an integer (line 4)
	// 1 row left out: read flows.csv: row 2, column bidirectional_packets: "lots" is not an integer (line 4)
}

func readAll(csv string, o dataset.Options) (*dataset.Reader, error) {
	r, err := dataset.NewReader(strings.NewReader(csv), "flows.csv", o)
	if err != nil {
		return nil, err
	}
	_, err = r.ReadAll()
	return r, err
}

func ExampleFrame_Info() {
	for line := range strings.Lines(example().Info().String()) {
		fmt.Println(strings.TrimRight(line, " \n")) // pandas fills the last column with spaces
	}
	// Output:
	// <class 'pandas.core.frame.DataFrame'>
	// RangeIndex: 4 entries, 0 to 3
	// Data columns (total 6 columns):
	//  #   Column                       Non-Null Count  Dtype
	// ---  ------                       --------------  -----
	//  0   id                           4 non-null      int64
	//  1   bidirectional_first_seen_ms  4 non-null      int64
	//  2   bidirectional_packets        4 non-null      int64
	//  3   bidirectional_mean_ps        4 non-null      float64
	//  4   application_name             4 non-null      object
	//  5   user_agent                   1 non-null      object
	// dtypes: float64(1), int64(3), object(2)
	// memory usage: 324.0+ bytes
}

func ExampleFrame_Describe() {
	fmt.Println(example().Describe("bidirectional_packets"))
	// Output:
	// count         4.000000
	// mean      56918.000000
	// std      113830.666679
	// min           1.000000
	// 25%           1.750000
	// 50%           3.500000
	// 75%       56919.750000
	// max      227664.000000
	// Name: bidirectional_packets, dtype: float64
}

func ExampleFrame_ValueCounts() {
	counts := example().ValueCounts("application_name")
	fmt.Println(counts.Head(2))
	fmt.Println(counts.Labels()[0], counts.Int64s()[0])
	// Output:
	// application_name
	// BitTorrent    2
	// Unknown       1
	// Name: count, dtype: int64
	// BitTorrent 2
}

func ExampleFrame_WithTime() {
	f := example("bidirectional_first_seen_ms", "bidirectional_mean_ps").WithTime("timestamp", "bidirectional_first_seen_ms")
	anomalies := []int{2, 3}
	fmt.Println(f.Select("timestamp", "bidirectional_mean_ps").Rows(anomalies))
	// Output:
	//                 timestamp  bidirectional_mean_ps
	// 2 2022-07-27 06:19:29.112             919.909902
	// 3 2022-07-27 06:19:29.242              98.500000
}

func ExampleNew() {
	table := dataset.New(
		dataset.Int64Column("Actual Anomaly", []int64{9, 0}),
		dataset.Int64Column("Actual Normal", []int64{0, 2991}),
	).WithLabels("Predicted Anomaly", "Predicted Normal")
	fmt.Println(table)
	// Output:
	//                    Actual Anomaly  Actual Normal
	// Predicted Anomaly               9              0
	// Predicted Normal                0           2991
}

func ExampleFrame_Matrix() {
	m := example().Matrix("bidirectional_packets", "bidirectional_mean_ps")
	fmt.Println(m.Shape(), m.Row(2), m.At(3, 1))
	// Output: (4, 2) [227664 919.909902] 98.5
}

func ExampleFrame_Gota() {
	df := example().Gota().
		Filter(dataframe.F{Colname: "bidirectional_packets", Comparator: series.Greater, Comparando: 1}).
		Select([]string{"id", "bidirectional_packets"})
	f, err := dataset.FromGota(df)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(f)
	// Output:
	//          id  bidirectional_packets
	// 0  23000000                      5
	// 1  23000002                 227664
	// 2  23000003                      2
}

func ExampleFrame_WriteSheet() {
	f := dataset.New(dataset.TextColumn("server", []string{"example.org", "=HYPERLINK(\"//evil\")"}))
	if err := f.WriteSheet(os.Stdout); err != nil {
		log.Fatal(err)
	}
	// Output:
	// server
	// example.org
	// "'=HYPERLINK(""//evil"")"
}

func ExampleSplit() {
	dir, err := os.MkdirTemp("", "flowbook")
	if err != nil {
		log.Fatal(err)
	}
	defer os.RemoveAll(dir)
	path := filepath.Join(dir, "flows.csv")
	if err := os.WriteFile(path, []byte(flows), 0o600); err != nil {
		log.Fatal(err)
	}
	m, err := dataset.Split(context.Background(), path, filepath.Join(dir, "parts"), dataset.SplitOptions{Rows: 3})
	if err != nil {
		log.Fatal(err)
	}
	for _, p := range m.Parts {
		fmt.Println(p.Name, p.Rows)
	}
	// Output:
	// split_1.csv 3
	// split_2.csv 1
}

func ExampleReadLabels() {
	dir, err := os.MkdirTemp("", "flowbook")
	if err != nil {
		log.Fatal(err)
	}
	defer os.RemoveAll(dir)
	path, data := filepath.Join(dir, "labels.csv"), fmt.Sprintf("%x", sha256.Sum256([]byte(flows)))
	if err := dataset.WriteLabels(path, data, []dataset.Label{{ID: 23000002, Label: "udp_flood", Campaign: "udp_flood-1"}}); err != nil {
		log.Fatal(err)
	}
	for _, source := range []string{data, fmt.Sprintf("%x", sha256.Sum256([]byte("another capture")))} {
		labels, err := dataset.ReadLabels(path, source)
		if err != nil {
			log.Fatal(err)
		}
		fmt.Printf("%v %q\n", labels.Known(), labels.Kinds([]int64{23000001, 23000002}))
	}
	// Output:
	// true ["" "udp_flood"]
	// false ["" ""]
}

func ExampleProfileOf() {
	dir, err := os.MkdirTemp("", "flowbook")
	if err != nil {
		log.Fatal(err)
	}
	defer os.RemoveAll(dir)
	csv := dataset.AppendHeader(nil)
	for _, protocol := range []string{"6", "17", "6"} {
		var row []string
		for _, f := range dataset.Columns() {
			switch {
			case f.Name == "protocol":
				row = append(row, protocol)
			case f.Kind == dataset.Text:
				row = append(row, "")
			default:
				row = append(row, "1")
			}
		}
		csv = append(csv, strings.Join(row, ",")+"\n"...)
	}
	path := filepath.Join(dir, "flows.csv")
	if err := os.WriteFile(path, csv, 0o600); err != nil {
		log.Fatal(err)
	}
	p, err := dataset.ProfileOf(context.Background(), dataset.Capture{Path: path})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(p.Rows, "flows:", p.Protocols)
	// Output: 3 flows: [{TCP 2} {UDP 1}]
}

func ExampleColumns() {
	kinds := map[dataset.Kind]int{}
	for _, f := range dataset.Columns() {
		kinds[f.Kind]++
	}
	fmt.Println(len(dataset.Columns()), kinds)
	fmt.Println(dataset.KindOf("bidirectional_mean_ps"))
	// Output:
	// 89 map[int64:61 float64:12 object:16]
	// float64 true
}

func ExampleAppendFloat() {
	fmt.Printf("%s\n", dataset.AppendFloat(nil, 98.6892))
	fmt.Printf("%s\n", dataset.AppendFloat(nil, 1e16))
	fmt.Printf("%s\n", dataset.AppendText(nil, "[0, 1, -1]"))
	// Output:
	// 98.6892
	// 1e+16
	// "[0, 1, -1]"
}
