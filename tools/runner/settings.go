package runner

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"regexp"
	"slices"
	"strings"
	"time"

	"flowbook/tools/notebook"
	"flowbook/tools/status"
)

// settings is the "flowbook" object of a cell's or a notebook's metadata.
type settings struct {
	Timeout     json.RawMessage `json:"timeout"`
	ExpectError string          `json:"expect-error"`
	Pure        []string        `json:"pure"`

	limit  time.Duration  // of Timeout
	expect *regexp.Regexp // nil without ExpectError
}

// SettingError says why a setting in a notebook's metadata cannot be used.
type SettingError struct {
	Cell int    // its place in the notebook, from 0; -1 for the notebook itself
	Path string // as flowbook.timeout
	Err  error
}

func (e *SettingError) Error() string { return fmt.Sprintf("metadata %s: %v", e.Path, e.Err) }

func (e *SettingError) Unwrap() error { return e.Err }

// ExitCode is that of unusable arguments: nothing was run.
func (e *SettingError) ExitCode() int { return status.ExitUsage }

// SettingFaults checks the settings in the metadata of a notebook and of its code cells.
func SettingFaults(nb *notebook.Notebook) []*SettingError {
	var faults []*SettingError
	check := func(cell int, read func() (settings, error)) {
		_, err := read()
		var fault *SettingError
		if errors.As(err, &fault) {
			fault.Cell = cell
			faults = append(faults, fault)
		}
	}
	check(-1, func() (settings, error) { return notebookSettings(nb.Metadata) })
	for i, c := range nb.Cells {
		if c.Type == notebook.Code {
			check(i, func() (settings, error) { return readSettings(c.Metadata, cellSettings) })
		}
	}
	return faults
}

// cellSettings are the settings that a cell may have; a notebook may only have the first.
var cellSettings = []string{"timeout", "expect-error", "pure"}

// notebookSettings reads the settings for all cells of a notebook: flowbook.timeout, else nbmake's
// execution.timeout, which may be negative for none.
func notebookSettings(meta notebook.Object) (settings, error) {
	s, err := readSettings(meta, cellSettings[:1])
	if err != nil || len(s.Timeout) > 0 {
		return s, err
	}
	var nbmake struct {
		Timeout json.RawMessage `json:"timeout"`
	}
	if err = meta.Decode("execution", &nbmake); err != nil {
		return s, &SettingError{-1, "execution", errors.Unwrap(err)}
	}
	s.Timeout = nbmake.Timeout
	if s.limit, err = s.timeout(); err != nil {
		return s, &SettingError{-1, "execution.timeout", err}
	}
	return s, nil
}

// readSettings reads and checks metadata.flowbook, which may have those fields.
func readSettings(meta notebook.Object, known []string) (settings, error) {
	var s settings
	raw := meta.Get("flowbook")
	if raw == nil {
		return s, nil
	}
	var fields map[string]json.RawMessage
	if err := json.Unmarshal(raw, &fields); err != nil {
		return s, &SettingError{-1, "flowbook", err}
	}
	for name := range fields {
		switch {
		case slices.Contains(known, name):
		case slices.Contains(cellSettings, name):
			return s, &SettingError{-1, "flowbook." + name, errors.New("only a cell can have it")}
		default:
			return s, &SettingError{-1, "flowbook." + name, fmt.Errorf("no such setting; there are %s", strings.Join(known, ", "))}
		}
	}
	if err := json.Unmarshal(raw, &s); err != nil {
		return s, &SettingError{-1, "flowbook", err}
	}
	var err error
	if s.limit, err = s.timeout(); err == nil && s.limit < 0 {
		err = fmt.Errorf("it must not be negative (got %s)", bytes.TrimSpace(s.Timeout))
	}
	if err != nil {
		return s, &SettingError{-1, "flowbook.timeout", err}
	}
	if s.ExpectError != "" {
		if s.expect, err = regexp.Compile(s.ExpectError); err != nil {
			return s, &SettingError{-1, "flowbook.expect-error", err}
		}
	}
	return s, nil
}

// timeout reads a duration ("90s") or a number of seconds; 0 without one.
func (s settings) timeout() (time.Duration, error) {
	if len(s.Timeout) == 0 {
		return 0, nil
	}
	var text string
	if json.Unmarshal(s.Timeout, &text) == nil {
		d, err := time.ParseDuration(text)
		if err != nil {
			err = fmt.Errorf("%q is no time: write \"90s\", \"10m\", or a number of seconds", text)
		}
		return d, err
	}
	var seconds float64
	if err := json.Unmarshal(s.Timeout, &seconds); err != nil {
		return 0, errors.New("want a duration such as \"90s\" or a number of seconds")
	}
	if limit := float64(math.MaxInt64 / time.Second); math.Abs(seconds) > limit {
		return 0, fmt.Errorf("more than %.0f seconds (got %s)", limit, bytes.TrimSpace(s.Timeout))
	}
	return time.Duration(seconds * float64(time.Second)), nil
}
