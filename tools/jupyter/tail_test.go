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
	} {
		tail := newTail(strings.NewReader(test.text))
		<-tail.done
		lines := strings.Split(tail.last(), "\n")
		if lines[0] != test.first || strings.TrimSpace(lines[len(lines)-1]) != test.last || len(lines) > 12 {
			t.Errorf("%s: %q", test.name, lines)
		}
	}
}
