package netrc

import "regexp"

// login finds the user and password of a URL: all between :// and the last @ before its path.
var login = regexp.MustCompile("://[^/?#\\s\"'`<>]*@")

// unparsed finds the text that package url could not read as a URL. Its login may have any
// characters, a slash or a blank, so that nothing tells where it ends.
var unparsed = regexp.MustCompile(`parse "(?:[^"\\]|\\.)*"`)

// Hide returns a text for people to read, in which no URL has a login: https://TOKEN@host and
// https://me:password@host both become https://xxxxx@host. A name alone may be a token, as it is at
// GitHub. Of a text that is no valid URL nothing stays.
func Hide(text string) string {
	return login.ReplaceAllString(unparsed.ReplaceAllString(text, `parse "…"`), "://xxxxx@")
}
