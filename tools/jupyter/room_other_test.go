//go:build !linux

package jupyter_test

func crowdedMain() {}
