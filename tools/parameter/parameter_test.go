package parameter

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"

	"flowbook/tools/notebook"
)

const goCell = `import "time"

type Mode string

const (
	Fast Mode = "fast"
	Slow Mode = "slow"
)

// Learning rate of the optimizer.
var alpha = 0.5
var (
	epochs int   = 50 // passes over the data
	small  uint8 = 1
	name         = "x"
	on           = true
	wait         = 3 * time.Second
	layers       = []int{18, 8}
	weight       = map[string]float64{"a": 1}
	mode         = Fast
	opt          = struct{ Size int; Name string }{1, "n"}
	grid [2]float32
	x    any = 1
)

const limit = 1000
const rate float32 = 0.5

var a, b = two()

func two() (int, int) { return 1, 2 }
%%
hidden := 1
`

func TestGoParameters(t *testing.T) {
	d, err := declareGo(goCell, ".")
	if err != nil {
		t.Fatal(err)
	}
	got := d.parameters()[:3]
	want := []Parameter{
		{"Fast", "Mode", `"fast"`, ""},
		{"Slow", "Mode", `"slow"`, ""},
		{"alpha", "float64", "0.5", "Learning rate of the optimizer."},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("parameters (-want +got):\n%s", diff)
	}
	for _, tt := range []struct{ arg, want, err string }{
		{"alpha=0.9", "var alpha float64 = 0.9", ""},
		{"alpha=1e-3", "var alpha float64 = 1e-3", ""},
		{"alpha=NaN", "var alpha float64 = math.NaN()", ""},
		{"alpha=1e400", "", "-p alpha=1e400: parameter alpha: 1e400 overflows float64"},
		{"alpha=high", "", `-p alpha=high: parameter alpha: "high" is no float64`},
		{"epochs=60", "var epochs int = 60", ""},
		{"epochs=1e3", "var epochs int = 1e3", ""},
		{"epochs=-1_000", "var epochs int = -1_000", ""},
		{"epochs=0.5", "", "-p epochs=0.5: parameter epochs: 0.5 is no whole number and must be of type int"},
		{"epochs=9223372036854775808", "", "-p epochs=9223372036854775808: parameter epochs: 9223372036854775808 overflows int"},
		{"epochs=-9223372036854775808", "var epochs int = -9223372036854775808", ""},
		{"epochs=panic(1)", "", `-p epochs=panic(1): parameter epochs: "panic(1)" is no int: a number is needed, or a name that is declared`},
		{"epochs=int(3)", "", `-p epochs=int(3): parameter epochs: "int(3)" is no int: a number is needed, or a name that is declared`},
		{"epochs=10/4", "", `-p epochs=10/4: parameter epochs: "10/4" is no int: a number is needed, or a name that is declared`},
		{"epochs='a'", "", `-p epochs='a': parameter epochs: "'a'" is no int: a number is needed, or a name that is declared`},
		{"epochs=- 3", "var epochs int = - 3", ""},
		{"epochs=limit", "var epochs int = limit", ""},
		{"alpha=1/2", "", `-p alpha=1/2: parameter alpha: "1/2" is no float64: a number is needed, or a name that is declared`},
		{"alpha=2024-01-01", "", `-p alpha=2024-01-01: parameter alpha: "2024-01-01" is no float64: a number is needed, or a name that is declared`},
		{"layers=[2024-01-01]", "", `-p layers=[2024-01-01]: parameter layers: item 1: "2024-01-01" is no int: a number is needed, or a name that is declared`},
		{"weight={a: 1/2}", "", `-p weight={a: 1/2}: parameter weight: a: "1/2" is no float64: a number is needed, or a name that is declared`},
		{"limit=1<<3", "", `-p limit=1<<3: parameter limit: "1<<3" is no untyped int: a number is needed, or a name that is declared`},
		{"epochs=", "", `-p epochs=: parameter epochs: "" is no int`},
		{"small=255", "var small uint8 = 255", ""},
		{"small=256", "", "-p small=256: parameter small: 256 overflows uint8"},
		{"small=-1", "", "-p small=-1: parameter small: -1 overflows uint8"},
		{`name=he said "hi"`, `var name string = "he said \"hi\""`, ""},
		{"name=010", `var name string = "010"`, ""},
		{"name=", `var name string = ""`, ""},
		{"on=false", "var on bool = false", ""},
		{"on=no", "", `-p on=no: parameter on: "no" is no bool: true or false`},
		{"wait=1m30s", "var wait time.Duration = 90 * time.Second", ""},
		{"wait=time.Hour", "var wait time.Duration = time.Hour", ""},
		{"wait=5", "", `-p wait=5: parameter wait: "5" is no duration such as 30s or 1h30m`},
		{"layers=[3, 2]", "var layers = []int{3, 2}", ""},
		{"layers=[]int{4}", "var layers = []int{4}", ""},
		{"layers=[3, x]", "", `-p layers=[3, x]: parameter layers: item 2: "x" is no int`},
		{"layers=7", "", `-p layers=7: parameter layers: must be of type []int, this is a "7"`},
		{"weight={a: 1, b: 2.5}", `var weight = map[string]float64{"a": 1, "b": 2.5}`, ""},
		{"mode=slow", "var mode Mode = Slow", ""},
		{"mode=Slow", "var mode Mode = Slow", ""},
		{"mode=medium", "", `-p mode=medium: parameter mode: "medium" is no Mode: one of Fast, Slow`},
		{"opt={size: 3}", "var opt = struct{Size int; Name string}{Size: 3}", ""},
		{"opt={siez: 3}", "", "-p opt={siez: 3}: parameter opt: struct{Size int; Name string} has no field siez"},
		{"grid=[1, 2]", "var grid = [2]float32{1, 2}", ""},
		{"grid=[1]", "", "-p grid=[1]: parameter grid: 1 values do not fit a [2]float32"},
		{"x=7", "var x any = 7", ""},
		{"x=0x1f", "var x any = 0x1f", ""},
		{"x=-.inf", "var x any = math.Inf(-1)", ""},
		{"x=[1, true, a]", `var x any = []any{1, true, "a"}`, ""},
		{"x=08", "", "-p x=08: parameter x: 08 begins with 0, which may mean octal; write 8"},
		{"x=1_", "", "-p x=1_: parameter x: 1_ has an underscore that separates no digits"},
		{"x=&a [*a]", "", "-p x=&a [*a]: parameter x: line 1: the alias *a is part of its own value"},
		{"x={a: 1, a: 2}", "", "-p x={a: 1, a: 2}: parameter x: line 1: a is set twice, first on line 1"},
		{"epochs=012", "", "-p epochs=012: parameter epochs: 012 begins with 0, which may mean octal; write 12, or 0o12"},
		{"alpha=-007", "", "-p alpha=-007: parameter alpha: -007 begins with 0, which may mean octal; write -7, or -0o7"},
		{"alpha=0.5", "var alpha float64 = 0.5", ""},
		{"limit=12", "const limit = 12", ""},
		{"limit=0.5", "", "-p limit=0.5: parameter limit: 0.5 is no whole number and must be of type untyped int"},
		{"rate=1e39", "", "-p rate=1e39: parameter rate: 1e39 overflows float32"},
		{"hidden=1", "", "-p hidden=1: the notebook has no parameter hidden; it has Fast, Slow, alpha, epochs, small, name, on, wait, layers, weight, mode, opt, grid, x, limit, rate"},
		{"a=1", "", "-p a=1: the notebook has no parameter a; it has Fast, Slow, alpha, epochs, small, name, on, wait, layers, weight, mode, opt, grid, x, limit, rate"},
	} {
		t.Run(tt.arg, func(t *testing.T) {
			a, err := Parse(tt.arg)
			if err != nil {
				t.Fatal(err)
			}
			got, _, err := injected(d, []Assignment{a}, false)
			msg := ""
			if err != nil {
				msg = err.Error()
			} else {
				got = got[len("// Parameters\n"):]
			}
			if diff := cmp.Diff([]string{tt.want, tt.err}, []string{got, msg}); diff != "" {
				t.Errorf("%s (-want +got):\n%s", tt.arg, diff)
			}
		})
	}
}

func TestParameterFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "p.yaml")
	write := func(s string) []Assignment {
		t.Helper()
		if err := os.WriteFile(path, []byte(s), 0o644); err != nil {
			t.Fatal(err)
		}
		as, err := ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		return as
	}
	d, err := declareGo(goCell, ".")
	if err != nil {
		t.Fatal(err)
	}
	got, _, err := injected(d, append(write("epochs: 7\nlayers: &l [1, 2]\nname: \"010\"\nwait: 2m\nmode: slow\n"), Assignment{Name: "epochs", Text: "8", Origin: "-p"}), false)
	if err != nil {
		t.Fatal(err)
	}
	want := "// Parameters\nvar epochs int = 8\nvar layers = []int{1, 2}\nvar name string = \"010\"\nvar wait time.Duration = 2 * time.Minute\nvar mode Mode = Slow"
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	for _, tt := range []struct{ yaml, want string }{
		{"name: 010", path + ":1: parameter name: 010 is a YAML int and must be of type string: quote it"},
		{"\nepochs: \"7\"", path + `:2: parameter epochs: "7" is a string and must be of type int`},
		{"epochs: 012", path + ":1: parameter epochs: 012 begins with 0, which may mean octal; write 12, or 0o12"},
		{"epoch: 7", path + ":1: the notebook has no parameter epoch; it has Fast, Slow, alpha, epochs, small, name, on, wait, layers, weight, mode, opt, grid, x, limit, rate"},
	} {
		_, _, err := injected(d, write(tt.yaml), false)
		if err == nil || err.Error() != tt.want {
			t.Errorf("%q: got %v, want %s", tt.yaml, err, tt.want)
		}
	}
}

// A file that says two things, or something else to each reader of YAML, says nothing.
func TestUnsoundParameterFile(t *testing.T) {
	bomb := "a: &a [1,1,1,1,1,1,1,1,1,1]\n"
	for c := 'b'; c < 'j'; c++ { // a hundred million ones
		bomb += fmt.Sprintf("%c: &%[1]c [*%[2]c,*%[2]c,*%[2]c,*%[2]c,*%[2]c,*%[2]c,*%[2]c,*%[2]c,*%[2]c,*%[2]c]\n", c, c-1)
	}
	for _, tt := range []struct{ name, yaml, want string }{
		{"a key twice", "epochs: 1\nsmall: 2\nepochs: 3", "line 3: epochs is set twice, first on line 1"},
		{"a key twice below", "weight:\n  a: 1\n  a: 2", "line 3: a is set twice, first on line 2"},
		{"two documents", "epochs: 1\n---\nsmall: 2", "line 2: a second document begins; put all parameters into one"},
		{"an alias of itself", "x: &a [*a]", "line 1: the alias *a is part of its own value"},
		{"an alias bomb", bomb, "the value has more than 1048576 nodes, its aliases written out"},
		{"no mapping", "- 1", "line 1: want a mapping from parameter names to values"},
	} {
		path := filepath.Join(t.TempDir(), "p.yaml")
		if err := os.WriteFile(path, []byte(tt.yaml), 0o644); err != nil {
			t.Fatal(err)
		}
		_, err := ReadFile(path)
		if want := "-f " + path + ": " + tt.want; err == nil || err.Error() != want {
			t.Errorf("%s: got %v, want %s", tt.name, err, want)
		}
	}
}

func TestPythonParameters(t *testing.T) {
	d := declarePython("alpha = 0.5  # learning rate\nname: str = 'x'\nif alpha == 1:\n    y = 2\n")
	want := []Parameter{{"alpha", "", "0.5", "learning rate"}, {"name", "str", "'x'", ""}}
	if diff := cmp.Diff(want, d.parameters()); diff != "" {
		t.Errorf("parameters (-want +got):\n%s", diff)
	}
	// papermill's readings (parameterize.py, translators.py)
	for _, tt := range []struct{ text, want string }{
		{"True", "True"}, {"None", "None"}, {"12", "12"}, {"1_000", "1000"}, {"012", "12"}, {"0x1f", `"0x1f"`}, {"99999999999999999999", "99999999999999999999"}, {"0.5", "0.5"}, {"1", "1"},
		{"nan", "float('nan')"}, {"inf", "float('inf')"}, {"x y", `"x y"`}, {`a"b\`, `"a\"b\\"`}, {"a\x00\x1b\n", `"a\x00\x1b\n"`},
	} {
		if got := pythonGuess(tt.text); got != tt.want {
			t.Errorf("%s: got %s, want %s", tt.text, got, tt.want)
		}
	}
}

// TestGoGuess: an integer is a number as long as int64 holds it (math.MaxInt64, math.MinInt64).
func TestGoGuess(t *testing.T) {
	for _, tt := range []struct{ text, want string }{
		{"7", "7"}, {"1000000000000000000", "1000000000000000000"}, {"9223372036854775807", "9223372036854775807"}, {"-9223372036854775808", "-9223372036854775808"},
		{"9223372036854775808", `"9223372036854775808"`}, {"-9223372036854775809", `"-9223372036854775809"`}, {"1_000", "1000"}, {"1e30", "1e+30"}, {"2.5", "2.5"}, {"x", `"x"`},
	} {
		if got := goGuess(tt.text); got != tt.want {
			t.Errorf("%s: got %s, want %s", tt.text, got, tt.want)
		}
	}
}

// A run with parameters puts one cell after the parameters cell and a second run replaces it.
func TestInject(t *testing.T) {
	nb := notebook.New()
	p := notebook.NewCode("var alpha = 0.5")
	p.ID = "p"
	if err := p.Metadata.Put("tags", []string{"parameters"}); err != nil {
		t.Fatal(err)
	}
	end := notebook.NewCode("%%\n")
	end.ID = "injected-parameters"
	nb.Cells = []*notebook.Cell{p, end}
	if err := nb.Metadata.Put("kernelspec", map[string]string{"name": "gonb", "display_name": "Go", "language": "go"}); err != nil {
		t.Fatal(err)
	}
	for _, text := range []string{"0.9", "0.7"} {
		if err := Inject(nb, []Assignment{{Name: "alpha", Text: text, Origin: "-p"}}, "."); err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, c := range nb.Cells {
			got = append(got, c.ID+"|"+c.Source)
		}
		want := []string{"p|var alpha = 0.5", "injected-parameters-2|// Parameters\nvar alpha float64 = " + text, "injected-parameters|%%\n"}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("alpha=%s (-want +got):\n%s", text, diff)
		}
	}
}

// Names that nobody declares are refused, or set, as papermill does, after the parameters or on
// top; a free one is always set.
func TestUndeclared(t *testing.T) {
	yes, err := ReadText("list: [1, a]\nnothing: null\nwhole: 7\nmap: {k: 0.5}")
	if err != nil {
		t.Fatal(err)
	}
	encoded, err := ReadBase64("aW5fYmFzZTY0OiB0cnVl") // in_base64: true
	if err != nil {
		t.Fatal(err)
	}
	as := append(append(yes, encoded...), Raw("raw", "7"), Assignment{Name: "n", Text: "7"}, Assignment{Name: "f", Text: "1e3"}, Assignment{Name: "big", Text: "99999999999999999999"},
		Assignment{Name: "s", Text: `a "b"`}, Assignment{Name: "on", Text: "True"}, Assignment{Name: "none", Text: "None"}, Assignment{Name: "free", Text: "x", Free: true})
	for _, tt := range []struct{ language, want string }{
		{"go", ""},
		{"python", `# Parameters
list = [1, "a"]
nothing = None
whole = 7
map = {"k": 0.5}
in_base64 = True
raw = "7"
n = 7
f = 1000.0
big = 99999999999999999999
s = "a \"b\""
on = True
none = None
free = "x"`},
	} {
		in := Injection{Assignments: as, Dir: ".", Language: tt.language, Undeclared: true}
		nb := notebook.New()
		nb.Cells = []*notebook.Cell{notebook.NewCode("1")}
		warnings, err := in.Into(nb)
		if tt.language == "go" { // map is a word of Go's
			if err == nil || err.Error() != `-y:4: "map" is no name of a variable` {
				t.Errorf("a keyword: %v", err)
			}
			in.Assignments[3].Name = "m"
			warnings, err = in.Into(nb)
			in.Assignments[3].Name = "map"
			tt.want = `// Parameters
var list = []any{1, "a"}
var nothing any
var whole = 7
var m = map[string]any{"k": 0.5}
var in_base64 = true
var raw = "7"
var n = 7
var f = 1000.0
var big = "99999999999999999999"
var s = "a \"b\""
var on = true
var none any
var free = "x"`
		}
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(tt.want, nb.Cells[0].Source); diff != "" {
			t.Errorf("%s (-want +got):\n%s", tt.language, diff)
		}
		if diff := cmp.Diff([]string{"no cell is tagged parameters: the parameters are set on top"}, warnings); diff != "" {
			t.Errorf("warnings (-want +got):\n%s", diff)
		}
	}
	nb := notebook.New()
	cell := notebook.NewCode("n = 1")
	if err := cell.Metadata.Put("tags", []string{"parameters"}); err != nil {
		t.Fatal(err)
	}
	nb.Cells = []*notebook.Cell{cell}
	in := Injection{Assignments: []Assignment{{Name: "free", Text: "1", Free: true}, {Name: "n", Text: "2"}, {Name: "x", Text: "3"}}, Language: "python"}
	if _, err := in.Into(nb); err == nil || err.Error() != ": the notebook has no parameter x; it has n" {
		t.Error(err)
	}
	in.Undeclared = true
	warnings, err := in.Into(nb)
	if err != nil || nb.Cells[1].Source != "# Parameters\nfree = 1\nn = 2\nx = 3" {
		t.Errorf("%v: %q", err, nb.Cells[1].Source)
	}
	if diff := cmp.Diff([]string{"parameters that the notebook does not declare: x"}, warnings); diff != "" {
		t.Errorf("warnings (-want +got):\n%s", diff)
	}
}

// TestMissingImport: a package that only the kernel would find is asked for, another name is not.
func TestMissingImport(t *testing.T) {
	for source, want := range map[string]string{
		"var h = geo.Dist(1, 2)": "parameters cell: parameters:1: undefined: geo: if geo is a package, write its import into this cell",
		"var h = other":          "parameters cell: parameters:1: undefined: other",
	} {
		if _, err := declareGo(source, "."); err == nil || err.Error() != want {
			t.Errorf("%q: %v, want %s", source, err, want)
		}
	}
}
