package runner

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"time"

	"flowbook/tools/jupyter"
	"flowbook/tools/notebook"
)

// start starts the kernel.
func (s *session) start(ctx context.Context) error {
	begin := time.Now()
	env := slices.Concat(s.opt.Env, s.send.environment())
	timings := s.opt.Timings && s.opt.Spec.Language == "go"
	if timings {
		env = append(env, graphEnv(s.opt.Spec.Env["GOFLAGS"]))
	}
	if s.opt.Spec.Language == "go" {
		go s.roots() // beside the kernel's start
	}
	var err error
	s.k, err = jupyter.Start(ctx, jupyter.Options{Spec: withoutHistory(s.opt.Spec), Dir: s.opt.Dir, Env: env, Transport: s.opt.Transport,
		Sandbox: s.opt.Sandbox, ReadyTimeout: s.opt.Start})
	if err != nil {
		if cause := context.Cause(ctx); cause != nil && ctx.Err() != nil {
			return cause
		}
		if inner := errors.Unwrap(err); inner != nil {
			err = inner // err begins with the kernel's name, as StartError does
		}
		return &StartError{s.opt.Spec.Name, err}
	}
	s.res.Startup = time.Since(begin)
	s.normal.folders, s.normal.name = ownFolders(s.k.Folder())
	if timings {
		s.graph = &buildGraph{s.k.Folder(), filepath.Join(s.opt.Dir, "..", graphFile)}
	}
	if err := s.send.started(s.k.Info()); err != nil {
		return err
	}
	return s.introduce(s.k.Info())
}

// StartError is a kernel that could not be started.
type StartError struct {
	Kernel string
	Err    error
}

func (e *StartError) Error() string { return fmt.Sprintf("start kernel %s: %v", e.Kernel, e.Err) }
func (e *StartError) Unwrap() error { return e.Err }

// introduce stores the kernel's description of itself. The version of its language goes to the
// result and not into the notebook, whose bytes must not depend on a patch release.
func (s *session) introduce(raw json.RawMessage) error {
	var info struct {
		Implementation        string          `json:"implementation"`
		ImplementationVersion string          `json:"implementation_version"`
		LanguageInfo          notebook.Object `json:"language_info"`
	}
	if err := json.Unmarshal(raw, &info); err != nil {
		return fmt.Errorf("kernel info of %s: %w", s.opt.Spec.Name, err)
	}
	s.gonb = info.Implementation == "gonb"
	s.res.KernelVersion = info.ImplementationVersion
	var name, version string
	if info.LanguageInfo.Decode("name", &name) == nil && info.LanguageInfo.Decode("version", &version) == nil {
		s.res.Language = strings.TrimSpace(name + " " + version)
	}
	info.LanguageInfo.Delete("version")
	if info.LanguageInfo.Len() > 0 {
		if err := s.nb.Metadata.Put("language_info", info.LanguageInfo); err != nil {
			return fmt.Errorf("kernel info of %s: %w", s.opt.Spec.Name, err)
		}
	}
	if s.nb.KernelName() == "" {
		spec := map[string]string{"name": s.opt.Spec.Name, "display_name": s.opt.Spec.DisplayName, "language": s.opt.Spec.Language}
		if err := s.nb.Metadata.Put("kernelspec", spec); err != nil {
			return fmt.Errorf("metadata kernelspec: %w", err)
		}
	}
	if s.gonb {
		s.normal.roots = s.roots()
		s.normal.place = s.countPlace
	}
	return nil
}

// stop ends the kernel and takes all that it has sent.
func (s *session) stop() {
	if s.k == nil {
		return
	}
	patience := 15 * time.Second
	for _, t := range s.tasks {
		if !t.idle { // it has not heeded an interrupt
			patience = time.Second
		}
	}
	if s.gonb && s.res.Stop == nil && !s.dead() && patience > time.Second && !s.drains() {
		s.drain(50 * time.Millisecond) // a large display may come after idle
	}
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	if err := s.k.Shutdown(ctx); err != nil {
		s.warn("kernel shutdown: %v", err)
	}
	s.drain(5 * time.Second)
}

// drains reports whether the kernel replies to a cell only when all displays of its program have been
// sent: GoNB as Flowbook builds it does (but on Windows, where that has not been tried).
func (s *session) drains() bool {
	return runtime.GOOS != "windows" && jupyter.Changed(s.opt.Spec.Argv[0])
}

// drain takes messages until the kernel has said nothing for a while, or its channel is closed.
func (s *session) drain(quiet time.Duration) {
	timer := time.NewTimer(quiet)
	defer timer.Stop()
	for {
		select {
		case m, ok := <-s.k.Messages():
			if !ok {
				return
			}
			s.dispatch(m)
			timer.Reset(quiet)
		case <-timer.C:
			return
		}
	}
}

func (s *session) dead() bool {
	select {
	case <-s.k.Dead():
		return true
	default:
		return false
	}
}
