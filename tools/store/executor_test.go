package store

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"flowbook/tools/notebook"
	"flowbook/tools/pipeline"
)

func fileURL(dir string) string {
	return "file:///" + strings.TrimPrefix(filepath.ToSlash(dir), "/")
}

// TestSameBytes runs a pipeline in one clone and then, with the store, in another, and compares every file.
func TestSameBytes(t *testing.T) {
	for name, url := range stores(t) {
		t.Run(name, func(t *testing.T) {
			s := open(t, url(t), Options{})
			a, b := newClone(t), newClone(t)
			ran, _ := a.run(s)
			if diff := cmp.Diff(steps, ran); diff != "" {
				t.Errorf("the first clone ran (-want +got):\n%s", diff)
			}
			ran, statuses := b.run(s)
			if ran != nil {
				t.Errorf("the second clone ran %v", ran)
			}
			for step, status := range statuses {
				if status != pipeline.Fetched {
					t.Errorf("%s: %s", step, status)
				}
			}
			b.sameFiles(a)
			if _, statuses := b.run(s); statuses["split"] != pipeline.UpToDate {
				t.Errorf("fetched and then: %v", statuses)
			}
			if w := append(a.warnings, b.warnings...); w != nil {
				t.Errorf("warnings: %q", w)
			}
		})
	}
}

// TestAfterPush changes one notebook in a second clone: it and what depends on it run, the rest is fetched.
func TestAfterPush(t *testing.T) {
	s := newRemote(t).opened
	newClone(t).run(s)
	b := newClone(t)
	b.notebook("each", "# Each", "each other")
	ran, _ := b.run(s)
	if diff := cmp.Diff([]string{"each-part-1", "each-part-2", "each-part-3", "sum"}, ran); diff != "" {
		t.Errorf("ran (-want +got):\n%s", diff)
	}
	local := newClone(t)
	local.notebook("each", "# Each", "each other")
	local.run(nil)
	b.sameFiles(local)
}

// TestTextCarriesOver fetches a run of the same code between other texts: the executed notebook is that of a local run.
func TestTextCarriesOver(t *testing.T) {
	s := newRemote(t).opened
	newClone(t).run(s)
	b, local := newClone(t), newClone(t)
	b.notebook("split", "# Other text", "split")
	local.notebook("split", "# Other text", "split")
	if ran, _ := b.run(s); ran != nil {
		t.Errorf("ran %v", ran)
	}
	local.run(nil)
	b.sameFiles(local)
}

// hang waits until the client has gone, which the server sees once it has read the body.
func hang(r *http.Request) {
	if _, err := io.Copy(io.Discard, r.Body); err == nil {
		<-r.Context().Done()
	}
}

// TestFaults runs a pipeline with a store that has all of it and one fault: the pipeline ends well, with the bytes of a local run and
// with one warning.
func TestFaults(t *testing.T) {
	refuse := func(status int) func(w http.ResponseWriter, r *http.Request, call int) bool {
		return func(w http.ResponseWriter, r *http.Request, call int) bool {
			http.Error(w, "no such luck", status)
			return true
		}
	}
	puts := func(status int) func(w http.ResponseWriter, r *http.Request, call int) bool {
		return func(w http.ResponseWriter, r *http.Request, call int) bool {
			if r.Method != http.MethodPut {
				return false
			}
			return refuse(status)(w, r, call)
		}
	}
	isBlob := func(r *http.Request) bool { return strings.HasPrefix(r.URL.Path, "/cas/") }
	tests := []struct {
		name  string
		empty bool // the store, at first
		fault func(w http.ResponseWriter, r *http.Request, call int) bool
		spoil func(r *http.Request, body []byte) []byte
		warns string
	}{
		{name: "one bit is flipped", warns: `blob [0-9a-f]{64} of \d+ bytes has the wrong bytes .*; step .* runs here`, spoil: func(r *http.Request, body []byte) []byte {
			if isBlob(r) && len(body) > 0 {
				body[len(body)/2] ^= 1
			}
			return body
		}},
		{name: "a byte is missing", warns: `blob .* has the wrong bytes .*; step .* runs here`, spoil: func(r *http.Request, body []byte) []byte {
			if isBlob(r) && len(body) > 0 {
				body = body[1:]
			}
			return body
		}},
		{name: "endless bytes", warns: `blob .* has the wrong bytes .*; step .* runs here`, fault: func(w http.ResponseWriter, r *http.Request, call int) bool {
			for isBlob(r) && r.Method == http.MethodGet {
				if _, err := w.Write(make([]byte, 1<<20)); err != nil {
					return true
				}
			}
			return false
		}},
		{name: "blobs are evicted", warns: `it no longer has .*; step .* runs here`, fault: func(w http.ResponseWriter, r *http.Request, call int) bool {
			if isBlob(r) && r.Method == http.MethodGet {
				return refuse(404)(w, r, call)
			}
			return false
		}},
		{name: "every entry is that of another key", warns: `cannot be used: it is that of key`, spoil: func(r *http.Request, body []byte) []byte {
			if !isBlob(r) {
				body = []byte(regexp.MustCompile(`"key":"....`).ReplaceAllString(string(body), `"key":"0000`))
			}
			return body
		}},
		{name: "every entry names a file outside", warns: `cannot be used: "\.\./asets/raw.csv" is no path of an output`, spoil: func(r *http.Request, body []byte) []byte {
			if !isBlob(r) {
				body = []byte(regexp.MustCompile(`Datasets/|.flowbook/`).ReplaceAllStringFunc(string(body), func(s string) string { return "../" + s[3:] }))
			}
			return body
		}},
		{name: "every entry names an undeclared file", warns: `cannot be used: it has .*, which is no output of the run`, spoil: func(r *http.Request, body []byte) []byte {
			if !isBlob(r) {
				body = []byte(strings.ReplaceAll(string(body), "Datasets/", "Dat_sets/"))
			}
			return body
		}},
		{name: "every entry is a page", warns: `cannot be used: it is no ActionResult`, spoil: func(r *http.Request, body []byte) []byte {
			if !isBlob(r) {
				body = []byte("<html>Please log in</html>")
			}
			return body
		}},
		{name: "every entry is of a newer flowbook", warns: `cannot be used: its record has format 9, this flowbook knows 1`, spoil: func(r *http.Request, body []byte) []byte {
			return []byte(strings.ReplaceAll(string(body), `{"format":1`, `{"format":9`))
		}},
		{name: "500", fault: refuse(500), warns: `500 Internal Server Error: no such luck; going on without the store`},
		{name: "no password", fault: refuse(401), warns: `401 Unauthorized: set \$FLOWBOOK_STORE_USER .*; going on without`},
		{name: "forbidden", fault: refuse(403), warns: `403 Forbidden`},
		{name: "10 s of silence", warns: `no answer in 50ms; going on without the store`, fault: func(w http.ResponseWriter, r *http.Request, call int) bool {
			hang(r)
			return true
		}},
		{name: "silence in the middle of a blob", warns: `no answer in 50ms; going on without the store`, fault: func(w http.ResponseWriter, r *http.Request, call int) bool {
			if !isBlob(r) || r.Method != http.MethodGet {
				return false
			}
			w.Write([]byte("x"))
			w.(http.Flusher).Flush()
			hang(r)
			return true
		}},
		{name: "the connection is cut", warns: `EOF; going on without the store`, fault: func(w http.ResponseWriter, r *http.Request, call int) bool {
			panic(http.ErrAbortHandler)
		}},
		{name: "read-only", empty: true, fault: puts(405), warns: `405 Method Not Allowed: no such luck; nothing more is stored`},
		{name: "full", empty: true, fault: puts(507), warns: `507 Insufficient Storage: no such luck; nothing more is stored`},
		{name: "too large", empty: true, fault: puts(413), warns: `413 Request Entity Too Large: no such luck; nothing more is stored`},
		{name: "uploads fail", empty: true, fault: puts(500), warns: `500 Internal Server Error: no such luck; going on without the store`},
		{name: "uploads stand still", empty: true, warns: `no answer in 50ms; going on without the store`, fault: func(w http.ResponseWriter, r *http.Request, call int) bool {
			if r.Method == http.MethodPut {
				hang(r)
			}
			return r.Method == http.MethodPut
		}},
	}
	local := newClone(t)
	local.run(nil)
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			r := newRemote(t)
			if !tt.empty {
				newClone(t).run(r.opened)
			}
			r.mu.Lock()
			r.fault, r.spoil = tt.fault, tt.spoil
			r.mu.Unlock()
			c := newClone(t)
			timeout := time.Minute
			if strings.Contains(tt.warns, "50ms") {
				timeout = 50 * time.Millisecond
			}
			c.run(open(t, r.opened.String(), Options{Timeout: timeout}))
			c.sameFiles(local)
			if len(c.warnings) != 1 || !regexp.MustCompile(`^warning: store http://127\.0\.0\.1:\d+: (entry [0-9a-f]{64} )?`+tt.warns).MatchString(c.warnings[0]) {
				t.Errorf("warnings %q, want one that says %s", c.warnings, tt.warns)
			}
		})
	}
	t.Run("nobody listens", func(t *testing.T) {
		c := newClone(t)
		c.run(open(t, "http://127.0.0.1:1", Options{}))
		c.sameFiles(local)
		if len(c.warnings) != 1 || !strings.HasPrefix(c.warnings[0], "warning: store http://127.0.0.1:1: cannot connect: ") {
			t.Errorf("warnings %q", c.warnings)
		}
	})
}

// TestCutAnywhere cuts the connection at every one of the calls that a pipeline makes, while it stores and while it fetches. What is in
// the store by then never makes a wrong byte.
func TestCutAnywhere(t *testing.T) {
	local := newClone(t)
	local.run(nil)
	r := newRemote(t)
	newClone(t).run(r.opened)
	stores := len(r.calls)
	r.calls = nil
	newClone(t).run(r.opened)
	fetches := len(r.calls)
	step := 1
	if testing.Short() {
		step = 7
	}
	for call := 0; call < stores; call += step {
		r := newRemote(t)
		r.fault = func(w http.ResponseWriter, _ *http.Request, n int) bool {
			if n >= call {
				panic(http.ErrAbortHandler)
			}
			return false
		}
		newClone(t).run(r.opened)
		r.mu.Lock()
		r.fault = nil
		r.mu.Unlock()
		c := newClone(t)
		c.run(r.opened)
		c.sameFiles(local)
	}
	for call := 0; call < fetches; call += step {
		r.mu.Lock()
		r.calls = nil
		r.fault = func(w http.ResponseWriter, _ *http.Request, n int) bool {
			if n == call {
				panic(http.ErrAbortHandler)
			}
			return false
		}
		r.mu.Unlock()
		c := newClone(t)
		c.run(r.opened)
		c.sameFiles(local)
	}
}

func TestReadOnly(t *testing.T) {
	r := newRemote(t)
	newClone(t).run(r.opened, func(x *Executor) { x.ReadOnly = true })
	if n := r.puts("cas") + r.puts("ac"); n != 0 {
		t.Errorf("%d uploads", n)
	}
}

func TestNotStored(t *testing.T) {
	t.Run("a notebook of another kernel", func(t *testing.T) {
		r := newRemote(t)
		c := newClone(t)
		file := filepath.Join(c.root, "notebooks", "split.ipynb")
		nb, err := notebook.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if err := nb.Metadata.Put("kernelspec", map[string]string{"name": "python3", "display_name": "Python 3", "language": "python"}); err != nil {
			t.Fatal(err)
		}
		if err := nb.WriteFile(file); err != nil {
			t.Fatal(err)
		}
		c.run(r.opened)
		if got := r.puts("ac"); got != len(steps)-1 {
			t.Errorf("%d runs are stored, want all but one of %d", got, len(steps))
		}
	})
	t.Run("a run that left a file of somebody else as an output", func(t *testing.T) {
		r := newRemote(t)
		c := newClone(t)
		c.write("Datasets/parts/part_4.csv", "stale\n")
		c.run(r.opened)
		want := "warning: step split is not stored: Datasets/parts/part_4.csv was there before it, and it has not written it"
		if diff := cmp.Diff([]string{want}, c.warnings); diff != "" {
			t.Errorf("warnings (-want +got):\n%s", diff)
		}
	})
	t.Run("a file that changes before it is stored", func(t *testing.T) {
		r := newRemote(t)
		c := newClone(t)
		file := filepath.Join(c.root, "x")
		for _, text := range []string{"other", "longer than before", ""} {
			c.write("x", text)
			_, err := r.opened.PutFile(t.Context(), DigestOf([]byte("bytes")).Hash, file)
			var changed *ChangedError
			if !errors.As(err, &changed) {
				t.Errorf("%q: error %v", text, err)
			}
		}
		if len(r.entries) != 0 {
			t.Errorf("the store has %d entries", len(r.entries))
		}
	})
}

// TestStray fetches into a clone where a file is in the way of the run's outputs: it is not lost, the run is made.
func TestStray(t *testing.T) {
	r := newRemote(t)
	newClone(t).run(r.opened)
	c := newClone(t)
	c.write("Datasets/parts/part_4.csv", "mine\nand mine\n")
	ran, _ := c.run(r.opened)
	if !slices.Contains(ran, "split") || c.glob("Datasets/parts/part_4.csv") != "mine\nand mine\n" {
		t.Errorf("ran %v, the file is %q", ran, c.glob("Datasets/parts/part_4.csv"))
	}
	if len(c.warnings) == 0 || !strings.Contains(c.warnings[0], "Datasets/parts/part_4.csv is in the way") {
		t.Errorf("warnings %q", c.warnings)
	}
}

// TestFewerOutputs fetches a run that writes fewer files than the clone's last one: those of the last one go.
func TestFewerOutputs(t *testing.T) {
	s := newRemote(t).opened
	fewer := func(c *clone) *clone { c.write("Datasets/raw.csv", "1\n2\n"); return c }
	fewer(newClone(t)).run(s)
	c := newClone(t)
	c.run(s)
	fewer(c)
	ran, _ := c.run(s)
	if ran != nil || c.glob("Datasets/parts/part_3.csv") != "" {
		t.Errorf("ran %v, part 3 is %q", ran, c.glob("Datasets/parts/part_3.csv"))
	}
}

// TestClose stops a pipeline whose uploads hang.
func TestClose(t *testing.T) {
	r := newRemote(t)
	r.fault = func(w http.ResponseWriter, req *http.Request, call int) bool {
		if req.Method == http.MethodPut {
			hang(req)
		}
		return false
	}
	c := newClone(t)
	stopped, cancel := context.WithCancel(t.Context())
	cancel()
	c.closing = stopped
	c.run(open(t, r.opened.String(), Options{Timeout: time.Hour}), func(x *Executor) { x.patience = time.Millisecond })
	if len(c.warnings) != 1 || !regexp.MustCompile(`^warning: [1-6] of the runs are not stored: the pipeline was stopped$`).MatchString(c.warnings[0]) {
		t.Errorf("warnings %q", c.warnings)
	}
}

// TestStopped: what waits for its turn when the uploads are stopped is not begun, and a second
// Close waits with the first and says nothing more.
func TestStopped(t *testing.T) {
	r := newRemote(t)
	const runs = 50
	hung := make(chan bool, 2*runs)
	r.fault = func(w http.ResponseWriter, req *http.Request, call int) bool {
		hung <- true
		hang(req)
		return true
	}
	var warnings []string
	stopped, cancel := context.WithCancel(t.Context())
	cancel()
	x := &Executor{
		Store: open(t, r.opened.String(), Options{Timeout: time.Hour}), patience: time.Millisecond,
		Warn: func(line string) { warnings = append(warnings, line) },
	}
	for i := range runs {
		step := &pipeline.Run{Name: "step", Step: &pipeline.Step{}}
		x.upload(&pipeline.Task{Run: step, Key: strings.Repeat("0", 62) + fmt.Sprintf("%02d", i)}, &pipeline.Outcome{}, 0)
	}
	for range parallel {
		<-hung
	}
	release := make(chan bool)
	x.uploads.Go(func() { <-release }) // so that the first Close is not over when the second begins
	var closes sync.WaitGroup
	closes.Go(func() { x.Close(stopped) })
	<-x.stop
	closes.Go(func() { x.Close(stopped) })
	time.Sleep(20 * time.Millisecond) // more than patience: the second is where the first has stopped the uploads
	close(release)
	closes.Wait()
	if diff := cmp.Diff([]string{fmt.Sprintf("warning: %d of the runs are not stored: the pipeline was stopped", runs)}, warnings); diff != "" {
		t.Errorf("warnings (-want +got):\n%s", diff)
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if len(r.calls) > parallel {
		t.Errorf("%d uploads were begun, want %d", len(r.calls), parallel)
	}
}
