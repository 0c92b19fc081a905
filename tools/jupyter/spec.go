package jupyter

import "errors"

// Spec says how a kernel is started: the content of a kernel.json.
type Spec struct {
	Name          string            `json:"-"`              // the folder's name, lower case
	Dir           string            `json:"-"`              // the folder, "" when the spec comes from no file; {resource_dir} in Argv
	Argv          []string          `json:"argv"`           // {connection_file} is replaced
	Env           map[string]string `json:"env,omitempty"`  // ${NAME} is replaced from our own environment
	DisplayName   string            `json:"display_name"`   // for people
	Language      string            `json:"language"`       // "go", "python"
	InterruptMode string            `json:"interrupt_mode"` // "message" or "signal", "" is signal
}

// FindSpec finds the kernelspec called name on Jupyter's search path.
func FindSpec(name string) (*Spec, error) {
	return nil, errors.New("not yet")
}
