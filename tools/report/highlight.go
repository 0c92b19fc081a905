package report

import (
	"regexp"
	"strings"
	"sync"

	"github.com/alecthomas/chroma/v2"
	"github.com/alecthomas/chroma/v2/formatters/html"
	"github.com/alecthomas/chroma/v2/lexers"
)

var codeHTML = html.New(html.WithClasses(true), html.PreventSurroundingPre(true))

// highlight is the HTML of source code: spans with classes that the page's style sheet gives
// colours, inside no <pre>.
func highlight(code, language string) string {
	lexer := lexerOf(language)
	if lexer == nil || len(code) > maxCode {
		return escape(plain(code))
	}
	if text, ok := within(maxTime, func() string { return spansOf(code, lexer) }); ok {
		return text
	}
	return escape(plain(code))
}

// known caches lexers by language: for a name that it lacks, chroma's registry tries all its
// patterns.
var known sync.Map

func lexerOf(language string) chroma.Lexer {
	if language == "" {
		return nil
	}
	if l, ok := known.Load(language); ok {
		return l.(*found).lexer
	}
	l := &found{lexers.Get(language)}
	known.Store(language, l)
	return l.lexer
}

// found is the result of a search: a lexer, or nil where there is none.
type found struct{ lexer chroma.Lexer }

// spansOf highlights.
func spansOf(code string, lexer chroma.Lexer) string {
	tokens, err := chroma.Coalesce(lexer).Tokenise(nil, strings.ToValidUTF8(code, "\ufffd"))
	if err != nil {
		return escape(plain(code))
	}
	var b strings.Builder
	if err := codeHTML.Format(&b, plainStyle, tokens); err != nil {
		return escape(plain(code))
	}
	return strings.TrimRight(uncoloured.ReplaceAllString(b.String(), "$1"), "\n")
}

// uncoloured are the spans that the style sheet gives no colour: names, operators, space. They are
// half of the bytes.
var uncoloured = regexp.MustCompile(`<span class="(?:w|p|o|n|nx|nv|nn|err|x)">([^<]*)</span>`)

// plainStyle stands in for a style: colours come from the page's style sheet by class. Package
// styles, which has some, parses all of them at every start of the program.
var plainStyle = chroma.MustNewStyle("plain", chroma.StyleEntries{chroma.Background: ""})
