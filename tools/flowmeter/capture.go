package flowmeter

import (
	"bufio"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strconv"
	"strings"

	"flowbook/ml/atomicfile"

	"github.com/gopacket/gopacket"
	"github.com/gopacket/gopacket/layers"
	"github.com/gopacket/gopacket/pcapgo"
	"github.com/klauspost/compress/zstd"
)

// CaptureError reports the packet, counted from 1, at which a capture becomes unreadable.
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

// maxInterfaces is how many interfaces a pcapng capture may describe; each takes memory.
const maxInterfaces = 1 << 12

// maxCapture is the longest packet a capture may hold, tcpdump's own limit.
const maxCapture = 256 << 10

// Capture reads the packets of a pcap or pcapng stream, compressed with gzip, zstd or not at all.
type Capture struct {
	name    string
	inner   bool // Options.Inner
	hold    bool // Options.Reassemble
	packets int64
	metered int64                    // packets that belong to flows
	foreign map[layers.LinkType]bool // link types that are not metered
	longer  int64                    // packets of which more was captured than was on the wire
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
	if head, err := br.Peek(4); err == nil && le.Uint32(head) == 0xfd2fb528 {
		in := &counting{r: br}
		zr, err := zstd.NewReader(in, zstd.WithDecoderConcurrency(1), zstd.WithDecoderMaxWindow(64<<20))
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
			if n := ng.NInterfaces(); n > maxInterfaces {
				return 0, fmt.Errorf("it has %d interfaces, more than %d", n, maxInterfaces)
			}
			face, err := ng.Interface(i)
			return face.LinkType, err
		}
	default:
		pcap, err := newPcapFile(br, [4]byte(head))
		if err != nil {
			return err
		}
		c.read = pcap.read
		if decoder(pcap.link) == nil {
			return fmt.Errorf("no packet of it can be metered: its link type is %d", pcap.link)
		}
		c.link = func(int) (layers.LinkType, error) { return pcap.link, nil }
	}
	return nil
}

// next fills p with the next packet. It says whether that belongs to a flow; io.EOF is the
// capture's proper end.
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
	if info.CaptureLength > info.Length {
		c.longer++
	}
	*p = Packet{Ms: info.Timestamp.UnixMilli(), Length: uint16(info.Length), inner: c.inner, hold: c.hold}
	if ok = p.decode(link, data); ok || p.fragment != nil {
		c.metered++
	} else if p.skip == UnknownLink {
		if c.foreign == nil {
			c.foreign = map[layers.LinkType]bool{}
		}
		c.foreign[link] = true
	}
	return ok, nil
}

// unmetered is an error for a capture of which no packet could be metered because of its link
// types.
func (c *Capture) unmetered() error {
	if c.metered > 0 || len(c.foreign) == 0 {
		return nil
	}
	var types []string
	for _, link := range slices.Sorted(maps.Keys(c.foreign)) {
		types = append(types, strconv.Itoa(int(link)))
	}
	return &CaptureError{File: c.name, Err: fmt.Errorf("no packet of it can be metered: its link types are %s", strings.Join(types, ", "))}
}

// plain says in words that a stream ended where it must not, and leaves out of package os's errors
// the name that ours have already.
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

// inflated refuses data that packets never hold: data that grow more than 250-fold, beyond a first
// 64 MB.
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
