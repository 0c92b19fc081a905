package report

import (
	"bytes"
	"encoding/xml"
	"io"
	"regexp"
	"strings"
)

// drawings are the elements of an SVG picture that only draw.
var drawings = func() map[string]bool {
	m := map[string]bool{}
	for _, name := range strings.Fields(`svg g defs symbol use title desc metadata path rect circle ellipse line polyline polygon text tspan textPath image
	clipPath mask pattern marker linearGradient radialGradient stop switch filter feBlend feColorMatrix feComponentTransfer feComposite feConvolveMatrix
	feDiffuseLighting feDisplacementMap feDistantLight feDropShadow feFlood feFuncA feFuncB feFuncG feFuncR feGaussianBlur feMerge feMergeNode feMorphology
	feOffset fePointLight feSpecularLighting feSpotLight feTile feTurbulence style`) {
		m[name] = true
	}
	return m
}()

var (
	inside  = regexp.MustCompile(`^\s*(#|data:image/(png|jpeg|gif|webp);base64,)`)
	fetched = regexp.MustCompile(`(?i)url\s*\(\s*["']?\s*[^#"'\s]|@|\\|expression|javascript:|<`)
)

// stillSVG is a picture without scripts, handlers, links and addresses to fetch, and whether it is
// one at all. Opened by itself, an SVG is a document that runs its scripts.
func stillSVG(text string) (string, bool) {
	d := xml.NewDecoder(strings.NewReader(text))
	d.Strict = false
	d.CharsetReader = func(_ string, r io.Reader) (io.Reader, error) { return r, nil }
	var b bytes.Buffer
	var open []string
	skip, style := 0, false
	for {
		t, err := d.RawToken()
		if err == io.EOF {
			break
		}
		if err != nil {
			return "", false
		}
		switch t := t.(type) {
		case xml.StartElement:
			if len(open) == 0 && t.Name.Local != "svg" || len(open) > maxNested {
				return "", false
			}
			open = append(open, t.Name.Local)
			if skip > 0 || !drawings[t.Name.Local] || t.Name.Space != "" && t.Name.Space != "svg" {
				skip++
				continue
			}
			style = t.Name.Local == "style"
			b.WriteString("<" + t.Name.Local)
			for _, a := range t.Attr {
				name, value := a.Name.Local, a.Value
				if a.Name.Space != "" {
					name = a.Name.Space + ":" + name
				}
				switch lower := strings.ToLower(a.Name.Local); {
				case strings.HasPrefix(lower, "on"), name == "xmlns:svg", lower == "base":
					continue
				case lower == "href" || lower == "src":
					if !inside.MatchString(value) {
						continue
					}
				case a.Name.Space != "xmlns" && name != "xmlns" && fetched.MatchString(value):
					continue
				}
				b.WriteString(" " + name + `="` + escape(value) + `"`)
			}
			b.WriteString(">")
		case xml.EndElement:
			if len(open) == 0 || open[len(open)-1] != t.Name.Local {
				return "", false
			}
			open = open[:len(open)-1]
			if skip > 0 {
				skip--
				continue
			}
			style = false
			b.WriteString("</" + t.Name.Local + ">")
		case xml.CharData:
			if skip > 0 || len(open) == 0 || style && fetched.Match(t) {
				continue
			}
			b.WriteString(escape(string(t)))
		}
	}
	if len(open) > 0 || b.Len() == 0 {
		return "", false
	}
	return b.String(), true
}
