package netrc

import "regexp"

// login finds the user and password of a URL: all between :// and the last @ before its path.
var login = regexp.MustCompile("://[^/?#\\s\"'`<>]*@")

// Hide returns a text for people to read, in which no URL has a login: https://TOKEN@host and
// https://me:password@host both become https://xxxxx@host. A name alone may be a token, as it is at
// GitHub.
func Hide(text string) string { return login.ReplaceAllString(text, "://xxxxx@") }
