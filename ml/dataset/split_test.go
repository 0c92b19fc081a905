package dataset

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/sync/errgroup"
)

func writeFile(t *testing.T, path, text string) string {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o777); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o666); err != nil {
		t.Fatal(err)
	}
	return path
}

func readFile(t *testing.T, path string) string {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

// namesIn lists a folder.
func namesIn(t *testing.T, dir string) []string {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, e := range entries {
		names = append(names, e.Name())
	}
	return names
}

func TestSplitForms(t *testing.T) {
	tests := []struct {
		name, text string
		want       []string // parts of two rows
	}{
		{"even", "h\n1\n2\n3\n4\n", []string{"h\n1\n2\n", "h\n3\n4\n"}},
		{"a rest", "h\n1\n2\n3\n", []string{"h\n1\n2\n", "h\n3\n"}},
		{"no line end after the last row", "h\n1\n2\n3", []string{"h\n1\n2\n", "h\n3"}},
		{"windows line ends", "h,i\r\n1,a\r\n2,b\r\n3,c\r\n", []string{"h,i\r\n1,a\r\n2,b\r\n", "h,i\r\n3,c\r\n"}},
		{"line end in quotes", "h\n\"1\n1\"\n\"2\"\"\n\"\n3\n", []string{"h\n\"1\n1\"\n\"2\"\"\n\"\n", "h\n3\n"}},
		{"nfstream's own writer", "id,src_ip\n1,\"a\\\"\n\"\n2,\"b\"\n3,\"c\"\n", []string{"id,src_ip\n1,\"a\\\"\n\"\n2,\"b\"\n", "id,src_ip\n3,\"c\"\n"}},
		{"backslash is a character", "h,i\n1,\"a\\\"\n2,b\n3,c\n", []string{"h,i\n1,\"a\\\"\n2,b\n", "h,i\n3,c\n"}},
		{"byte order mark", "\ufeffh\n1\n2\n3\n", []string{"\ufeffh\n1\n2\n", "\ufeffh\n3\n"}},
		{"blank lines stay", "h\n\n1\n2\n\n3\n\n", []string{"h\n\n1\n2\n\n", "h\n3\n\n"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			src := writeFile(t, filepath.Join(t.TempDir(), "flows.csv"), tt.text)
			dir := filepath.Join(t.TempDir(), "new", "parts")
			m, err := Split(context.Background(), src, dir, SplitOptions{Rows: 2})
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, p := range m.Parts {
				got = append(got, readFile(t, filepath.Join(dir, p.Name)))
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
			if diff := cmp.Diff([]string{ManifestName, "split_1.csv", "split_2.csv"}, namesIn(t, dir)); diff != "" {
				t.Errorf("files (-want +got):\n%s", diff)
			}
		})
	}
}

// TestSplitKeepsEveryByte cuts a file of many blocks and puts it together again.
func TestSplitKeepsEveryByte(t *testing.T) {
	src := syntheticFile(t, 2500)
	dir := t.TempDir()
	last := int64(0)
	m, err := Split(context.Background(), src, dir, SplitOptions{Rows: 1000, Progress: func(done, total int64) {
		if done <= last || done > total {
			t.Errorf("progress went from %d to %d of %d", last, done, total)
		}
		last = done
	}})
	if err != nil {
		t.Fatal(err)
	}
	data := readFile(t, src)
	header, _, _ := strings.Cut(data, "\n")
	joined := header + "\n"
	rows := 0
	for _, p := range m.Parts {
		part := readFile(t, filepath.Join(dir, p.Name))
		if int64(len(part)) != p.Bytes {
			t.Errorf("%s has %d bytes, the manifest says %d", p.Name, len(part), p.Bytes)
		}
		joined += strings.TrimPrefix(part, header+"\n")
		rows += p.Rows
	}
	if joined != data {
		t.Error("the parts without their headers are not the file")
	}
	digest := sha256.Sum256([]byte(data))
	want := Source{Name: filepath.Base(src), Size: int64(len(data)), SHA256: hex.EncodeToString(digest[:])}
	if diff := cmp.Diff(want, m.Source); diff != "" {
		t.Errorf("source (-want +got):\n%s", diff)
	}
	if rows != 2500 || m.Rows != 2500 || len(m.Parts) != 3 || last != int64(len(data)) {
		t.Errorf("%d rows, manifest says %d in %d parts, progress ended at %d of %d", rows, m.Rows, len(m.Parts), last, len(data))
	}
	stored, err := ReadManifest(dir)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(m, stored); diff != "" {
		t.Errorf("manifest on disk (-returned +stored):\n%s", diff)
	}
}

// TestSplitRandom cuts random files, with line ends in quotes, Windows line ends, blank lines and
// none at the end: the parts without their headers are the file without its own, and the rows of a
// part are as many as the manifest says.
func TestSplitRandom(t *testing.T) {
	rng := rand.New(rand.NewPCG(5, 6))
	fields := []string{"", "1", "-2.5", "\"a\nb\"", `"say ""hi"""`, "\"\r\n\"", strings.Repeat("f", 300)}
	path, dir := filepath.Join(t.TempDir(), "flows.csv"), t.TempDir()
	for range 60 {
		end := []string{"\n", "\r\n"}[rng.IntN(2)]
		head, body, n := "a,b"+end, "", 1+rng.IntN(40)
		for i := range n {
			body += "x" + fields[rng.IntN(2)] + "," + fields[rng.IntN(len(fields))]
			if i < n-1 || rng.IntN(2) == 0 {
				body += strings.Repeat(end, 1+rng.IntN(8)/7)
			}
		}
		writeFile(t, path, head+body)
		m, err := Split(context.Background(), path, dir, SplitOptions{Rows: 1 + rng.IntN(9)})
		if err != nil {
			t.Fatalf("%q: %v", head+body, err)
		}
		got, rows := "", 0
		for _, p := range m.Parts {
			part, ok := strings.CutPrefix(readFile(t, filepath.Join(dir, p.Name)), head)
			if !ok {
				t.Fatalf("%s of %q has no header", p.Name, head+body)
			}
			f, err := Read(filepath.Join(dir, p.Name))
			if err != nil || f.NumRows() != p.Rows {
				t.Fatalf("%s of %q: %v; %d rows in the manifest", p.Name, head+body, err, p.Rows)
			}
			got, rows = got+part, rows+p.Rows
		}
		if got != body || rows != n {
			t.Fatalf("parts of %d rows, want %d (-want +got):\n%s", rows, n, cmp.Diff(body, got))
		}
	}
}

func TestSplitAgain(t *testing.T) {
	dir := t.TempDir()
	long := writeFile(t, filepath.Join(t.TempDir(), "long.csv"), "h\n1\n2\n3\n")
	short := writeFile(t, filepath.Join(t.TempDir(), "short.csv"), "h\n9\n")
	for _, src := range []string{long, short} {
		if _, err := Split(context.Background(), src, dir, SplitOptions{Rows: 1}); err != nil {
			t.Fatal(err)
		}
	}
	if diff := cmp.Diff([]string{ManifestName, "split_1.csv"}, namesIn(t, dir)); diff != "" {
		t.Errorf("the longer split's parts should be gone (-want +got):\n%s", diff)
	}
}

func TestSplitRefusesForeignData(t *testing.T) {
	src := writeFile(t, filepath.Join(t.TempDir(), "flows.csv"), "h\n1\n2\n")
	for _, name := range []string{"split_1.csv", "my own.CSV", ManifestName} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			writeFile(t, filepath.Join(dir, name), "precious")
			_, err := Split(context.Background(), src, dir, SplitOptions{Rows: 1})
			var occupied *OccupiedError
			if !errors.As(err, &occupied) || occupied.File != name {
				t.Fatalf("got %v, want an OccupiedError about %s", err, name)
			}
			if diff := cmp.Diff([]string{name}, namesIn(t, dir)); diff != "" {
				t.Errorf("the folder was touched (-want +got):\n%s", diff)
			}
			if _, err := Split(context.Background(), src, dir, SplitOptions{Rows: 1, Force: true}); err != nil {
				t.Errorf("with force: %v", err)
			}
		})
	}
}

// TestSplitNeedsUTF8: Read decodes UTF-16, but parts are copied byte by byte, and bytes are not rows there.
func TestSplitNeedsUTF8(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "flows.csv")
	writeFile(t, path, "\xff\xfei\x00d\x00\n\x001\x00\n\x00")
	_, err := Split(context.Background(), path, filepath.Join(dir, "parts"), SplitOptions{Rows: 1})
	if err == nil || !strings.Contains(err.Error(), "the file is UTF-16, UTF-8 is wanted") {
		t.Errorf("got error %v", err)
	}
	writeFile(t, path, "a;b\n1;2\n3;4\n")
	m, err := Split(context.Background(), path, filepath.Join(dir, "parts"), SplitOptions{Rows: 1})
	if err != nil || len(m.Parts) != 2 {
		t.Errorf("a file of semicolons: %v, %v; it is cut like any other", m, err)
	}
}

// TestSplitAfterCrash leaves a folder as a killed Split does: some parts, no manifest, the mark. The next Split goes on
// without being told.
func TestSplitAfterCrash(t *testing.T) {
	src := writeFile(t, filepath.Join(t.TempDir(), "flows.csv"), "h\n1\n2\n")
	dir := t.TempDir()
	writeFile(t, filepath.Join(dir, splitting), "")
	writeFile(t, filepath.Join(dir, splitStage, "split_9.csv"), "half")
	writeFile(t, filepath.Join(dir, "split_1.csv"), "half")
	writeFile(t, filepath.Join(dir, "split_7.csv"), "from before")
	writeFile(t, filepath.Join(dir, ".tmp-flowbook-8"), "ha")
	if _, err := Split(context.Background(), src, dir, SplitOptions{Rows: 1}); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{ManifestName, "split_1.csv", "split_2.csv"}, namesIn(t, dir)); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}

// TestSplitCancelled: a split that was given up has touched nothing.
func TestSplitCancelled(t *testing.T) {
	src := writeFile(t, filepath.Join(t.TempDir(), "flows.csv"), "h\n1\n2\n")
	dir := t.TempDir()
	if _, err := Split(context.Background(), src, dir, SplitOptions{Rows: 1}); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := Split(ctx, src, dir, SplitOptions{Rows: 2}); !errors.Is(err, context.Canceled) {
		t.Fatalf("got %v, want context.Canceled", err)
	}
	if diff := cmp.Diff([]string{ManifestName, "split_1.csv", "split_2.csv"}, namesIn(t, dir)); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}

// TestSplitAtOnce: the parts of splits that were begun at once are those of the manifest, whichever came last.
func TestSplitAtOnce(t *testing.T) {
	dir := t.TempDir()
	var g errgroup.Group
	texts := map[string]string{}
	for i := range 8 {
		name := fmt.Sprintf("%d.csv", i)
		texts[name] = "h\n" + strings.Repeat(fmt.Sprintf("%d\n", i), 40+i)
		src := writeFile(t, filepath.Join(t.TempDir(), name), texts[name])
		g.Go(func() error {
			_, err := Split(context.Background(), src, dir, SplitOptions{Rows: 1})
			return err
		})
	}
	if err := g.Wait(); err != nil {
		t.Fatal(err)
	}
	m, err := ReadManifest(dir)
	if err != nil {
		t.Fatal(err)
	}
	got := "h\n"
	for _, p := range m.Parts {
		got += strings.TrimPrefix(readFile(t, filepath.Join(dir, p.Name)), "h\n")
	}
	if diff := cmp.Diff(texts[m.Source.Name], got); diff != "" {
		t.Errorf("parts of %s (-want +got):\n%s", m.Source.Name, diff)
	}
	if got, want := len(namesIn(t, dir)), len(m.Parts)+1; got != want {
		t.Errorf("%d files, want %d: %q", got, want, namesIn(t, dir))
	}
}

// notThere is what this system says of a file that is not there.
func notThere() string {
	_, err := os.Stat("absent")
	return errors.Unwrap(err).Error()
}

func TestSplitErrors(t *testing.T) {
	dir := t.TempDir()
	good := writeFile(t, filepath.Join(dir, "flows.csv"), "h\n1\n")
	tests := []struct {
		name, src, out string
		rows           int
		want           string
	}{
		{"absent", filepath.Join(dir, "absent.csv"), filepath.Join(dir, "a"), 1, "absent.csv: " + notThere()},
		{"no rows", writeFile(t, filepath.Join(dir, "empty.csv"), "h\n\n"), filepath.Join(dir, "b"), 1, "no rows after the header"},
		{"open quote", writeFile(t, filepath.Join(dir, "open.csv"), "h\n1\n\"2\n"), filepath.Join(dir, "c"), 1, "row 1, column h: quote that is never closed"},
		{"cut off", writeFile(t, filepath.Join(dir, "cut.csv"), "h,i\n1,2\n3"), filepath.Join(dir, "f"), 1, "row 1: 1 fields, the header has 2; the file ends in the middle of it (line 3)"},
		{"zero rows a part", good, filepath.Join(dir, "d"), 0, "at least 1 is wanted"},
		{"a file for a folder", good, good, 1, "make folder"},
		{"source among the parts", writeFile(t, filepath.Join(dir, "e", "split_1.csv"), "h\n1\n"), filepath.Join(dir, "e"), 1, "lies in the output folder"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, err := Split(context.Background(), tt.src, tt.out, SplitOptions{Rows: tt.rows})
			if err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("got %v, want %q in it", err, tt.want)
			}
		})
	}
}

func TestLabels(t *testing.T) {
	path := filepath.Join(t.TempDir(), "labels.csv")
	digest := strings.Repeat("ab", 32)
	list := []Label{{23000005, "udp_flood", "1"}, {23000009, "port_scan", "a, \"b\""}}
	if err := WriteLabels(path, digest, list); err != nil {
		t.Fatal(err)
	}
	l, err := ReadLabels(path, digest)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(list, l.List); diff != "" || !l.Known() {
		t.Errorf("known %v, -want +got:\n%s", l.Known(), diff)
	}
	if diff := cmp.Diff([]string{"", "port_scan"}, l.Kinds([]int64{1, 23000009})); diff != "" {
		t.Errorf("kinds (-want +got):\n%s", diff)
	}
	other, err := ReadLabels(path, strings.Repeat("cd", 32))
	if err != nil || other.Known() || !strings.HasPrefix(other.Why, "no labels: ") {
		t.Errorf("labels of other data: known %v, %q, %v", other.Known(), other.Why, err)
	}
	absent, err := ReadLabels(filepath.Join(t.TempDir(), "labels.csv"), digest)
	if err != nil || absent.Known() || !strings.HasPrefix(absent.Why, "no labels: ") {
		t.Errorf("no file: known %v, %q, %v", absent.Known(), absent.Why, err)
	}
	for _, bad := range []struct{ text, want string }{
		{"id,label,campaign\n1,a,b\n", "the first line is not"},
		{labelsMark + digest + "\nid,label,campaign\nx,a,b\n", `line 3, column id: "x" is not an integer`},
		{labelsMark + digest + "\nid,label,campaign\n1,a\n", "line 3: "},
		{labelsMark + digest + "\nid,label,campaign\n1,a,b\n1,a,b\n", "line 4: flow 1 is labelled twice"},
	} {
		writeFile(t, path, bad.text)
		if _, err := ReadLabels(path, digest); err == nil || !strings.Contains(err.Error(), bad.want) {
			t.Errorf("%q: got %v, want %q in it", bad.text, err, bad.want)
		}
	}
}

func TestPaths(t *testing.T) {
	root := t.TempDir()
	writeFile(t, filepath.Join(root, "go.mod"), "module flowbook\n")
	t.Setenv("FLOWBOOK_ROOT", root)
	if got, want := Path("EditDatasets/split_1.csv"), filepath.Join(root, "Datasets", "EditDatasets", "split_1.csv"); got != want {
		t.Errorf("Path is %s, want %s", got, want)
	}
	if got := Rel(Path("EditDatasets/split_1.csv")); got != "Datasets/EditDatasets/split_1.csv" {
		t.Errorf("Rel is %s", got)
	}
	writeFile(t, Path("EditDatasets/split_2.csv"), "h\n1\n")
	_, err := Read(Path("EditDatasets/split_2.csv"), "absent")
	if want := `read Datasets/EditDatasets/split_2.csv: no column "absent"`; err == nil || err.Error() != want {
		t.Errorf("got %v, want %s", err, want)
	}
}

func BenchmarkSplit(b *testing.B) {
	for _, n := range sizes(b) {
		src := syntheticFile(b, n)
		info, err := os.Stat(src)
		if err != nil {
			b.Fatal(err)
		}
		dir := b.TempDir()
		b.Run("n="+strings.TrimSuffix(strings.TrimPrefix(filepath.Base(src), "flows_"), ".csv"), func(b *testing.B) {
			b.SetBytes(info.Size())
			for b.Loop() {
				if _, err := Split(context.Background(), src, dir, SplitOptions{Rows: PartRows}); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// FuzzBlocks checks that no byte after the header is lost or doubled on the way through blocks, whatever the input.
func FuzzBlocks(f *testing.F) {
	f.Add([]byte("h\n1\n\"2\n\"\n"))
	f.Add([]byte("id,src_ip\n1,\"a\\\"\n\"\n2,\"b\"\n"))
	f.Add([]byte("a\r\n\r\n\"\"\"\"\r\n"))
	f.Fuzz(func(t *testing.T, data []byte) {
		s, err := newSource(bytes.NewReader(data), "x.csv", usual, Options{})
		if err != nil {
			return
		}
		got := bytes.Clone(s.header)
		var b block
		for err == nil {
			if err = s.next(&b); err == nil {
				got = append(got, b.data...)
			}
		}
		var row *RowError
		if !errors.As(err, &row) && !bytes.Equal(got, data) {
			t.Errorf("%q came back as %q", data, got)
		}
	})
}
