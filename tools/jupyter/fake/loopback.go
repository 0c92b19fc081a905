package fake

import (
	"net"
	"testing"
)

// NeedLoopback skips a test of TCP where not even the loopback device is up, as in a fresh network
// namespace.
func NeedLoopback(t testing.TB) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Skipf("no loopback device: %v (ip link set lo up)", err)
	}
	defer l.Close()
	c, err := net.Dial("tcp", l.Addr().String())
	if err != nil {
		t.Skipf("no loopback device: %v (ip link set lo up)", err)
	}
	c.Close()
}
