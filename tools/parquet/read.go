package parquet

import (
	"context"
	"fmt"
	"io"
	"math"
	"time"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/arrow/memory"
	"github.com/apache/arrow-go/v18/parquet"
	"github.com/apache/arrow-go/v18/parquet/file"
	"github.com/apache/arrow-go/v18/parquet/pqarrow"

	"flowbook/ml/dataset"
)

// ToCSV reads Parquet from r and writes CSV of pandas's form to w: a null and an empty text alike as an empty field.
// Whole numbers of any width, floats, texts, truth values, dates and times have such a form; a column of another type
// is refused by name. name stands for r in errors. progress is called now and then with the rows done; it may be nil.
func ToCSV(ctx context.Context, r parquet.ReaderAtSeeker, name string, w io.Writer, progress func(rows int)) (rows int, err error) {
	defer border(name, &err)
	props := parquet.NewReaderProperties(memory.DefaultAllocator)
	props.BufferedStreamEnabled = true // pages come as they are needed, not whole columns
	pf, err := file.NewParquetReader(r, file.WithReadProps(props))
	if err != nil {
		return 0, fmt.Errorf("read %s: %w", name, err)
	}
	defer pf.Close()
	ar, err := pqarrow.NewFileReader(pf, pqarrow.ArrowReadProperties{BatchSize: batchRows}, memory.DefaultAllocator)
	if err != nil {
		return 0, fmt.Errorf("read %s: %w", name, err)
	}
	batches, err := ar.GetRecordReader(ctx, nil, nil)
	if err != nil {
		return 0, fmt.Errorf("read %s: %w", name, err)
	}
	defer batches.Release()
	var text []byte
	for i, f := range batches.Schema().Fields() {
		if i > 0 {
			text = append(text, ',')
		}
		text = dataset.AppendText(text, f.Name)
	}
	if _, err := w.Write(append(text, '\n')); err != nil {
		return 0, err
	}
	if _, err := writers(name, batches.Schema(), nil); err != nil {
		return 0, err
	}
	for batches.Next() {
		if ctx.Err() != nil {
			return rows, fmt.Errorf("convert %s: %w", name, context.Cause(ctx))
		}
		batch := batches.RecordBatch()
		columns, err := writers(name, batches.Schema(), batch.Columns())
		if err != nil {
			return rows, err
		}
		text = text[:0]
		for i := range int(batch.NumRows()) {
			for j, column := range columns {
				if j > 0 {
					text = append(text, ',')
				}
				if batch.Column(j).IsValid(i) {
					text = column(text, i)
				}
			}
			text = append(text, '\n')
		}
		if _, err := w.Write(text); err != nil {
			return rows, err
		}
		rows += int(batch.NumRows())
		if progress != nil {
			progress(rows)
		}
	}
	if err := batches.Err(); err != nil && err != io.EOF {
		return rows, fmt.Errorf("read %s: after row %d: %w", name, rows, err)
	}
	return rows, nil
}

// appender appends the text form of value i of one column.
type appender func(dst []byte, i int) []byte

// writers returns an appender for each column; without arrays it only checks that there would be one.
func writers(file string, schema *arrow.Schema, columns []arrow.Array) ([]appender, error) {
	out := make([]appender, schema.NumFields())
	for j, f := range schema.Fields() {
		var a arrow.Array
		if columns != nil {
			a = columns[j]
		} else {
			a = array.MakeArrayOfNull(memory.DefaultAllocator, f.Type, 0)
		}
		if out[j] = writer(a); out[j] == nil {
			return nil, fmt.Errorf("read %s: column %s: values of type %v have no form in CSV", file, f.Name, f.Type)
		}
	}
	return out, nil
}

func writer(a arrow.Array) appender {
	switch a := a.(type) {
	case *array.Int64:
		return ints(a)
	case *array.Int32:
		return ints(a)
	case *array.Int16:
		return ints(a)
	case *array.Int8:
		return ints(a)
	case *array.Uint32:
		return ints(a)
	case *array.Uint16:
		return ints(a)
	case *array.Uint8:
		return ints(a)
	case *array.Uint64:
		return func(dst []byte, i int) []byte {
			if v := a.Value(i); v > math.MaxInt64 {
				return fmt.Append(dst, v)
			}
			return dataset.AppendInt(dst, int64(a.Value(i)))
		}
	case *array.Float64:
		return func(dst []byte, i int) []byte { return dataset.AppendFloat(dst, a.Value(i)) }
	case *array.Float32:
		return func(dst []byte, i int) []byte { return dataset.AppendFloat(dst, float64(a.Value(i))) }
	case *array.Boolean:
		return func(dst []byte, i int) []byte { return dataset.AppendBool(dst, a.Value(i)) }
	case *array.String:
		return func(dst []byte, i int) []byte { return dataset.AppendText(dst, a.Value(i)) }
	case *array.LargeString:
		return func(dst []byte, i int) []byte { return dataset.AppendText(dst, a.Value(i)) }
	case *array.Timestamp:
		unit := a.DataType().(*arrow.TimestampType).Unit
		return times(func(i int) time.Time { return a.Value(i).ToTime(unit) })
	case *array.Date32:
		return times(func(i int) time.Time { return a.Value(i).ToTime() })
	case *array.Dictionary:
		inner := writer(a.Dictionary())
		if inner == nil {
			return nil
		}
		return func(dst []byte, i int) []byte { return inner(dst, a.GetValueIndex(i)) }
	}
	return nil
}

func ints[T int64 | int32 | int16 | int8 | uint32 | uint16 | uint8](a interface{ Value(int) T }) appender {
	return func(dst []byte, i int) []byte { return dataset.AppendInt(dst, int64(a.Value(i))) }
}

func times(at func(int) time.Time) appender {
	return func(dst []byte, i int) []byte { return dataset.AppendTime(dst, at(i)) }
}
