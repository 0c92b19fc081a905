package jupyter

import (
	"context"
	"debug/buildinfo"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
)

// goNBChange replaces lines of a file of GoNB's source, which must stand there once.
type goNBChange struct{ file, old, new string }

// goNBAdded are files of the folder gonbchange that are added to GoNB's source, and their names
// there.
var goNBAdded = map[string]string{
	"gopls.go.txt":  "internal/goexec/goplsclient/flowbook_gopls.go",
	"drain.go.txt":  "internal/jpyexec/flowbook_drain.go",
	"hint.go.txt":   "internal/goexec/flowbook_hint.go",
	"holder.go.txt": "internal/goexec/flowbook_holder.go",
	"kinds.go.txt":  "internal/goexec/flowbook_kinds.go",
	"refuse.go.txt": "internal/goexec/flowbook_refuse.go",
	"room.go.txt":   "internal/kernel/flowbook_room.go",
	"warm.go.txt":   "internal/goexec/goplsclient/flowbook_warm.go",
}

//go:embed gonbchange
var goNBFiles embed.FS

// goNBChanges are the changes with which the kernel is built. A GoNB of a version that looks
// otherwise is built as it is.
var goNBChanges = []goNBChange{
	// GoNB gives the programs and shell lines of cells a pipe as standard input and holds its other
	// end open, so a cell that reads it waits for ever. Where neither a script nor %with_inputs
	// feeds the pipe, it is closed at once, and the cell reads end of file.
	{"internal/jpyexec/jpyexec.go", `	if exec.stdinContent != nil {
		exec.handleStaticInput()
	}
`, `	if exec.stdinContent != nil {
		exec.handleStaticInput()
	} else if exec.millisecondsToInput <= 0 {
		_ = exec.cmdStdin.Close()
	}
`},
	// GoNB closes the pipe of displays when a cell's program has ended, read or not.
	{"internal/jpyexec/jpyexec.go", "	pipeReader                               io.ReadCloser // GONB_PIPE\n",
		"	pipeReader                               io.ReadCloser // GONB_PIPE\n	drained                                  chan struct{}\n"},
	{"internal/jpyexec/jpyexec.go", "	exec.doneChan = make(chan struct{})\n",
		"	exec.doneChan = make(chan struct{})\n	exec.drained = make(chan struct{})\n"},
	{"internal/jpyexec/jpyexec.go", "	exec.exitError = cmd.Wait()\n",
		"	exec.exitError = cmd.Wait()\n	exec.drain()\n"},
	{"internal/jpyexec/namedpipes.go", "		go exec.pollNamedPipeReader()\n", `		go func() {
			exec.pollNamedPipeReader()
			close(exec.drained)
		}()
`},
	// GoNB publishes what a program writes without waiting for readers, so a program that writes
	// faster than they read fills the kernel's memory, and its end is heard of after all of that.
	{"internal/kernel/messages.go", "	msg.Content = content\n	return m.kernel.sockets.IOPubSocket.RunLocked(", `	msg.Content = content
	if msgType != "status" {
		waitForRoom(m.kernel.sockets.IOPubSocket.Socket)
	}
	return m.kernel.sockets.IOPubSocket.RunLocked(`},
	// GoNB looks for gopls for the first time 12 seconds after it has started it, and lets whoever
	// asks it wait for as long.
	{"internal/goexec/goplsclient/exec.go", `			case <-time.After(ConnectTimeout):
				// Wait before trying to connect (again)
`, `			case <-time.After(20 * time.Millisecond):
`},
	{"internal/goexec/goplsclient/exec.go", `		<-time.After(ConnectTimeout)
		c.mu.Lock()
`, `		<-time.After(20 * time.Millisecond)
		c.mu.Lock()
`},
	// A kernel that runs without a user needs no gopls.
	{"internal/goexec/goexec.go", `	if _, err = exec.LookPath("gopls"); err == nil {
`, `	if !goplsclient.Wanted() {
		err = nil
	} else if _, err = exec.LookPath("gopls"); err == nil {
`},
	// A gopls of its own for each kernel takes most of a gigabyte for each notebook. Kernels of a
	// user share one, which ends a while after the last of them; the program started here forwards
	// the kernel's requests to it.
	{"internal/goexec/goplsclient/exec.go", `	c.goplsExec = exec.Command(goplsPath, "-listen", addr)
`, `	c.goplsExec = exec.Command(goplsPath, goplsArgs(addr)...)
	c.goplsExec.Env = goplsEnviron()
`},
	// Only the packages that cells import are loaded, not all of the user's modules, and analyses
	// that nobody sees are off.
	{"internal/goexec/goplsclient/conn.go", "		ProcessID: 0,\n", "		ProcessID: 0, InitializationOptions: goplsSettings,\n"},
	// The packages that the first completion would wait for are loaded when gopls has started: those
	// of a program that imports all that the notebook does, which lies there when gopls first looks.
	{"internal/goexec/goplsclient/exec.go", `		ctx := context.Background()
		for {
`, `		ctx := context.Background()
		c.prepare()
		for {
`},
	{"internal/goexec/goplsclient/exec.go", `				c.waitConnecting = false
				return
`, `				c.waitConnecting = false
				c.warm()
				return
`},
	// GoNB has gopls open all Go files of the user's modules at the first completion, which then
	// checks every package of them. gopls reads by itself the packages that a cell imports; it needs
	// to hear only of changes since it started, and editors also change a file by putting a new one
	// in its place.
	{"internal/goexec/tracking.go", `			if !ti.updated.Has(path) {
				ti.updated.Insert(path)
				klog.V(2).Infof("tracking %q: added file for update %q", fileOrDirPath, path)
			}
`, `			if info, err := d.Info(); err == nil && info.ModTime().After(goplsclient.Started) && !ti.updated.Has(path) {
				ti.updated.Insert(path)
			}
`},
	{"internal/goexec/tracking.go", "	\"github.com/janpfeifer/gonb/common\"\n", "	\"github.com/janpfeifer/gonb/common\"\n	\"github.com/janpfeifer/gonb/internal/goexec/goplsclient\"\n"},
	{"internal/goexec/tracking.go", `					if event.Op != fsnotify.Write && event.Op != fsnotify.Remove {
`, `					if event.Op&(fsnotify.Write|fsnotify.Create|fsnotify.Remove|fsnotify.Rename) == 0 {
`},
	// Where there is no gopls to hear of them, changes are not watched: the first cell would wait for
	// a walk through the user's modules, and the kernel's end for hundreds of watches.
	{"internal/goexec/tracking.go", "		_, found := ti.tracked[replaceTarget]\n		if found {\n",
		"		_, found := ti.tracked[replaceTarget]\n		if found || !goplsclient.Wanted() {\n"},
	{"internal/goexec/tracking.go", "		_, found := ti.tracked[p]\n		if found {\n",
		"		_, found := ti.tracked[p]\n		if found || !goplsclient.Wanted() {\n"},
	// gopls asks the go command for all packages anew whenever a program's imports are others, and
	// every cell imports others.
	{"internal/goexec/goplsclient/conn.go", "				Text:       fileData.Content,\n", "				Text:       steady(filePath, fileData.Content),\n"},
	{"internal/goexec/goplsclient/conn.go", "				Text: fileData.Content,\n", "				Text: steady(filePath, fileData.Content),\n"},
	// While a completion is computed no cell is executed: it may take two seconds. One that takes
	// longer is there at the next TAB.
	{"internal/goexec/goplsclient/conn.go", `func (c *Client) CallComplete(ctx context.Context, filePath string, line, col int) (items *lsp.CompletionList, err error) {
	if !c.WaitConnection(ctx) {
`, `func (c *Client) CallComplete(ctx context.Context, filePath string, line, col int) (items *lsp.CompletionList, err error) {
	ctx, cancelSoon := minTimeout(ctx, longestCompletion)
	defer cancelSoon()
	if !c.WaitConnection(ctx) {
`},
	{"internal/goexec/goplsclient/exec.go", `		if !c.waitConnecting {
			return false
		}
`, `		if !c.waitConnecting || ctx.Err() != nil {
			return false
		}
`},
	{"internal/goexec/goplsclient/conn.go", `func (c *Client) NotifyDidOpenOrChange(ctx context.Context, filePath string) (err error) {
	if !c.WaitConnection(ctx) {
`, `func (c *Client) NotifyDidOpenOrChange(ctx context.Context, filePath string) (err error) {
	soon, cancelSoon := minTimeout(ctx, longestCompletion)
	defer cancelSoon()
	if !c.WaitConnection(soon) {
`},
	// A cell is no program while its writer has only come to "fig.", and GoNB then leaves out the
	// imports that a completion needs.
	{"internal/goexec/inspect.go", `	cursorInCell := Cursor{cursorLine, cursorCol}
	updatedDecls, mainDecl, cursorInFile, fileToCellIdAndLine, err := s.parseLinesAndComposeMain(nil, cellId, cellLines, skipLines, cursorInCell)
	if err != nil {
		klog.V(2).Infof("Ignoring ParseError for auto-complete: %+v", err)
`, `	cursorInCell := Cursor{cursorLine, cursorCol}
	updatedDecls, mainDecl, cursorInFile, fileToCellIdAndLine, err := s.parseLinesAndComposeMain(nil, cellId, cellLines, skipLines, cursorInCell)
	placed := false
	if err != nil {
		updatedDecls, mainDecl, cursorInFile, fileToCellIdAndLine, err = s.parseLinesAndComposeMain(nil, cellId, placeHolder(cellLines, cursorInCell), skipLines, cursorInCell)
		if placed = err == nil; !placed {
			updatedDecls, mainDecl, cursorInFile, fileToCellIdAndLine, err = s.parseLinesAndComposeMain(nil, cellId, cellLines, skipLines, cursorInCell)
		}
	}
	if err != nil {
		klog.V(2).Infof("Ignoring ParseError for auto-complete: %+v", err)
`},
	{"internal/goexec/inspect.go", `	// Query ` + "`gopls`" + `.
	ctx := context.Background()
	err = s.notifyAboutStandardAndTrackedFiles(ctx)
	if err != nil {
		return
	}
	_ = cursorInFile
`, `	if placed {
		s.removeHolder()
	}

	// Query ` + "`gopls`" + `.
	ctx := context.Background()
	err = s.notifyAboutStandardAndTrackedFiles(ctx)
	if err != nil {
		return
	}
`},
	// Cells that share a program are sent as the same source. gofront says in place of goimports
	// that the program is there (see builtMark there); then there is nothing to get or build, unless
	// %goflags makes it another.
	{"internal/goexec/goexec.go", "type State struct {\n", "type State struct {\n	built bool // the program of the present main.go is there\n\n"},
	{"internal/goexec/execcode.go", `	output, err = cmd.CombinedOutput()
	if err != nil {
		err = s.DisplayErrorWithContext(msg, fileToCellIdAndLine, string(output)+"\n"+err.Error(), err)
`, `	output, err = cmd.CombinedOutput()
	s.built = err == nil && string(output) == "built"
	if err != nil {
		err = s.DisplayErrorWithContext(msg, fileToCellIdAndLine, string(output)+"\n"+err.Error(), err)
`},
	{"internal/goexec/execcode.go", "	if !s.AutoGet {\n", "	if !s.AutoGet || s.built {\n"},
	{"internal/goexec/execcode.go", `	var args []string
	if s.CellIsTest {
		args = []string{"test", "-c", "-o", s.BinaryPath()}
`, `	var args []string
	if s.built && len(s.GoBuildFlags) == 0 && !s.CellIsTest && !s.CellIsWasm {
		return nil
	}
	if s.CellIsTest {
		args = []string{"test", "-c", "-o", s.BinaryPath()}
`},
	// JupyterLab takes a notebook for changed, when it opens it, if the kernel describes its
	// language otherwise than the notebook does. The version is another on each machine, so that no
	// notebook has it.
	{"internal/kernel/messages.go", "	Version           string `json:\"version\"`\n", "	Version           string `json:\"version,omitempty\"`\n"},
	{"internal/kernel/messages.go", "				Version:       runtime.Version(),\n", ""},
	{"internal/kernel/messages.go", "	\"runtime\"\n", ""},
	// A compiler's message about a mistake that newcomers to GoNB make gets a line that tells the
	// remedy.
	{"internal/goexec/errorpublish.go", `	nbErr := newGonbErrors(s, fileToCellIdAndLine, errorMsg, err)
	if s.rawError {
`, `	nbErr := newGonbErrors(s, fileToCellIdAndLine, hinted(errorMsg), err)
	if s.rawError {
`},
	{"internal/goexec/execcode.go", `	s.Definitions = updatedDecls

	// Execute compiled code.
`, `	s.Definitions = updatedDecls
	rememberLocals(mainDecl)

	// Execute compiled code.
`},
	// A second %% in a cell ends the kernel, also when the cell is only completed, or nests one main
	// in another.
	{"internal/goexec/parser.go", `	var fileToCellLine []int
	if err = s.RemoveGeneratedCode(); err != nil {
`, `	if err = refuseSecondMain(cellId, lines); err != nil {
		return
	}
	var fileToCellLine []int
	if err = s.RemoveGeneratedCode(); err != nil {
`},
	// So do a %exec without a name that is completed, a % or ! with blanks after it, and a %%script
	// without a program.
	{"internal/goexec/composer.go", `				err = errors.Errorf("%%exec requires the name of a function to execute, none given in line %d: %q", ii, line)
`, `				err = errors.Errorf("%%exec requires the name of a function to execute, none given in line %d: %q", ii, line)
				return
`},
	{"internal/specialcmd/specialcmd.go", `			for cmdStr[0] == ' ' || cmdStr[0] == '\t' {
`, `			for len(cmdStr) > 0 && (cmdStr[0] == ' ' || cmdStr[0] == '\t') {
`},
	{"internal/specialcmd/cellmagic.go", `		if parts[0] == "%%script" {
			args = parts[1:]
`, `		if parts[0] == "%%script" {
			if args = parts[1:]; len(args) == 0 {
				err = errors.New("%%script requires the name of a program")
				return
			}
`},
	// A cell of %exec alone would end without having done anything.
	{"internal/dispatcher/dispatcher.go", `		hasMoreToRun := !goexec.IsEmptyLines(lines, specialLines) || goExec.CellIsTest
`, `		hasMoreToRun := !goexec.IsEmptyLines(lines, specialLines) || goExec.CellIsTest || goexec.CallsFunction(lines)
`},
	// A command that is misspelt would do nothing, and the cell succeed.
	{"internal/specialcmd/specialcmd.go", `		err := kernel.PublishWriteStream(msg, kernel.StreamStderr, fmt.Sprintf("\"%%%s\" unknown or not implemented yet.", parts[0]))
		if err != nil {
			klog.Errorf("Error while reporting back on unimplemented message command \"%%%s\" kernel: %+v", parts[0], err)
		}
`, `		return errors.Errorf("%%%s is no command of the kernel; %%help lists them", parts[0])
`},
	// %env X=1 is refused for a name of one letter.
	{"internal/specialcmd/specialcmd.go", `strings.Index(parts[1], "="); eqPos > 1 {
`, `strings.Index(parts[1], "="); eqPos > 0 {
`},
	// The comments of variables are dropped, and //go:embed is one.
	{"internal/goexec/parser.go", `			// Incorporate Imports
			for _, entry := range fileObj.Imports {
`, `			if lost := pi.refuseLost(fileObj); lost != "" && msg != nil {
				err = errors.New(lost)
				return nil, s.DisplayErrorWithContext(msg, fileToCellIdAndLine, lost, err)
			}

			// Incorporate Imports
			for _, entry := range fileObj.Imports {
`},
	// A name that is declared again as another kind would be declared twice, and the compiler would
	// blame the cell that had it first.
	{"internal/goexec/parser.go", `	updatedDecls.MergeFrom(newDecls)
	if s.CellIsWasm {
`, `	updatedDecls.dropOtherKinds(newDecls)
	updatedDecls.MergeFrom(newDecls)
	if s.CellIsWasm {
`},
}

// goNBText returns all changes as one text, for the key of the built programs.
func goNBText() (string, error) {
	var b strings.Builder
	for _, c := range goNBChanges {
		b.WriteString(c.file + c.new)
	}
	for _, name := range slices.Sorted(maps.Keys(goNBAdded)) {
		text, err := goNBFiles.ReadFile("gonbchange/" + name)
		if err != nil {
			return "", err
		}
		b.Write(text)
	}
	return b.String(), nil
}

// Changed reports whether a built gonb has the changes; a version that a user's go.mod pins may
// not. The program's name is without .exe.
func Changed(program string) bool {
	info, err := buildinfo.ReadFile(program + exe)
	return err == nil && info.Main.Path == goNBPackage && info.Main.Replace != nil
}

// changedGoNB copies GoNB into temp, changed, with a go.mod that takes it from there, and returns
// the flag by which the go command reads that; "" for a GoNB that looks otherwise, which is built
// as it is. dir is the folder of the module that requires GoNB. (An overlay would do, were it
// allowed in the module cache.)
func (k *kernelBuild) changedGoNB(ctx context.Context, dir, temp string) (flag string, err error) {
	if err := k.goRun(ctx, dir, "mod", "download", goNBPackage); err != nil {
		return "", fmt.Errorf("download GoNB: %w", err)
	}
	list := exec.CommandContext(ctx, k.goCommand, "list", "-m", "-f", "{{.Dir}}", goNBPackage)
	list.Dir, list.Env = dir, k.environ()
	out, err := list.Output()
	if err != nil {
		return "", fmt.Errorf("find the source of GoNB: %w", err)
	}
	files, err := changeGoNB(os.DirFS(strings.TrimSpace(string(out))))
	if err != nil || files == nil {
		return "", err
	}
	copied := filepath.Join(temp, "gonb")
	if err := os.CopyFS(copied, withoutDocs{os.DirFS(strings.TrimSpace(string(out)))}); err != nil {
		return "", fmt.Errorf("copy the source of GoNB: %w", err)
	}
	for name, text := range files {
		path := filepath.Join(copied, filepath.FromSlash(name))
		// the file is read-only, as in the module cache, so it is replaced
		if err := os.Remove(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return "", err
		}
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			return "", err
		}
	}
	for _, name := range []string{"go.mod", "go.sum"} {
		data, err := os.ReadFile(filepath.Join(dir, name))
		if err == nil {
			err = os.WriteFile(filepath.Join(temp, name), data, 0o600)
		}
		if err != nil {
			return "", err
		}
	}
	mod := filepath.Join(temp, "go.mod")
	if err := k.goRun(ctx, dir, "mod", "edit", "-replace="+goNBPackage+"="+copied, mod); err != nil {
		return "", fmt.Errorf("take GoNB from %s: %w", copied, err)
	}
	return "-modfile=" + mod, nil
}

// changeGoNB returns the files of GoNB that are changed or added, nil for a GoNB in which the
// places of the changes look otherwise.
func changeGoNB(source fs.FS) (map[string]string, error) {
	files := map[string]string{}
	for _, c := range goNBChanges {
		if _, ok := files[c.file]; !ok {
			text, err := fs.ReadFile(source, c.file)
			if err != nil {
				return nil, nil
			}
			files[c.file] = string(text)
		}
		if strings.Count(files[c.file], c.old) != 1 {
			return nil, nil
		}
		files[c.file] = strings.Replace(files[c.file], c.old, c.new, 1)
	}
	for from, to := range goNBAdded {
		text, err := goNBFiles.ReadFile("gonbchange/" + from)
		if err != nil {
			return nil, err
		}
		files[to] = string(text)
	}
	return files, nil
}

// withoutDocs is GoNB's source without its folder of pictures, 65 MB.
type withoutDocs struct{ fs.FS }

func (w withoutDocs) ReadDir(name string) ([]fs.DirEntry, error) {
	entries, err := fs.ReadDir(w.FS, name)
	return slices.DeleteFunc(entries, func(e fs.DirEntry) bool { return name == "." && e.Name() == "docs" }), err
}
