package dataset

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestToTime(t *testing.T) {
	day := func(hour, minute, second, us int) time.Time {
		return time.Date(2022, 7, 27, hour, minute, second, us*1000, time.UTC)
	}
	for _, tt := range []struct {
		name    string
		texts   []string
		layouts []string
		want    []time.Time
		err     string
	}{
		{name: "iso", texts: []string{"2022-07-27", "2022-07-27 06:18", "2022-07-27T06:18:24.7", "2022-07-27 08:18:24.123456789+02:00", "2022-07-27T06:18:24Z"},
			want: []time.Time{day(0, 0, 0, 0), day(6, 18, 0, 0), day(6, 18, 24, 700000), day(6, 18, 24, 123456), day(6, 18, 24, 0)}},
		{name: "slovak", texts: []string{"27.07.2022 06:18", "27. 7. 2022"}, layouts: []string{"02.01.2006 15:04", "2. 1. 2006"},
			want: []time.Time{day(6, 18, 0, 0), day(0, 0, 0, 0)}},
		{name: "american", texts: []string{"07/27/2022 6:18 PM"}, layouts: []string{"01/02/2006 3:04 PM"}, want: []time.Time{day(18, 18, 0, 0)}},
		{name: "no such day", texts: []string{"2022-07-27", "2022-02-30"},
			err: `dataset: row 1, column date: "2022-02-30" is no time of the form ISO 8601, as 2006-01-02 15:04:05`},
		{name: "another form", texts: []string{"2022-07-27"}, layouts: []string{"02.01.2006"},
			err: `dataset: row 0, column date: "2022-07-27" is no time of the form 02.01.2006`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			f, err := New(TextColumn("date", tt.texts)).ToTime("date", tt.layouts...)
			if tt.err != "" {
				if err == nil || err.Error() != tt.err {
					t.Fatalf("got error %v, want %s", err, tt.err)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tt.want, f.Times("date")); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
			if again, err := f.ToTime("date"); err != nil || again != f {
				t.Errorf("times to times: %v", err)
			}
		})
	}
	f, err := New(TextColumn("date", []string{"2022-07-27", ""}).Missing(1)).ToTime("date")
	if err != nil || !f.Column("date").IsNull(1) {
		t.Errorf("a missing value: %v, %v", f, err)
	}
	read, err := readText(t, "date,n\n2022-07-27 06:18,1\nsoon,2\n", Options{})
	if err != nil {
		t.Fatal(err)
	}
	if _, err = read.Slice(1, 2).ToTime("date"); err == nil || err.Error() != `read x.csv: row 1, column date: "soon" is no time of the form ISO 8601, as 2006-01-02 15:04:05` {
		t.Errorf("a row of a file: %v", err)
	}
}
