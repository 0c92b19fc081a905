package report

import (
	"regexp"
	"strings"

	"github.com/alecthomas/chroma/v2"
	"github.com/alecthomas/chroma/v2/formatters/html"
	"github.com/alecthomas/chroma/v2/lexers"
)

var codeHTML = html.New(html.WithClasses(true), html.PreventSurroundingPre(true))

// highlight is the HTML of source code: spans with classes that the page's style sheet gives colours, inside no <pre>.
func highlight(code, language string) string {
	lexer := lexers.Get(language)
	if language == "" || lexer == nil {
		return escape(plain(code))
	}
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

// uncoloured are the spans that the style sheet gives no colour: names, operators, space. They are half of the bytes.
var uncoloured = regexp.MustCompile(`<span class="(?:w|p|o|n|nx|nv|nn|err|x)">([^<]*)</span>`)

// plainStyle stands in for a style: colours come from the page's style sheet by class. Package styles, which has some,
// parses all of them at every start of the program.
var plainStyle = chroma.MustNewStyle("plain", chroma.StyleEntries{chroma.Background: ""})
