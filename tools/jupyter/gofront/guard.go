package main

import (
	"crypto/rand"
	"errors"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"strings"
	"time"
)

// envGuard asks for programs that succeed only when their main has come to its end. An isolated
// kernel sets it: its cells may come from a student, whose function init could end the program
// with status 0 before the test that follows it.
const envGuard = "FLOWBOOK_GUARD"

// A guarded program P is a copy of gofront. P.cell is the real one; its main writes a token to the
// file descriptor 3 when it returns. P.token holds that token until P is started.
const (
	cellEnding  = ".cell"
	tokenEnding = ".token"
)

// guardedBuild builds main.go into a guarded program. main.go has its own text again afterwards, so
// that a cell does not find the token there.
func (k *keep) guardedBuild(mainFile, program string) (status int, done bool) {
	text, err := os.ReadFile(mainFile)
	if err != nil {
		return 0, false
	}
	secret := rand.Text()
	guarded, ok := guard(text, secret)
	if !ok {
		return 0, false // the go command will report the error
	}
	if os.WriteFile(mainFile, guarded, 0o600) != nil {
		return 0, false
	}
	status, done = k.build(program + cellEnding)
	if !done { // the go command builds it instead
		cmd := exec.Command(k.real, "build", "-o", program+cellEnding)
		cmd.Stdout, cmd.Stderr = os.Stdout, os.Stderr
		err = cmd.Run()
	}
	if back := os.WriteFile(mainFile, text, 0o600); err == nil {
		err = back
	}
	var ended *exec.ExitError
	if errors.As(err, &ended) {
		return ended.ExitCode(), true
	}
	if err == nil && status == 0 {
		err = errors.Join(os.WriteFile(program+tokenEnding, []byte(secret), 0o600), copyProgram(program))
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1, true
	}
	return status, true
}

// guardText has main write a token to the file descriptor 3 when it returns. A panic that is
// recovered by a function that has called main, and a runtime.Goexit, are no return. The text uses
// no name that a cell could redeclare without a compiler error, and its one line stands in the line
// of main.
const guardText = ` defer func() { var at [8]uintptr; frames := gofrontRuntime.CallersFrames(at[:gofrontRuntime.Callers(0, at[:])]);` +
	` for { f, more := frames.Next();` +
	` if f.Function == "runtime.gopanic" || f.Function == "runtime.Goexit" { return }; if !more { break } };` +
	` gofrontEnd.Write(3, []byte(%q)) }();`

// guard puts guardText into the main of a program.
func guard(text []byte, secret string) ([]byte, bool) {
	set := token.NewFileSet()
	f, err := parser.ParseFile(set, "main.go", text, 0)
	if err != nil {
		return nil, false
	}
	for _, d := range f.Decls {
		main, ok := d.(*ast.FuncDecl)
		if !ok || main.Recv != nil || main.Name.Name != "main" || main.Body == nil {
			continue
		}
		name, body := set.Position(f.Name.End()).Offset, set.Position(main.Body.Lbrace).Offset+1
		return fmt.Appendf(nil, `%s; import (gofrontEnd "syscall"; gofrontRuntime "runtime")%s`+guardText+`%s`,
			text[:name], text[name:body], secret, text[body:]), true
	}
	return nil, false
}

// copyProgram makes program a copy of gofront: a link, which costs nothing and may lead into
// another file system, where there are links.
func copyProgram(program string) error {
	self, err := os.Executable()
	if err != nil {
		return err
	}
	os.Remove(program)
	if os.Symlink(self, program) == nil {
		return nil
	}
	data, err := os.ReadFile(self)
	if err != nil {
		return err
	}
	return os.WriteFile(program, data, 0o700)
}

// runGuarded is the main function of a guarded program: it runs the real one and turns a status of
// 0 into 1 if its main did not come to its end. It returns false in a gofront that is no guarded
// program.
func runGuarded() (status int, ok bool) {
	self := os.Args[0]
	secret, err := os.ReadFile(self + tokenEnding)
	if err != nil {
		return 0, false
	}
	os.Remove(self + tokenEnding)
	r, w, err := os.Pipe()
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1, true
	}
	cmd := exec.Command(self+cellEnding, os.Args[1:]...)
	cmd.Stdin, cmd.Stdout, cmd.Stderr, cmd.ExtraFiles = os.Stdin, os.Stdout, os.Stderr, []*os.File{w}
	interrupts := make(chan os.Signal, 1)
	signal.Notify(interrupts, os.Interrupt)
	err = cmd.Start()
	w.Close()
	if err == nil {
		go func() {
			for s := range interrupts {
				cmd.Process.Signal(s)
			}
		}()
		told := make(chan string)
		go func() {
			said, _ := io.ReadAll(io.LimitReader(r, 1<<10))
			told <- string(said)
		}()
		err = cmd.Wait()
		// a daemon that the cell started may hold the other end open
		r.SetReadDeadline(time.Now().Add(100 * time.Millisecond))
		if said := <-told; err == nil && !strings.HasPrefix(said, string(secret)) {
			err = errors.New("the program ended before its main did: a cell that calls os.Exit fails here")
		}
	}
	var ended *exec.ExitError
	switch {
	case errors.As(err, &ended) && ended.ExitCode() > 0:
		return ended.ExitCode(), true
	case errors.As(err, &ended): // by a signal; GoNB names it by the shell's convention
		fmt.Fprintln(os.Stderr, ended)
		return 1, true
	case err != nil:
		fmt.Fprintln(os.Stderr, err)
		return 1, true
	}
	return 0, true
}
