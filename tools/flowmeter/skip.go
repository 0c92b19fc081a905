package flowmeter

import (
	"fmt"
	"strings"
)

// Skip is why a packet belongs to no flow.
type Skip uint8

const (
	NotIP         Skip = iota // ARP, a management frame, an encrypted one
	CutOff                    // captured or sent too short for its headers
	LaterFragment             // of an IP datagram: it has no ports
	UnknownLink               // of a link type that is not metered
	skips
)

func (s Skip) String() string {
	return [skips]string{"not IP", "cut off", "later fragment", "unknown link type"}[s]
}

// Skips counts skipped packets by their reason.
type Skips [skips]int64

// Total is how many were skipped.
func (s Skips) Total() (n int64) {
	for _, count := range s {
		n += count
	}
	return n
}

// String lists the reasons that there were: "3 not IP, 1 cut off".
func (s Skips) String() string {
	var parts []string
	for why, n := range s {
		if n > 0 {
			parts = append(parts, fmt.Sprintf("%d %v", n, Skip(why)))
		}
	}
	return strings.Join(parts, ", ")
}
