package flowmeter

import (
	"bufio"
	"compress/gzip"
	"errors"
	"fmt"
	"io"

	"flowbook/ml/atomicfile"

	"github.com/gopacket/gopacket"
	"github.com/gopacket/gopacket/layers"
	"github.com/gopacket/gopacket/pcapgo"
)

// CaptureError says at which packet, counted from 1, a capture cannot be read on.
type CaptureError struct {
	File   string
	Packet int64
	Err    error
}

func (e *CaptureError) Error() string {
	if e.Packet == 0 {
		return fmt.Sprintf("read %s: %v", e.File, e.Err)
	}
	return fmt.Sprintf("read %s: packet %d: %v", e.File, e.Packet, e.Err)
}

func (e *CaptureError) Unwrap() error { return e.Err }

// maxCapture is the longest packet a capture may hold, tcpdump's own limit.
const maxCapture = 256 << 10

// Capture reads the packets of a pcap or pcapng stream, compressed with gzip or not.
type Capture struct {
	name    string
	packets int64
	read    func() ([]byte, gopacket.CaptureInfo, error)
	link    func(iface int) (layers.LinkType, error)
}

// NewCapture looks at the beginning of a stream. name stands for it in errors.
func NewCapture(r io.Reader, name string) (*Capture, error) {
	c := &Capture{name: name}
	if err := c.open(r); err != nil {
		return nil, &CaptureError{File: name, Err: plain(err)}
	}
	return c, nil
}

func (c *Capture) open(r io.Reader) error {
	br := bufio.NewReaderSize(r, 1<<16)
	magic, err := br.Peek(2)
	if err == nil && magic[0] == 0x1f && magic[1] == 0x8b {
		in := &counting{r: br}
		zr, err := gzip.NewReader(bufio.NewReader(in))
		if err != nil {
			return err
		}
		br = bufio.NewReaderSize(&inflated{r: zr, in: in}, 1<<16)
	}
	head, err := br.Peek(4)
	if err != nil && !errors.Is(err, io.EOF) {
		return err
	}
	if err != nil {
		return errors.New("no capture: the file is shorter than its first number")
	}
	switch [4]byte(head) {
	case [4]byte{0x0a, 0x0d, 0x0d, 0x0a}:
		ng, err := pcapgo.NewNgReader(br, pcapgo.NgReaderOptions{WantMixedLinkType: true, SkipUnknownVersion: true})
		if err != nil {
			return err
		}
		c.read = ng.ZeroCopyReadPacketData
		c.link = func(i int) (layers.LinkType, error) {
			face, err := ng.Interface(i)
			return face.LinkType, err
		}
	case [4]byte{0xd4, 0xc3, 0xb2, 0xa1}, [4]byte{0xa1, 0xb2, 0xc3, 0xd4}, [4]byte{0x4d, 0x3c, 0xb2, 0xa1}, [4]byte{0xa1, 0xb2, 0x3c, 0x4d}:
		pcap, err := pcapgo.NewReader(br)
		if err != nil {
			return err
		}
		pcap.SetSnaplen(maxCapture)
		c.read = pcap.ZeroCopyReadPacketData
		link := pcap.LinkType() & 0xffff // above are bits about the frame check sequence
		if decoder(link) == nil {
			return fmt.Errorf("no packet of it can be metered: its link type is %d", link)
		}
		c.link = func(int) (layers.LinkType, error) { return link, nil }
	default:
		return fmt.Errorf("no capture: it begins with %x, neither pcap nor pcapng", head)
	}
	return nil
}

// next fills p with the next packet. It says whether that belongs to a flow; io.EOF is the capture's proper end.
func (c *Capture) next(p *Packet) (ok bool, err error) {
	data, info, err := c.read()
	if err == io.EOF && info.CaptureLength == 0 {
		return false, io.EOF // between two packets
	}
	c.packets++
	var link layers.LinkType
	if err == nil {
		link, err = c.link(info.InterfaceIndex)
	}
	if err == nil && len(data) > maxCapture {
		err = fmt.Errorf("%d bytes were captured of it, more than %d", len(data), maxCapture)
	}
	if err != nil {
		return false, &CaptureError{c.name, c.packets, plain(err)}
	}
	*p = Packet{Ms: info.Timestamp.UnixMilli(), Length: uint16(info.Length)}
	return p.decode(link, data), nil
}

// plain says in words that a stream ended where it must not, and leaves out of package os's errors the name that ours have already.
func plain(err error) error {
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return errors.New("the capture is cut off")
	}
	return atomicfile.Reason(err)
}

// counting counts the bytes read.
type counting struct {
	r io.Reader
	n int64
}

func (c *counting) Read(b []byte) (int, error) {
	n, err := c.r.Read(b)
	c.n += int64(n)
	return n, err
}

// inflated refuses what packets never are: data that grow more than 250-fold, beyond a first 64 MB.
type inflated struct {
	r  io.Reader
	in *counting
	n  int64
}

func (f *inflated) Read(b []byte) (int, error) {
	n, err := f.r.Read(b)
	f.n += int64(n)
	if f.n > 64<<20 && f.n/250 > f.in.n {
		return 0, errors.New("the compressed capture grows more than 250-fold; that is no traffic")
	}
	return n, err
}
