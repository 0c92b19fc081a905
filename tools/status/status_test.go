package status

import (
	"maps"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestExitCodes: the table of runner.md, section 7: every status has an exit status, a bad one is
// not 0.
func TestExitCodes(t *testing.T) {
	want := map[Status]int{
		OK: 0, Skipped: 0, Cached: 0, NotRun: 0, Mismatched: 5, Failed: 1, StdinRequested: 1, TimedOut: 4, Interrupted: 130, KernelDied: 138,
	}
	if diff := cmp.Diff(want, exit); diff != "" {
		t.Errorf("exit statuses (-want +got):\n%s", diff)
	}
	for s, code := range want {
		if s.ExitCode() != code || s.Bad() != (code != 0) {
			t.Errorf("%s: exit status %d, bad %t", s, s.ExitCode(), s.Bad())
		}
	}
}

// TestWorst: of any two statuses the worse one wins, in either order, and so does its exit status.
func TestWorst(t *testing.T) {
	all := slices.Sorted(maps.Keys(exit))
	for _, a := range all {
		for _, b := range all {
			got := a.Worst(b)
			if severity[got] != max(severity[a], severity[b]) {
				t.Errorf("worst of %s and %s: %s", a, b, got)
			}
			if code := WorstExit(a.ExitCode(), b.ExitCode()); code != WorstExit(b.ExitCode(), a.ExitCode()) || (code == 0) != !got.Bad() {
				t.Errorf("worst exit status of %s and %s: %d", a, b, code)
			}
		}
	}
	for _, test := range []struct{ a, b, want int }{{ExitMismatch, ExitFailed, ExitFailed}, {ExitTerminated, ExitKernelDied, ExitTerminated}, {ExitOK, 7, 7}, {0, 0, 0}} {
		if got := WorstExit(test.a, test.b); got != test.want {
			t.Errorf("WorstExit(%d, %d) = %d, want %d", test.a, test.b, got, test.want)
		}
	}
}
