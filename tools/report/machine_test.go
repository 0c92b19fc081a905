package report

import (
	"bytes"
	"encoding/xml"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestPlain(t *testing.T) {
	for _, tt := range []struct{ in, want string }{
		{"a\x1b[1;31mb\x1b[0m\x1b[2Kc", "abc"},
		{"\x1b]8;;http://x\x07link\x1b]8;;\x1b\\ \x1bPq\x1b\\e", "link e"},
		{"a\r\nb\rc\td", "a\nb\nc\td"},
		{"\x00\x07\x7f\u0085\u009b31mx\u202ey\xff\ufffez", "xy\ufffd\ufffdz"},
		{"\x1b", ""},
		{"a\x1b[", "a"},
		{"é😀\u200bz", "é😀\u200bz"},
	} {
		if got := plain(tt.in); got != tt.want {
			t.Errorf("plain(%q) = %q, want %q", tt.in, got, tt.want)
		}
	}
}

func TestJUnit(t *testing.T) {
	var b bytes.Buffer
	if err := JUnit(&b, course(t)); err != nil {
		t.Fatal(err)
	}
	golden(t, "junit.xml", b.String())

	var back struct {
		Tests    int `xml:"tests,attr"`
		Failures int `xml:"failures,attr"`
		Errors   int `xml:"errors,attr"`
		Skipped  int `xml:"skipped,attr"`
		Cases    []struct {
			Failure *string `xml:"failure"`
		} `xml:"testsuite>testcase"`
	}
	if err := xml.Unmarshal(b.Bytes(), &back); err != nil {
		t.Fatalf("what was written is not XML: %v", err)
	}
	if got := []int{back.Tests, back.Failures, back.Errors, back.Skipped, len(back.Cases)}; !cmp.Equal(got, []int{6, 1, 1, 1, 6}) {
		t.Errorf("tests, failures, errors, skipped, cases are %v", got)
	}
	for _, c := range back.Cases {
		if c.Failure != nil && !strings.Contains(*c.Failure, "]]></failure>\n::error::x%0A") {
			t.Errorf("the failure's text came back as %q", *c.Failure)
		}
	}
}

func TestAnnotations(t *testing.T) {
	var b bytes.Buffer
	if err := Annotations(&b, course(t)); err != nil {
		t.Fatal(err)
	}
	want := "::error file=notebooks/Flows.ipynb,line=40,title=cell 2%3A panic(1)%2C again::exit status 2%0A]]></failure>%0A::error::x%250A | `<script>alert(1)</script>`\ufffd\ufffd @all [a](javascript:b)\n" +
		"::error title=kernel-died::data verify: killed%0A]]></failure>%0A::error::x%250A | `<script>alert(1)</script>`\ufffd\ufffd @all [a](javascript:b)\n"
	if diff := cmp.Diff(want, b.String()); diff != "" {
		t.Errorf("annotations (-want +got):\n%s", diff)
	}
}

func TestAnnotationsOfAPathWithMarks(t *testing.T) {
	run := course(t)
	run.Pages = run.Pages[2:3]
	run.Pages[0].Path = "a,b:c%\n::warning::x.ipynb"
	run.Pages[0].Cells[1].Text, run.Pages[0].Cells[1].Message = "", ""
	var b bytes.Buffer
	if err := Annotations(&b, run); err != nil {
		t.Fatal(err)
	}
	want := "::error file=a%2Cb%3Ac%25%0A%3A%3Awarning%3A%3Ax.ipynb,line=40,title=cell 2%3A panic(1)%2C again::\n"
	if diff := cmp.Diff(want, b.String()); diff != "" {
		t.Errorf("annotations (-want +got):\n%s", diff)
	}
}

func TestSummary(t *testing.T) {
	var b bytes.Buffer
	if err := Summary(&b, course(t)); err != nil {
		t.Fatal(err)
	}
	golden(t, "summary.md", b.String())
	if strings.Contains(b.String(), "<script") || strings.Contains(b.String(), "\x1b") {
		t.Error("the text of an output reached the summary unescaped")
	}
}
