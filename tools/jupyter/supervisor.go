package jupyter

// Main must be the first call of every main and TestMain that starts kernels: in the re-executed copy that is the
// supervisor of a kernel it never returns.
func Main() {}
