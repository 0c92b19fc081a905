package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"flowbook/ml/atomicfile"
	"flowbook/tools/notebook"
	"flowbook/tools/remote"

	"github.com/alecthomas/kong"
)

// cli is the whole command line. Each sub-command is one struct in the file of its name.
type cli struct {
	Version     kong.VersionFlag `help:"Print the version, commit, Go and GoNB."`
	MaxNotebook uint32           `default:"512" placeholder:"MIB" help:"Largest notebook that is read, in MiB; it takes ten times as much memory. 0 is no limit (${default})."`

	Run      runCmd      `cmd:"" help:"Execute notebooks headlessly."`
	Check    checkCmd    `cmd:"" help:"Execute notebooks and compare the outputs with the stored ones."`
	Validate validateCmd `cmd:"" help:"Check notebooks against the schema of their format, without execution."`
	Pipeline pipelineCmd `cmd:"" help:"Bring the steps of pipeline.yaml up to date, and their report."`
	Export   exportCmd   `cmd:"" help:"Turn notebooks into a site, Markdown or Go programs."`
	Init     initCmd     `cmd:"" help:"Write a pipeline, a workflow and settings of git for the module in the current folder."`
	Kernel   kernelCmd   `cmd:"" help:"Put the tuned Go kernel into Jupyter, list kernels, take it out."`
	Doctor   doctorCmd   `cmd:"" help:"Say what is there, what is missing, and the command that mends it."`
	Data     dataCmd     `cmd:"" help:"Make, split, check and convert files of flows."`
	Train    trainCmd    `cmd:"" help:"Train a detector on a file of flows."`
	Detect   detectCmd   `cmd:"" help:"Find the anomalous flows of a file or stream with a trained detector."`
	Store    storeCmd    `cmd:"" help:"Say what a store shared between machines has of the pipeline's runs."`
	Worker   workerCmd   `cmd:"" help:"Make runs of pipelines that are submitted with pipeline --temporal. Needs a flowbook built with -tags temporal."`
	Step     stepCmd     `cmd:"" hidden:"" help:"Make one run for a worker."`
}

// console is a sub-command's connection to its user: its streams, and how large a notebook it
// reads.
type console struct {
	stdin          io.Reader
	stdout, stderr io.Writer // for messages, made printable
	data           io.Writer // standard output as it is, for notebooks and flows
	terminal       *os.File  // for lines that change; nil where standard error is no terminal
	largest        notebook.Limit
}

// output is standard output. It remembers its first failure, so that a command whose words went
// nowhere does not end as if it had been heard.
type output struct {
	io.Writer
	mu     sync.Mutex // notebooks that run at once write beside each other
	failed error
}

func (o *output) Write(b []byte) (int, error) {
	n, err := o.Writer.Write(b)
	if err != nil {
		o.mu.Lock()
		defer o.mu.Unlock()
		o.failed = cmp.Or(o.failed, err)
	}
	return n, err
}

// exitCoder is an error that knows the exit status it deserves; any other error is a 1.
type exitCoder interface{ ExitCode() int }

// run is the whole command: it never calls os.Exit, so tests call it as a function.
func run(ctx context.Context, args []string, stdin io.Reader, stdout, stderr io.Writer) (code int) {
	exited := -1
	out := &output{Writer: stdout}
	screen := terminal(stderr)
	stderr = printable{stderr}
	var line cli
	parser, err := newParser(&line, out, stderr, func(code int) { exited = code; panic(exitPanic{}) })
	if err != nil {
		fmt.Fprintln(stderr, "flowbook:", err)
		return exitUsage
	}
	defer func() {
		if r := recover(); r != nil {
			if _, ok := r.(exitPanic); !ok {
				panic(r)
			}
			code = exited
		}
	}()
	if len(args) > 0 && args[0] == "help" { // as with git and go
		args = append(slices.Clone(args[1:]), "--help")
		if unknown := unknownCommand(parser.Model.Node, args); unknown != "" {
			fmt.Fprintf(stderr, "flowbook: no command %s (see flowbook --help)\n", unknown)
			return exitUsage
		}
	}
	kctx, err := parser.Parse(args)
	if err != nil {
		command := parser.Model.Node
		var fault *kong.ParseError
		if errors.As(err, &fault) && fault.Context.Selected() != nil {
			command = fault.Context.Selected()
		}
		fmt.Fprintf(stderr, "flowbook: %v%s (see %s --help)\n", err, swallowed(err, args), command.FullPath())
		return exitUsage
	}
	kctx.BindTo(ctx, (*context.Context)(nil))
	err = kctx.Run(&console{stdin: stdin, stdout: printable{out}, stderr: stderr, data: out, terminal: screen, largest: notebook.Limit(line.MaxNotebook) << 20})
	if err == nil && out.failed != nil {
		err = fmt.Errorf("write standard output: %w", atomicfile.Reason(out.failed))
	}
	if err == nil {
		return exitOK
	}
	if msg := err.Error(); msg != "" {
		fmt.Fprintln(stderr, "flowbook:", msg)
	}
	var coder exitCoder
	if errors.As(err, &coder) {
		return coder.ExitCode()
	}
	return exitFailed
}

// unknownCommand is the first word that names no command where one must stand; "" if there is none.
func unknownCommand(at *kong.Node, words []string) string {
	for _, word := range words {
		if strings.HasPrefix(word, "-") || len(at.Children) == 0 {
			break
		}
		i := slices.IndexFunc(at.Children, func(n *kong.Node) bool { return n.Name == word })
		if i < 0 {
			return word
		}
		at = at.Children[i]
	}
	return ""
}

// newParser is the parser of the command line; it calls exit after it has printed help.
func newParser(line *cli, stdout, stderr io.Writer, exit func(code int)) (*kong.Kong, error) {
	return kong.New(line,
		kong.Name("flowbook"),
		kong.Description("Runs Go notebooks headlessly, checks them and turns them into pages; makes, splits and scores network flows."),
		kong.Writers(stdout, stderr),
		kong.Exit(exit),
		kong.UsageOnError(),
		kong.Vars{"version": version()},
		kong.KindMapper(reflect.String, word(func(s string) string { return s })),
		kong.NamedMapper("path", word(kong.ExpandPath)),
		kong.NamedMapper("output", word(func(s string) string { return s }, local)),
		kong.NamedMapper("address", word(func(s string) string { return s }, address)),
		kong.TypeMapper(reflect.TypeFor[time.Duration](), kong.MapperFunc(duration)),
	)
}

// word maps a word of the command line to a string. The mapper that kong has by itself takes it
// through JSON, which changes the names of files that are not UTF-8.
func word(change func(string) string, checks ...func(string) error) kong.MapperFunc {
	return func(ctx *kong.DecodeContext, target reflect.Value) error {
		token, err := ctx.Scan.PopValue("string")
		if err != nil {
			return err
		}
		s, ok := token.Value.(string)
		if !ok {
			s = fmt.Sprint(token.Value)
		}
		for _, check := range checks {
			if err := check(s); err != nil {
				return err
			}
		}
		target.SetString(change(s))
		return nil
	}
}

// local refuses an output that is no local path. Without it, s3://bucket/flows.csv would be a
// folder "s3:".
func local(output string) error {
	if remote.Is(output) {
		return fmt.Errorf("%s: only local files are written here, no addresses: write a file and copy it there", remote.Shown(output))
	}
	return nil
}

// address refuses an output at an address that cannot be written.
func address(output string) error {
	if !remote.Is(output) {
		return nil
	}
	_, err := remote.Parse(output)
	return err
}

// duration reads 90s, 10m, or a number of seconds.
func duration(ctx *kong.DecodeContext, target reflect.Value) error {
	token, err := ctx.Scan.PopValue("duration")
	if err != nil {
		return err
	}
	text := fmt.Sprint(token.Value)
	d, err := time.ParseDuration(text)
	if seconds, fault := strconv.ParseFloat(text, 64); fault == nil {
		d, err = time.ParseDuration(strconv.FormatFloat(seconds, 'f', -1, 64) + "s")
	}
	if err != nil {
		return fmt.Errorf("%q is no time: write 90s, 10m, or a number of seconds", text)
	}
	target.SetInt(int64(d))
	return nil
}

// exitPanic unwinds run when kong has printed help and wants the program to end.
type exitPanic struct{}
