package store

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"

	"google.golang.org/protobuf/encoding/protowire"

	"flowbook/tools/pipeline"
)

// Result is the entry of a run: an ActionResult of build/bazel/remote/execution/v2 with exit code
// 0, the files that the run wrote, and the Record as its standard output.
type Result struct {
	Files  []File
	Record Record
}

// File is a file that a run wrote.
type File struct {
	Path   string // from the module's root, with slashes; executedPath for the executed notebook
	Digest Digest
}

// executedPath is the executed notebook's path in an entry.
const executedPath = ".flowbook/executed.ipynb"

// Record describes a run. It names nothing of the machine that ran it.
type Record struct {
	Format   int             `json:"format"`
	Key      string          `json:"key"`
	Step     string          `json:"step"`
	Notebook string          `json:"notebook,omitempty"`
	Command  []string        `json:"command,omitempty"`
	Source   string          `json:"source,omitempty"` // digest of the notebook's file, texts included
	Parts    []pipeline.Part `json:"parts"`            // the parts of the key
	Reads    []string        `json:"reads,omitempty"`  // data files that the notebook opened
	Go       string          `json:"go"`               // version that built this program
	Seconds  float64         `json:"seconds"`          // that the run took
}

// recordFormat is that of this package. An entry of another format is not used.
const recordFormat = 1

// The field numbers of ActionResult, OutputFile and Digest in remote_execution.proto.
const (
	resultFiles    = 2
	resultExitCode = 4
	resultStdout   = 5
	filePath       = 1
	fileDigest     = 2
	digestHash     = 1
	digestSize     = 2
)

func (r *Result) encode() ([]byte, error) {
	record, err := json.Marshal(r.Record)
	if err != nil {
		return nil, err
	}
	var b []byte
	for _, f := range r.Files {
		digest := protowire.AppendTag(nil, digestHash, protowire.BytesType)
		digest = protowire.AppendString(digest, f.Digest.Hash)
		digest = protowire.AppendTag(digest, digestSize, protowire.VarintType)
		digest = protowire.AppendVarint(digest, uint64(f.Digest.Size))
		file := protowire.AppendTag(nil, filePath, protowire.BytesType)
		file = protowire.AppendString(file, f.Path)
		file = protowire.AppendTag(file, fileDigest, protowire.BytesType)
		file = protowire.AppendBytes(file, digest)
		b = protowire.AppendTag(b, resultFiles, protowire.BytesType)
		b = protowire.AppendBytes(b, file)
	}
	b = protowire.AppendTag(b, resultStdout, protowire.BytesType)
	return protowire.AppendBytes(b, record), nil // exit code 0 is left out, as proto3 does
}

var errNoResult = errors.New("it is no ActionResult")

// fields calls f with each field of a message: the value of a varint, or the bytes of a
// length-delimited one. Others are passed over.
func fields(b []byte, f func(n protowire.Number, value uint64, data []byte) error) error {
	for len(b) > 0 {
		n, kind, size := protowire.ConsumeTag(b)
		if size < 0 {
			return errNoResult
		}
		b = b[size:]
		var value uint64
		var data []byte
		switch kind {
		case protowire.VarintType:
			value, size = protowire.ConsumeVarint(b)
		case protowire.BytesType:
			data, size = protowire.ConsumeBytes(b)
			if data == nil {
				data = []byte{}
			}
		default:
			size = protowire.ConsumeFieldValue(n, kind, b)
		}
		if size < 0 {
			return errNoResult
		}
		b = b[size:]
		if kind == protowire.VarintType || kind == protowire.BytesType {
			if err := f(n, value, data); err != nil {
				return err
			}
		}
	}
	return nil
}

func decodeResult(data []byte) (*Result, error) {
	r := new(Result)
	var record []byte
	err := fields(data, func(n protowire.Number, value uint64, data []byte) error {
		switch {
		case n == resultFiles && data != nil:
			f, err := decodeFile(data)
			if err != nil {
				return err
			}
			r.Files = append(r.Files, f)
		case n == resultExitCode && value != 0:
			return fmt.Errorf("it is of a run that ended with status %d", int32(value))
		case n == resultStdout:
			record = data
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	var format struct {
		Format int `json:"format"`
	}
	if err := json.Unmarshal(record, &format); err != nil {
		return nil, errors.New("it has no record of a Flowbook run")
	}
	if format.Format != recordFormat {
		return nil, fmt.Errorf("its record has format %d, this flowbook knows %d", format.Format, recordFormat)
	}
	if err := json.Unmarshal(record, &r.Record); err != nil {
		return nil, fmt.Errorf("its record: %w", err)
	}
	return r, nil
}

func decodeFile(data []byte) (f File, err error) {
	err = fields(data, func(n protowire.Number, _ uint64, data []byte) error {
		switch {
		case n == filePath && data != nil:
			f.Path = string(data)
		case n == fileDigest && data != nil:
			return fields(data, func(n protowire.Number, value uint64, data []byte) error {
				switch {
				case n == digestHash && data != nil:
					f.Digest.Hash = string(data)
				case n == digestSize:
					f.Digest.Size = int64(value)
				}
				return nil
			})
		}
		return nil
	})
	switch {
	case err != nil:
		return f, err
	case !fs.ValidPath(f.Path):
		return f, fmt.Errorf("%q is no path of an output", f.Path)
	case !hexSum.MatchString(f.Digest.Hash) || f.Digest.Size < 0:
		return f, fmt.Errorf("%s has no digest", f.Path)
	}
	return f, nil
}
