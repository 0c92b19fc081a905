package memo

import (
	"bytes"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestStoreEvictsTheLeastUsed(t *testing.T) {
	s := store{dir: t.TempDir(), limit: 3000}
	names := func() (names []string) {
		entries, err := os.ReadDir(s.dir)
		if err != nil {
			t.Fatal(err)
		}
		for _, e := range entries {
			names = append(names, e.Name())
		}
		return names
	}
	for i, key := range []string{"a", "b", "c"} {
		if err := s.write(key, make([]byte, 900)); err != nil {
			t.Fatal(err)
		}
		at := time.Now().Add(time.Duration(i-10) * time.Minute)
		if err := os.Chtimes(s.path(key), at, at); err != nil {
			t.Fatal(err)
		}
	}
	if _, ok := s.read("a"); !ok { // now b is the least used
		t.Fatal("a is not in the store")
	}
	for _, name := range []string{"x" + lockSuffix} {
		if err := os.WriteFile(filepath.Join(s.dir, name), nil, 0o600); err != nil {
			t.Fatal(err)
		}
		at := time.Now().Add(-48 * time.Hour)
		if err := os.Chtimes(filepath.Join(s.dir, name), at, at); err != nil {
			t.Fatal(err)
		}
	}
	if err := s.write("d", make([]byte, 900)); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"a", "c", "d"}, names()); diff != "" {
		t.Errorf("after the fourth (-want +got):\n%s", diff)
	}
	if err := s.write("large", make([]byte, 9000)); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"large"}, names()); diff != "" {
		t.Errorf("after one that is larger than the store (-want +got):\n%s", diff)
	}
}

func TestStoreThatCannotBeWritten(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := (store{dir: file}).lock(t.Context(), "a"); err == nil || !strings.Contains(err.Error(), "lock the store against programs that compute the same: lock: ") {
		t.Errorf("got error %v, want one that names the store", err)
	}
}

// everything has a field of each kind that can be stored.
type everything struct {
	B      bool
	I      int
	I8     int8
	U      uint
	U8     uint8
	F      float64
	F32    float32
	C      complex128
	S      string
	P      *everything
	Bytes  []byte
	Floats []float64
	Names  []string
	Empty  []struct{}
	Pair   [2]float32
	Map    map[string][]int16
	At     time.Time
	Points map[[2]int8]bool
}

func example() everything {
	return everything{
		B: true, I: math.MinInt, I8: -128, U: math.MaxUint, U8: 255, F: math.NaN(), F32: float32(math.Inf(-1)), C: complex(math.Copysign(0, -1), 1),
		S: "a\x00b", P: &everything{}, Bytes: []byte{0, 255}, Floats: []float64{1, math.NaN()}, Names: []string{"", "x"}, Empty: make([]struct{}, 3),
		Pair: [2]float32{1, 2}, Map: map[string][]int16{"z": {1}, "a": nil, "": {}}, At: time.Date(2022, 7, 27, 6, 18, 24, 7, time.UTC), Points: map[[2]int8]bool{{1, 2}: true},
	}
}

func TestEncodeKeepsEverything(t *testing.T) {
	want := example()
	data, err := encode(reflect.ValueOf(&want).Elem())
	if err != nil {
		t.Fatal(err)
	}
	var got everything
	if err := decode(data, reflect.ValueOf(&got).Elem()); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(fmt.Sprintf("%#v %#v", want.Map, want.P), fmt.Sprintf("%#v %#v", got.Map, got.P)); want.P == got.P && diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(want, got, cmp.Comparer(func(a, b float64) bool { return math.Float64bits(a) == math.Float64bits(b) })); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	for n := range data {
		var cut everything
		if err := decode(data[:n], reflect.ValueOf(&cut).Elem()); err == nil {
			t.Errorf("the first %d of %d bytes were taken for a whole value", n, len(data))
		}
	}
}

// FuzzDecode decodes arbitrary bytes: an error, or a value whose own bytes give the same value
// again.
func FuzzDecode(f *testing.F) {
	for _, v := range []everything{{}, example()} {
		data, err := encode(reflect.ValueOf(&v).Elem())
		if err != nil {
			f.Fatal(err)
		}
		f.Add(data)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		var v, again everything
		if decode(data, reflect.ValueOf(&v).Elem()) != nil || len(v.Empty) > 1<<20 {
			return
		}
		first, err := encode(reflect.ValueOf(&v).Elem())
		if err != nil {
			t.Fatal(err)
		}
		if err := decode(first, reflect.ValueOf(&again).Elem()); err != nil {
			t.Fatal(err)
		}
		second, err := encode(reflect.ValueOf(&again).Elem())
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(first, second) {
			t.Errorf("% x\n% x", first, second)
		}
	})
}

// FuzzOpen opens arbitrary files: only what seal wrote is taken.
func FuzzOpen(f *testing.F) {
	f.Add("key", seal("key", []byte("value")))
	f.Add("key", []byte(magic))
	f.Fuzz(func(t *testing.T, key string, file []byte) {
		if data, ok := open(key, file); ok && !bytes.Equal(seal(key, data), file) {
			t.Errorf("%q was opened", file)
		}
	})
}

// BenchmarkEncode encodes a matrix of 100,000 x 10.
func BenchmarkEncode(b *testing.B) {
	values := make([]float64, 1_000_000)
	b.SetBytes(8_000_000)
	for b.Loop() {
		if _, err := encode(reflect.ValueOf(&values).Elem()); err != nil {
			b.Fatal(err)
		}
	}
}
