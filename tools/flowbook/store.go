package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"text/tabwriter"

	"flowbook/ml/module"
	"flowbook/tools/pipeline"
	"flowbook/tools/store"
)

// storeFlags choose the store of a command.
type storeFlags struct {
	Store         string `env:"FLOWBOOK_STORE" placeholder:"URL" help:"Share runs with other machines: http(s)://HOST of a server of Bazel's remote cache, or file:///FOLDER."`
	StoreReadOnly bool   `help:"Fetch from the store and add nothing, as for a stranger's changes."`
}

// credentials are the store's. They are taken out of the environment once, before anything is
// started that would inherit them.
var credentials = sync.OnceValue(store.TakeCredentials)

// open returns the store, nil without one.
func (f *storeFlags) open() (*store.Store, error) {
	cred := credentials()
	if f.Store == "" {
		if f.StoreReadOnly {
			return nil, &usageError{errors.New("--store-read-only needs --store")}
		}
		return nil, nil
	}
	s, err := store.Open(f.Store, store.Options{Credentials: cred})
	if err != nil {
		return nil, &usageError{err}
	}
	return s, nil
}

// storeCmd lists the store's runs of this module's pipeline.
type storeCmd struct {
	Ls     storeLsCmd     `cmd:"" help:"List the pipeline's runs and say which of them the store has."`
	Verify storeVerifyCmd `cmd:"" help:"Read every file of the pipeline's runs from the store and check its digest."`
	Key    storeKeyCmd    `cmd:"" help:"Say what a step's key is made of and whether the store has the run."`
}

// storeOf are the flag and the arguments that the three have in common.
type storeOf struct {
	Store   string   `env:"FLOWBOOK_STORE" placeholder:"URL" help:"The store: http(s)://HOST or file:///FOLDER."`
	Targets []string `arg:"" optional:"" name:"step" help:"Steps of pipeline.yaml, by name or notebook; without any, all."`
}

// tasks returns the runs of the steps and the store.
func (c *storeOf) tasks(ctx context.Context, con *console) (*store.Store, []*pipeline.Task, error) {
	if c.Store == "" {
		return nil, nil, &usageError{fmt.Errorf("store: say which with --store URL or $%s", store.EnvURL)}
	}
	s, err := (&storeFlags{Store: c.Store}).open()
	if err != nil {
		return nil, nil, err
	}
	_, p, err := readPipeline(con)
	if err != nil {
		return nil, nil, err
	}
	tasks, err := p.Keys(ctx, c.Targets)
	return s, tasks, err
}

// commandPackages are the packages whose source decides the results of a pipeline's commands.
var commandPackages = []string{module.Self + "/tools/flowbook"}

// readPipeline reads the pipeline of the module where the user stands; its paths begin in root.
func readPipeline(con *console) (root string, p *pipeline.Pipeline, err error) {
	root, file, err := findPipeline()
	if err != nil {
		return "", nil, &usageError{fmt.Errorf("find the pipeline: %w", err)}
	}
	if p, err = pipeline.Read(root, file); err != nil {
		return "", nil, err
	}
	p.Command, p.CommandPackages, p.Largest = runWords(root), commandPackages, con.largest
	return root, p, nil
}

type storeLsCmd struct{ storeOf }

// Run prints a line for each run.
func (c *storeLsCmd) Run(ctx context.Context, con *console) error {
	s, tasks, err := c.tasks(ctx, con)
	if err != nil {
		return err
	}
	w := tabwriter.NewWriter(con.stdout, 0, 0, 2, ' ', 0)
	stored := 0
	for _, t := range tasks {
		state, r, err := inStore(ctx, con, s, t)
		if err != nil {
			return err
		}
		if r != nil {
			stored++
		}
		fmt.Fprintf(w, "%s\t%s\t%s\n", t.Run.Name, shortKey(t.Key), state)
	}
	w.Flush()
	fmt.Fprintf(con.stdout, "%s: %d of %s\n", s, stored, plural(len(tasks), "run"))
	return nil
}

func shortKey(key string) string {
	if key == "" {
		return "-"
	}
	return key[:12]
}

// inStore says in a few words whether the store has a run. The result is nil if it has not.
func inStore(ctx context.Context, con *console, s *store.Store, t *pipeline.Task) (string, *store.Result, error) {
	if t.Run.Err != nil {
		return "no key yet: " + t.Run.Err.Error(), nil, nil
	}
	if why := t.Private(); why != "" {
		return "not shared: " + why, nil, nil
	}
	r, err := s.Result(ctx, t.Key)
	var entry *store.EntryError
	switch {
	case errors.Is(err, store.ErrMissing):
		return "not stored", nil, nil
	case errors.As(err, &entry):
		return "stored, but " + err.Error(), nil, nil
	case err != nil:
		return "", nil, err
	}
	var size int64
	for _, f := range r.Files {
		size += f.Digest.Size
	}
	return fmt.Sprintf("stored: %s, %.1f MB, took %.1f s", plural(len(r.Files), "file"), float64(size)/1e6, r.Record.Seconds), r, nil
}

type storeVerifyCmd struct{ storeOf }

// Run reads every file and names each that is wrong or gone.
func (c *storeVerifyCmd) Run(ctx context.Context, con *console) error {
	s, tasks, err := c.tasks(ctx, con)
	if err != nil {
		return err
	}
	files, bad := 0, 0
	var bytes int64
	for _, t := range tasks {
		state, r, err := inStore(ctx, con, s, t)
		if err != nil {
			return err
		}
		if r == nil {
			if strings.HasPrefix(state, "stored, but") {
				bad++
			}
			fmt.Fprintf(con.stdout, "%s: %s\n", t.Run.Name, state)
			continue
		}
		wrong := 0
		for _, f := range r.Files {
			files++
			bytes += f.Digest.Size
			if err := s.Verify(ctx, f.Digest); ctx.Err() != nil {
				return err
			} else if err != nil {
				wrong++
				fmt.Fprintf(con.stdout, "%s: %s: %v\n", t.Run.Name, f.Path, err)
			}
		}
		if wrong == 0 {
			fmt.Fprintf(con.stdout, "%s: ok, %s\n", t.Run.Name, plural(len(r.Files), "file"))
		}
		bad += wrong
	}
	fmt.Fprintf(con.stdout, "%s: %s, %.1f MB\n", s, plural(files, "file"), float64(bytes)/1e6)
	if bad > 0 {
		return fmt.Errorf("store verify: %d wrong or missing", bad)
	}
	return nil
}

type storeKeyCmd struct{ storeOf }

// Run prints the parts of each run's key.
func (c *storeKeyCmd) Run(ctx context.Context, con *console) error {
	s, tasks, err := c.tasks(ctx, con)
	if err != nil {
		return err
	}
	for _, t := range tasks {
		state, _, err := inStore(ctx, con, s, t)
		if err != nil {
			return err
		}
		fmt.Fprintf(con.stdout, "%s: %s\n", t.Run.Name, state)
		if t.Key == "" {
			continue
		}
		fmt.Fprintf(con.stdout, "key %s\n", t.Key)
		w := tabwriter.NewWriter(con.stdout, 0, 0, 2, ' ', 0)
		for _, part := range t.Parts {
			fmt.Fprintf(w, "  %s\t%s\n", part.Name, strings.ReplaceAll(strings.TrimSpace(part.Digest), "\n", " "))
		}
		w.Flush()
		if changes := t.Changes(); len(changes) > 0 {
			fmt.Fprintf(con.stdout, "  since the last run here: %s\n", strings.Join(slices.Sorted(slices.Values(changes)), ", "))
		}
	}
	return nil
}
