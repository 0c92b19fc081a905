package sandbox

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"syscall"

	"github.com/landlock-lsm/go-landlock/landlock"
	"golang.org/x/sys/unix"
)

// run isolates this process further and becomes the program. It returns only an error.
func (s *stage) run() error {
	home := filepath.Join(s.Temp, "home")
	for _, dir := range []string{s.Temp, home} {
		if err := os.MkdirAll(dir, 0o700); err != nil {
			return err
		}
	}
	if s.Means == Bubblewrap {
		if err := s.mount(); err != nil {
			return err
		}
	}
	if err := os.Chdir(s.Dir); err != nil { // again: the overlay now covers the folder entered before
		return err
	}
	if err := dropCapabilities(); err != nil {
		return err
	}
	if s.Means == Landlock {
		if err := s.landlock(); err != nil {
			return err
		}
	}
	if err := s.Limits.set(); err != nil {
		return err
	}
	os.Setenv("HOME", home)
	os.Setenv("TMPDIR", s.Temp)
	program, err := exec.LookPath(s.Argv[0])
	if err != nil {
		return err
	}
	return fmt.Errorf("start %s: %w", program, syscall.Exec(program, s.Argv, os.Environ()))
}

// mount lays the overlays and hides folders, which the overlays would otherwise show again.
func (s *stage) mount() error {
	shown := map[string]int{} // path → its descriptor from before the overlays
	show := func(overlaid bool) error {
		for _, path := range s.Show {
			if slices.Contains(s.Copy, path) != overlaid {
				continue
			}
			fd, err := unix.Open(path, unix.O_PATH|unix.O_CLOEXEC, 0)
			if err != nil {
				return fmt.Errorf("show %s: %w", path, err)
			}
			shown[path] = fd
		}
		return nil
	}
	if err := show(false); err != nil {
		return err
	}
	for i, path := range s.Copy {
		if err := s.overlay(path, strconv.Itoa(i)); err != nil {
			return err
		}
	}
	if err := show(true); err != nil {
		return err
	}
	for _, path := range s.Hide {
		if err := unix.Mount("tmpfs", path, "tmpfs", unix.MS_NOSUID|unix.MS_NODEV, "size=1m,mode=0755"); err != nil {
			return fmt.Errorf("hide %s: %w", path, err)
		}
	}
	for path, fd := range shown {
		if err := os.MkdirAll(path, 0o755); err != nil {
			return err
		}
		if err := unix.Mount(fmt.Sprintf("/proc/self/fd/%d", fd), path, "", unix.MS_BIND, ""); err != nil {
			return fmt.Errorf("show %s: %w", path, err)
		}
		unix.Close(fd)
	}
	return nil
}

// overlay lays a writable layer above a folder that the program may change in a copy.
func (s *stage) overlay(path, layer string) error {
	upper, work := filepath.Join(s.Temp, ".upper"+layer), filepath.Join(s.Temp, ".work"+layer)
	for _, dir := range []string{upper, work} {
		if err := os.Mkdir(dir, 0o755); err != nil {
			return err
		}
	}
	options := "lowerdir=" + escape(path) + ",upperdir=" + escape(upper) + ",workdir=" + escape(work)
	err := unix.Mount("overlay", path, "overlay", unix.MS_NOSUID|unix.MS_NODEV, options+",userxattr")
	if err != nil { // kernels before 5.11 do not know the option
		err = unix.Mount("overlay", path, "overlay", unix.MS_NOSUID|unix.MS_NODEV, options)
	}
	if err != nil {
		// Reading works without the layer; a cell that writes there is told that the file system
		// is read-only.
		fmt.Fprintf(os.Stderr, "sandbox: %s stays read-only: overlay: %v\n", path, err)
	}
	return nil
}

// escape protects a path in the options of an overlay.
func escape(path string) string {
	var out []byte
	for i := range len(path) {
		if c := path[i]; c == ',' || c == ':' || c == '\\' {
			out = append(out, '\\')
		}
		out = append(out, path[i])
	}
	return string(out)
}

// dropCapabilities gives up the capabilities that the overlay needed in the user namespace. The
// program starts with no capability, because none is ambient and it may gain none.
func dropCapabilities() error {
	if err := unix.Prctl(unix.PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0); err != nil {
		return fmt.Errorf("give up new privileges: %w", err)
	}
	for c := range uintptr(unix.CAP_LAST_CAP + 1) {
		unix.Prctl(unix.PR_CAPBSET_DROP, c, 0, 0, 0) // fails for those that are not held
	}
	unix.Prctl(unix.PR_CAP_AMBIENT, unix.PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0)
	var none [2]unix.CapUserData
	header := unix.CapUserHeader{Version: unix.LINUX_CAPABILITY_VERSION_3}
	if err := unix.Capset(&header, &none[0]); err != nil {
		return fmt.Errorf("give up the capabilities: %w", err)
	}
	return nil
}

func (s *stage) landlock() error {
	var rules []landlock.Rule
	for _, path := range append(existing(systemRead), existing(s.Read)...) {
		access := landlock.AccessFSSet(fileRead)
		if info, err := os.Stat(path); err == nil && info.IsDir() {
			access |= folderRead
		}
		rules = append(rules, landlock.PathAccess(access, path).IgnoreIfMissing())
	}
	rules = append(rules, landlock.RODirs("/proc"), landlock.RWFiles("/dev/null", "/dev/zero", "/dev/random", "/dev/urandom", "/dev/tty").IgnoreIfMissing())
	for _, path := range append(s.Write, s.Temp) {
		rules = append(rules, landlock.RWDirs(path))
	}
	// Without a rule for them, every TCP bind and connect is denied, and abstract sockets and
	// signals end at the sandbox where the kernel knows how.
	if err := landlock.V6.BestEffort().Restrict(rules...); err != nil {
		return fmt.Errorf("landlock: %w", err)
	}
	return nil
}

// Rights to read and execute, see landlock(7).
const (
	fileRead   = 1<<0 | 1<<2 // LANDLOCK_ACCESS_FS_EXECUTE, LANDLOCK_ACCESS_FS_READ_FILE
	folderRead = 1 << 3      // LANDLOCK_ACCESS_FS_READ_DIR
)

// set bounds this process and its descendants.
func (l Limits) set() error {
	for _, r := range []struct {
		name  string
		which int
		most  uint64
	}{
		{"memory", unix.RLIMIT_AS, l.ProcessMemory},
		{"file size", unix.RLIMIT_FSIZE, l.FileSize},
		{"open files", unix.RLIMIT_NOFILE, l.OpenFiles},
		{"processor time", unix.RLIMIT_CPU, l.CPU},
	} {
		if r.most == 0 {
			continue
		}
		var old unix.Rlimit
		if err := unix.Getrlimit(r.which, &old); err != nil {
			return fmt.Errorf("limit %s: %w", r.name, err)
		}
		most := min(r.most, old.Max)
		if err := syscall.Setrlimit(r.which, &syscall.Rlimit{Cur: most, Max: most}); err != nil {
			return fmt.Errorf("limit %s: %w", r.name, err)
		}
	}
	return unix.Setrlimit(unix.RLIMIT_CORE, &unix.Rlimit{})
}

// existing returns the paths that there are.
func existing(paths []string) []string {
	var out []string
	for _, path := range paths {
		if _, err := os.Stat(path); err == nil {
			out = append(out, path)
		}
	}
	return out
}
