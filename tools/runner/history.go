package runner

import (
	"slices"
	"strings"

	"flowbook/tools/jupyter"
)

// withoutHistory returns the kernelspec of a kernel that leaves no trace in its user's IPython
// history: nobody has typed the code of typed, kernels that run side by side would wait for each
// other's lock of that database, and writing it takes a fifth of a short cell's time. nbclient does
// the same, for kernels named python3. `%history` works as before, within the run. A kernel other
// than ipykernel, and one whose kernelspec says where its history goes, is left as it is.
func withoutHistory(spec *jupyter.Spec) *jupyter.Spec {
	if !slices.ContainsFunc(spec.Argv, func(arg string) bool { return arg == "ipykernel" || arg == "ipykernel_launcher" }) ||
		slices.ContainsFunc(spec.Argv, func(arg string) bool { return strings.HasPrefix(arg, "--HistoryManager.") }) {
		return spec
	}
	own := *spec
	own.Argv = append(slices.Clone(spec.Argv), "--HistoryManager.hist_file=:memory:")
	return &own
}
