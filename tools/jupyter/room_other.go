//go:build !linux

package jupyter

// crowded says that this user may start too few processes for a kernel, or is "": it knows only
// Linux's limits.
func crowded() string { return "" }
