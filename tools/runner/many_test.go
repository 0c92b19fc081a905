package runner_test

import (
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/sync/errgroup"

	"flowbook/tools/jupyter/fake"
	"flowbook/tools/runner"
)

// Fifty notebooks, eight at a time: no port clash, no lost output. Once under -short; -count 20 for
// the whole proof.
func TestRunMany(t *testing.T) {
	spec := fake.Spec(t, fake.Script{})
	for _, transport := range []string{"", "tcp"} {
		t.Run("transport="+transport, func(t *testing.T) {
			if transport != "" && testing.Short() {
				t.Skip("one transport is enough for -short")
			}
			if transport == "tcp" {
				fake.NeedLoopback(t)
			}
			n := 50
			if testing.Short() {
				n = 8
			}
			got, want := make([][]string, n), make([][]string, n)
			var group errgroup.Group
			group.SetLimit(8)
			for i := range n {
				want[i] = []string{fmt.Sprintf(`1 ok [1] stdout:"a%d"`, i), fmt.Sprintf(`2 ok [2] stdout:"b%d"`, i), "= ok, exit 0"}
				nb := book(t, fmt.Sprint("a", i), fmt.Sprint("b", i))
				group.Go(func() error {
					res, err := runner.Run(t.Context(), nb, runner.Options{Spec: spec, Transport: transport})
					if err != nil {
						return err
					}
					got[i] = outcome(nb, res)
					return nil
				})
			}
			if err := group.Wait(); err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}
