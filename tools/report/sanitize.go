package report

import (
	"html"
	"regexp"
	"slices"
	"strings"
	"sync"

	"github.com/microcosm-cc/bluemonday"
)

// untrusted is the allowed part of HTML from a notebook: text, tables, links, images within the
// page. No scripts, no styles, no forms, nothing that is fetched. The classes are those that this
// package itself gives meaning to.
var untrusted = sync.OnceValue(func() *bluemonday.Policy {
	p := bluemonday.UGCPolicy()
	p.AllowDataURIImages()
	p.RequireNoFollowOnLinks(false)
	p.AllowAttrs("class").Matching(regexp.MustCompile(`^language-[\w+#-]+$`)).OnElements("code")
	p.AllowAttrs("id").Matching(regexp.MustCompile(`^\S+$`)).Globally() // headings in all scripts
	p.AllowAttrs("type").Matching(regexp.MustCompile(`^checkbox$`)).OnElements("input")
	p.AllowAttrs("checked", "disabled").OnElements("input") // task lists
	p.AllowAttrs("class").Matching(regexp.MustCompile(`^footnotes$`)).OnElements("div")
	p.AllowAttrs("class").Matching(regexp.MustCompile(`^note$`)).OnElements("p")
	return p
})

// terminals is the allowed HTML of text with ANSI colours.
var terminals = sync.OnceValue(func() *bluemonday.Policy {
	p := bluemonday.NewPolicy()
	p.AllowAttrs("class").Matching(regexp.MustCompile(`^(term-[a-z0-9]+ ?)+$`)).OnElements("span")
	p.AllowAttrs("href").OnElements("a")
	p.AllowStandardURLs()
	return p
})

// sanitize removes scripts from untrusted HTML and closes every element that it opens and no other,
// so that it cannot break out of the place it is put in.
func sanitize(text string) string { return balance(untrusted().Sanitize(text)) }

var tag = regexp.MustCompile(`<(/?)([a-zA-Z][a-zA-Z0-9]*)[^>]*>`)

var altText = regexp.MustCompile(` alt="([^"]+)"`)

// void elements have no end tag.
var void = []string{"area", "br", "col", "hr", "img", "input", "wbr"}

// balance drops end tags without a beginning and closes the elements that are open at the end. It
// takes the sanitiser's output, where each < begins a tag, since those in texts and attributes are
// escaped. Elements nested deeper than browsers take them are dropped.
func balance(text string) string {
	var b strings.Builder
	var open []string
	count := map[string]int{} // how many of a name are open
	last := 0
	for _, m := range tag.FindAllStringSubmatchIndex(text, -1) {
		b.WriteString(text[last:m[0]])
		last = m[1]
		name := strings.ToLower(text[m[4]:m[5]])
		switch {
		case name == "img" && !strings.Contains(text[m[0]:m[1]], ` src="data:`):
			// A page must not fetch images, so the alternative text takes the image's place.
			if alt := altText.FindStringSubmatch(text[m[0]:m[1]]); alt != nil {
				b.WriteString(`<em>[image: ` + alt[1] + `]</em>`)
			}
		case m[2] == m[3]: // a start tag
			if !slices.Contains(void, name) && !strings.HasSuffix(text[m[0]:m[1]], "/>") {
				if len(open) >= maxNested {
					continue
				}
				open = append(open, name)
				count[name]++
			}
			b.WriteString(text[m[0]:m[1]])
		case count[name] > 0:
			for {
				top := open[len(open)-1]
				open = open[:len(open)-1]
				count[top]--
				b.WriteString("</" + top + ">")
				if top == name {
					break
				}
			}
		}
	}
	b.WriteString(text[last:])
	for _, name := range slices.Backward(open) {
		b.WriteString("</" + name + ">")
	}
	return b.String()
}

var escape = html.EscapeString
