package jupyter

import (
	"crypto/rand"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"unicode/utf8"
)

// connection is the content of a connection file: where the kernel listens and the key that signs
// messages.
type connection struct {
	Transport       string `json:"transport"`
	IP              string `json:"ip"` // ipc: the path that -PORT is appended to
	Key             string `json:"key"`
	SignatureScheme string `json:"signature_scheme"`
	ShellPort       int    `json:"shell_port"`
	IOPubPort       int    `json:"iopub_port"`
	StdinPort       int    `json:"stdin_port"`
	ControlPort     int    `json:"control_port"`
	HBPort          int    `json:"hb_port"`
	KernelName      string `json:"kernel_name"`
}

// longestSocket is the longest path of a unix socket that all our systems take: 104 bytes with the
// final zero.
const longestSocket = 103

// longestBelow is the longest name that a kernel or a cell is expected to put below the run folder
// for a socket: GoNB's gonb_12345678/gopls_socket, and some room.
const longestBelow = len("/gonb_12345678/gopls_socket") + 8

// newFolder names a run folder that does not exist yet. It is in the system's temporary folder, or
// in /tmp where that folder is too deep for a socket, or has a name that is not UTF-8 and so cannot
// stand in a connection file.
func newFolder() string {
	base := os.TempDir()
	if abs, err := filepath.Abs(base); err == nil { // the kernel has another working folder
		base = abs
	}
	if runtime.GOOS != "windows" && (len(base)+len("/fb12345678")+longestBelow > longestSocket || !utf8.ValidString(base)) {
		if info, err := os.Stat("/tmp"); err == nil && info.IsDir() {
			base = "/tmp"
		}
	}
	return filepath.Join(base, "fb"+strings.ToLower(rand.Text()[:8]))
}

// newConnection fills a connection for the kernel of folder.
func newConnection(transport, folder, kernel string) (connection, error) {
	c := connection{Transport: transport, Key: rand.Text(), SignatureScheme: "hmac-sha256", KernelName: kernel,
		IP: filepath.Join(folder, "k"), ShellPort: 1, IOPubPort: 2, StdinPort: 3, ControlPort: 4, HBPort: 5}
	switch transport {
	case "ipc":
		return c, nil
	case "tcp":
		c.IP = "127.0.0.1"
		ports, err := freePorts(5)
		if err != nil {
			return c, err
		}
		c.ShellPort, c.IOPubPort, c.StdinPort, c.ControlPort, c.HBPort = ports[0], ports[1], ports[2], ports[3], ports[4]
		return c, nil
	}
	return c, fmt.Errorf("transport %q is neither ipc nor tcp", transport)
}

// address returns network and address for net.Dial.
func (c connection) address(port int) (network, address string) {
	if c.Transport == "ipc" {
		return "unix", c.IP + "-" + strconv.Itoa(port)
	}
	return "tcp", net.JoinHostPort(c.IP, strconv.Itoa(port))
}

// file returns name and content of the connection file. GoNB takes the kernel's id from the name.
func (c connection) file() (name string, data []byte) {
	data, err := json.MarshalIndent(c, "", "  ")
	if err != nil {
		panic(err) // strings and integers
	}
	return "kernel-" + newID() + ".json", data
}

// newID returns a random UUID.
func newID() string {
	var b [16]byte
	rand.Read(b[:])
	b[6], b[8] = b[6]&0x0f|0x40, b[8]&0x3f|0x80
	s := hex.EncodeToString(b[:])
	return s[:8] + "-" + s[8:12] + "-" + s[12:16] + "-" + s[16:20] + "-" + s[20:]
}

// handed are the ports given to kernels that may not yet listen on them.
var handed = struct {
	sync.Mutex
	ports map[int]bool
}{ports: map[int]bool{}}

// freePorts returns n unused TCP ports of the loopback interface that no other kernel of this
// process has. All listeners stay open until the last port is chosen, or the system would give one
// twice.
func freePorts(n int) ([]int, error) {
	handed.Lock()
	defer handed.Unlock()
	var ports []int
	for len(ports) < n {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			return nil, fmt.Errorf("choose a port: %w", err)
		}
		defer l.Close()
		if port := l.Addr().(*net.TCPAddr).Port; !handed.ports[port] {
			handed.ports[port] = true
			ports = append(ports, port)
		}
	}
	return ports, nil
}

// release forgets a kernel's ports.
func (c connection) release() {
	handed.Lock()
	defer handed.Unlock()
	for _, port := range []int{c.ShellPort, c.IOPubPort, c.StdinPort, c.ControlPort, c.HBPort} {
		delete(handed.ports, port)
	}
}
