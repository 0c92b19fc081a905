package notebook

import (
	"crypto/sha256"
	"encoding/hex"
	"strconv"
)

// IDs are the cells' ids; a cell without one gets the id that AddIDs would give it. The notebook is
// not changed.
func (nb *Notebook) IDs() []string {
	taken := map[string]bool{}
	for _, c := range nb.Cells {
		taken[c.ID] = true
	}
	ids := make([]string, len(nb.Cells))
	for i, c := range nb.Cells {
		if ids[i] = c.ID; c.ID == "" {
			ids[i] = deriveID(c, taken)
			taken[ids[i]] = true
		}
	}
	return ids
}

// AddIDs gives an id to every cell that has none and says how many those were. An id is derived
// from the cell's type and source and from how many like it came before, so that the same notebook
// gets the same ids everywhere and an edit elsewhere changes none. Ids that are there stay. A
// notebook of format 4.0 to 4.4, which knows no ids, becomes one of 4.5: ids are all that 4.5
// added.
func (nb *Notebook) AddIDs() int {
	added := 0
	for i, id := range nb.IDs() {
		if nb.Cells[i].ID == "" {
			nb.Cells[i].ID = id
			added++
		}
	}
	nb.Minor = max(nb.Minor, formatMinor)
	return added
}

// deriveID is the first 12 hex digits of SHA-256 over type, source and occurrence, for the first
// occurrence not taken.
func deriveID(c *Cell, taken map[string]bool) string {
	for n := 0; ; n++ {
		sum := sha256.Sum256([]byte(c.Type + "\x00" + c.Source + "\x00" + strconv.Itoa(n)))
		if id := hex.EncodeToString(sum[:6]); !taken[id] {
			return id
		}
	}
}
