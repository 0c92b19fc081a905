package dataset_test

import (
	"fmt"
	"log"
	"strings"
	"time"

	"flowbook/ml/dataset"

	"golang.org/x/text/encoding/charmap"
)

// show prints a table without the spaces at the ends of its lines, with which pandas fills them and
// an example cannot.
func show(f *dataset.Frame) {
	for line := range strings.Lines(f.String()) {
		fmt.Println(strings.TrimRight(line, " \n"))
	}
}

func ExampleFrame_GroupBy() {
	table := example().GroupBy("application_name").Agg(
		dataset.Agg("flows", "id", "count"),
		dataset.Agg("packets", "bidirectional_packets", "sum"),
		dataset.Agg("p95", "bidirectional_mean_ps", dataset.Quantile(0.95)),
	)
	show(table.SortByDesc("packets"))
	fmt.Println(table.ResetIndex().Strings("application_name"))
	// Output:
	//                   flows  packets         p95
	// application_name
	// BitTorrent            2   227665  881.164407
	// Unknown               1        5   74.000000
	// DNS                   1        2   98.500000
	// [BitTorrent DNS Unknown]
}

func ExampleAggFunc() {
	span := func(sizes []float64) float64 { return sizes[len(sizes)-1] - sizes[0] }
	show(example().GroupBy("application_name").Agg(dataset.AggFunc("span", "bidirectional_mean_ps", span)).Head(1))
	// Output:
	//                         span
	// application_name
	// BitTorrent        774.909902
}

func ExampleFrame_Filter() {
	f := example("application_name", "bidirectional_packets")
	fmt.Println(f.Filter(func(r dataset.Row) bool { return r.Int64("bidirectional_packets") > 1 }).SortBy("bidirectional_packets"))
	// Output:
	//   application_name  bidirectional_packets
	// 3              DNS                      2
	// 0          Unknown                      5
	// 2       BitTorrent                 227664
}

func ExampleFrame_Join() {
	owners := dataset.New(
		dataset.TextColumn("application_name", []string{"DNS", "BitTorrent"}),
		dataset.Int64Column("level", []int64{1, 3}),
	)
	fmt.Println(example("application_name", "bidirectional_packets").Join(owners, "left", "application_name"))
	// Output:
	//   application_name  bidirectional_packets  level
	// 0          Unknown                      5    NaN
	// 1       BitTorrent                      1    3.0
	// 2       BitTorrent                 227664    3.0
	// 3              DNS                      2    1.0
}

func ExampleFrame_Pivot() {
	f := example().Assign("large", func(r dataset.Row) bool { return r.Int64("bidirectional_packets") > 1000 })
	show(f.Pivot("application_name", "large", "bidirectional_packets", "sum"))
	// Output:
	// large             False     True
	// application_name
	// BitTorrent          1.0  227664.0
	// DNS                 2.0       NaN
	// Unknown             5.0       NaN
}

func ExampleFrame_Resample() {
	f := example().WithTime("timestamp", "bidirectional_first_seen_ms")
	show(f.Resample("timestamp", 200*time.Millisecond).Sum("bidirectional_packets"))
	// Output:
	//                          bidirectional_packets
	// timestamp
	// 2022-07-27 06:19:28.400                      5
	// 2022-07-27 06:19:28.600                      0
	// 2022-07-27 06:19:28.800                      0
	// 2022-07-27 06:19:29.000                 227665
	// 2022-07-27 06:19:29.200                      2
}

func ExampleFrame_Rolling() {
	fmt.Println(example("bidirectional_packets").Rolling(2).Mean())
	// Output:
	//    bidirectional_packets
	// 0                    NaN
	// 1                    3.0
	// 2               113832.5
	// 3               113833.0
}

func ExampleFrame_DescribeAll() {
	fmt.Println(example("bidirectional_packets", "bidirectional_mean_ps", "application_name").DescribeAll())
	// Output:
	//        bidirectional_packets  bidirectional_mean_ps
	// count               4.000000               4.000000
	// mean            56918.000000             309.352475
	// std            113830.666679             408.101973
	// min                 1.000000              74.000000
	// 25%                 1.750000              92.375000
	// 50%                 3.500000             121.750000
	// 75%             56919.750000             338.727475
	// max            227664.000000             919.909902
}

func ExampleFrame_Corr() {
	fmt.Println(example("bidirectional_packets", "bidirectional_mean_ps").Corr())
	// Output:
	//                        bidirectional_packets  bidirectional_mean_ps
	// bidirectional_packets               1.000000               0.997393
	// bidirectional_mean_ps               0.997393               1.000000
}

func ExampleOptions_delimiter() {
	const file = "mesto;obyvatelia;podiel\n\x8eilina;80.727;1,5\nKo\x9aice;229.040;4,2\n" // CP1250
	r, err := dataset.NewReader(strings.NewReader(file), "mesta.csv", dataset.Options{
		Delimiter: ';', Decimal: ',', Thousands: '.', Encoding: charmap.Windows1250,
	})
	if err != nil {
		log.Fatal(err)
	}
	f, err := r.ReadAll()
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(f)
	// Output:
	//     mesto  obyvatelia  podiel
	// 0  Žilina       80727     1.5
	// 1  Košice      229040     4.2
}

func ExampleFrame_ToTime() {
	f, err := dataset.New(dataset.TextColumn("seen", []string{"27.07.2022 06:18", "28.07.2022 00:00"})).ToTime("seen", "02.01.2006 15:04")
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(f)
	fmt.Println(f.Times("seen")[0].Weekday())
	// Output:
	//                  seen
	// 0 2022-07-27 06:18:00
	// 1 2022-07-28 00:00:00
	// Wednesday
}
