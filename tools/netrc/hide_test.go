package netrc

import "testing"

func TestHide(t *testing.T) {
	for text, want := range map[string]string{
		"https://TOKEN@host/x":                                                   "https://xxxxx@host/x",
		"https://me:TOKEN@host:8/x and ftp://TOKEN:@host":                        "https://xxxxx@host:8/x and ftp://xxxxx@host",
		"https://TO@KEN@host":                                                    "https://xxxxx@host",
		`Get "https://TOKEN@proxy/a/@v/list": dial tcp`:                          `Get "https://xxxxx@proxy/a/@v/list": dial tcp`,
		`go: parse "https://me:TO/K@127.0.0.1:1": invalid port ":TO" after host`: `go: parse "…": invalid port ":TO" after host`,
		`parse "https://me:pa ss@host": net/url: invalid userinfo`:               `parse "…": net/url: invalid userinfo`,
		`parse "https://me:pa\"ss@host": net/url: invalid userinfo, parse "x"`:   `parse "…": net/url: invalid userinfo, parse "…"`,
		"https://a,https://TOKEN@b|direct":                                       "https://a,https://xxxxx@b|direct",
		"https://host/a@v1 b@c.example, git@host:a, a.go:3: //@":                 "https://host/a@v1 b@c.example, git@host:a, a.go:3: //@",
	} {
		if got := Hide(text); got != want {
			t.Errorf("%s: got %s, want %s", text, got, want)
		}
	}
}
