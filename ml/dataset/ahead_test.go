package dataset

import (
	"bytes"
	"errors"
	"io"
	"math/rand/v2"
	"testing"
	"testing/iotest"
	"testing/synctest"
)

// Whatever the stream's pieces are, its bytes arrive, and after them its error.
func TestAhead(t *testing.T) {
	broken := errors.New("broken")
	rng := rand.New(rand.NewPCG(1, 2))
	for _, size := range []int{0, 1, blockSize - 1, blockSize, blockSize + 1, 5*blockSize + 7} {
		want := make([]byte, size)
		for i := range want {
			want[i] = byte(rng.Uint32())
		}
		for name, wrap := range map[string]func(io.Reader) io.Reader{
			"whole":    func(r io.Reader) io.Reader { return r },
			"halves":   iotest.HalfReader,
			"data+EOF": iotest.DataErrReader,
			"broken":   func(r io.Reader) io.Reader { return io.MultiReader(r, iotest.ErrReader(broken)) },
		} {
			synctest.Test(t, func(t *testing.T) { // fails if the goroutine stays
				a := readAhead(wrap(bytes.NewReader(want)))
				got, err := io.ReadAll(a)
				if !bytes.Equal(got, want) {
					t.Errorf("%s, %d bytes: %d others came", name, size, len(got))
				}
				if (name == "broken") != errors.Is(err, broken) {
					t.Errorf("%s, %d bytes: error %v", name, size, err)
				}
				if _, again := a.Read(make([]byte, 1)); again == nil {
					t.Errorf("%s, %d bytes: no error at the second end", name, size)
				}
			})
		}
	}
}

// A reading that is given up leaves no goroutine behind, wherever it stands.
func TestAheadStop(t *testing.T) {
	for _, blocks := range []int{0, 1, 2, 9} {
		synctest.Test(t, func(t *testing.T) {
			a := readAhead(bytes.NewReader(make([]byte, 10*blockSize)))
			if _, err := io.CopyN(io.Discard, a, int64(blocks*blockSize)); err != nil {
				t.Fatal(err)
			}
			a.stop()
			a.stop()
		})
	}
}
