package memo

import (
	"bufio"
	"context"
	"errors"
	"math"
	"math/big"
	"os"
	"path/filepath"
	"reflect"
	"runtime"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

var calls atomic.Int64

type question struct {
	Name  string
	Rates map[string]float64
	Limit *int
}

type answer struct {
	Loss   []float64
	Best   *float64
	Names  []string
	At     time.Time
	Scores map[string]float64
}

func ask(ctx context.Context, q question) (*answer, error) {
	calls.Add(1)
	best := math.Copysign(0, -1)
	return &answer{Loss: []float64{math.NaN(), math.Inf(1), q.Rates["a"]}, Best: &best, Names: []string{}, At: time.Unix(1658902704, 0).UTC()}, nil
}

// inStore gives a test a store of its own.
func inStore(t *testing.T) string {
	t.Helper()
	state := t.TempDir()
	t.Setenv("FLOWBOOK_STATE", state)
	return filepath.Join(state, "memo")
}

func TestDoComputesOnce(t *testing.T) {
	dir := inStore(t)
	ctx := context.Background()
	three, four, alsoThree := 3, 4, 3
	steps := []struct {
		name    string
		q       question
		backend string
		runs    int64
	}{
		{name: "first", q: question{Name: "n", Rates: map[string]float64{"a": 1, "b": 2}, Limit: &three}, runs: 1},
		{name: "equal, by other pointers", q: question{Name: "n", Rates: map[string]float64{"b": 2, "a": 1}, Limit: &alsoThree}},
		{name: "another value behind a pointer", q: question{Name: "n", Rates: map[string]float64{"a": 1, "b": 2}, Limit: &four}, runs: 1},
		{name: "nil instead", q: question{Name: "n", Rates: map[string]float64{"a": 1, "b": 2}}, runs: 1},
		{name: "empty map", q: question{Name: "n", Rates: map[string]float64{}}, runs: 1},
		{name: "nil map", q: question{Name: "n"}, runs: 1},
		{name: "another backend", q: question{Name: "n"}, backend: "xla:cuda", runs: 1},
		{name: "the same again", q: question{Name: "n"}, backend: "xla:cuda"},
	}
	for _, s := range steps {
		t.Setenv("GOMLX_BACKEND", s.backend)
		before := calls.Load()
		got, err := Do(ctx, ask, s.q)
		if err != nil {
			t.Fatalf("%s: %v", s.name, err)
		}
		if diff := cmp.Diff(s.runs, calls.Load()-before); diff != "" {
			t.Errorf("%s: runs of the function (-want +got):\n%s", s.name, diff)
		}
		if !math.IsNaN(got.Loss[0]) || !math.Signbit(*got.Best) || got.Names == nil || got.Scores != nil || !got.At.Equal(time.Unix(1658902704, 0)) {
			t.Errorf("%s: came back as %+v", s.name, got)
		}
	}
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		info, err := e.Info()
		if err != nil {
			t.Fatal(err)
		}
		if len(e.Name()) != 64 || info.Mode().Perm() != 0o600 && runtime.GOOS != "windows" {
			t.Errorf("the store holds %s with mode %v", e.Name(), info.Mode())
		}
	}
}

func TestDoKeepsNoErrors(t *testing.T) {
	dir := inStore(t)
	if got, err := Do(context.Background(), refuse, 7); got != 7 || err != errRefused {
		t.Errorf("got %v and error %v, want what the function returned, 7 and its own error", got, err)
	}
	if entries, _ := os.ReadDir(dir); len(entries) != 0 {
		t.Errorf("the store holds %v after an error", entries)
	}
}

func TestDoComputesDamagedResultsAgain(t *testing.T) {
	damages := map[string]func([]byte) []byte{
		"truncated": func(b []byte) []byte { return b[:len(b)-1] },
		"one bit":   func(b []byte) []byte { b[len(b)-3] ^= 4; return b },
		"empty":     func([]byte) []byte { return nil },
		"longer":    func(b []byte) []byte { return append(b, 0) },
		"other":     func([]byte) []byte { return seal("another key", []byte("x")) },
	}
	for name, damage := range damages {
		t.Run(name, func(t *testing.T) {
			dir := inStore(t)
			for range 2 {
				if _, err := Do(context.Background(), ask, question{}); err != nil {
					t.Fatal(err)
				}
			}
			entries, _ := os.ReadDir(dir)
			file := filepath.Join(dir, entries[0].Name())
			whole, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(file, damage(append([]byte{}, whole...)), 0o600); err != nil {
				t.Fatal(err)
			}
			before := calls.Load()
			if _, err := Do(context.Background(), ask, question{}); err != nil {
				t.Fatal(err)
			}
			if n := calls.Load() - before; n != 1 {
				t.Errorf("the function ran %d times, want 1", n)
			}
			again, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(whole, again); diff != "" {
				t.Errorf("what was stored again (-want +got):\n%s", diff)
			}
		})
	}
}

type hiding struct {
	Seen   float64
	unseen float64
}

type nested struct{ Inner []map[string]hiding }

func method(ctx context.Context, in int) (hiding, error)       { return hiding{unseen: 1}, nil }
func deep(ctx context.Context, in int) (nested, error)         { return nested{}, nil }
func anything(ctx context.Context, in int) (any, error)        { return 1, nil }
func function(ctx context.Context, in func()) (int, error)     { return 1, nil }
func number(ctx context.Context, in int) (*big.Int, error)     { return big.NewInt(1), nil }
func same[T any](ctx context.Context, in T) (T, error)         { return in, nil }
func (hiding) method(ctx context.Context, in int) (int, error) { return in, nil }
func circle(ctx context.Context, in int) (*ring, error)        { r := &ring{}; r.Next = r; return r, nil }
func list(ctx context.Context, in int) (*ring, error)          { return &ring{Next: &ring{}}, nil }
func lossyTime(ctx context.Context, in int) (roundedTime, error) {
	return roundedTime{sec: 7, nano: 9}, nil
}

type ring struct{ Next *ring }

// roundedTime marshals, but not all of itself.
type roundedTime struct{ sec, nano byte }

func (r *roundedTime) MarshalBinary() ([]byte, error) { return []byte{r.sec, r.nano}, nil }
func (r *roundedTime) UnmarshalBinary(b []byte) error { r.sec = b[0]; return nil }

func TestDoRefuses(t *testing.T) {
	inStore(t)
	ctx := context.Background()
	local := 2
	tests := []struct {
		name string
		do   func() error
		want string
	}{
		{"closure", func() error {
			_, err := Do(ctx, func(context.Context, int) (int, error) { return local, nil }, 1)
			return err
		}, "is a closure, a method or generic"},
		{"method value", func() error { _, err := Do(ctx, hiding{}.method, 1); return err }, "is a closure, a method or generic"},
		{"generic", func() error { _, err := Do(ctx, same[int], 1); return err }, "is a closure, a method or generic"},
		{"nil", func() error { _, err := Do[int, int](ctx, nil, 1); return err }, "the function is nil"},
		{"unexported field", func() error { _, err := Do(ctx, method, 1); return err }, "flowbook/ml/memo.method: its result cannot be kept: memo.hiding.unseen is not exported"},
		{"unexported field, deep", func() error { _, err := Do(ctx, deep, 1); return err }, "memo.nested.Inner[][].unseen is not exported"},
		{"interface", func() error { _, err := Do(ctx, anything, 1); return err }, "is a interface, which cannot be stored"},
		{"function in the argument", func() error { _, err := Do(ctx, function, func() {}); return err }, "its argument cannot be a key: func() is a func"},
		{"foreign type with hidden fields", func() error { _, err := Do(ctx, number, 1); return err }, "big.Int.neg is not exported"},
		{"circle", func() error { _, err := Do(ctx, circle, 1); return err }, "leads back to itself"},
		{"marshals only half", func() error { _, err := Do(ctx, lossyTime, 1); return err }, "a memo.roundedTime comes back changed"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			err := tt.do()
			if err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("got error %v, want one with %q", err, tt.want)
			}
		})
	}
	if got, err := Do(ctx, list, 1); err != nil || got.Next == nil || got.Next.Next != nil {
		t.Errorf("a list without a circle came back as %+v, %v", got, err)
	}
}

func TestDoOfTwoPrograms(t *testing.T) {
	inStore(t)
	log := filepath.Join(t.TempDir(), "log")
	var outs [4]strings.Builder
	var wait []func() error
	for i := range outs {
		cmd := child(t, "once", "MEMO_TEST_LOG="+log)
		cmd.Stdout, cmd.Stderr = &outs[i], os.Stderr
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		wait = append(wait, cmd.Wait)
	}
	for i, w := range wait {
		if err := w(); err != nil {
			t.Error(err)
		}
		if outs[i].String() != "7" {
			t.Errorf("program %d printed %q, want 7", i, outs[i].String())
		}
	}
	if runs, err := os.ReadFile(log); err != nil || string(runs) != "run\n" {
		t.Errorf("the function ran %d times (%v), want 1", strings.Count(string(runs), "\n"), err)
	}
}

// hasEntry says whether a finished value lies in the store.
func hasEntry(dir string) bool {
	entries, _ := os.ReadDir(dir) // missing until the first program has made it
	return slices.ContainsFunc(entries, func(e os.DirEntry) bool { return len(e.Name()) == 64 })
}

func TestDoAfterKilledWriters(t *testing.T) {
	dir := inStore(t)
	kills := 12
	if testing.Short() {
		kills = 3
	}
	// Later and later, and on until one has lived long enough to store something: a slow machine
	// starts programs slowly.
	for i := 0; i < kills || i < 100 && !hasEntry(dir); i++ {
		cmd := child(t, "write", "MEMO_TEST_SEED="+string(rune('1'+i%9)))
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Duration(15+7*i) * time.Millisecond)
		cmd.Process.Kill()
		cmd.Wait()
	}
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	whole := 0
	for _, e := range entries {
		if len(e.Name()) != 64 {
			continue // unfinished, or a lock
		}
		file, err := os.ReadFile(filepath.Join(dir, e.Name()))
		if err != nil {
			t.Fatal(err)
		}
		if _, ok := open(e.Name(), file); !ok {
			t.Errorf("%s is torn", e.Name())
		}
		whole++
	}
	if whole == 0 {
		t.Error("the killed programs stored nothing, so the test shows nothing")
	}
}

func TestDoAfterKilledOwner(t *testing.T) {
	inStore(t)
	cmd := child(t, "hold")
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	if line, err := bufio.NewReader(out).ReadString('\n'); err != nil {
		t.Fatalf("the owner said %q: %v", line, err)
	}
	ctx, cancel := context.WithTimeout(context.Background(), 50*time.Millisecond)
	defer cancel()
	if _, err := Do(ctx, forever, 1); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("while another program computes: error %v, want %v", err, context.DeadlineExceeded)
	}
	cmd.Process.Kill()
	cmd.Wait()
	s := store{dir: filepath.Join(os.Getenv("FLOWBOOK_STATE"), "memo"), limit: sizeLimit}
	locks, _ := filepath.Glob(filepath.Join(s.dir, "*"+lockSuffix))
	if len(locks) != 1 {
		t.Fatalf("the killed program left the locks %v, want one", locks)
	}
	ctx, cancel = context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	unlock, err := s.lock(ctx, strings.TrimSuffix(filepath.Base(locks[0]), lockSuffix))
	if err != nil {
		t.Fatalf("the lock outlived its owner: %v", err)
	}
	unlock()
}

// A result of more bytes than the limit is refused, and nothing is stored; one of as many is kept.
func TestResultLimit(t *testing.T) {
	dir := inStore(t)
	defer func(limit int) { resultLimit = limit }(resultLimit)
	const size = 1<<20 + 3 // of ramp's result: a megabyte, and its length
	for _, tt := range []struct {
		limit int
		want  string
		files int
	}{
		{size - 1, "memo: flowbook/ml/memo.ramp: its result cannot be kept: it has more than 1048578 bytes, which is the most that is kept: " +
			"keep what is made of it, or write it to a file", 0},
		{size, "", 1},
	} {
		resultLimit = tt.limit
		_, err := Do(context.Background(), ramp, 1)
		got := ""
		if err != nil {
			got = err.Error()
		}
		if got != tt.want {
			t.Errorf("limit %d: got %q, want %q", tt.limit, got, tt.want)
		}
		if results, _ := filepath.Glob(filepath.Join(dir, "[0-9a-f]*[0-9a-f]")); len(results) != tt.files {
			t.Errorf("limit %d: the store holds %v, want %d files", tt.limit, results, tt.files)
		}
	}
}

func gigabyte(context.Context, int) ([]byte, error) { return make([]byte, 1<<30), nil }

func gigabyteOfTexts(context.Context, int) (map[int][]string, error) {
	text := strings.Repeat("x", 1<<20)
	texts := map[int][]string{}
	for i := range 1 << 10 {
		texts[i%4] = append(texts[i%4], text)
	}
	return texts, nil
}

// A result of a gigabyte is refused by the limit that Do and Keep state, without a copy of it in
// memory.
func TestGigabyte(t *testing.T) {
	dir := inStore(t)
	const want = "it has more than 268435456 bytes" // 256 MiB
	_, err := Do(context.Background(), gigabyte, 1)
	if err == nil || !strings.Contains(err.Error(), want) {
		t.Errorf("got %v, want %s", err, want)
	}
	if results, _ := filepath.Glob(filepath.Join(dir, "[0-9a-f]*[0-9a-f]")); len(results) != 0 {
		t.Errorf("the store holds %v", results)
	}
	var before, after runtime.MemStats
	value := make([]byte, 1<<30) // its pages are never touched
	runtime.ReadMemStats(&before)
	_, err = encoder{limit: resultLimit}.appendValue(nil, reflect.ValueOf(value), 0)
	runtime.ReadMemStats(&after)
	if took := after.TotalAlloc - before.TotalAlloc; err == nil || took > 1<<20 {
		t.Errorf("refusing a gigabyte: %v, %d bytes allocated", err, took)
	}
	if testing.Short() {
		return // the texts are written up to the limit
	}
	if _, err := Do(context.Background(), gigabyteOfTexts, 1); err == nil || !strings.Contains(err.Error(), want) {
		t.Errorf("texts: got %v, want %s", err, want)
	}
}

// The limit holds for the sum of a map's entries while they are written, not for each by itself: a
// map of 64 MiB is refused, by a limit of one, before it takes much more than that.
func TestMapLimit(t *testing.T) {
	value, part := map[int][]byte{}, make([]byte, 64<<10)
	for i := range 1024 {
		value[i] = part
	}
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	_, err := encoder{limit: 1 << 20}.appendValue(nil, reflect.ValueOf(value), 0)
	runtime.ReadMemStats(&after)
	if took := after.TotalAlloc - before.TotalAlloc; err == nil || took > 4<<20 {
		t.Errorf("refusing 1,024 entries: %v, %d bytes allocated", err, took)
	}
	if _, err := (encoder{limit: 65 << 20}).appendValue(nil, reflect.ValueOf(value), 0); err != nil {
		t.Error(err)
	}
}

// A store that cannot be made, and one in which no lock can be made, keep nothing, and the result
// is computed; standard error says so once.
func TestNoStore(t *testing.T) {
	for _, tt := range []struct {
		name  string
		spoil func(t *testing.T, state string)
	}{
		{"a file in its place", func(t *testing.T, state string) {
			if err := os.WriteFile(filepath.Join(state, "memo"), nil, 0o600); err != nil {
				t.Fatal(err)
			}
		}},
		{"no place for locks", func(t *testing.T, state string) {
			_, err := Do(context.Background(), ask, question{Name: "locked"}) // shows the name of its file
			results, _ := filepath.Glob(filepath.Join(state, "memo", "*"))
			if err != nil || len(results) != 1 {
				t.Fatalf("%v, the store holds %v", err, results)
			}
			if err := errors.Join(os.Remove(results[0]), os.Mkdir(results[0]+lockSuffix, 0o700)); err != nil {
				t.Fatal(err)
			}
		}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			state := filepath.Dir(inStore(t))
			tt.spoil(t, state)
			unkeptOnce = sync.Once{}
			before := calls.Load()
			said := stderrOf(t, func() {
				for range 2 {
					if got, err := Do(t.Context(), ask, question{Name: "locked"}); err != nil || len(got.Loss) != 3 {
						t.Errorf("got %v, %v", got, err)
					}
				}
			})
			if n := calls.Load() - before; n != 2 {
				t.Errorf("computed %d times, want 2", n)
			}
			if strings.Count(said, "memo: results are not kept and are computed each time: ") != 1 {
				t.Errorf("standard error says %q, want one line", said)
			}
		})
	}
}

// stderrOf is what a function writes to standard error.
func stderrOf(t *testing.T, f func()) string {
	t.Helper()
	file, err := os.CreateTemp(t.TempDir(), "")
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	defer func(was *os.File) { os.Stderr = was }(os.Stderr)
	os.Stderr = file
	f()
	text, err := os.ReadFile(file.Name())
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}
