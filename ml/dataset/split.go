package dataset

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"hash/crc32"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"flowbook/ml/atomicfile"
	"flowbook/ml/module"
)

// PartRows is the number of rows that the original's parts have.
const PartRows = 10_000

// SplitOptions says how Split cuts.
type SplitOptions struct {
	Rows     int                     // rows in each part, the last may have fewer
	Force    bool                    // overwrite also files that no earlier Split has written
	Progress func(done, total int64) // called now and then with bytes of the source; may be nil
	// Bad, if not nil, is called after the last row of a file with rows that no Reader takes: too few
	// or too many fields, or a stray quote. They are kept as they are.
	Bad func(rows int, first *RowError)
}

// splitting is the file that marks a folder whose parts are being exchanged: after a crash the next
// Split knows by it that the files there are its own.
const splitting = ".splitting"

// splitStage is the folder in which all parts are written before the first is put in its place: an
// error, such as a full disk, leaves the parts and the manifest of an earlier split as they were.
const splitStage = ".splitting.parts"

// splitLock is held while a folder is written: parts that two splits at once had made would not be
// those of one manifest.
const splitLock = ".splitting.lock"

// Split cuts a CSV file into split_1.csv, split_2.csv … in dir, each of opt.Rows rows under the
// file's header, and writes manifest.json after them. Every byte is kept: the parts without their
// headers, end to end, are the file without its header. Memory does not grow with the file. The
// parts of an earlier split stay until all new ones are written, so the disk holds both for a
// while; then they are exchanged, and left-over ones removed. A Split waits for another one that
// writes to dir. Where dir holds CSV files that no Split has written, nothing is touched and the
// error is an *OccupiedError, unless opt.Force.
func Split(ctx context.Context, path, dir string, opt SplitOptions) (*Manifest, error) {
	if opt.Rows <= 0 {
		return nil, fmt.Errorf("split %s: %d rows a part; at least 1 is wanted", Rel(path), opt.Rows)
	}
	f, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("split %s: %w", Rel(path), atomicfile.Reason(err))
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return nil, fmt.Errorf("split %s: %w", Rel(path), atomicfile.Reason(err))
	}
	if err := noteRead(path); err != nil {
		return nil, err
	}
	s := &splitter{dir: dir, opt: opt, total: info.Size(), digest: sha256.New()}
	if s.src, err = newSource(io.TeeReader(f, s.digest), Rel(path), usual, Options{Delimiter: ','}); err != nil {
		return nil, err
	}
	s.src.count = opt.Bad != nil
	if err := os.MkdirAll(dir, 0o777); err != nil {
		return nil, fmt.Errorf("split %s: make folder %s: %w", Rel(path), Rel(dir), atomicfile.Reason(err))
	}
	unlock, err := module.Lock(ctx, filepath.Join(dir, splitLock))
	if err != nil {
		return nil, fmt.Errorf("split %s: folder %s: %w", Rel(path), Rel(dir), atomicfile.Reason(err))
	}
	defer unlock()
	if err := s.claim(info); err != nil {
		return nil, fmt.Errorf("split %s: %w", Rel(path), err)
	}
	defer os.RemoveAll(s.stage())
	if err := s.copyRows(ctx); err != nil {
		return nil, err
	}
	m := &Manifest{RowsPerPart: opt.Rows, Rows: s.src.row, Parts: s.parts}
	if s.bad > 0 && opt.Bad != nil {
		opt.Bad(s.bad, s.firstBad)
	}
	m.Source = Source{Name: filepath.Base(path), Size: s.total, SHA256: hex.EncodeToString(s.digest.Sum(nil))}
	return m, s.finish(m)
}

// OccupiedError says that a folder holds files that are not Split's to overwrite.
type OccupiedError struct{ Dir, File string }

func (e *OccupiedError) Error() string {
	return fmt.Sprintf("%s holds %s, which no split has written", Rel(e.Dir), e.File)
}

type splitter struct {
	src    *source
	dir    string
	opt    SplitOptions
	total  int64
	digest hash.Hash
	parts  []Part
	old    []string // parts of an earlier split

	bad      int // rows that no Reader takes
	firstBad *RowError

	out  *atomicfile.File // the part being written
	part Part
	crc  uint32
}

func (s *splitter) stage() string { return filepath.Join(s.dir, splitStage) }

// claim makes sure that dir is ours and makes the folder for the new parts in it.
func (s *splitter) claim(source os.FileInfo) error {
	entries, err := os.ReadDir(s.dir)
	if err != nil {
		return fmt.Errorf("list folder %s: %w", Rel(s.dir), atomicfile.Reason(err))
	}
	ours := map[string]bool{}
	manifest, merr := ReadManifest(s.dir)
	if merr == nil {
		ours[ManifestName] = true
		for _, p := range manifest.Parts {
			ours[p.Name] = true
		}
	}
	_, crashed := os.Stat(filepath.Join(s.dir, splitting))
	for _, e := range entries {
		name := e.Name()
		part := partNumber(name) > 0
		if info, err := os.Stat(filepath.Join(s.dir, name)); part && err == nil && os.SameFile(info, source) {
			return fmt.Errorf("the file lies in the output folder under a part's name, %s", name)
		}
		own := ours[name] || crashed == nil && part
		if part && own {
			s.old = append(s.old, name)
		}
		data := strings.HasSuffix(strings.ToLower(name), ".csv") || name == ManifestName
		if data && !own && !s.opt.Force && !strings.HasPrefix(name, ".") {
			return &OccupiedError{s.dir, name}
		}
	}
	err = os.RemoveAll(s.stage()) // of a Split that was killed
	if err == nil {
		err = os.Mkdir(s.stage(), 0o777)
	}
	if err != nil {
		return fmt.Errorf("make folder %s: %w", Rel(s.stage()), atomicfile.Reason(err))
	}
	return nil
}

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// copyRows writes all parts.
func (s *splitter) copyRows(ctx context.Context) error {
	defer func() {
		if s.out != nil {
			s.out.Discard()
		}
	}()
	done := int64(len(s.src.header))
	var b block
	for {
		if err := ctx.Err(); err != nil {
			return fmt.Errorf("split %s: %w", s.src.file, context.Cause(ctx))
		}
		err := s.src.next(&b)
		if err == io.EOF {
			break
		}
		if err != nil {
			return err
		}
		if err := s.whole(&b); err != nil {
			return err
		}
		s.look(&b)
		if err := s.copyBlock(&b); err != nil {
			return err
		}
		done += int64(len(b.data))
		if s.opt.Progress != nil {
			s.opt.Progress(done, s.total)
		}
	}
	s.total = done
	if s.src.row == 0 {
		return fmt.Errorf("split %s: no rows after the header", s.src.file)
	}
	return s.endPart()
}

// look counts the rows of a block that no Reader takes. Where fields were counted, only a row of
// another number is looked at closely.
func (s *splitter) look(b *block) {
	if !s.src.count {
		return
	}
	for i, row := range b.spans {
		if row.fields == len(s.src.names) {
			continue
		}
		fields, err := s.src.dialect.countFields(b.data[row.from:row.to], 0)
		if err == nil && fields == len(s.src.names) {
			continue
		}
		if s.bad++; s.firstBad == nil {
			msg := fmt.Sprintf("%d fields, the header has %d", fields, len(s.src.names))
			if err != nil {
				msg = err.Error()
			}
			s.firstBad = &RowError{File: s.src.file, Row: b.firstRow + i, Line: b.lines[i], Msg: msg}
		}
	}
}

// whole refuses a file that was cut off in its last row, as a broken download is: it would come out
// as a part that nobody can read.
func (s *splitter) whole(b *block) error {
	if !b.truncated || len(b.spans) == 0 {
		return nil
	}
	last := len(b.spans) - 1
	fields, err := s.src.dialect.countFields(b.data[b.spans[last].from:b.spans[last].to], 0)
	if err != nil || fields >= len(s.src.names) { // other faults are for those who read the parts
		return nil
	}
	return &RowError{File: s.src.file, Row: b.firstRow + last, Line: b.lines[last],
		Msg: fmt.Sprintf("%d fields, the header has %d; the file ends in the middle of it", fields, len(s.src.names))}
}

// copyBlock writes a block's bytes, beginning a new part where the one before is full. Blank lines
// stay with the row before them.
func (s *splitter) copyBlock(b *block) error {
	from := 0
	for i, row := range b.spans {
		if s.out != nil && s.part.Rows == s.opt.Rows {
			start := row.from
			if i == 0 {
				start = 0
			}
			if err := s.write(b.data[from:start]); err != nil {
				return err
			}
			from = start
			if err := s.endPart(); err != nil {
				return err
			}
		}
		if s.out == nil {
			if err := s.beginPart(); err != nil {
				return err
			}
		}
		s.part.Rows++
	}
	if s.out == nil { // nothing but blank lines so far
		if err := s.beginPart(); err != nil {
			return err
		}
	}
	return s.write(b.data[from:])
}

func (s *splitter) beginPart() (err error) {
	s.part = Part{Name: fmt.Sprintf("split_%d.csv", len(s.parts)+1)}
	s.crc = 0
	if s.out, err = atomicfile.Create(filepath.Join(s.stage(), s.part.Name), 0o666); err != nil {
		return unwritten(filepath.Join(s.dir, s.part.Name), err)
	}
	header := s.src.header
	if header[len(header)-1] != '\n' {
		header = append(header, '\n')
	}
	return s.write(header)
}

func (s *splitter) write(data []byte) error {
	s.crc = crc32.Update(s.crc, castagnoli, data)
	s.part.Bytes += int64(len(data))
	_, err := s.out.Write(data)
	return unwritten(filepath.Join(s.dir, s.part.Name), err)
}

func (s *splitter) endPart() error {
	out := s.out
	s.out = nil
	defer out.Discard()
	if err := out.Commit(); err != nil {
		return unwritten(filepath.Join(s.dir, s.part.Name), err)
	}
	s.part.CRC32C = fmt.Sprintf("%08x", s.crc)
	s.parts = append(s.parts, s.part)
	return nil
}

// markFolder writes splitting. Where it cannot, it leaves the folder as it was: a mark that stayed
// would make others' files pass for parts, and the mark of a split that was killed must stay.
func markFolder(dir string) (mark string, err error) {
	mark = filepath.Join(dir, splitting)
	err = atomicfile.Write(mark, []byte("the parts here are being exchanged by flowbook data split\n"), 0o666)
	return mark, unwritten(mark, err)
}

// finish exchanges the parts and the manifest. All that takes room on the disk comes first.
func (s *splitter) finish(m *Manifest) error {
	manifest, err := m.create(s.dir)
	if err != nil {
		return err
	}
	defer manifest.Discard()
	mark, err := markFolder(s.dir)
	if err != nil {
		return err
	}
	gone := []string{ManifestName} // first: where it stands, it must be that of the parts
	for _, name := range s.old {
		if partNumber(name) > len(m.Parts) {
			gone = append(gone, name)
		}
	}
	for _, name := range gone {
		if err := os.Remove(filepath.Join(s.dir, name)); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return fmt.Errorf("remove %s: %w", Rel(filepath.Join(s.dir, name)), atomicfile.Reason(err))
		}
	}
	for _, part := range m.Parts {
		path := filepath.Join(s.dir, part.Name)
		if err := os.Rename(filepath.Join(s.stage(), part.Name), path); err != nil {
			return unwritten(path, err)
		}
	}
	if err := manifest.Commit(); err != nil {
		return unwritten(filepath.Join(s.dir, ManifestName), err)
	}
	return os.Remove(mark)
}
