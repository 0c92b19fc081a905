package runner

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestRestorePlaces(t *testing.T) {
	lines := findLines("package main\n\nfunc f() {\n\tpanic(\"x\")\n}\n\nfunc main() {\n\tf()\n\tf()\n}\n", []cellText{{2, "func f() {\n\tpanic(\"x\")\n}"}, {4, "%%\nf()\nf()"}})
	if diff := cmp.Diff(map[int]place{3: {2, 1}, 4: {2, 2}}, lines, cmp.AllowUnexported(place{})); diff != "" {
		t.Errorf("lines (-want +got):\n%s", diff)
	}
	const trace = "panic: x\n\ngoroutine 1 [running]:\nmain.f()\n\t/tmp/a/gonb_1a2b3c4d/main.go:4 +0x1\nmain.main()\n\t \x1b[7m[[ Cell [9] Line 2 ]]\x1b[0m /tmp/a/gonb_1a2b3c4d/main.go:8 +0x2\nmain.g()\n\t/tmp/a/gonb_1a2b3c4d/main.go:9\n"
	const want = "panic: x\n\ngoroutine 1 [running]:\nmain.f()\n\t \x1b[7m[[ Cell [7] Line 2 ]]\x1b[0m /tmp/a/gonb_1a2b3c4d/main.go:4 +0x1\nmain.main()\n\t \x1b[7m[[ Cell [9] Line 2 ]]\x1b[0m /tmp/a/gonb_1a2b3c4d/main.go:8 +0x2\nmain.g()\n\t/tmp/a/gonb_1a2b3c4d/main.go:9\n"
	counts := map[int]int{2: 7, 4: 9}
	if diff := cmp.Diff(want, restorePlaces(trace, lines, func(n int) int { return counts[n] })); diff != "" {
		t.Errorf("trace (-want +got):\n%s", diff)
	}
	if p, ok := lost(trace, lines); !ok || p != (place{2, 2}) {
		t.Errorf("the panic's place is %v, %v", p, ok)
	}
	if p, ok := lost(want, lines); ok {
		t.Errorf("a place that GoNB names is found anew: %v", p)
	}
	if p, ok := lost("exit status 1", lines); ok {
		t.Errorf("no place is found as %v", p)
	}
}
