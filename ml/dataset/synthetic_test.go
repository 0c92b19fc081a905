package dataset

import (
	"bufio"
	"encoding/hex"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// syntheticFile writes n rows that look like the real ones (89 columns, hashes of 128 hex digits,
// quoted lists, some missing names; about 1,180 bytes a row) and returns the file. The values
// follow from n alone.
func syntheticFile(tb testing.TB, n int) string {
	tb.Helper()
	path := filepath.Join(tb.TempDir(), fmt.Sprintf("flows_%d.csv", n))
	f, err := os.Create(path)
	if err != nil {
		tb.Fatal(err)
	}
	w := bufio.NewWriterSize(f, 1<<20)
	w.Write(AppendHeader(nil))
	rng := rand.New(rand.NewPCG(1, 2))
	var row []byte
	for i := range n {
		row = appendSynthetic(row[:0], rng, i)
		w.Write(row)
	}
	if err := w.Flush(); err != nil {
		tb.Fatal(err)
	}
	if err := f.Close(); err != nil {
		tb.Fatal(err)
	}
	return path
}

func appendSynthetic(dst []byte, rng *rand.Rand, i int) []byte {
	for k, f := range Columns() {
		if k > 0 {
			dst = append(dst, ',')
		}
		switch {
		case f.Name == "id":
			dst = AppendInt(dst, int64(23_000_000+i))
		case strings.HasSuffix(f.Name, "seen_ms"):
			dst = AppendInt(dst, 1658902768472+rng.Int64N(100_000))
		case f.Kind == Int64:
			dst = AppendInt(dst, rng.Int64N(1<<(1+rng.IntN(16))))
		case f.Kind == Float64:
			dst = AppendFloat(dst, float64(rng.Int64N(100_000))/float64(1+rng.Int64N(50)))
		case strings.HasSuffix(f.Name, "_ip"), strings.HasSuffix(f.Name, "_mac"):
			var b [64]byte
			for j := range b {
				b[j] = byte(rng.Uint32())
			}
			dst = hex.AppendEncode(dst, b[:])
		case strings.HasPrefix(f.Name, "splt_"):
			list := make([]string, 20)
			for j := range list {
				list[j] = fmt.Sprint(rng.IntN(1500) - 1)
			}
			dst = AppendText(dst, "["+strings.Join(list, ", ")+"]")
		case k >= 84 && rng.IntN(4) > 0: // mostly missing
		default:
			dst = AppendText(dst, fmt.Sprintf("%s.%d", []string{"TLS", "DNS", "HTTP, plain"}[rng.IntN(3)], rng.IntN(40)))
		}
	}
	return append(dst, '\n')
}
