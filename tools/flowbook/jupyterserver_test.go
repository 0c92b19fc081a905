package main

import (
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"flowbook/ml/module"
)

// throughServer executes a cell as JupyterLab does: a kernel by the server's REST API, the cell
// through its websocket.
const throughServer = `
import json, sys, time, urllib.request, uuid, websocket
base, code = sys.argv[1], sys.argv[2]
def rest(method, path, body=None):
    request = urllib.request.Request(base + path, method=method, data=json.dumps(body).encode() if body else None)
    with urllib.request.urlopen(request) as answer:
        return json.loads(answer.read() or "null")
for left in range(300, 0, -1):
    try:
        print("kernels:", sorted(rest("GET", "/api/kernelspecs")["kernelspecs"]))
        break
    except OSError:
        if left == 1:
            raise
        time.sleep(0.2)
kernel = rest("POST", "/api/kernels", {"name": "gonb"})["id"]
channels = websocket.create_connection(base.replace("http", "ws", 1) + "/api/kernels/" + kernel + "/channels", timeout=300)
mine = uuid.uuid4().hex
channels.send(json.dumps({"channel": "shell", "header": {"msg_id": mine, "msg_type": "execute_request", "session": "s", "username": "", "version": "5.3"}, "parent_header": {}, "metadata": {},
    "content": {"code": code, "silent": False, "store_history": True, "user_expressions": {}, "allow_stdin": False}}))
replied = idle = False
while not (replied and idle):
    message = json.loads(channels.recv())
    if message["parent_header"].get("msg_id") != mine:
        continue
    content = message["content"]
    if message["msg_type"] == "stream":
        print(content["name"] + ":", content["text"].strip())
    replied = replied or message["msg_type"] == "execute_reply"
    idle = idle or message["msg_type"] == "status" and content["execution_state"] == "idle"
    if message["msg_type"] == "execute_reply":
        print("reply:", content["status"])
rest("DELETE", "/api/kernels/" + kernel)
`

// TestJupyterServer: the kernel that is installed from somebody else's module executes a cell that
// imports it, through the API that JupyterLab uses.
func TestJupyterServer(t *testing.T) {
	python := os.Getenv("FLOWBOOK_PYTHON")
	if python == "" || testing.Short() {
		t.Skip("set FLOWBOOK_PYTHON to a Python with jupyter_server and run without -short; `.ci/run` does")
	}
	ours, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	work, home := foreignModule(t), t.TempDir()
	data := filepath.Join(home, "data")
	env := append(os.Environ(), "FLOWBOOK_TEST_COMMAND=1", "JUPYTER_DATA_DIR="+data, "JUPYTER_PATH=", "JUPYTER_CONFIG_DIR="+home, "JUPYTER_RUNTIME_DIR="+filepath.Join(home, "runtime"),
		"GOPROXY=off", module.EnvRoot+"=", module.EnvState+"=", "VIRTUAL_ENV=", "CONDA_PREFIX=")
	install := exec.CommandContext(t.Context(), ours, "kernel", "install")
	install.Dir, install.Env = work, env
	if out, err := install.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	port := l.Addr().(*net.TCPAddr).Port
	l.Close()
	server := exec.CommandContext(t.Context(), python, "-m", "jupyter_server", "--no-browser", fmt.Sprintf("--ServerApp.port=%d", port), "--ServerApp.port_retries=0", "--ServerApp.ip=127.0.0.1",
		"--IdentityProvider.token=", "--ServerApp.disable_check_xsrf=True", "--ServerApp.allow_root=True", "--ServerApp.root_dir="+work)
	var said strings.Builder
	server.Dir, server.Env, server.Stdout, server.Stderr = work, append(env, "FLOWBOOK_TEST_COMMAND="), &said, &said
	if err := server.Start(); err != nil {
		t.Fatal(err)
	}
	defer func() {
		server.Process.Signal(os.Interrupt)
		server.Process.Kill()
		server.Wait()
	}()
	client := exec.CommandContext(t.Context(), python, "-c", throughServer, fmt.Sprintf("http://127.0.0.1:%d", port), "import \"example.com/mine/one\"\n%%\nfmt.Println(\"seen\", one.One+41)")
	out, err := client.CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s\n%s", err, out, said.String())
	}
	for _, want := range []string{"'gonb'", "stdout: seen 42", "reply: ok"} {
		if !strings.Contains(string(out), want) {
			t.Errorf("%q is not in:\n%s", want, out)
		}
	}
	if text, err := os.ReadFile(filepath.Join(work, "go.mod")); err != nil || string(text) != "module example.com/mine\n\ngo 1.25.0\n" {
		t.Errorf("go.mod is %q, %v", text, err)
	}
}
