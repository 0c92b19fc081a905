package pipeline

import (
	"encoding/json"
	"path/filepath"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestOutline plans a pipeline from its outline alone, as it has come through JSON, and compares
// names and keys with those of a run here.
func TestOutline(t *testing.T) {
	w := newWorld(t, example)
	for _, tt := range []struct {
		name  string
		check func(o *Outline)
	}{
		{"without data", func(*Outline) {}},
		{"with all data", func(o *Outline) { w.want("files", []string{"Datasets/labels.csv", "Datasets/raw.csv"}, names(o.Files)) }},
	} {
		o, err := w.pipeline().Outline(t.Context(), nil)
		if err != nil {
			t.Fatal(err)
		}
		tt.check(o)
		text, err := json.Marshal(o)
		if err != nil {
			t.Fatal(err)
		}
		w.run(Options{})
		again := new(Outline)
		if err := json.Unmarshal(text, again); err != nil {
			t.Fatal(err)
		}
		g, err := again.Graph()
		if err != nil {
			t.Fatal(err)
		}
		tasks, err := w.pipeline().Keys(t.Context(), nil)
		if err != nil {
			t.Fatal(err)
		}
		want, got := map[string]string{}, map[string]string{}
		for _, task := range tasks {
			want[task.Run.Name] = task.Key
		}
		files := again.Files
		for _, step := range g.Selected() {
			for _, run := range g.Expand(step, files) {
				if run.Err != nil {
					t.Fatal(run.Err)
				}
				got[run.Name] = run.Key
				rec := records(filepath.Join(w.root, ".flowbook", "pipeline", "steps")).read(run.Name)
				switch {
				case run.There:
					delete(got, run.Name)
					delete(want, run.Name)
				case rec != nil:
					files.Put(run.Writes, rec.Outputs)
				default: // when: missing keeps no record
					outputs, err := all(disk{w.pipeline(), openDigests("")}, run.Writes)
					if err != nil {
						t.Fatal(err)
					}
					files.Put(run.Writes, outputs)
				}
			}
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s: keys (-want +got):\n%s", tt.name, diff)
		}
	}
}

func names(l Listing) (names []string) {
	for name := range l {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

// TestMake makes one run of a grid with no more than its inputs.
func TestMake(t *testing.T) {
	w := newWorld(t, example)
	w.run(Options{})
	tasks, err := w.pipeline().Keys(t.Context(), []string{"each"})
	if err != nil {
		t.Fatal(err)
	}
	v := newWorld(t, example)
	v.write("Datasets/parts/part_2.csv", w.read("Datasets/parts/part_2.csv"))
	job := Job{Step: "each", At: []int{2}, Name: "each-part-2", Key: tasks[1].Key}
	_, did, err := v.pipeline().Make(t.Context(), job, func(Event) {})
	if err != nil {
		t.Fatal(err)
	}
	if got := names(did.Outputs); !slices.Equal(got, []string{ExecutedNotebook}) || v.read(".flowbook/out/each-part-2.ipynb") != w.read(".flowbook/out/each-part-2.ipynb") {
		t.Errorf("outputs %v", got)
	}
	job.Key = "another"
	if _, _, err := v.pipeline().Make(t.Context(), job, func(Event) {}); err == nil || err.Error() != (&KeyError{"each-part-2"}).Error() {
		t.Errorf("error %v", err)
	}
}
