//go:build !linux

package main

import "os/exec"

// runBound runs a command. Only Linux can bind its life to ours.
func runBound(cmd *exec.Cmd) error { return cmd.Run() }
