package sandbox

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"

	"github.com/landlock-lsm/go-landlock/landlock/syscall"
)

// nobody is the user that an isolated program is when root starts it.
const nobody = 65534

// systemRead is what every program reads: libraries, the time zone, the types of files.
var systemRead = []string{"/usr", "/bin", "/sbin", "/lib", "/lib32", "/lib64", "/etc/ld.so.cache", "/etc/ld.so.conf",
	"/etc/ld.so.conf.d", "/etc/alternatives", "/etc/localtime", "/etc/nsswitch.conf", "/etc/passwd", "/etc/group",
	"/etc/mime.types", "/etc/fonts", "/etc/ssl/certs"}

var findOnce = sync.OnceValues(func() (Means, error) {
	switch wanted := Means(os.Getenv(Env)); wanted {
	case "":
		why := tryBubblewrap()
		if why == nil {
			return Bubblewrap, nil
		}
		if abi, err := syscall.LandlockGetABIVersion(); err == nil && abi >= 4 { // 4 knows TCP
			return Landlock, nil
		}
		return "", fmt.Errorf("%w (bubblewrap: %w)", ErrNone, why)
	case Bubblewrap:
		return wanted, tryBubblewrap()
	case Landlock:
		if abi, err := syscall.LandlockGetABIVersion(); err != nil || abi < 4 {
			return "", fmt.Errorf("landlock: this kernel has version %d, 4 is needed", abi)
		}
		return wanted, nil
	default:
		return "", fmt.Errorf("%s=%s: want %s or %s", Env, wanted, Bubblewrap, Landlock)
	}
})

// Find returns the best means of isolation that works here; [ErrNone] says that there is none.
func Find() (Means, error) { return findOnce() }

// tryBubblewrap isolates a program that does nothing.
func tryBubblewrap() error {
	bwrap, err := exec.LookPath("bwrap")
	if err != nil {
		return err
	}
	args := append(namespaces(), "--ro-bind", "/", "/", "--dev", "/dev", "--proc", "/proc", "true")
	out, err := exec.Command(bwrap, args...).CombinedOutput()
	if err != nil {
		return errors.New(cmp.Or(string(bytes.TrimSpace(out)), err.Error()))
	}
	return nil
}

// namespaces are the flags that isolate everything but files, with the capabilities that the last step
// gives up again. Root needs no user namespace, and without one it can become another user.
func namespaces() []string {
	flags := []string{"--die-with-parent", "--unshare-pid", "--unshare-net", "--unshare-ipc", "--unshare-uts",
		"--unshare-cgroup-try", "--cap-drop", "ALL", "--cap-add", "CAP_SYS_ADMIN"}
	if os.Getuid() == 0 {
		return append(flags, "--cap-add", "CAP_SETUID", "--cap-add", "CAP_SETGID", "--cap-add", "CAP_CHOWN", "--cap-add", "CAP_DAC_OVERRIDE", "--cap-add", "CAP_FOWNER")
	}
	return append(flags, "--unshare-user")
}

// Command returns the command that runs argv in the folder dir under the policy, and a variable,
// NAME=value, that belongs into its environment.
func (p Policy) Command(means Means, argv []string, dir string) (command []string, env string, err error) {
	self, err := os.Executable()
	if err == nil {
		self, err = filepath.EvalSymlinks(self)
	}
	if err != nil {
		return nil, "", fmt.Errorf("sandbox: %w", err)
	}
	s := stage{Means: means, Argv: argv, Dir: dir, Copy: p.Copy, Temp: p.Temp, Limits: p.Limits,
		Read: append(slices.Clone(p.Read), p.Copy), Write: p.Write}
	s.User = p.Owner(means)
	command = []string{self}
	if means == Bubblewrap {
		bwrap, err := exec.LookPath("bwrap")
		if err != nil {
			return nil, "", fmt.Errorf("sandbox: %w", err)
		}
		command = append([]string{bwrap}, p.bubblewrap(self, &s)...)
	}
	text, err := json.Marshal(s)
	if err != nil {
		return nil, "", fmt.Errorf("sandbox: %w", err)
	}
	return command, envStage + "=" + string(text), nil
}

// Owner is the user that must own the folders of Write, 0 for our own: an isolated program of root is
// another user.
func (p Policy) Owner(means Means) int {
	if means == Bubblewrap && os.Getuid() == 0 {
		return nobody
	}
	return 0
}

// inside is the path of our own program in the sandbox.
const inside = "/.flowbook"

// bubblewrap returns the arguments of bwrap and notes in s the folders that it will make.
func (p Policy) bubblewrap(self string, s *stage) []string {
	args := namespaces()
	made := map[string]bool{}
	mount := func(kind, path string) {
		args = append(args, kind, path, path)
		for dir := filepath.Dir(path); dir != "/" && !made[dir]; dir = filepath.Dir(dir) {
			made[dir] = true
			s.Open = append(s.Open, dir)
		}
	}
	for _, path := range systemRead {
		target, err := os.Readlink(path)
		if err == nil && !strings.HasPrefix(path, "/etc/") { // /bin is usr/bin
			args = append(args, "--symlink", target, path)
		} else {
			args = append(args, "--ro-bind-try", path, path)
		}
	}
	args = append(args, "--proc", "/proc", "--dev", "/dev", "--tmpfs", "/tmp", "--ro-bind", self, inside)
	read := append(slices.Clone(p.Read), p.Copy)
	slices.SortStableFunc(read, func(a, b string) int { return cmp.Compare(len(a), len(b)) }) // the outer first
	for _, path := range existing(read) {
		mount("--ro-bind", path)
	}
	for _, hidden := range existing(p.Hide) {
		s.Hide = append(s.Hide, hidden)
		for _, path := range existing(read) {
			if rel, err := filepath.Rel(hidden, path); err == nil && filepath.IsLocal(rel) && rel != "." {
				s.Show = append(s.Show, path)
			}
		}
	}
	for _, path := range p.Write {
		mount("--bind", path)
	}
	if p.Limits.Temp > 0 {
		args = append(args, "--size", strconv.FormatUint(p.Limits.Temp, 10))
	}
	args = append(args, "--tmpfs", p.Temp)
	return append(args, "--chdir", "/", "--", inside)
}
