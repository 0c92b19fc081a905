package parquet

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// A peer is another program that reads and writes Parquet.
type peer struct {
	name   string
	python func(*testing.T) string
	read   string // prints columns, types and values of the file that argument 1 names
	want   string
	write  string // writes the file that argument 1 names
}

// reference is the Python of the reference environment, duck that of the peers.
func reference(t *testing.T) string {
	if python := os.Getenv("FLOWBOOK_PYTHON"); python != "" {
		return python
	}
	t.Skip("set FLOWBOOK_PYTHON to a python that has pyarrow and polars (tools/bench/reference/requirements.txt) to let them read our files")
	return ""
}

func duck(t *testing.T) string {
	if bin := os.Getenv("FLOWBOOK_PEERS"); bin != "" {
		return filepath.Join(bin, "python")
	}
	t.Skip("set FLOWBOOK_PEERS to the bin folder of an environment with .ci/peers.txt to let DuckDB read our files")
	return ""
}

// The values that each peer writes; ours must read them as this CSV.
const peerData = `import datetime
data = {
    "id": [1, None, 3],
    "mean": [0.5, None, 1.5],
    "ip": ["a", None, "b,c"],
    "when": [datetime.datetime(2022, 7, 27, 6, 19, 28, 472000), None, datetime.datetime(1970, 1, 1)],
    "day": [datetime.date(2022, 7, 27), None, datetime.date(1969, 12, 31)],
    "flag": [True, None, False],
}
`

const peerCSV = "id,mean,ip,when,day,flag\n" +
	"1,0.5,a,2022-07-27 06:19:28.472000,2022-07-27 00:00:00,True\n,,,,,\n" +
	"3,1.5,\"b,c\",1970-01-01 00:00:00,1969-12-31 00:00:00,False\n"

var peers = []peer{
	{
		name: "pyarrow", python: reference,
		read: `
import sys, pyarrow.parquet as pq
t = pq.read_table(sys.argv[1])
print([f"{f.name} {f.type}" for f in t.schema])
print(t.to_pydict())
for i in range(t.num_columns):
    s = pq.ParquetFile(sys.argv[1]).metadata.row_group(0).column(i).statistics
    print(s.min, s.max, s.null_count)
`,
		want: "['id int64', 'src2dst_mean_ps double', 'src_ip string']\n" +
			"{'id': [1, None, 3], 'src2dst_mean_ps': [0.5, None, 1.5], 'src_ip': ['a', None, 'b,c']}\n" +
			"1 3 1\n0.5 1.5 1\na b,c 1\n",
		write: peerData + `
import sys, pyarrow as pa, pyarrow.parquet as pq
pq.write_table(pa.table(data), sys.argv[1])
`,
	},
	{
		name: "polars", python: reference,
		read: `
import sys, polars as pl
t = pl.read_parquet(sys.argv[1])
print(t.schema, t.rows())
print(pl.scan_parquet(sys.argv[1]).filter(pl.col("id") > 2).collect().rows())
`,
		want: "Schema([('id', Int64), ('src2dst_mean_ps', Float64), ('src_ip', String)]) [(1, 0.5, 'a'), (None, None, None), (3, 1.5, 'b,c')]\n" +
			"[(3, 1.5, 'b,c')]\n",
		write: peerData + `
import sys, polars as pl
pl.DataFrame(data).write_parquet(sys.argv[1])
`,
	},
	{
		name: "DuckDB", python: duck,
		read: `
import sys, duckdb
t = duckdb.read_parquet(sys.argv[1])
print(list(zip(t.columns, map(str, t.types))), t.fetchall())
print(duckdb.sql(f"select stats_min_value, stats_max_value, stats_null_count from parquet_metadata('{sys.argv[1]}')").fetchall())
`,
		want: "[('id', 'BIGINT'), ('src2dst_mean_ps', 'DOUBLE'), ('src_ip', 'VARCHAR')] [(1, 0.5, 'a'), (None, None, None), (3, 1.5, 'b,c')]\n" +
			"[('1', '3', 1), ('0.5', '1.5', 1), ('a', 'b,c', 1)]\n",
		write: `
import sys, duckdb
duckdb.sql("""select * from (values
  (1, 0.5::double, 'a', timestamp '2022-07-27 06:19:28.472', date '2022-07-27', true),
  (null, null, null, null, null, null),
  (3, 1.5, 'b,c', timestamp '1970-01-01', date '1969-12-31', false)) t(id, mean, ip, "when", day, flag)""").write_parquet(sys.argv[1])
`,
	},
}

// TestPeers lets other libraries read our file, with its types, nulls and statistics, and reads
// theirs.
func TestPeers(t *testing.T) {
	pq, _ := toParquet(t, []byte("id,src2dst_mean_ps,src_ip\n1,0.5,a\n,,\n3,1.5,\"b,c\"\n"))
	for _, p := range peers {
		t.Run(p.name, func(t *testing.T) {
			python, dir := p.python(t), t.TempDir()
			ours, theirs := filepath.Join(dir, "ours.parquet"), filepath.Join(dir, "theirs.parquet")
			if err := os.WriteFile(ours, pq, 0o666); err != nil {
				t.Fatal(err)
			}
			out, err := exec.Command(python, "-c", p.read, ours).CombinedOutput()
			if err != nil {
				t.Fatalf("%v\n%s", err, out)
			}
			if diff := cmp.Diff(p.want, string(out)); diff != "" {
				t.Errorf("it reads ours (-want +got):\n%s", diff)
			}
			if out, err := exec.Command(python, "-c", p.write, theirs).CombinedOutput(); err != nil {
				t.Fatalf("%v\n%s", err, out)
			}
			file, err := os.ReadFile(theirs)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(peerCSV, string(toCSV(t, bytes.Clone(file)))); diff != "" {
				t.Errorf("ours reads its (-want +got):\n%s", diff)
			}
		})
	}
}
