package memo

import (
	"errors"
	"fmt"
	"reflect"
	"runtime"
	"strings"
)

// nameOf returns the full name of the function f and the import path of its package.
func nameOf(f reflect.Value) (name, pkg string, err error) {
	if f.IsNil() {
		return "", "", errors.New("the function is nil")
	}
	// The frames at the entry are those of the functions inlined there, the function itself comes
	// last. (FuncForPC would name the first.)
	frames := runtime.CallersFrames([]uintptr{f.Pointer() + 1})
	for {
		frame, more := frames.Next()
		name = frame.Function
		if !more {
			break
		}
	}
	slash := strings.LastIndex(name, "/") + 1
	pkg, fn, ok := strings.Cut(name[slash:], ".")
	pkg = strings.ReplaceAll(name[:slash]+pkg, "%2e", ".")
	switch {
	case !ok:
		return "", "", fmt.Errorf("%q is not the name of a function", name)
	case strings.ContainsAny(fn, ".()-["):
		return "", "", fmt.Errorf("%s is a closure, a method or generic; give it a named function", name)
	}
	return name, pkg, nil
}
