package jupyter

import (
	"fmt"
	"strings"
	"testing"
)

func TestTail(t *testing.T) {
	var long strings.Builder
	for i := range 10_000 {
		fmt.Fprintf(&long, "line %d of the kernel's chatter\n", i)
	}
	for _, test := range []struct{ name, text, first, last string }{
		{"short", "a\nb\n", "a", "b"},
		{"colours", "a\x1b[7;39;32m[id]\x1b[0m b\n", "a[id] b", "a[id] b"},
		{"the last twelve lines", long.String(), "line 9988 of the kernel's chatter", "line 9999 of the kernel's chatter"},
		{"from the panic on", "chatter\npanic: oh\n\ngoroutine 1 [running]:\n" + strings.Repeat("\tmain.go:1\n", 30), "panic: oh", "main.go:1"},
		{"the kernel's log of its work", "I1129 11:35:25.668911    2561 main.go:187] \x1b[7;39;32m[34ed1824]\x1b[0m Executing\n", "", ""},
		{"an error with its trace", "W1129 11:35:25.6 1 a.go:1] w\nE1129 11:35:25.725050    2561 goexec.go:262] [34ed1824] Failed to run:\ngo: parsing $GOFLAGS\n" +
			strings.Repeat("github.com/janpfeifer/gonb/internal/goexec.(*State).GoModInit\n\t/a/goexec.go:263\n", 9), "Failed to run:", "go: parsing $GOFLAGS"},
	} {
		tail := newTail(strings.NewReader(test.text))
		<-tail.done
		lines := strings.Split(tail.last(), "\n")
		if lines[0] != test.first || strings.TrimSpace(lines[len(lines)-1]) != test.last || len(lines) > 12 {
			t.Errorf("%s: %q", test.name, lines)
		}
	}
}

func TestRefusedSetting(t *testing.T) {
	for said, want := range map[string]string{
		"Failed:\ngo: parsing $GOFLAGS: unknown flag -bogus\nFailed":     "parsing $GOFLAGS: unknown flag -bogus",
		"go: modules disabled by GO111MODULE=off; see 'go help modules'": "modules disabled by GO111MODULE=off",
		"go: unknown GOEXPERIMENT x":                                     "unknown GOEXPERIMENT x",
		"go: no such module":                                             "",
		"panic: GOFLAGS":                                                 "",
	} {
		got := ""
		if err := refusedSetting(said); err != nil {
			got = err.(*SettingError).Said
		}
		if got != want {
			t.Errorf("%q: %q, want %q", said, got, want)
		}
	}
}
