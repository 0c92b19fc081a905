package runner

import (
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"flowbook/tools/jupyter"
	"flowbook/tools/notebook"
)

func TestWithoutHistory(t *testing.T) {
	launcher := []string{"python", "-m", "ipykernel_launcher", "-f", "{connection_file}"}
	memory := "--HistoryManager.hist_file=:memory:"
	for _, tt := range []struct {
		name       string
		argv, want []string
	}{
		{"ipykernel", launcher, append(slices.Clone(launcher), memory)},
		{"its other name", []string{"python", "-m", "ipykernel", "-f", "f"}, []string{"python", "-m", "ipykernel", "-f", "f", memory}},
		{"the kernelspec says where", append(slices.Clone(launcher), "--HistoryManager.hist_file=x"), append(slices.Clone(launcher), "--HistoryManager.hist_file=x")},
		{"none wanted", append(slices.Clone(launcher), "--HistoryManager.enabled=False"), append(slices.Clone(launcher), "--HistoryManager.enabled=False")},
		{"another kernel", []string{"gonb", "--kernel", "{connection_file}"}, []string{"gonb", "--kernel", "{connection_file}"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			before := slices.Clone(tt.argv)
			if diff := cmp.Diff(tt.want, withoutHistory(&jupyter.Spec{Argv: tt.argv}).Argv); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
			if diff := cmp.Diff(before, tt.argv); diff != "" {
				t.Errorf("the kernelspec itself has changed (-want +got)\n%s", diff)
			}
		})
	}
}

// A run leaves nothing in the IPython folder's history, and knows its own.
func TestNoHistoryLeft(t *testing.T) {
	python := os.Getenv("FLOWBOOK_PYTHON")
	if python == "" {
		t.Skip("set FLOWBOOK_PYTHON to a Python that has ipykernel (pip install ipykernel)")
	}
	if err := exec.Command(python, "-c", "import ipykernel").Run(); err != nil {
		t.Skipf("%s has no ipykernel (pip install ipykernel)", python)
	}
	dir := t.TempDir()
	nb := notebook.New()
	nb.Cells = []*notebook.Cell{notebook.NewCode("x = 41"), notebook.NewCode("%history -n"), notebook.NewCode("print(In[1], x + 1)")}
	nb.AddIDs()
	spec := &jupyter.Spec{Name: "python3", Argv: []string{python, "-m", "ipykernel_launcher", "-f", "{connection_file}"}, Language: "python"}
	res, err := Run(t.Context(), nb, Options{Spec: spec, Dir: dir, Path: "history.ipynb", Env: []string{"IPYTHONDIR=" + filepath.Join(dir, "ipython")}})
	if err != nil || res.Bad() != nil {
		t.Fatal(err, res.Bad())
	}
	var got []string
	for _, c := range nb.Cells {
		for _, o := range c.Outputs {
			got = append(got, o.Text)
		}
	}
	if diff := cmp.Diff([]string{"   1: x = 41\n   2: %history -n\n", "x = 41 42\n"}, got); diff != "" {
		t.Errorf("outputs (-want +got)\n%s", diff)
	}
	if err := filepath.WalkDir(filepath.Join(dir, "ipython"), func(path string, d os.DirEntry, err error) error {
		if err == nil && d.Name() == "history.sqlite" {
			t.Errorf("the run has left %s", path)
		}
		return err
	}); err != nil {
		t.Error(err)
	}
}
