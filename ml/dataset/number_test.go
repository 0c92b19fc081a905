package dataset

import (
	"math"
	"math/rand/v2"
	"strconv"
	"strings"
	"testing"
)

// sameFloat checks that what scanFloat takes is what strconv makes of it, to the bit.
func sameFloat(t *testing.T, field string) (taken bool) {
	t.Helper()
	row := "7," + field + ",8"
	v, next, ok := scanFloat([]byte(row), 2, ',', '.')
	if !ok {
		return false
	}
	if next != len(row)-1 || strings.ContainsAny(field, ",") {
		t.Errorf("%q: the next field begins at %d, want %d", row, next, len(row)-1)
		return true
	}
	want, err := strconv.ParseFloat(field, 64)
	if err != nil || math.Float64bits(v) != math.Float64bits(want) {
		t.Errorf("%q: %v, want %v, %v", field, v, want, err)
	}
	return true
}

func TestScanFloat(t *testing.T) {
	for _, tt := range []struct {
		field string
		taken bool
	}{
		{"0.0", true}, {"-0.0", true}, {"1.5", true}, {"0.1", true}, {"-123.456", true}, {"0.30000000000000004", true}, {"9007199254740992.0", true}, {"900719925474099.2", true},
		{"9007199254740993.0", true}, {"9007199254740993.01", true}, {"9007199254740994.9", true}, {"9007199254740995.0", true}, {"0.0000000000000000001", false},
		{"9007199254740.993", true}, {"900719925474.0993", true}, {"0.9999999999999999999", false}, {"0.999999999999999999", true}, {"9999999999999999.999", true}, {"0.00000000000000001", true}, {"1", false}, {"1.", false}, {".5", false}, {"-.5", false}, {"-", false}, {"", false}, {"1e5", false}, {"1.5e5", false}, {"1.2.3", false}, {"0x1.8", false},
		{"1_0.5", false}, {"NaN", false}, {"inf", false}, {" 1.5", false}, {"1.5 ", false}, {"+1.5", false}, {"\"1.5\"", false}, {"123456789012345678.5", true}, {"1.23456789012345678", true}, {"1234567890123456789.5", false},
	} {
		if taken := sameFloat(t, tt.field); taken != tt.taken {
			t.Errorf("%q: taken %v, want %v", tt.field, taken, tt.taken)
		}
	}
	r := rand.New(rand.NewPCG(1, 2))
	taken := 0
	for range 200_000 {
		if sameFloat(t, strconv.FormatFloat((r.Float64()-0.5)*math.Pow10(r.IntN(16)), 'f', r.IntN(17), 64)) {
			taken++
		}
	}
	for range 50_000 { // up to 19 digits, the point anywhere, often halfway between two doubles
		digits := strconv.FormatUint((r.Uint64N(1e18)|1<<54)>>r.IntN(8), 10)
		at := 1 + r.IntN(len(digits)-1)
		if !sameFloat(t, digits[:at]+"."+digits[at:]) || !sameFloat(t, strconv.FormatUint((1<<53+2*r.Uint64N(1<<52)|1)<<r.IntN(5), 10)+".0") {
			t.Fatalf("%s with a point at %d is not taken", digits, at)
		}
	}
	if taken < 50_000 {
		t.Errorf("only %d of 200000 numbers were taken: what is measured here?", taken)
	}
}

func FuzzScanFloat(f *testing.F) {
	for _, s := range []string{"1.5", "-0.0", "0.30000000000000004", "9007199254740993.1", "1.", ".1", "1e5"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, field string) {
		if !strings.ContainsAny(field, ",") {
			sameFloat(t, field)
		}
	})
}
