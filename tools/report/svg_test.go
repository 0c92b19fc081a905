package report

import "testing"

func TestStillSVG(t *testing.T) {
	for _, tt := range []struct{ name, in, want string }{
		{"drawing", `<?xml version="1.0"?><!DOCTYPE svg [<!ENTITY a "b">]><svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 1 1"><path d="M0 0" style="fill: url(#a)"/></svg>`,
			`<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 1 1"><path d="M0 0" style="fill: url(#a)"></path></svg>`},
		{"matplotlib's style", `<svg><defs><style type="text/css">*{stroke-linejoin: round}</style></defs></svg>`, `<svg><defs><style type="text/css">*{stroke-linejoin: round}</style></defs></svg>`},
		{"uses", `<svg xmlns:xlink="x"><use xlink:href="#m1" x="1"/><use xlink:href="http://h/x.svg#a"/></svg>`, `<svg xmlns:xlink="x"><use xlink:href="#m1" x="1"></use><use></use></svg>`},
		{"script", `<svg><script>alert(1)</script><g onload="alert(1)"><text>a &lt; b</text></g></svg>`, `<svg><g><text>a &lt; b</text></g></svg>`},
		{"foreign", `<svg><foreignObject><body onload="x"><iframe src="y"/></body></foreignObject><circle r="1"/></svg>`, `<svg><circle r="1"></circle></svg>`},
		{"link", `<svg><a href="javascript:alert(1)"><text>x</text></a></svg>`, `<svg></svg>`},
		{"animated link", `<svg><set attributeName="href" to="javascript:alert(1)"/><animate attributeName="onload"/></svg>`, `<svg></svg>`},
		{"fetched", `<svg><image href="http://h/x.png"/><rect style="fill: url(http://h/x)" fill="url( 'http://h/y' )"/><style>@import "http://h/z"</style></svg>`, `<svg><image></image><rect></rect><style></style></svg>`},
		{"picture within", `<svg><image href="data:image/png;base64,AAAA"/><image href="data:image/svg+xml;base64,AAAA"/></svg>`, `<svg><image href="data:image/png;base64,AAAA"></image><image></image></svg>`},
		{"HTML", `<html><body onload="x"></body></html>`, ""},
		{"text", `alert(1)`, ""},
		{"unended", `<svg><g>`, ""},
		{"wrongly ended", `<svg><g></svg></g>`, ""},
		{"namespaces", `<x:svg xmlns:x="http://www.w3.org/2000/svg"><x:script>alert(1)</x:script></x:svg>`, ""},
	} {
		if got, ok := stillSVG(tt.in); got != tt.want || ok != (tt.want != "") {
			t.Errorf("%s: %s (%t), want %s", tt.name, got, ok, tt.want)
		}
	}
}
