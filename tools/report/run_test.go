package report

import (
	"bytes"
	"encoding/base64"
	"image"
	"image/png"
	"testing"
	"time"

	"flowbook/tools/notebook"
	"flowbook/tools/status"
)

// hostile is text that breaks out of everything that does not escape it.
const hostile = "\x1b[31m]]></failure>\n::error::x%0A | `<script>alert(1)</script>`\x00\x08\ufffe\xff @all [a](javascript:b)\u202e"

// course is a run with all that a report shows: two notebooks, two commands, a failure of each.
func course(t *testing.T) Run {
	t.Helper()
	nb := notebook.New()
	nb.Metadata.Set("language_info", []byte(`{"name": "go"}`))
	count := 3
	code := notebook.NewCode("import \"fmt\"\n\nfunc Data() []int { return []int{1, 2} }\n\n%%\nfmt.Println(Data())")
	code.ExecutionCount = &count
	figure := notebook.NewBundle("image/png", pixel(t), "text/plain", "<Figure & more>")
	figure.Set("application/vnd.vegalite.v5+json", []byte(`{"mark": "line"}`))
	code.Outputs = []*notebook.Output{
		{Type: notebook.Stream, Name: "stdout", Text: "\x1b[32mgreen\x1b[0m 1/2\r2/2\n"},
		{Type: notebook.Stream, Name: "stderr", Text: hostile},
		{Type: notebook.DisplayData, Data: notebook.NewBundle("text/html", `</div><table border="1" onclick="x()"><tr style="a:b"><td align="right">1<td><script>alert(1)</script></table><img src="http://a/b.png" alt="far">`)},
		{Type: notebook.DisplayData, Data: figure, Metadata: []byte(`{"image/png": {"width": 900, "height": 400}}`)},
		{Type: notebook.DisplayData, Data: notebook.NewBundle("text/html", "<script>1</script>", "text/plain", "plain form")},
		{Type: notebook.DisplayData, Data: notebook.NewBundle("text/markdown", "**bold** $x^2$")},
		{Type: notebook.DisplayData, Data: &notebook.Bundle{}},
	}
	fails := notebook.NewCode("%%\npanic(1)")
	fails.Outputs = []*notebook.Output{{Type: notebook.ErrorOutput, EName: "ERROR", EValue: "exit status 2", Traceback: []string{"\x1b[31mpanic: 1\x1b[0m"}}}
	solution := notebook.NewCode("x := 1")
	solution.Metadata.Put("tags", []string{"solution"})
	gone := notebook.NewCode("secret")
	gone.Metadata.Put("tags", []string{"remove-cell"})
	intro := notebook.NewMarkdown("# Flows\n\nSee [the data](Data.ipynb#why), ![dot](attachment:d.png), $\\bar{x}_1 \\le 2$.\n\n<script>alert(1)</script></div>\n\n## Why\n\n```go\nx := \"<\"\n```\n\n## Why\n")
	intro.Attachments.Set("d.png", []byte(`{"image/png": "`+pixel(t)+`"}`))
	nb.Cells = []*notebook.Cell{intro, code, fails, solution, gone}
	nb.AddIDs()

	data := notebook.New()
	data.Cells = []*notebook.Cell{notebook.NewMarkdown("Why the data is as it is.")}
	data.AddIDs()
	return Run{Title: "Course <1>", Pages: []Page{
		{Name: "Data", Path: "notebooks/Data.ipynb", Notebook: data, Status: status.Cached},
		{Name: "split", Path: "data split", Status: status.OK, Duration: 1234 * time.Millisecond},
		{Name: "Flows", Path: "notebooks/Flows.ipynb", Notebook: nb, Status: status.Failed, Duration: 75 * time.Second, Cells: []Cell{
			{Index: 1, Number: 1, ID: nb.Cells[1].ID, Line: 9, Title: "import \"fmt\"", Status: status.OK, Duration: 2 * time.Second},
			{Index: 2, Number: 2, ID: nb.Cells[2].ID, Line: 40, Title: "panic(1), again", Status: status.Failed, Duration: 30 * time.Millisecond, Message: "exit status 2\nmore", Text: hostile},
			{Index: 3, Number: 3, ID: nb.Cells[3].ID, Line: 50, Status: status.NotRun},
		}},
		{Name: "verify", Path: "data verify", Status: status.KernelDied, Message: "killed\n" + hostile},
	}}
}

// pixel is a picture as base64.
func pixel(t *testing.T) string {
	t.Helper()
	var b bytes.Buffer
	if err := png.Encode(&b, image.NewGray(image.Rect(0, 0, 2, 1))); err != nil {
		t.Fatal(err)
	}
	return base64.StdEncoding.EncodeToString(b.Bytes())
}
