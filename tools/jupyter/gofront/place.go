package main

import (
	"bytes"
	"encoding/json"
	"path/filepath"
	"strings"
)

// alike reports whether a folder can take another's place in a program.
func alike(a, b string) bool {
	return len(a) == len(b) && len(filepath.Base(a)) == len(filepath.Base(b))
}

// places finds a kernel's folder in a program, which names main.go in its traces, and the last
// element of the folder, the name of the kernel's module, where it stands alone.
func places(data []byte, folder string) (whole, last []int) {
	name := filepath.Base(folder)
	for at := 0; ; at += len(name) {
		next := bytes.Index(data[at:], []byte(name))
		if next < 0 {
			return whole, last
		}
		at += next
		if from := at - (len(folder) - len(name)); from >= 0 && string(data[from:at+len(name)]) == folder {
			whole = append(whole, from)
		} else {
			last = append(last, at)
		}
	}
}

// replace puts a text in the place of another of the same length, and reports whether that stood at
// all the places.
func replace(data []byte, places []int, from, to string) bool {
	for _, at := range places {
		if at < 0 || at+len(from) > len(data) || string(data[at:at+len(from)]) != from {
			return false
		}
		copy(data[at:], to)
	}
	return true
}

// moved is a description of a program with the folder of a kernel in the place of another's.
func moved(text, from, to string) string {
	text = strings.ReplaceAll(text, from, to)
	return strings.ReplaceAll(text, filepath.Base(from), filepath.Base(to))
}

// escaped is a path as it stands in JSON.
func escaped(path string) string {
	text, err := json.Marshal(path)
	if err != nil {
		return path
	}
	return strings.Trim(string(text), `"`)
}
