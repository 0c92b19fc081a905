package pipeline

import (
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"path/filepath"

	"flowbook/ml/atomicfile"
)

// record describes a run that went well. It is written when the run is over and removed before the
// next, so that a run that was killed has none.
type record struct {
	Key     string            `json:"key"`
	Parts   []Part            `json:"parts"`
	Outputs map[string]string `json:"outputs"` // digests by path
	Source  string            `json:"source"`  // digest of the notebook's file
	Seal    string            `json:"seal"`    // digest of the rest; an edited record is ignored
}

// seal is the digest that belongs into a record.
func (r record) seal() (string, error) {
	r.Seal = ""
	data, err := json.Marshal(r)
	return sum(string(data)), err
}

// records are the folder with a file for each run's record.
type records string

func (r records) path(name string) string { return filepath.Join(string(r), name+".json") }

// read returns nil if there is no record, or a damaged or edited one.
func (r records) read(name string) *record {
	data, err := os.ReadFile(r.path(name))
	rec := new(record)
	if err != nil || json.Unmarshal(data, rec) != nil {
		return nil
	}
	if seal, err := rec.seal(); err != nil || seal != rec.Seal {
		return nil
	}
	return rec
}

func (r records) write(name string, rec *record) error {
	sealed := *rec
	var err error
	if sealed.Seal, err = rec.seal(); err != nil {
		return err
	}
	data, err := json.MarshalIndent(sealed, "", " ")
	if err != nil {
		return err
	}
	return atomicfile.Write(r.path(name), append(data, '\n'), 0o600)
}

func (r records) remove(name string) error {
	err := os.Remove(r.path(name))
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	return err
}
