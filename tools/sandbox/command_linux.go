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

// systemRead are the files that every program reads: libraries, the time zone, the types of files.
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
		if hasLandlock() {
			return Landlock, nil
		}
		return "", fmt.Errorf("%w (bubblewrap: %w)", ErrNone, why)
	case Bubblewrap:
		return wanted, tryBubblewrap()
	case Landlock:
		if !hasLandlock() {
			return "", errors.New("landlock: this kernel has none that knows TCP (Linux 6.7 has)")
		}
		return wanted, nil
	default:
		return "", fmt.Errorf("%s=%s: want %s or %s", Env, wanted, Bubblewrap, Landlock)
	}
})

// Find returns the best means of isolation that works here; [ErrNone] says that there is none.
func Find() (Means, error) { return findOnce() }

// hasLandlock reports whether the kernel has Landlock's version 4, which knows TCP.
func hasLandlock() bool {
	abi, err := syscall.LandlockGetABIVersion()
	return err == nil && abi >= 4
}

// tryBubblewrap runs a program that does nothing in bubblewrap; an error says that isolation does not
// work on this system.
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

// namespaces are the flags that isolate everything but files, with the capabilities that mounting
// the overlay needs; the last step gives them up again. Root gets a user namespace as everybody
// does: its rights end there.
func namespaces() []string {
	return []string{"--die-with-parent", "--unshare-user", "--unshare-pid", "--unshare-net", "--unshare-ipc",
		"--unshare-uts", "--unshare-cgroup-try", "--cap-drop", "ALL", "--cap-add", "CAP_SYS_ADMIN", "--cap-add", "CAP_DAC_OVERRIDE"}
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
	s := stage{Means: means, Argv: argv, Dir: dir, Copy: outerFirst(existing(p.Copy)), Temp: p.Temp, Limits: p.Limits,
		Read: slices.Concat(p.Read, p.Copy), Write: p.Write}
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

// outerFirst sorts folders so that each comes after those that contain it.
func outerFirst(paths []string) []string {
	slices.SortStableFunc(paths, func(a, b string) int { return cmp.Compare(len(a), len(b)) })
	return paths
}

// inside is the path of our own program in the sandbox.
const inside = "/.flowbook"

// bubblewrap returns the arguments of bwrap and notes in s the folders that the last step hides.
func (p Policy) bubblewrap(self string, s *stage) []string {
	args := namespaces()
	for _, path := range systemRead {
		target, err := os.Readlink(path)
		if err == nil && !strings.HasPrefix(path, "/etc/") { // /bin is usr/bin
			args = append(args, "--symlink", target, path)
		} else {
			args = append(args, "--ro-bind-try", path, path)
		}
	}
	args = append(args, "--proc", "/proc", "--dev", "/dev", "--tmpfs", "/tmp", "--ro-bind", self, inside)
	read := outerFirst(slices.Concat(p.Read, p.Copy))
	for _, path := range existing(read) {
		args = append(args, "--ro-bind", path, path)
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
		args = append(args, "--bind", path, path)
	}
	if p.Limits.Temp > 0 {
		args = append(args, "--size", strconv.FormatUint(p.Limits.Temp, 10))
	}
	args = append(args, "--tmpfs", p.Temp)
	return append(args, "--chdir", "/", "--", inside)
}
