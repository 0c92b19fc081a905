package main

import (
	"bytes"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/gopacket/gopacket"
	"github.com/gopacket/gopacket/layers"
	"github.com/gopacket/gopacket/pcapgo"
	"go.yaml.in/yaml/v3"

	"flowbook/ml/module"
	"flowbook/tools/jupyter"
	"flowbook/tools/notebook"
	"flowbook/tools/runner"
)

// clone is a copy of the module in which commands are executed, by somebody with an empty home
// folder.
type clone struct {
	t          *testing.T
	root, home string
}

// slow are the steps of notebooks/pipeline.yaml that the copy lacks, each with its notebook.
var slow = []string{"Anomaly_Detection", "Multi_Feature_Detection", "Visualisation_Dataset", "From_Capture_to_Alarm", "How_Good_Is_It"}

func newClone(t *testing.T, root string) *clone {
	t.Helper()
	c := &clone{t, t.TempDir(), t.TempDir()}
	for _, name := range []string{"ml", "tools", "notebooks", ".ci"} {
		if err := os.CopyFS(c.path(name), os.DirFS(filepath.Join(root, name))); err != nil {
			t.Fatal(err)
		}
	}
	for _, name := range []string{"go.mod", "go.sum", "README.md"} {
		data, err := os.ReadFile(filepath.Join(root, name))
		if err != nil {
			t.Fatal(err)
		}
		c.write(name, data)
	}
	c.remove("notebooks/figures")
	var pipeline map[string]any
	data, err := os.ReadFile(c.path("notebooks/pipeline.yaml"))
	if err == nil {
		err = yaml.Unmarshal(data, &pipeline)
	}
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range slow {
		c.remove("notebooks/" + name + ".ipynb")
		delete(pipeline["steps"].(map[string]any), name)
	}
	if data, err = yaml.Marshal(pipeline); err != nil {
		t.Fatal(err)
	}
	c.write("notebooks/pipeline.yaml", data)
	return c
}

// fresh takes the data away, as in a new checkout, and what the checkout's user brings stands
// beside it.
func (c *clone) fresh() {
	c.remove("Datasets")
	if err := os.Mkdir(c.path("Datasets"), 0o755); err != nil {
		c.t.Fatal(err)
	}
	c.write("key", []byte("a key of the user's, 32 bytes...\n"))
}

// capture puts a capture there: web visits of different lengths, in some eight hours. In less than
// five nobody can promise 20 alarms a day.
func (c *clone) capture() {
	var b bytes.Buffer
	w := pcapgo.NewWriter(&b)
	if err := w.WriteFileHeader(65535, layers.LinkTypeEthernet); err != nil {
		c.t.Fatal(err)
	}
	r := rand.New(rand.NewPCG(1, 2))
	at := time.Date(2022, 7, 27, 7, 0, 0, 0, time.UTC)
	for visit := range 500 {
		client, server := []byte{10, 0, 0, byte(1 + r.IntN(20))}, []byte{198, 18, 0, byte(1 + r.IntN(5))}
		ends := [][2][]byte{{client, server}, {server, client}}
		ports := []layers.TCPPort{layers.TCPPort(20000 + visit), 443}
		for k := range 3 + r.IntN(40) {
			from := k % 2
			ip := &layers.IPv4{Version: 4, TTL: 64, Protocol: layers.IPProtocolTCP, SrcIP: ends[from][0], DstIP: ends[from][1]}
			tcp := &layers.TCP{SrcPort: ports[from], DstPort: ports[1-from], SYN: k < 2, ACK: k > 0, Window: 64240}
			if err := tcp.SetNetworkLayerForChecksum(ip); err != nil {
				c.t.Fatal(err)
			}
			buf := gopacket.NewSerializeBuffer()
			ether := &layers.Ethernet{SrcMAC: []byte{2, 0, 0, 0, 0, 1}, DstMAC: []byte{2, 0, 0, 0, 0, 2}, EthernetType: layers.EthernetTypeIPv4}
			err := gopacket.SerializeLayers(buf, gopacket.SerializeOptions{FixLengths: true, ComputeChecksums: true}, ether, ip, tcp,
				gopacket.Payload(make([]byte, min(k, 1)*r.IntN(1400))))
			if err != nil {
				c.t.Fatal(err)
			}
			at = at.Add(time.Duration(1+r.IntN(30)) * time.Millisecond)
			info := gopacket.CaptureInfo{Timestamp: at, CaptureLength: len(buf.Bytes()), Length: len(buf.Bytes())}
			if err := w.WritePacket(info, buf.Bytes()); err != nil {
				c.t.Fatal(err)
			}
		}
		at = at.Add(time.Duration(r.IntN(120)) * time.Second)
	}
	c.write("capture.pcap", b.Bytes())
}

// plainGoNB executes a notebook with the line as its first cell on GoNB as `go install` and `gonb
// --install` set it up, without anything of ours in its environment. GoNB asks the module proxy
// about the modules; here it is told that there is none, so that the test needs no network.
func (c *clone) plainGoNB(line string) {
	c.shell("go build -o stock/ github.com/janpfeifer/gonb golang.org/x/tools/cmd/goimports")
	path := []string{c.path("stock"), os.Getenv("PATH"), "/usr/bin", "/bin"} // GoNB wants goimports there, the line wants cp
	c.t.Setenv("PATH", strings.Join(path, string(filepath.ListSeparator)))
	data := c.t.TempDir()
	install := exec.Command(c.path("stock/gonb"), "--install", "--force_deps") // without gopls
	install.Env = append(os.Environ(), "JUPYTER_DATA_DIR="+data)
	if out, err := install.CombinedOutput(); err != nil {
		c.t.Fatalf("gonb --install: %v\n%s", err, out)
	}
	c.t.Setenv("JUPYTER_PATH", data)
	c.t.Setenv("JUPYTER_DATA_DIR", c.t.TempDir())
	stock, err := jupyter.FindSpec("gonb")
	if err != nil {
		c.t.Fatal(err)
	}
	if len(stock.Env) > 0 {
		c.t.Errorf("the kernel that gonb --install made has an environment: %v", stock.Env)
	}
	nb, err := notebook.ReadFile(c.path("notebooks/Visualization_Top10_Protocol.ipynb"))
	if err != nil {
		c.t.Fatal(err)
	}
	c.remove("notebooks/figures")
	nb.Cells = slices.Insert(nb.Cells, 0, &notebook.Cell{ID: "plain", Type: notebook.Code, Source: line})
	res, err := runner.Run(c.t.Context(), nb, runner.Options{Spec: stock, Dir: c.path("notebooks"), Env: []string{"GOPROXY=off", "CGO_ENABLED=0", module.EnvRoot + "=", module.EnvState + "="}})
	if err != nil {
		c.t.Fatal(err)
	}
	if bad := res.Bad(); bad != nil {
		c.t.Fatalf("cell %d failed: %v", bad.Number, bad.Error)
	}
	outputs := nb.Cells[len(nb.Cells)-1].Outputs
	if len(outputs) != 1 || outputs[0].Type != notebook.DisplayData {
		c.t.Error("the notebook has not shown its figure")
	}
}

// store executes a command with a folder of the test in the place of the page's.
func (c *clone) store(command string) {
	c.shell(strings.ReplaceAll(command, "/srv/flowbook", c.path("store")))
}

// elsewhere executes a command in a module of somebody else's, with flowbook as it is installed
// from the copy.
func (c *clone) elsewhere(command string) {
	mine := filepath.Join(c.home, "mine")
	if _, err := os.Stat(mine); err != nil {
		c.shell("GOBIN=$HOME/bin go install ./tools/flowbook")
		if err := os.Rename(foreignModule(c.t), mine); err != nil {
			c.t.Fatal(err)
		}
		if err := os.Rename(filepath.Join(mine, "a.ipynb"), filepath.Join(mine, "analysis.ipynb")); err != nil {
			c.t.Fatal(err)
		}
	}
	c.shell("cd $HOME/mine && PATH=$HOME/bin:$PATH && " + command)
}

// sh is the shell of every Unix, also where it is not on the PATH.
const sh = "/bin/sh"

// shell executes a command of a page in the copy's root and returns what it prints. The caches are
// those of whoever runs the test.
func (c *clone) shell(command string) string {
	c.t.Helper()
	settings, err := exec.Command("go", "env", "GOCACHE", "GOMODCACHE", "GOPATH").Output()
	if err != nil {
		c.t.Fatal(err)
	}
	caches := textLines(settings)
	cmd := exec.CommandContext(c.t.Context(), sh, "-c", command)
	cmd.Dir = c.root
	cmd.Env = []string{"PATH=" + os.Getenv("PATH"), "HOME=" + c.home, "TMPDIR=" + os.TempDir(), "CGO_ENABLED=0",
		"GOCACHE=" + caches[0], "GOMODCACHE=" + caches[1], "GOPATH=" + caches[2]}
	out, err := cmd.CombinedOutput()
	if err != nil {
		c.t.Fatalf("%s: %v\n%s", command, err, out)
	}
	return string(out)
}

func (c *clone) path(name string) string { return filepath.Join(c.root, filepath.FromSlash(name)) }

func (c *clone) write(name string, data []byte) {
	if err := os.WriteFile(c.path(name), data, 0o600); err != nil {
		c.t.Fatal(err)
	}
}

func (c *clone) remove(name string) {
	if err := os.RemoveAll(c.path(name)); err != nil {
		c.t.Fatal(err)
	}
}
