package tex

import (
	"encoding/json"
	"html"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"unicode"

	"github.com/google/go-cmp/cmp"
)

// commands are the formulas of testdata/commands.txt: the TeX that notebooks on statistics and
// learning use.
func commands(t *testing.T) []string {
	t.Helper()
	text, err := os.ReadFile("testdata/commands.txt")
	if err != nil {
		t.Fatal(err)
	}
	return strings.Split(strings.TrimSpace(string(text)), "\n")
}

// peer is what a typesetter under Node.js makes of formulas.
func peer(t *testing.T, name string, formulas []string) []string {
	t.Helper()
	modules := os.Getenv("FLOWBOOK_VEGA")
	module := map[string]string{"katex": "katex", "mathjax": "mathjax-full"}[name]
	if _, err := os.Stat(filepath.Join(modules, module)); modules == "" || err != nil {
		t.Skip("no " + module + ": npm install katex@0.16.22 mathjax-full@3.2.2, then FLOWBOOK_VEGA=its node_modules")
	}
	script, err := os.ReadFile("testdata/peer.js")
	if err != nil {
		t.Fatal(err)
	}
	input, err := json.Marshal(map[string]any{"peer": name, "formulas": formulas})
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), "node", "-e", string(script))
	cmd.Env = append(os.Environ(), "NODE_PATH="+modules)
	cmd.Stdin = strings.NewReader(string(input))
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("node: %v", err)
	}
	var made []string
	if err := json.Unmarshal(out, &made); err != nil {
		t.Fatal(err)
	}
	return made
}

// overridden are commands of glue.js: MathJax knows them, KaTeX does not or sets them otherwise.
var overridden = regexp.MustCompile(`\\(DeclareMathOperator|label|newcommand|mbox|upmu|celsius|href|matrix\{|iiiint|symbf)`)

// TestKaTeX compares the embedded KaTeX with KaTeX under Node.js, byte for byte.
func TestKaTeX(t *testing.T) {
	var formulas []string
	for _, f := range commands(t) {
		if overridden.MatchString(f) {
			continue // ours alone: glue.js
		}
		formulas = append(formulas, f)
	}
	for i, want := range peer(t, "katex", formulas) {
		got, err := NewPage().katex(formulas[i], true)
		if err != nil {
			t.Errorf("%s: %v", formulas[i], err)
		} else if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s (-node +ours):\n%s", formulas[i], diff)
		}
	}
}

// TestMathJax compares the characters of our MathML with those that JupyterLab's typesetter gives
// to a screen reader.
func TestMathJax(t *testing.T) {
	formulas := commands(t)
	for i, mml := range peer(t, "mathjax", formulas) {
		mine, err := NewPage().MathML(formulas[i], true)
		if err != nil {
			t.Errorf("%s: %v", formulas[i], err)
			continue
		}
		if strings.Contains(formulas[i], `\bm`) {
			continue // MathJax lacks it
		}
		if diff := cmp.Diff(same.Replace(spoken(mml)), same.Replace(spoken(mine))); diff != "" {
			t.Errorf("%s (-MathJax +ours):\n%s", formulas[i], diff)
		}
	}
}

var (
	annotation = regexp.MustCompile(`(?s)<annotation.*?</annotation>`)
	leaf       = regexp.MustCompile(`<(mi|mn|mo|mtext|ms)((?: [^>]*)?)>([^<]*)</`)
	style      = regexp.MustCompile(` mathvariant="([a-z-]+)"`)
)

// same are two ways to write one sign: MathJax's, then KaTeX's.
var same = strings.NewReplacer(":=", "≔", "″", "′′", "¯", "ˉ", "―", "‾", "→", "⃗", "´", "ˊ", "`", "ˋ", "\u2260", "=\u0338", "◻", "□", "◼", "■",
	"𝑑", "d", "𝑖", "i", "𝑓", "f", "(1)a=b", "a=b(1)", "*a=b", "a=b*")

// spoken are the characters of MathML, the letters of alphabets as Unicode has them, without space
// and invisible operators.
func spoken(mml string) string {
	var b strings.Builder
	for _, m := range leaf.FindAllStringSubmatch(annotation.ReplaceAllString(mml, ""), -1) {
		text := html.UnescapeString(m[3])
		if v := style.FindStringSubmatch(m[2]); v != nil && alphabets[v[1]] != nil && m[1] != "mtext" {
			text = styled(text, v[1])
		}
		for _, r := range text {
			if !unicode.IsSpace(r) && !(0x2061 <= r && r <= 0x2064) && r != 0x200b {
				b.WriteRune(r)
			}
		}
	}
	return b.String()
}
