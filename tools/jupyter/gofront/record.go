package main

import (
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// record takes from the log of `go build -x` how main.go was compiled and linked, and which folders
// the program depends on, and adds the packages of the build before: GoNB drops the imports that a
// cell does not use, and has them again in the next. It refuses a log of any other form: then the
// next build is the go command's again. For a shelf it digests the contents of the packages' files.
func (k *keep) record(b, before *built, log string, start time.Time, shelved bool) bool {
	l := readLog(log)
	modules, ok := localModules(k.dir)
	if !ok || l.compile == nil || l.link == nil || l.importcfg == "" || l.linkcfg == "" {
		return false
	}
	for path, dir := range modules {
		if dir == k.dir {
			b.Package = path
		} else {
			b.Modules = append(b.Modules, dir)
		}
	}
	slices.Sort(b.Modules)
	more := k.remembered(union(b.Imports, before.Imports))
	for _, text := range []*string{&l.importcfg, &l.linkcfg} {
		*text = join(*text, more)
	}
	for line := range strings.Lines(more) {
		b.Imports = append(b.Imports, packageOf(line))
	}
	for line := range strings.Lines(l.linkcfg) {
		pkg := packageOf(line)
		if pkg == "" {
			continue
		}
		_, archive, _ := strings.Cut(strings.TrimSpace(line), "=")
		if pkg != b.Package && strings.HasPrefix(filepath.ToSlash(archive), l.work+"/") {
			return false // compiled just now, and gone; the next time it comes from the build cache
		}
		dir, sure := localDir(modules, pkg)
		if !sure {
			return false
		}
		if dir != "" && dir != k.dir {
			b.Dirs = append(b.Dirs, dir)
		}
	}
	b.Dirs = union(b.Dirs, before.Dirs)
	b.Imports = union(b.Imports, before.Imports)
	for _, dir := range b.Dirs {
		switch found, err := embeds(dir); {
		case err != nil:
			return false
		case found:
			b.Embedding = append(b.Embedding, dir)
		}
	}
	if shelved && (len(before.Imports) == 0 || k.stands(before)) {
		b.Content, _ = fileContent(b.Modules, b.Dirs, b.Embedding, k.dir)
	}
	// These contents are those that the go command read, for no file has changed since it started.
	var newest time.Time
	var err error
	if b.Stamp, newest, err = fileState(b.Modules, b.Dirs, b.Embedding, k.dir); err != nil || !newest.Before(start) {
		return false
	}
	if os.MkdirAll(k.file(""), 0o700) != nil {
		return false
	}
	object := k.file("main.a")
	for name, text := range map[string]string{"importcfg": l.importcfg, "importcfg.link": strings.ReplaceAll(l.linkcfg, l.object, object)} {
		if len(before.Imports) > 0 {
			old, err := os.ReadFile(k.file(name))
			if err != nil {
				return false
			}
			text = join(text, string(old))
		}
		if os.WriteFile(k.file(name), []byte(text), 0o600) != nil {
			return false
		}
	}
	// The object and the program get no build id, by which the go command would take them for its
	// own.
	b.Compile, ok = rewrite(l.compile, map[string]string{"-o": object, "-importcfg": k.file("importcfg"), "-buildid": ""}, "")
	if !ok {
		return false
	}
	for i, arg := range b.Compile {
		b.Compile[i] = strings.ReplaceAll(arg, path.Dir(l.object), k.file("")) // -trimpath
	}
	b.Link, ok = rewrite(l.link, map[string]string{"-o": k.file("program"), "-importcfg": k.file("importcfg.link"), "-buildid": ""}, object)
	return ok
}

// stands reports whether the files of a build have the contents from which it was compiled. Their
// sizes and times can be the same with others.
func (k *keep) stands(b *built) bool {
	content, err := fileContent(b.Modules, b.Dirs, b.Embedding, k.dir)
	return err == nil && content == b.Content
}

// remembered asks the go command for the packages that cells may still import: those that GoNB
// remembers and this cell did not use, with their dependencies. It returns them as lines of an
// import configuration; "" if there are none or a package is faulty.
func (k *keep) remembered(known []string) string {
	var all, missing []string
	if !k.load(importsFile, &all) {
		return ""
	}
	for _, p := range all {
		if !within([]string{p}, known) {
			missing = append(missing, p)
		}
	}
	if len(missing) == 0 {
		return ""
	}
	args := append([]string{"list", "-deps", "-export", "-f", `{{if .Export}}packagefile {{.ImportPath}}={{.Export}}{{end}}`, "--"}, missing...)
	cmd := exec.Command(k.real, args...)
	cmd.Env = append(os.Environ(), "GOFLAGS="+withoutGraph(os.Getenv("GOFLAGS")))
	out, err := cmd.Output()
	if err != nil {
		return ""
	}
	return string(out)
}

func union(a, b []string) []string {
	all := slices.Concat(a, b)
	slices.Sort(all)
	return slices.Compact(all)
}

// join adds to an import configuration the packages that only more names.
func join(cfg, more string) string {
	known := map[string]bool{}
	for line := range strings.Lines(cfg) {
		known[packageOf(line)] = true
	}
	for line := range strings.Lines(more) {
		if pkg := packageOf(line); pkg != "" && !known[pkg] {
			cfg += line
		}
	}
	return cfg
}

// packageOf is the package that a line of an import configuration says the archive of; "" if it
// says something else.
func packageOf(line string) string {
	pkg, ok := strings.CutPrefix(line, "packagefile ")
	if !ok {
		return ""
	}
	pkg, _, _ = strings.Cut(pkg, "=")
	return pkg
}

// buildLog is the part of a log of go build -x about package main.
type buildLog struct {
	work               string // the folder of the build, with slashes
	compile, link      []string
	object             string // the file that compile makes and link takes
	importcfg, linkcfg string
}

func readLog(log string) buildLog {
	var l buildLog
	cfg := ""
	files := map[string]*strings.Builder{} // here-documents
	for line := range strings.Lines(log) {
		line = strings.TrimSuffix(line, "\n")
		if cfg != "" {
			if line == "EOF" {
				cfg = ""
			} else {
				files[cfg].WriteString(line + "\n")
			}
			continue
		}
		if dir, ok := strings.CutPrefix(line, "WORK="); ok {
			l.work = filepath.ToSlash(dir)
			continue
		}
		words, ok := shellWords(line)
		if !ok || len(words) == 0 {
			continue
		}
		for i := range words {
			words[i] = strings.ReplaceAll(words[i], "$WORK", l.work)
		}
		if words[0] == "cat" && len(words) > 3 && strings.HasPrefix(words[1], ">") {
			cfg = filepath.ToSlash(strings.TrimPrefix(words[1], ">"))
			files[cfg] = &strings.Builder{}
			continue
		}
		for len(words) > 1 && strings.Contains(words[0], "=") && !strings.ContainsAny(words[0], `/\`) || strings.HasPrefix(words[0], "GOROOT=") {
			words = words[1:]
		}
		switch tool := strings.TrimSuffix(path.Base(filepath.ToSlash(words[0])), ".exe"); {
		case tool == "compile" && flagValue(words, "-p") == "main":
			l.compile = words
			l.object = filepath.ToSlash(flagValue(words, "-o"))
		case tool == "link" && flagValue(words, "-importcfg") != "":
			l.link = words
		}
	}
	if cfg := files[filepath.ToSlash(flagValue(l.compile, "-importcfg"))]; cfg != nil {
		l.importcfg = cfg.String()
	}
	if cfg := files[filepath.ToSlash(flagValue(l.link, "-importcfg"))]; cfg != nil {
		l.linkcfg = cfg.String()
	}
	return l
}

func flagValue(words []string, flag string) string {
	for i := range words {
		if words[i] == flag && i+1 < len(words) {
			return words[i+1]
		}
		if v, ok := strings.CutPrefix(words[i], flag+"="); ok {
			return v
		}
	}
	return ""
}

// rewrite replaces the values of flags, all of which must be there, and the last argument if there
// is one to put in its place.
func rewrite(words []string, values map[string]string, last string) ([]string, bool) {
	out := slices.Clone(words)
	found := 0
	for i := range out {
		for flag, value := range values {
			if out[i] == flag && i+1 < len(out) {
				out[i+1] = value
				found++
			} else if strings.HasPrefix(out[i], flag+"=") {
				out[i] = flag + "=" + value
				found++
			}
		}
	}
	if last != "" {
		out[len(out)-1] = last
	}
	return out, found == len(values)
}

// shellWords splits a line as the shell that could repeat it would: at blanks that are in no
// quotes. Inside double quotes, and outside of any, a backslash stands before each literal
// character.
func shellWords(line string) ([]string, bool) {
	var words []string
	var word strings.Builder
	in, quote := false, byte(0)
	for i := 0; i < len(line); i++ {
		c := line[i]
		switch {
		case quote == 0 && (c == ' ' || c == '\t'):
			if in {
				words = append(words, word.String())
				word.Reset()
				in = false
			}
		case quote == 0 && c == '#' && !in:
			return words, true
		case quote == 0 && (c == '"' || c == '\''):
			quote, in = c, true
		case c == quote && quote != 0:
			quote = 0
		case c == '\\' && quote != '\'' && i+1 < len(line) && strings.IndexByte("\\\"'$` ", line[i+1]) >= 0:
			i++
			word.WriteByte(line[i])
			in = true
		default:
			word.WriteByte(c)
			in = true
		}
	}
	if in {
		words = append(words, word.String())
	}
	return words, quote == 0
}
