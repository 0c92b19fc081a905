package dataset

import (
	"bufio"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"flowbook/ml/atomicfile"
)

// Label says which attack a flow belongs to.
type Label struct {
	ID       int64  // the flow's id
	Label    string // udp_flood, syn_flood, port_scan, exfiltration, beaconing or brute_force
	Campaign string // which of the attacks of that kind
}

// Labels are the known attacks of one data file; flows without a label are benign. The zero Labels
// has none.
type Labels struct {
	Why  string // why there are none: "no labels: …"; empty when there are
	List []Label
	byID map[int64]int
}

// A labels file is CSV with the columns id, label and campaign, below a first line
//
//	# labels of sha256:<64 hex digits>
//
// that names, by its content, the data file that the labels belong to: without it, the labels of
// one file would silently be taken for those of the next that bears the same name.
const labelsMark = "# labels of sha256:"

// WriteLabels writes a labels file for the data file with the given SHA-256 (64 hex digits), in one
// step.
func WriteLabels(path, sourceSHA256 string, list []Label) error {
	f, err := atomicfile.Create(path, 0o666)
	if err != nil {
		return unwritten(path, err)
	}
	defer f.Discard()
	w := bufio.NewWriter(f)
	fmt.Fprintf(w, "%s%s\nid,label,campaign\n", labelsMark, sourceSHA256)
	var row []byte
	for _, l := range list {
		row = append(AppendInt(row[:0], l.ID), ',')
		row = append(AppendText(row, l.Label), ',')
		row = append(AppendText(row, l.Campaign), '\n')
		w.Write(row)
	}
	if err := w.Flush(); err != nil {
		return unwritten(path, err)
	}
	return unwritten(path, f.Commit())
}

// ReadLabels reads a labels file, if it belongs to the data file with the given SHA-256:
// Manifest.Source has it for a file that was split. A missing file and one that belongs to other
// data are no error: the Labels are then empty and say why.
//
// Labels that PendLabels has left are read in their place if those of path belong to other data.
func ReadLabels(path, sourceSHA256 string) (*Labels, error) {
	l, err := labelsOf(path, sourceSHA256)
	if err != nil || l.Why == "" {
		return l, err
	}
	if pending, perr := labelsOf(pendingLabels(path, sourceSHA256), sourceSHA256); perr == nil && pending.Why == "" {
		return pending, nil
	}
	return l, nil
}

// pendingLabels is where the labels of a data file lie until it is in place.
func pendingLabels(path, sourceSHA256 string) string {
	return filepath.Join(filepath.Dir(path), ".labels-"+sourceSHA256[:min(16, len(sourceSHA256))]+".csv")
}

// PendLabels writes labels for a data file that is about to be put in place. That one rename then
// is the commit of both: until it is done, path goes with the old data, and from then on ReadLabels
// finds the new labels. commit, called after it, moves them to path, and removes those of programs
// that were killed.
func PendLabels(path, sourceSHA256 string, list []Label) (commit func() error, err error) {
	pending := pendingLabels(path, sourceSHA256)
	if err := WriteLabels(pending, sourceSHA256, list); err != nil {
		return nil, err
	}
	return func() error {
		if err := WriteLabels(path, sourceSHA256, list); err != nil {
			return err
		}
		entries, err := os.ReadDir(filepath.Dir(path))
		if err != nil {
			return fmt.Errorf("list %s: %w", Rel(filepath.Dir(path)), atomicfile.Reason(err))
		}
		for _, e := range entries {
			if ok, err := filepath.Match(".labels-????????????????.csv", e.Name()); err == nil && ok {
				os.Remove(filepath.Join(filepath.Dir(path), e.Name())) // one that stays fits no data file
			}
		}
		return nil
	}, nil
}

func labelsOf(path, sourceSHA256 string) (*Labels, error) {
	if err := noteRead(path); err != nil { // also if the file is missing: the result depends on that
		return nil, err
	}
	f, err := os.Open(path)
	if errors.Is(err, fs.ErrNotExist) {
		return &Labels{Why: fmt.Sprintf("no labels: there is no %s", Rel(path))}, nil
	}
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", Rel(path), atomicfile.Reason(err))
	}
	defer f.Close()
	l, err := readLabels(f, Rel(path), sourceSHA256)
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", Rel(path), err)
	}
	return l, nil
}

func readLabels(r io.Reader, file, sourceSHA256 string) (*Labels, error) {
	br := bufio.NewReader(r)
	first, err := br.ReadString('\n')
	if err != nil && err != io.EOF {
		return nil, atomicfile.Reason(err)
	}
	digest, ok := strings.CutPrefix(strings.TrimRight(first, "\r\n"), labelsMark)
	if !ok {
		return nil, fmt.Errorf("the first line is not %q and the digest of the data that the labels belong to", strings.TrimSpace(labelsMark))
	}
	if !strings.EqualFold(digest, sourceSHA256) {
		return &Labels{Why: fmt.Sprintf("no labels: those in %s belong to another data file", file)}, nil
	}
	l := &Labels{byID: map[int64]int{}}
	rows := csv.NewReader(br)
	rows.FieldsPerRecord = 3
	rows.ReuseRecord = true
	for {
		rec, err := rows.Read()
		if err == io.EOF {
			return l, nil
		}
		if err != nil {
			var pe *csv.ParseError
			if errors.As(err, &pe) {
				return nil, fmt.Errorf("line %d: %w", pe.Line+1, pe.Err)
			}
			return nil, err
		}
		line, _ := rows.FieldPos(0)
		if line == 1 && rec[0] == "id" {
			continue
		}
		id, err := strconv.ParseInt(rec[0], 10, 64)
		if err != nil {
			return nil, fmt.Errorf("line %d, column id: %s is not an integer", line+1, shownValue([]byte(rec[0])))
		}
		if _, twice := l.byID[id]; twice {
			return nil, fmt.Errorf("line %d: flow %d is labelled twice", line+1, id)
		}
		l.byID[id] = len(l.List)
		l.List = append(l.List, Label{id, strings.Clone(rec[1]), strings.Clone(rec[2])})
	}
}

// Known reports whether there are labels at all; Why says why not.
func (l *Labels) Known() bool { return l.byID != nil }

// Of returns the label of a flow, and false for a benign one.
func (l *Labels) Of(id int64) (Label, bool) {
	i, ok := l.byID[id]
	if !ok {
		return Label{}, false
	}
	return l.List[i], true
}

// Kinds returns the kind of attack of each of the given flows, "" for benign ones.
func (l *Labels) Kinds(ids []int64) []string {
	out := make([]string, len(ids))
	for i, id := range ids {
		if label, ok := l.Of(id); ok {
			out[i] = label.Label
		}
	}
	return out
}
