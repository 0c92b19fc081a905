package notebook

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestTags(t *testing.T) {
	c := NewCode("x")
	if c.HasTag("a") || c.Tags() != nil {
		t.Errorf("tags %q of a cell without any", c.Tags())
	}
	if err := c.Metadata.Put("tags", []string{"raises-exception", "a"}); err != nil {
		t.Fatal(err)
	}
	if !c.HasTag("a") || c.HasTag("b") {
		t.Errorf("tags are %q: HasTag disagrees", c.Tags())
	}
	c.Metadata.Set("tags", []byte(`"a"`))
	if c.HasTag("a") {
		t.Error("a string was taken for a list of tags")
	}
}

func TestIDs(t *testing.T) {
	nb := New()
	nb.Minor = 4
	taken := deriveID(NewCode("same"), map[string]bool{})
	nb.Cells = []*Cell{NewCode("same"), NewMarkdown("same"), {Type: Code, Source: "kept", ID: taken}, NewCode("same"), NewCode("other")}
	ids := nb.IDs()
	if nb.Cells[0].ID != "" {
		t.Error("IDs changed the notebook")
	}
	if added := nb.AddIDs(); added != 4 || nb.Minor != 5 {
		t.Errorf("%d ids added, minor %d, want 4 and 5", added, nb.Minor)
	}
	seen := map[string]bool{}
	for i, c := range nb.Cells {
		if c.ID != ids[i] || seen[c.ID] || c.ID == "" {
			t.Errorf("cell %d has id %q, want %q and unique", i, c.ID, ids[i])
		}
		seen[c.ID] = true
	}
	if nb.Cells[2].ID != taken {
		t.Error("an id that was there has changed")
	}
	if err := Validate(nb); err != nil {
		t.Error(err)
	}

	// An edit of one cell leaves the ids of the others alone; the numbers are SHA-256's, so they
	// hold everywhere.
	other := New()
	other.Cells = []*Cell{NewCode("edited"), NewMarkdown("same"), NewCode("same"), NewCode("other")}
	other.AddIDs()
	got := []string{other.Cells[1].ID, other.Cells[2].ID, other.Cells[3].ID}
	if diff := cmp.Diff([]string{nb.Cells[1].ID, taken, nb.Cells[4].ID}, got); diff != "" {
		t.Errorf("ids after an edit (-want +got):\n%s", diff)
	}
	if want := "531654f5d1d9"; taken != want {
		t.Errorf("id of a code cell %q is %s, want %s (printf 'code\\0same\\0000' | sha256sum)", "same", taken, want)
	}
}

func TestKernelAndLanguage(t *testing.T) {
	nb := New()
	if nb.KernelName() != "" || nb.Language() != "" {
		t.Error("an empty notebook has a kernel or a language")
	}
	nb.Metadata.Set("kernelspec", []byte(`{"name": "gonb", "language": "Go"}`))
	if got := nb.KernelName() + " " + nb.Language(); got != "gonb go" {
		t.Errorf("kernel and language %q, want %q", got, "gonb go")
	}
	nb.Metadata.Set("language_info", []byte(`{"name": "python"}`))
	if got := nb.Language(); got != "python" {
		t.Errorf("language %q, want that of language_info", got)
	}
}

func TestBundle(t *testing.T) {
	var b Bundle
	if err := b.UnmarshalJSON([]byte(`{"text/plain": ["a\n", "\u00e9"], "application/json": [1.0], "image/png": "AA"}`)); err != nil {
		t.Fatal(err)
	}
	if got, ok := b.Text("text/plain"); got != "a\né" || !ok {
		t.Errorf("text %q, %v", got, ok)
	}
	if _, ok := b.Text("application/json"); ok {
		t.Error("a list of numbers passed as a text")
	}
	if _, ok := b.Text("text/html"); ok {
		t.Error("a missing type passed as a text")
	}
	if _, ok := (*Bundle)(nil).Text("text/html"); ok {
		t.Error("a missing bundle has a text")
	}
	b.setText("text/plain", "line\n<b>")
	b.Delete("image/png")
	if diff := cmp.Diff([]string{"text/plain", "application/json"}, b.Keys()); diff != "" {
		t.Errorf("keys (-want +got):\n%s", diff)
	}
	got, err := b.MarshalJSON()
	if err != nil {
		t.Fatal(err)
	}
	if want := "{\n \"application/json\": [\n  1.0\n ],\n \"text/plain\": \"line\\n<b>\"\n}"; string(got) != want {
		t.Errorf("bundle as JSON (-want +got):\n%s", cmp.Diff(want, string(got)))
	}
}
