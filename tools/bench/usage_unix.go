//go:build unix

package main

import (
	"bytes"
	"os"
	"runtime"
	"strconv"
	"syscall"
	"time"
)

// cpuTime is the processor time of this process and of those that it has waited for.
func cpuTime() time.Duration {
	var sum time.Duration
	for _, who := range []int{syscall.RUSAGE_SELF, syscall.RUSAGE_CHILDREN} {
		var u syscall.Rusage
		if err := syscall.Getrusage(who, &u); err != nil {
			continue
		}
		sum += time.Duration(u.Utime.Nano() + u.Stime.Nano())
	}
	return sum
}

// peakBytes is the largest resident set of this process or of one that it has waited for.
func peakBytes() int64 {
	peak := max(maxRSS(syscall.RUSAGE_CHILDREN), ownPeak())
	return peak
}

// maxRSS is in kilobytes everywhere but on macOS.
func maxRSS(who int) int64 {
	var u syscall.Rusage
	if err := syscall.Getrusage(who, &u); err != nil {
		return 0
	}
	if runtime.GOOS == "darwin" {
		return int64(u.Maxrss)
	}
	return int64(u.Maxrss) * 1024
}

// ownPeak asks Linux for the peak of this program alone: the peak of getrusage began with the peak
// of the program that started it.
func ownPeak() int64 {
	status, err := os.ReadFile("/proc/self/status")
	if err != nil {
		return maxRSS(syscall.RUSAGE_SELF)
	}
	_, rest, ok := bytes.Cut(status, []byte("VmHWM:"))
	fields := bytes.Fields(rest)
	if !ok || len(fields) == 0 {
		return maxRSS(syscall.RUSAGE_SELF)
	}
	kb, err := strconv.ParseInt(string(fields[0]), 10, 64)
	if err != nil {
		return maxRSS(syscall.RUSAGE_SELF)
	}
	return kb * 1024
}
