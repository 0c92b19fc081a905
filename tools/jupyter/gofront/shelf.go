package main

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"time"

	"flowbook/ml/atomicfile"
	"flowbook/ml/module"
)

// shelf keeps linked programs beyond the life of a kernel: a kernel that composes the same main.go
// from the same packages takes the program instead of linking it. A program is named by main.go and
// the part of the world that all kernels share (see lastingWorld); it is taken only if the files of
// the packages that are built from folders have the contents from which they were compiled then.
//
// Neither kernels that isolate their cells nor those of JupyterLab have a shelf, nor any on macOS.
type shelf struct {
	*keep
	dir   string // "" keeps nothing
	world string
	key   string
}

// maxShelf is how many bytes a shelf holds.
const maxShelf = 512 << 20

// shelved describes a program on the shelf. The texts name files of the kernel that made it.
type shelved struct {
	Folder             string // of that kernel
	Sum                string // SHA-256 of the program
	Places, Names      []int  // where the folder stands in the program, and its last element alone
	Importcfg, Linkcfg string
	Decls              map[string]string
	Built              built
}

// shelf is the place for the program of main; one with no folder if there is to be none.
func (k *keep) shelf(main mainFile) shelf {
	// The linker of a C compiler may take libraries that nothing here knows of. On macOS programs
	// are signed, and one that is changed (see moved) is not executed. The files of the kernel's
	// folder are compiled anew in each build, whatever contents the packages had at the first.
	if runtime.GOOS == "darwin" || os.Getenv("CGO_ENABLED") != "0" || os.Getenv(envGuard) != "" ||
		!k.alone() || bytes.Contains(main.text, embedMark) {
		return shelf{}
	}
	dir, ok := shelfFolder()
	if !ok {
		return shelf{}
	}
	world, err := k.lastingWorld()
	if err != nil {
		return shelf{}
	}
	return shelf{k, dir, world, keyOf(world, main.digest)}
}

func keyOf(world, digest string) string {
	sum := sha256.Sum256([]byte(world + digest))
	return hex.EncodeToString(sum[:])[:32]
}

// shelfFolder is the folder that $FLOWBOOK_PROGRAMS names. One into which others can write is none:
// their programs would be executed.
func shelfFolder() (dir string, ok bool) {
	dir = os.Getenv(module.EnvPrograms)
	if dir == "on" {
		base, err := os.UserCacheDir()
		if err != nil {
			return "", false
		}
		dir = filepath.Join(base, "flowbook", "programs")
	}
	if !filepath.IsAbs(dir) || os.MkdirAll(dir, 0o700) != nil {
		return "", false // "off", say
	}
	info, err := os.Stat(dir)
	return dir, err == nil && private(info)
}

func (s shelf) path(ending string) string { return filepath.Join(s.dir, s.key+ending) }

// lock waits until no other kernel makes the same program.
func (s shelf) lock() (unlock func()) {
	if s.dir == "" {
		return func() {}
	}
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	unlock, err := module.Lock(ctx, s.path(".lock"))
	if err != nil {
		return func() {} // then both make it
	}
	return unlock
}

// find returns the description of the program, as it was and for this kernel. It is right if the
// files of the packages have the same contents (see stands).
func (s shelf) find() (old, now shelved, ok bool) {
	if s.dir == "" {
		return old, now, false
	}
	text, err := os.ReadFile(s.path(".json"))
	if err != nil {
		return old, now, false
	}
	if json.Unmarshal(text, &old) != nil || !alike(old.Folder, s.keep.dir) ||
		json.Unmarshal([]byte(moved(string(text), escaped(old.Folder), escaped(s.keep.dir))), &now) != nil {
		return old, now, false
	}
	b := &now.Built
	b.Stamp, _, err = fileState(b.Modules, b.Dirs, b.Embedding, s.keep.dir)
	return old, now, err == nil
}

// take puts the program in its place and tells how it was built, or finds none that is right.
func (s shelf) take(program string) (b built, ok bool) {
	old, now, ok := s.find()
	if !ok {
		return b, false
	}
	b = now.Built
	stands := make(chan bool, 1)
	go func() { stands <- s.stands(&now.Built) }() // beside reading the program
	ok = s.copy(old, now)
	if !<-stands || !ok || os.Rename(s.file("program"), program) != nil || !s.store(declsFile, now.Decls) {
		return b, false
	}
	for _, ending := range []string{".json", ".program"} {
		_ = os.Chtimes(s.path(ending), time.Time{}, time.Now()) // as good as new
	}
	return b, true
}

// copy makes the files of a build by this kernel from those on the shelf.
func (s shelf) copy(old, now shelved) bool {
	data, err := os.ReadFile(s.path(".program"))
	if err != nil || os.MkdirAll(s.file(""), 0o700) != nil {
		return false
	}
	sum := digest(data)
	if sum != old.Sum || !replace(data, old.Places, old.Folder, s.keep.dir) || !replace(data, old.Names, filepath.Base(old.Folder), filepath.Base(s.keep.dir)) {
		return false
	}
	for path, data := range map[string][]byte{s.file("importcfg"): []byte(now.Importcfg), s.file("importcfg.link"): []byte(now.Linkcfg), s.file("program"): data} {
		if os.WriteFile(path, data, 0o700) != nil {
			return false
		}
	}
	return true
}

// fromEnding ends the names of files that name the key of a program by the main.go that GoNB
// composed at first, which goimports has then put in order.
const fromEnding = ".from"

// putFrom notes that the main.go with this digest became that of the program.
func (s shelf) putFrom(from string) {
	if s.dir == "" || from == "" {
		return
	}
	from = filepath.Join(s.dir, keyOf(s.world, "from "+from)+fromEnding)
	if text, err := os.ReadFile(from); err == nil && string(text) == s.key {
		_ = os.Chtimes(from, time.Time{}, time.Now())
		return
	}
	_ = atomicfile.Write(from, []byte(s.key), 0o600) // else there is more to do the next time
}

// takeFrom takes the program that a main.go as GoNB composed it at first became before, and reports
// whether it is there.
func (k *keep) takeFrom(main mainFile) bool {
	goCommand, err := realProgram("go")
	if err != nil || !knownFlags(os.Getenv("GOFLAGS")) || buildsAhead() {
		return false
	}
	k = &keep{k.dir, goCommand}
	s := k.shelf(main)
	if s.dir == "" {
		return false
	}
	key, err := os.ReadFile(filepath.Join(s.dir, keyOf(s.world, "from "+main.digest)+fromEnding))
	if err != nil {
		return false
	}
	s.key = string(key)
	world, err := k.world(k.real)
	if err != nil {
		return false
	}
	program := filepath.Join(k.dir, filepath.Base(k.dir)) // as GoNB calls it
	b, ok := s.take(program)
	if !ok {
		return false
	}
	b.World = world
	k.remember(&b, b.Main, program)
	s.putFrom(main.digest)
	return true
}

// put keeps a program that has just been built, under the contents from which its packages were
// compiled. One that cannot be kept is linked again.
func (s shelf) put(b built, program string) {
	if s.dir == "" || b.Content == "" {
		return
	}
	n := shelved{Folder: s.keep.dir, Built: b}
	cfg, err := os.ReadFile(s.file("importcfg"))
	if err != nil {
		return
	}
	link, err := os.ReadFile(s.file("importcfg.link"))
	if err != nil {
		return
	}
	data, err := os.ReadFile(program)
	if err != nil {
		return
	}
	n.Importcfg, n.Linkcfg, n.Sum = string(cfg), string(link), digest(data)
	n.Places, n.Names = places(data, s.keep.dir)
	s.load(declsFile, &n.Decls)
	text, err := json.Marshal(n)
	if err != nil || atomicfile.Write(s.path(".program"), data, 0o600) != nil || atomicfile.Write(s.path(".json"), text, 0o600) != nil {
		return
	}
	s.putFrom(b.From)
	s.store(linkedFile, true)
	s.trim(maxShelf)
}

// buildAhead builds a program for the shelf. The kernel executes nothing in its place.
func (k *keep) buildAhead(program string) (status int) {
	status, done := k.build(program)
	os.Remove(program)
	if !done || status == 0 && copyProgram(program) != nil {
		return 1 // the runner gives up
	}
	return status
}

// abandonedLock is the age at which a lock file is taken to have no owner: it was killed. Locks are
// held for the minutes of a build.
const abandonedLock = 24 * time.Hour

// trim removes the least recently used files, those of a program together, until the shelf holds at
// most so many bytes.
func (s shelf) trim(limit int64) {
	entries, err := os.ReadDir(s.dir)
	if err != nil {
		return
	}
	type program struct {
		files []string
		size  int64
		used  time.Time
	}
	programs := map[string]*program{}
	total := int64(0)
	for _, e := range entries {
		info, err := e.Info()
		if err != nil {
			continue // another kernel was faster
		}
		path, ending := filepath.Join(s.dir, e.Name()), filepath.Ext(e.Name())
		switch ending {
		case ".lock":
			if time.Since(info.ModTime()) > abandonedLock {
				os.Remove(path)
			}
		case ".json", ".program", fromEnding:
			key := strings.TrimSuffix(e.Name(), ending)
			p := programs[key]
			if p == nil {
				p = &program{}
				programs[key] = p
			}
			p.files = append(p.files, path)
			p.size += info.Size()
			total += info.Size()
			if info.ModTime().After(p.used) {
				p.used = info.ModTime()
			}
		}
	}
	for _, p := range slices.SortedFunc(maps.Values(programs), func(a, b *program) int { return a.used.Compare(b.used) }) {
		if total <= limit {
			return
		}
		for _, path := range p.files {
			os.Remove(path)
		}
		total -= p.size
	}
}

func digest(data []byte) string {
	sum := sha256.Sum256(data)
	return hex.EncodeToString(sum[:])
}

// lastingWorld is the part of the world that all kernels share, with gofront itself and the settings
// that the go command reads from files.
func (k *keep) lastingWorld() (string, error) {
	h := sha256.New()
	if err := k.describe(h, k.real, func(name, pair string) (string, bool) {
		if flags, ok := strings.CutPrefix(pair, "GOFLAGS="); ok {
			pair = "GOFLAGS=" + withoutGraph(flags)
		}
		return pair, ofGo(name)
	}, func(text []byte) []byte {
		text = bytes.ReplaceAll(text, []byte(k.dir), []byte("."))
		return bytes.ReplaceAll(text, []byte(filepath.Base(k.dir)), []byte("main"))
	}); err != nil {
		return "", err
	}
	// gofront lies in a folder that is called by the digest of all that it was built from, under two
	// names.
	own, err := os.Executable()
	if err == nil {
		own, err = filepath.EvalSymlinks(filepath.Dir(own))
	}
	if err != nil {
		return "", err
	}
	own = filepath.Join(own, filepath.Base(k.real))
	state, ok := statOf(own)
	if !ok {
		return "", fmt.Errorf("%s: %w", own, os.ErrNotExist)
	}
	fmt.Fprintln(h, own, state, os.Getenv(module.EnvGoFront))
	goCommand, err := filepath.EvalSymlinks(k.real)
	if err != nil {
		return "", err
	}
	files := []string{filepath.Join(filepath.Dir(filepath.Dir(goCommand)), "go.env"), os.Getenv("GOENV")}
	if files[1] == "" {
		if dir, err := os.UserConfigDir(); err == nil {
			files[1] = filepath.Join(dir, "go", "env")
		}
	}
	for _, path := range files {
		text, err := os.ReadFile(path)
		if err != nil && !os.IsNotExist(err) && path != "off" {
			return "", err
		}
		fmt.Fprintf(h, "%d\n%s", len(text), text)
	}
	return hex.EncodeToString(h.Sum(nil)), nil
}
