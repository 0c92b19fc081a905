// Package netrc finds logins in the file that curl, git and Python's requests read: machine HOST
// login USER password PASSWORD.
package netrc

import (
	"bufio"
	"os"
	"path/filepath"
	"runtime"
	"strings"
)

// File is the path of the user's file: $NETRC, else .netrc in the home folder, _netrc on Windows;
// "" without a home folder.
func File() string {
	if file := os.Getenv("NETRC"); file != "" {
		return file
	}
	home, err := os.UserHomeDir()
	if err != nil {
		return ""
	}
	if runtime.GOOS == "windows" {
		return filepath.Join(home, "_netrc")
	}
	return filepath.Join(home, ".netrc")
}

// Login returns the login and the password that a netrc file has for a host, or for default. Both
// are empty if the file does not exist.
func Login(file, host string) (user, password string) {
	f, err := os.Open(file)
	if err != nil {
		return "", ""
	}
	defer f.Close()
	words := bufio.NewScanner(f)
	words.Split(bufio.ScanWords)
	ours := false
	for words.Scan() {
		switch words.Text() {
		case "machine", "default":
			if ours {
				return user, password
			}
			ours = words.Text() == "default" || words.Scan() && strings.EqualFold(words.Text(), host)
		case "login":
			if words.Scan() && ours {
				user = words.Text()
			}
		case "password":
			if words.Scan() && ours {
				password = words.Text()
			}
		case "account", "macdef":
			words.Scan()
		}
	}
	return user, password
}
