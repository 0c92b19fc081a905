package main

import (
	"bufio"
	"context"
	"io"
	"net"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/gopacket/gopacket"
	"github.com/gopacket/gopacket/layers"
	"github.com/gopacket/gopacket/pcapgo"
)

// TestLive: packets | data meter - | detect over a loopback connection, as tcpdump's would come. An
// alarm is there although the stream goes on: no part of the chain waits for more flows. The time
// it took is logged; it is to be below two seconds, and a machine under load gets ten.
func TestLive(t *testing.T) {
	t.Chdir(t.TempDir())
	for _, args := range []string{"data generate --rows 2000 --out flows.csv", "train --data flows.csv --model model --detector tail --percentile 99"} {
		if code := run(t.Context(), strings.Fields(args), nil, io.Discard, os.Stderr); code != exitOK {
			t.Fatalf("%s: status %d", args, code)
		}
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	packets, err := net.Dial("tcp", listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	metered, err := listener.Accept()
	if err != nil {
		t.Fatal(err)
	}
	flowsOut, flowsIn := io.Pipe()
	alarmsOut, alarmsIn := io.Pipe()
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan int, 2)
	go func() {
		done <- run(ctx, []string{"data", "meter", "-"}, metered, flowsIn, io.Discard)
		flowsIn.Close()
	}()
	go func() {
		done <- run(ctx, []string{"detect", "--model", "model", "-"}, flowsOut, alarmsIn, io.Discard)
		alarmsIn.Close()
	}()
	defer func() {
		packets.Close()
		go io.Copy(io.Discard, alarmsOut)
		for range 2 {
			if code := <-done; code != exitOK {
				t.Errorf("status %d", code)
			}
		}
		cancel()
	}()

	w := pcapgo.NewWriter(packets)
	if err := w.WriteFileHeader(65535, layers.LinkTypeEthernet); err != nil {
		t.Fatal(err)
	}
	start := time.Unix(1_767_258_000, 0)
	send := func(at time.Duration, host byte, port int) {
		t.Helper()
		buf := gopacket.NewSerializeBuffer()
		ip := &layers.IPv4{Version: 4, TTL: 64, Protocol: layers.IPProtocolTCP, SrcIP: []byte{192, 0, 2, 1}, DstIP: []byte{198, 51, 100, host}}
		tcp := &layers.TCP{SrcPort: 40_000, DstPort: layers.TCPPort(port), SYN: true, Window: 1024}
		if err := tcp.SetNetworkLayerForChecksum(ip); err != nil {
			t.Fatal(err)
		}
		if err := gopacket.SerializeLayers(buf, gopacket.SerializeOptions{FixLengths: true, ComputeChecksums: true},
			&layers.Ethernet{SrcMAC: []byte{2, 0, 0, 0, 0, 1}, DstMAC: []byte{2, 0, 0, 0, 0, 2}, EthernetType: layers.EthernetTypeIPv4}, ip, tcp); err != nil {
			t.Fatal(err)
		}
		info := gopacket.CaptureInfo{Timestamp: start.Add(at), CaptureLength: len(buf.Bytes()), Length: len(buf.Bytes())}
		if err := w.WritePacket(info, buf.Bytes()); err != nil {
			t.Fatal(err)
		}
	}
	for i := range 2000 {
		send(time.Duration(i)*5*time.Millisecond, byte(1+i%8), 1+i)
	}
	send(140*time.Second, 99, 443) // ends the flows before it; it is in no hurry itself
	ended := time.Now()
	line := make(chan string)
	go func() {
		s := bufio.NewScanner(alarmsOut)
		for n := 0; s.Scan(); n++ {
			if n == 1 { // after the header
				line <- s.Text()
				break
			}
		}
		_, _ = io.Copy(io.Discard, alarmsOut)
	}()
	select {
	case text := <-line:
		t.Logf("%.1f s after the flows' end: %s", time.Since(ended).Seconds(), text)
	case <-time.After(10 * time.Second):
		t.Error("no alarm within ten seconds")
		go io.Copy(io.Discard, alarmsOut)
	}
}
