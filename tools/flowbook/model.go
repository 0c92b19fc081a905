package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"flowbook/ml/dataset"
	"flowbook/ml/detect"
)

// loadModel reads the model that train has kept in a folder.
func loadModel(folder string) (*detect.Model, error) {
	model, err := detect.Load(folder)
	if err != nil {
		if _, missing := os.Stat(filepath.Join(folder, "model.json")); errors.Is(missing, fs.ErrNotExist) {
			return nil, fmt.Errorf("no model in %s: flowbook train writes one", dataset.Rel(folder))
		}
	}
	return model, err
}
